package store

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"rollbook/internal/feed"
	"rollbook/internal/roster"
	"rollbook/internal/run"
)

// Roster reads what the school says (plan.Roster): of each source system, the
// union of its streams.
type Roster struct {
	DB DB
	// Streams are those that count, by source system, in the order of precedence. What
	// others said is there, and not active.
	Streams run.Streams
	// Pending makes reads see the changes of the feeds that are being read, as if
	// they were stored: a dry run plans on them.
	Pending bool
}

// Records implements plan.Roster.
func (r Roster) Records(ctx context.Context, source int, kind roster.Kind) iter.Seq2[roster.Record, error] {
	sql, args := r.statements(source, kind)
	return union(len(r.Streams[source]), Sequence(ctx, r.DB, scanStatement(kind), sql+" ORDER BY 1", args...))
}

// RecordsOf implements plan.Roster.
func (r Roster) RecordsOf(ctx context.Context, source int, kind roster.Kind, ids []roster.ID) iter.Seq2[roster.Record, error] {
	if r.Pending {
		return r.pendingOf(ctx, source, kind, ids)
	}
	sql, args := r.statements(source, kind)
	return union(len(r.Streams[source]), Lookup[statement]{
		sql + " AND id", args, scanStatement(kind), func(s statement) roster.ID { return s.record.ID },
	}.Rows(ctx, r.DB, ids))
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

// statement is what one stream says of a record.
type statement struct {
	record roster.Record
	rank   int // of the stream; beyond the last where it does not count
}

func scanStatement(kind roster.Kind) func(Rows, *statement) error {
	return func(rows Rows, s *statement) error {
		var id, feed int64
		s.record.Kind = kind
		err := rows.Scan(&id, &s.rank, &s.record.Key, &s.record.Active, &feed, &s.record.Body)
		s.record.ID, s.record.Feed = roster.ID(id), roster.FeedNumber(feed)
		return err
	}
}

// statements selects what all streams of a source system say of the records of a kind.
func (r Roster) statements(source int, kind roster.Kind) (sql string, args []any) {
	args = []any{source, int(kind)}
	rank := "0"
	if flows := r.Streams[source]; len(flows) > 0 {
		var cases strings.Builder
		for i, flow := range flows {
			args = append(args, flow)
			fmt.Fprintf(&cases, " WHEN $%d THEN %d", len(args), i)
		}
		rank = fmt.Sprintf("CASE flow%s ELSE %d END", cases.String(), len(flows))
	}
	if !r.Pending {
		return `SELECT id, ` + rank + `, record_key, active, feed, body FROM roster WHERE source = $1 AND kind = $2`, args
	}
	return `SELECT id, ` + rank + `, record_key, active, feed, body FROM (
		SELECT id, flow, record_key, active, 0 AS feed, body FROM pending WHERE source = $1 AND kind = $2 AND body IS NOT NULL
		UNION ALL
		SELECT r.id, r.flow, r.record_key, r.active AND p.id IS NULL, CASE WHEN p.id IS NULL THEN r.feed ELSE 0 END, r.body
		FROM roster AS r LEFT JOIN pending AS p ON p.source = r.source AND p.flow = r.flow AND p.kind = r.kind AND p.id = r.id
		WHERE r.source = $1 AND r.kind = $2 AND (p.id IS NULL OR p.body IS NULL)
	) AS said`, args
}

// union yields the union of what streams say, which comes in the order of IDs. So
// many of them count. An element is valid until the next.
func union(count int, all iter.Seq2[statement, error]) iter.Seq2[roster.Record, error] {
	return func(yield func(roster.Record, error) bool) {
		var same []statement // of the record that comes next
		for s, err := range all {
			if err != nil {
				yield(roster.Record{}, err)
				return
			}
			if len(same) > 0 && same[0].record.ID != s.record.ID {
				if !yield(unionOf(count, same)) {
					return
				}
				same = same[:0]
			}
			same = appendStatement(same, s)
		}
		if len(same) > 0 {
			yield(unionOf(count, same))
		}
	}
}

// appendStatement appends a copy of a statement, into the space of one that was
// there before.
func appendStatement(list []statement, s statement) []statement {
	var space []byte
	if n := len(list); n < cap(list) {
		space = list[:n+1][n].record.Body[:0]
	}
	s.record.Body = append(space, s.record.Body...)
	return append(list, s)
}

// unionOf returns the union of what streams say of one record. One that none says
// that counts is not active.
func unionOf(count int, same []statement) (roster.Record, error) {
	if len(same) == 1 {
		only := same[0].record
		only.Active = only.Active && same[0].rank < count
		return only, nil
	}
	slices.SortFunc(same, func(a, b statement) int { return cmp.Compare(a.rank, b.rank) })
	said := make([]roster.Record, 0, len(same))
	for _, s := range same {
		if s.rank < count {
			said = append(said, s.record)
		}
	}
	if len(said) == 0 {
		left := same[0].record
		left.Active = false
		return left, nil
	}
	return feed.Union(said)
}
