package obs

import (
	"io"
	"log/slog"
)

// NewLog returns the log of a program, one line an event, for people and
// machines alike. Lines appear within a fifth of a second, warnings at once. Lines
// that come too often are left out, and counted in the next one like them.
// flush writes what waits; it MUST be called in the end.
func NewLog(w io.Writer) (log *slog.Logger, flush func()) {
	b := &buffer{out: w}
	text := slog.NewTextHandler(b, &slog.HandlerOptions{ReplaceAttr: shortened})
	return slog.New(urgent{newBounded(text), b}), b.Flush
}
