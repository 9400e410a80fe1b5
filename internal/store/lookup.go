package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// idsInQuery is how many rows are looked up with one query, and sparse for how
// many rows there may be one of them, so that reading past the others costs less.
const (
	idsInQuery = 50
	sparse     = 8
)

// lookup is a query for rows by ID. It has its other parameters first, and ends
// where the ID is to be compared. id returns that of a row.
type lookup[T any] struct {
	sql  string
	args []any
	scan func(Rows, *T) error
	id   func(T) roster.ID
}

// rows yields the rows of IDs that are ascending, in their order.
func (l lookup[T]) rows(ctx context.Context, db DB, ids []roster.ID) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		each := l.each()
		for piece := range slices.Chunk(ids, idsInQuery) {
			for row, err := range l.piece(ctx, db, each, piece) {
				if err == nil {
					if _, asked := slices.BinarySearch(piece, l.id(row)); !asked {
						continue
					}
				}
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// piece yields the rows of few IDs, among others between them. each looks up every
// one by itself.
func (l lookup[T]) piece(ctx context.Context, db DB, each string, ids []roster.ID) iter.Seq2[T, error] {
	last := len(ids) - 1
	if int(ids[last]-ids[0]) < sparse*len(ids) {
		first := len(l.args) + 1
		sql := fmt.Sprintf("%s BETWEEN $%d AND $%d ORDER BY 1", l.sql, first, first+1)
		return sequence(ctx, db, l.scan, sql, append(slices.Clip(l.args), int64(ids[0]), int64(ids[last]))...)
	}
	args := slices.Clone(l.args)
	for i := range idsInQuery {
		id := int64(-1) // that nothing has: there is one statement for any number
		if i <= last {
			id = int64(ids[i])
		}
		args = append(args, id)
	}
	return sequence(ctx, db, l.scan, each, args...)
}

// each looks up every ID by itself: with a list of them, PostgreSQL would read
// whatever else the query selects, until it has learned how much that is.
func (l lookup[T]) each() string {
	queries := make([]string, idsInQuery)
	for i := range queries {
		queries[i] = fmt.Sprintf("%s = $%d", l.sql, len(l.args)+1+i)
	}
	return strings.Join(queries, " UNION ALL ") + " ORDER BY 1"
}

// AccountsOf implements plan.Memory.
func (m Memory) AccountsOf(ctx context.Context, source int, people []roster.ID) iter.Seq2[plan.Account, error] {
	return lookup[plan.Account]{
		`SELECT person, object_id, created, written FROM account WHERE source = $1 AND person`, []any{source},
		scanAccount, func(a plan.Account) roster.ID { return a.Person },
	}.rows(ctx, m.DB, people)
}

// ClassGroupsOf implements plan.Memory.
func (m Memory) ClassGroupsOf(ctx context.Context, source int, classes []roster.ID) iter.Seq2[plan.ClassGroup, error] {
	return lookup[plan.ClassGroup]{
		`SELECT class, object_id, written, owners, members FROM class_group WHERE source = $1 AND class`, []any{source},
		scanClassGroup, func(g plan.ClassGroup) roster.ID { return g.Class },
	}.rows(ctx, m.DB, classes)
}
