package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"rollbook/internal/roster"
)

// idsInQuery is how many rows are looked up with one query, and sparse for how
// many rows there may be one of them, so that reading past the others costs less.
const (
	idsInQuery = 50
	sparse     = 8
)

// Lookup is a query for rows by ID.
type Lookup[T any] struct {
	SQL  string // it has its other parameters first, and ends where the ID is to be compared
	Args []any  // of the other parameters
	Scan func(Rows, *T) error
	ID   func(T) roster.ID // of a row
}

// Rows yields the rows of IDs that are ascending, in their order.
func (l Lookup[T]) Rows(ctx context.Context, db DB, ids []roster.ID) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		each := l.each()
		for piece := range slices.Chunk(ids, idsInQuery) {
			for row, err := range l.piece(ctx, db, each, piece) {
				if err == nil {
					if _, asked := slices.BinarySearch(piece, l.ID(row)); !asked {
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
func (l Lookup[T]) piece(ctx context.Context, db DB, each string, ids []roster.ID) iter.Seq2[T, error] {
	last := len(ids) - 1
	if int(ids[last]-ids[0]) < sparse*len(ids) {
		first := len(l.Args) + 1
		sql := fmt.Sprintf("%s BETWEEN $%d AND $%d ORDER BY 1", l.SQL, first, first+1)
		return Sequence(ctx, db, l.Scan, sql, append(slices.Clip(l.Args), int64(ids[0]), int64(ids[last]))...)
	}
	args := slices.Clone(l.Args)
	for i := range idsInQuery {
		id := int64(-1) // that nothing has: there is one statement for any number
		if i <= last {
			id = int64(ids[i])
		}
		args = append(args, id)
	}
	return Sequence(ctx, db, l.Scan, each, args...)
}

// each looks up every ID by itself: with a list of them, PostgreSQL would read
// whatever else the query selects, until it has learned how much that is.
func (l Lookup[T]) each() string {
	queries := make([]string, idsInQuery)
	for i := range queries {
		queries[i] = fmt.Sprintf("%s = $%d", l.SQL, len(l.Args)+1+i)
	}
	return strings.Join(queries, " UNION ALL ") + " ORDER BY 1"
}
