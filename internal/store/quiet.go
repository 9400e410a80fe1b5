package store

import (
	"context"
	"fmt"
	"time"
)

// Quiet is a finding that is not told as open until some time.
type Quiet struct {
	ID    string // what tells the finding apart over runs
	Until time.Time
	Note  string
	By    string
	At    time.Time
}

// Quiets keeps which findings are quiet.
type Quiets struct{ DB DB }

// Put has a finding be quiet, in the place of an earlier decision.
func (q Quiets) Put(ctx context.Context, one Quiet) error {
	err := q.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO quiet (id, until, note, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (id) DO UPDATE SET until = excluded.until, note = excluded.note, decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
			one.ID, one.Until.UnixMicro(), one.Note, one.By, one.At.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a quiet finding: %w", err)
	}
	return nil
}

// End has a finding be told again.
func (q Quiets) End(ctx context.Context, id string) error {
	err := q.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM quiet WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("end a quiet finding: %w", err)
	}
	return nil
}

// List returns the findings that are quiet after some time, by ID.
func (q Quiets) List(ctx context.Context, after time.Time) (map[string]Quiet, error) {
	quiet := map[string]Quiet{}
	err := q.DB.Read(ctx, func(tx Tx) error {
		return Each(ctx, tx, `SELECT id, until, note, decided_by, decided_at FROM quiet WHERE until > $1`, []any{after.UnixMicro()}, func(row Row) error {
			var one Quiet
			var until, at int64
			if err := row.Scan(&one.ID, &until, &one.Note, &one.By, &at); err != nil {
				return err
			}
			one.Until, one.At = time.UnixMicro(until).UTC(), time.UnixMicro(at).UTC()
			quiet[one.ID] = one
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list the quiet findings: %w", err)
	}
	return quiet, nil
}
