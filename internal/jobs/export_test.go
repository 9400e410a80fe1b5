package jobs

import "context"

// Held is a lease that is held.
type Held = lease

// Acquire takes the lease without keeping it.
func (l *Leases) Acquire(ctx context.Context, name string) (Held, error) { return l.acquire(ctx, name) }

// Renew makes the lease last longer.
func (l *Leases) Renew(ctx context.Context, held Held) error { return l.renew(ctx, held) }
