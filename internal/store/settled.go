package store

import (
	"context"
	"errors"
	"fmt"
)

// Standings keeps how people stood when nothing was left to do (run.Standings).
type Standings struct{ DB DB }

// Settle implements run.Standings.
func (s Standings) Settle(ctx context.Context, source int, state string, standings []byte) error {
	if standings == nil {
		standings = []byte{}
	}
	err := s.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO settled (source, state, standings) VALUES ($1, $2, $3)
			ON CONFLICT (source) DO UPDATE SET state = excluded.state, standings = excluded.standings`, source, state, standings)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep how people stand: %w", err)
	}
	return nil
}

// Settled implements run.Standings.
func (s Standings) Settled(ctx context.Context, source int, state string) ([]byte, error) {
	var standings []byte
	err := s.DB.ReadRow(ctx, `SELECT standings FROM settled WHERE source = $1 AND state = $2`, []any{source, state}, &standings)
	if errors.Is(err, ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("recall how people stand: %w", err)
	}
	return standings, nil
}
