package obs

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// A server writes a line for each request. Writing them one by one would cost
// a call of the system each, so they are gathered for a moment.
const (
	linesWait  = 200 * time.Millisecond
	linesBytes = 32 << 10
)

// buffer gathers lines. It is safe for use by several goroutines.
type buffer struct {
	mu      sync.Mutex
	out     io.Writer
	lines   []byte
	pending *time.Timer // set while lines wait
}

// Write takes whole lines.
func (b *buffer) Write(lines []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, lines...)
	if len(b.lines) >= linesBytes {
		b.flush()
	} else if b.pending == nil {
		b.pending = time.AfterFunc(linesWait, b.Flush)
	}
	return len(lines), nil
}

// Flush writes what waits.
func (b *buffer) Flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flush()
}

func (b *buffer) flush() {
	if b.pending != nil {
		b.pending.Stop()
		b.pending = nil
	}
	// A log that cannot be written to has nobody to tell.
	_, _ = b.out.Write(b.lines)
	b.lines = b.lines[:0]
}

// urgent writes what is a warning or worse at once: the program may be about to end.
type urgent struct {
	slog.Handler
	buffer *buffer
}

// Handle implements slog.Handler.
func (u urgent) Handle(ctx context.Context, r slog.Record) error {
	err := u.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		u.buffer.Flush()
	}
	return err
}

// WithAttrs implements slog.Handler.
func (u urgent) WithAttrs(attrs []slog.Attr) slog.Handler {
	return urgent{u.Handler.WithAttrs(attrs), u.buffer}
}

// WithGroup implements slog.Handler.
func (u urgent) WithGroup(name string) slog.Handler {
	return urgent{u.Handler.WithGroup(name), u.buffer}
}
