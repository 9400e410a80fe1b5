package obs

import (
	"io"
	"log/slog"
)

// NewLog returns the log of a program, one line an event, for people and
// machines alike. Lines appear within a fifth of a second, warnings at once.
// flush writes what waits; it MUST be called in the end.
func NewLog(w io.Writer) (log *slog.Logger, flush func()) {
	b := &buffer{out: w}
	return slog.New(urgent{slog.NewTextHandler(b, nil), b}), b.Flush
}
