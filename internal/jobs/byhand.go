package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollbook/internal/store"
)

// Held is a lease that somebody holds, for people to see.
type Held struct {
	Name    string
	Owner   string    // which process
	Expires time.Time // unless it is renewed
}

// List returns the leases that somebody holds, by name.
func (l *Leases) List(ctx context.Context) ([]Held, error) {
	var held []Held
	err := l.DB.Read(ctx, func(tx store.Tx) error {
		return store.Each(ctx, tx, `SELECT name, owner, expires FROM lease ORDER BY name`, nil, func(row store.Row) error {
			var name, owner string
			var expires int64
			if err := row.Scan(&name, &owner, &expires); err != nil {
				return err
			}
			if at := time.UnixMicro(expires).UTC(); l.isHeld(owner, at, l.Now()) {
				held = append(held, Held{name, processOf(owner), at})
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list leases: %w", err)
	}
	return held, nil
}

// End takes a lease from whoever holds it, and reports whether somebody did. Who
// held it stops when it finds out; until it must have, nobody else gets the lease.
func (l *Leases) End(ctx context.Context, name string) (held bool, err error) {
	err = l.DB.Write(ctx, func(tx store.Tx) error {
		held = false
		if err := tx.Lock(ctx, "lease"); err != nil {
			return err
		}
		var owner string
		var expires int64
		err := tx.QueryRow(ctx, `SELECT owner, expires FROM lease WHERE name = $1`, name).Scan(&owner, &expires)
		now := l.Now()
		if errors.Is(err, store.ErrNoRows) || err == nil && !l.isHeld(owner, time.UnixMicro(expires), now) {
			return nil
		}
		if err != nil {
			return err
		}
		held = true
		_, err = tx.Exec(ctx, `UPDATE lease SET owner = $2, generation = generation + 1, expires = $3 WHERE name = $1`,
			name, endedByHand, now.Add(endTime).UnixMicro())
		return err
	})
	if err != nil {
		return false, fmt.Errorf("end the %s lease: %w", name, err)
	}
	return held, nil
}
