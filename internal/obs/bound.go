package obs

import (
	"context"
	"log/slog"
	"sync"

	"github.com/hashicorp/golang-lru/v2/expirable"
	"golang.org/x/time/rate"
)

// The bounds of the log. Whoever can have the program log something, which is
// everybody who reaches it, must not be able to fill the disk: a kind of line may
// come linesAtOnce times, and then linesPerSecond times a second, which is about
// 200 MB a day. Kinds are told apart by message, so that one that comes often does
// not keep the others out.
const (
	linesAtOnce    = 1000
	linesPerSecond = 10
	maxKinds       = 256
	maxValue       = 8 << 10 // bytes of one value in a line
)

// bounded leaves out lines that come too often, and says how many.
type bounded struct {
	slog.Handler
	kinds *kinds
}

// kinds are the messages that came last.
type kinds struct {
	mu    sync.Mutex
	known *expirable.LRU[string, *kind]
}

// kind is one message: how many lines of it may come yet, and how many were left
// out since the last one that came.
type kind struct {
	limit   *rate.Limiter
	leftOut int
}

func newBounded(next slog.Handler) bounded {
	return bounded{next, &kinds{known: expirable.NewLRU[string, *kind](maxKinds, nil, 0)}}
}

// Handle implements slog.Handler.
func (b bounded) Handle(ctx context.Context, r slog.Record) error {
	leftOut, ok := b.kinds.take(r)
	if !ok {
		return nil
	}
	if leftOut > 0 {
		r.AddAttrs(slog.Int("left-out", leftOut))
	}
	return b.Handler.Handle(ctx, r)
}

// take reports whether a line may come, and how many like it did not.
func (k *kinds) take(r slog.Record) (leftOut int, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	this, known := k.known.Get(r.Message)
	if !known {
		this = &kind{limit: rate.NewLimiter(linesPerSecond, linesAtOnce)}
		k.known.Add(r.Message, this)
	}
	if !this.limit.AllowN(r.Time, 1) {
		this.leftOut++
		return 0, false
	}
	leftOut, this.leftOut = this.leftOut, 0
	return leftOut, true
}

// WithAttrs implements slog.Handler.
func (b bounded) WithAttrs(attrs []slog.Attr) slog.Handler {
	return bounded{b.Handler.WithAttrs(attrs), b.kinds}
}

// WithGroup implements slog.Handler.
func (b bounded) WithGroup(name string) slog.Handler {
	return bounded{b.Handler.WithGroup(name), b.kinds}
}

// shortened cuts a value that is longer than any that a person would read: an
// error may quote what was sent.
func shortened(_ []string, a slog.Attr) slog.Attr {
	text := ""
	switch value := a.Value.Any().(type) {
	case string:
		text = value
	case error:
		text = value.Error()
	}
	if len(text) > maxValue {
		a.Value = slog.StringValue(text[:maxValue] + "…")
	}
	return a
}
