package ledgerstore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
	"rollbook/internal/store"
)

const objectSelection = `SELECT record, object_id, at, made, written, kept, links FROM held_object WHERE target = $1 AND source = $2 AND kind = $3`

// Objects implements ledger.Holdings.
func (l Ledger) Objects(ctx context.Context, t ledger.Target, k directory.Kind, source int) iter.Seq2[ledger.Object, error] {
	return store.Sequence(ctx, l.DB, scanObject(k, source), objectSelection+` ORDER BY record`, int(t), source, string(k))
}

// ObjectsOf implements ledger.Holdings.
func (l Ledger) ObjectsOf(ctx context.Context, t ledger.Target, k directory.Kind, source int, of ledger.IDs) iter.Seq2[ledger.Object, error] {
	id := func(o ledger.Object) roster.ID { return o.Record.ID }
	return store.Lookup[ledger.Object]{
		SQL: objectSelection + ` AND record`, Args: []any{int(t), source, string(k)}, Scan: scanObject(k, source), ID: id,
	}.Rows(ctx, l.DB, of)
}

func scanObject(k directory.Kind, source int) func(store.Rows, *ledger.Object) error {
	return func(rows store.Rows, o *ledger.Object) error {
		var record int64
		var written, kept, links string
		*o = ledger.Object{}
		if err := rows.Scan(&record, &o.ID, &o.At, &o.Made, &written, &kept, &links); err != nil {
			return err
		}
		o.Record = ledger.Record{Kind: k, Source: source, ID: roster.ID(record)}
		if err := json.Unmarshal([]byte(written), (*values)(&o.Written)); err != nil {
			return fmt.Errorf("what was written to the %s of record %d: %w", k, record, err)
		}
		if kept != "{}" {
			if err := json.Unmarshal([]byte(kept), (*values)(&o.Kept)); err != nil {
				return fmt.Errorf("what the directory keeps of the %s of record %d: %w", k, record, err)
			}
		}
		if links == "[]" {
			return nil
		}
		if err := json.Unmarshal([]byte(links), &o.Links); err != nil {
			return fmt.Errorf("the links of the %s of record %d: %w", k, record, err)
		}
		return nil
	}
}

// Hold implements ledger.Holdings.
func (l Ledger) Hold(ctx context.Context, t ledger.Target, objects []ledger.Object) error {
	for piece := range slices.Chunk(objects, rowsInTransaction) {
		err := l.DB.WriteBulk(ctx, func(tx store.Tx) error { return putObjects(ctx, tx, t, piece) })
		if err != nil {
			return fmt.Errorf("keep what a directory holds: %w", err)
		}
	}
	return nil
}

// Forget implements ledger.Holdings.
func (l Ledger) Forget(ctx context.Context, t ledger.Target, records []ledger.Record) error {
	for piece := range slices.Chunk(records, rowsInTransaction) {
		err := l.DB.Write(ctx, func(tx store.Tx) error {
			for _, r := range piece {
				if err := forget(ctx, tx, t, r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("forget what is gone: %w", err)
		}
	}
	return nil
}

// forget forgets the object of a record.
func forget(ctx context.Context, tx store.Tx, t ledger.Target, r ledger.Record) error {
	_, err := tx.Exec(ctx, `DELETE FROM held_object WHERE target = $1 AND source = $2 AND kind = $3 AND record = $4`,
		int(t), r.Source, string(r.Kind), int64(r.ID))
	return err
}

const (
	objectColumns      = 10
	objectsInStatement = 100
)

// putObjects keeps objects, each record once, new or not.
func putObjects(ctx context.Context, tx store.Tx, t ledger.Target, objects []ledger.Object) error {
	for _, size := range []int{objectsInStatement, 1} {
		sql := putObjectsOf(size)
		for len(objects) >= size {
			args := make([]any, 0, size*objectColumns)
			for _, o := range objects[:size] {
				written, err := appendValues(nil, o.Written)
				if err != nil {
					return err
				}
				kept, err := appendValues(nil, o.Kept)
				if err != nil {
					return err
				}
				links, err := appendLinked(nil, o.Links)
				if err != nil {
					return err
				}
				args = append(args, int(t), o.Record.Source, string(o.Record.Kind), int64(o.Record.ID), o.ID, o.At, o.Made, string(written), string(kept), string(links))
			}
			if _, err := tx.Exec(ctx, sql, args...); err != nil {
				return err
			}
			objects = objects[size:]
		}
	}
	return nil
}

// putObjectsOf is the statement for so many objects.
func putObjectsOf(size int) string {
	rows := make([]string, size)
	for i := range rows {
		rows[i] = "(" + store.Parameters(1+i*objectColumns, objectColumns) + ")"
	}
	return `INSERT INTO held_object (target, source, kind, record, object_id, at, made, written, kept, links) VALUES ` + strings.Join(rows, ", ") + `
		ON CONFLICT (target, source, kind, record) DO UPDATE SET object_id = excluded.object_id, at = excluded.at, made = excluded.made,
		written = excluded.written, kept = excluded.kept, links = excluded.links`
}

func appendLinked(dst []byte, links []ledger.Linked) ([]byte, error) {
	dst = append(dst, '[')
	for i, l := range links {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = jsontext.AppendQuote(append(dst, `{"relation":`...), string(l.Relation)); err != nil {
			return nil, err
		}
		if len(l.IDs) > 0 {
			dst = appendIDs(append(dst, `,"ids":`...), l.IDs)
		}
		if len(l.Found) > 0 {
			dst = appendIDs(append(dst, `,"found":`...), l.Found)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']'), nil
}

// Mark implements ledger.Holdings.
func (l Ledger) Mark(ctx context.Context, t ledger.Target) (directory.Mark, error) {
	var mark string
	err := l.DB.ReadRow(ctx, `SELECT mark FROM target_mark WHERE target = $1`, []any{int(t)}, &mark)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return "", fmt.Errorf("recall up to where the directory was read: %w", err)
	}
	return directory.Mark(mark), nil
}

// SetMark implements ledger.Holdings.
func (l Ledger) SetMark(ctx context.Context, t ledger.Target, m directory.Mark) error {
	err := l.DB.Write(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO target_mark (target, mark) VALUES ($1, $2) ON CONFLICT (target) DO UPDATE SET mark = excluded.mark`,
			int(t), string(m))
		return err
	})
	if err != nil {
		return fmt.Errorf("note up to where the directory was read: %w", err)
	}
	return nil
}
