package store

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// idsInQuery is how many rows are looked up with one query.
const idsInQuery = 50

// some yields the rows of a query, scanned, for IDs that are ascending, in their
// order. The query has its other parameters first, and ends where the ID is to
// stand. Each is looked up by itself: with a list of them, PostgreSQL would read
// whatever else the query selects, until it has learned how much that is.
func some[T any](ctx context.Context, db DB, scan func(Rows, *T) error, ids []roster.ID, sql string, args ...any) iter.Seq2[T, error] {
	queries := make([]string, idsInQuery)
	for i := range queries {
		queries[i] = sql + "$" + strconv.Itoa(len(args)+1+i)
	}
	sql = strings.Join(queries, " UNION ALL ") + " ORDER BY 1"
	return func(yield func(T, error) bool) {
		for piece := range slices.Chunk(ids, idsInQuery) {
			asked := slices.Clone(args)
			for i := range idsInQuery {
				id := int64(-1) // that nothing has: there is one statement for any number
				if i < len(piece) {
					id = int64(piece[i])
				}
				asked = append(asked, id)
			}
			for row, err := range sequence(ctx, db, scan, sql, asked...) {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// RecordsOf implements plan.Roster.
func (r Roster) RecordsOf(ctx context.Context, source int, kind roster.Kind, ids []roster.ID) iter.Seq2[roster.Record, error] {
	if r.Pending {
		return r.pendingOf(ctx, source, kind, ids)
	}
	return some(ctx, r.DB, func(rows Rows, record *roster.Record) error {
		var id, feed int64
		record.Kind = kind
		err := rows.Scan(&id, &record.Key, &record.Active, &feed, &record.Body)
		record.ID, record.Feed = roster.ID(id), roster.FeedNumber(feed)
		return err
	}, ids, `SELECT id, record_key, active, feed, body FROM roster WHERE source = $1 AND kind = $2 AND id = `, source, int(kind))
}

func (r Roster) pendingOf(ctx context.Context, source int, kind roster.Kind, ids []roster.ID) iter.Seq2[roster.Record, error] {
	return func(yield func(roster.Record, error) bool) {
		for record, err := range r.Records(ctx, source, kind) {
			if _, asked := slices.BinarySearch(ids, record.ID); (asked || err != nil) && !yield(record, err) {
				return
			}
		}
	}
}

// AccountsOf implements plan.Memory.
func (m Memory) AccountsOf(ctx context.Context, source int, people []roster.ID) iter.Seq2[plan.Account, error] {
	return some(ctx, m.DB, scanAccount, people,
		`SELECT person, object_id, created, written FROM account WHERE source = $1 AND person = `, source)
}

// ClassGroupsOf implements plan.Memory.
func (m Memory) ClassGroupsOf(ctx context.Context, source int, classes []roster.ID) iter.Seq2[plan.ClassGroup, error] {
	return some(ctx, m.DB, scanClassGroup, classes,
		`SELECT class, object_id, written, owners, members FROM class_group WHERE source = $1 AND class = `, source)
}
