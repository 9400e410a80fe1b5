package store

import (
	"context"
	"fmt"
	"iter"

	"rollbook/internal/roster"
)

// said is what one stream says.
type said struct {
	db     DB
	stream roster.Stream
}

// entries yields the entries of a kind in the order of their IDs.
func (s said) entries(ctx context.Context, kind roster.Kind) iter.Seq2[roster.Entry, error] {
	var digests []byte
	return Sequence(ctx, s.db, func(rows Rows, e *roster.Entry) error {
		var id int64
		if err := rows.Scan(&id, &e.Key, &digests, &e.Active); err != nil {
			return err
		}
		e.ID = roster.ID(id)
		return splitDigests(digests, &e.Digests)
	}, `SELECT id, record_key, digests, active FROM roster WHERE source = $1 AND flow = $2 AND kind = $3 ORDER BY id`,
		s.stream.Source, s.stream.Flow, int(kind))
}

// bodies calls fn with the contents of the records with these IDs, which are
// ascending, in their order.
func (s said) bodies(ctx context.Context, kind roster.Kind, ids []roster.ID, fn func(body []byte) error) error {
	type content struct {
		id   roster.ID
		body []byte
	}
	bodies := Lookup[content]{
		`SELECT id, body FROM roster WHERE source = $1 AND flow = $2 AND kind = $3 AND id`,
		[]any{s.stream.Source, s.stream.Flow, int(kind)},
		func(rows Rows, c *content) error {
			var id int64
			err := rows.Scan(&id, &c.body)
			c.id = roster.ID(id)
			return err
		},
		func(c content) roster.ID { return c.id },
	}.Rows(ctx, s.db, ids)
	for c, err := range bodies {
		if err != nil {
			return fmt.Errorf("read the contents of records: %w", err)
		}
		if c.id != ids[0] {
			break
		}
		if err := fn(c.body); err != nil {
			return err
		}
		ids = ids[1:]
	}
	if len(ids) > 0 {
		return fmt.Errorf("read the contents of records: %s %d: %w", kind, ids[0], ErrNoRows)
	}
	return nil
}
