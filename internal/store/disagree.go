package store

import (
	"context"
	"fmt"

	"rollbook/internal/roster"
	"rollbook/internal/run"
)

// Disagreements implements run.Feeds. Digests tell who or what a record is, without
// the records being read.
func (f Feeds) Disagreements(ctx context.Context, source int, most int) ([]run.Disagreement, error) {
	var found []run.Disagreement
	rows := Sequence(ctx, f.DB, func(rows Rows, d *run.Disagreement) error {
		var kind int
		err := rows.Scan(&kind, &d.Key)
		d.Kind = roster.Kind(kind)
		return err
	}, `SELECT kind, MIN(record_key) FROM roster WHERE source = $1 AND active GROUP BY kind, id
		HAVING COUNT(DISTINCT substr(digests, 1, 16)) > 1 ORDER BY kind, id LIMIT $2`, source, most)
	for d, err := range rows {
		if err != nil {
			return nil, fmt.Errorf("compare what streams say: %w", err)
		}
		found = append(found, d)
	}
	return found, nil
}
