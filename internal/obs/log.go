package obs

import (
	"io"
	"log/slog"
)

// NewLog returns the log of a program, one line an event, for people and
// machines alike.
func NewLog(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, nil))
}
