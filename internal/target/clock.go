package target

import (
	"context"
	"time"
)

// Clock is the time by which a directory is waited for.
type Clock interface {
	Now() time.Time
	// Sleep returns when so much time has passed, or with the error of ctx when
	// that is done before. It MUST return at once where d is not above 0.
	Sleep(ctx context.Context, d time.Duration) error
}

// System is the Clock of the machine.
type System struct{}

// Now implements Clock.
func (System) Now() time.Time { return time.Now() }

// Sleep implements Clock.
func (System) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
