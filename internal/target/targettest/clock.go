package targettest

import (
	"context"
	"sync"
	"time"
)

// Clock is a target.Clock of which time passes only while somebody waits, from when
// it begins.
type Clock struct {
	Begin time.Time

	mu    sync.Mutex
	spent time.Duration
}

// Now implements target.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Begin.Add(c.spent)
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
