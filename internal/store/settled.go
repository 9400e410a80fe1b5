package store

import (
	"context"
	"errors"
	"fmt"
)

// Settle implements run.Journal.
func (j Journal) Settle(ctx context.Context, source int, state string, standings []byte) error {
	return j.exec(ctx, "keep how people stand", `INSERT INTO settled (source, state, standings) VALUES ($1, $2, $3)
		ON CONFLICT (source) DO UPDATE SET state = excluded.state, standings = excluded.standings`, source, state, notNil(standings))
}

// Settled implements run.Journal.
func (j Journal) Settled(ctx context.Context, source int, state string) ([]byte, error) {
	var standings []byte
	err := j.DB.ReadRow(ctx, `SELECT standings FROM settled WHERE source = $1 AND state = $2`, []any{source, state}, &standings)
	if errors.Is(err, ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("recall how people stand: %w", err)
	}
	return standings, nil
}
