package targettest

import (
	"context"
	"sync"
	"time"
)

// Clock is a target.Clock of which time passes only while somebody waits. The zero
// Clock is ready to use.
type Clock struct {
	mu    sync.Mutex
	spent time.Duration
}

// Now implements target.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Date(2026, 9, 1, 1, 0, 0, 0, time.UTC).Add(c.spent)
}

// Sleep implements target.Clock: it returns at once, so much later.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spent += max(d, 0)
	return nil
}
