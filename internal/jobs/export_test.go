package jobs

import "context"

// Own is a lease that its holder has.
type Own = lease

// Acquire takes the lease without keeping it.
func (l *Leases) Acquire(ctx context.Context, name string) (Own, error) { return l.acquire(ctx, name) }

// Renew makes the lease last longer.
func (l *Leases) Renew(ctx context.Context, held Own) error { return l.renew(ctx, held) }
