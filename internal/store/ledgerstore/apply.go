package ledgerstore

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/store"
)

// leftInRead is how many changes are read at once. Applying them takes long, and
// one read for all would keep SQLite from beginning its log anew: it would grow
// with every block, and with it what a commit costs.
const leftInRead = 2000

// Left implements ledger.Plans.
func (l Ledger) Left(ctx context.Context, plan int64) iter.Seq2[ledger.Left, error] {
	return func(yield func(ledger.Left, error) bool) {
		p, _, err := l.Plan(ctx, plan)
		if err != nil {
			yield(ledger.Left{}, err)
			return
		}
		// What was never handed over has no outcome, and need not be asked for one.
		if p.Handed == 0 || l.left(ctx, p, leftOfTried, 0, p.Handed, yield) {
			l.left(ctx, p, leftOfOthers, p.Handed, math.MaxInt64, yield)
		}
	}
}

// What Left selects of the changes that may have been tried, and of the others.
const (
	leftOfTried = `SELECT ` + changeSelection + `, o.body FROM plan_change c LEFT JOIN plan_outcome o ON o.plan = c.plan AND o.seq = c.seq
		WHERE (o.seq IS NULL OR o.state = 3) AND `
	leftOfOthers = `SELECT ` + changeSelection + `, NULL FROM plan_change c WHERE `
	leftBetween  = `c.plan = $1 AND c.seq > $2 AND c.seq <= $3
		AND c.part NOT IN (SELECT key FROM plan_part WHERE plan = $1 AND state = $4) ORDER BY c.seq LIMIT $5`
)

// left yields what is selected of the changes between two numbers, and reports
// whether more is wanted.
func (l Ledger) left(ctx context.Context, p ledger.Plan, selection string, after, through int64, yield func(ledger.Left, error) bool) bool {
	for {
		var some []ledger.Left
		for left, err := range store.Sequence(ctx, l.DB, scanLeft, selection+leftBetween, p.ID, after, through, string(ledger.Rejected), leftInRead) {
			if err != nil {
				yield(ledger.Left{}, fmt.Errorf("read the plan: %w", err))
				return false
			}
			some = append(some, left)
		}
		for _, left := range some {
			if after = left.Seq; after <= p.Handed {
				left.Tried = p.Tried
			}
			if !yield(left, nil) {
				return false
			}
		}
		if len(some) < leftInRead {
			return true
		}
	}
}

func scanLeft(rows store.Rows, left *ledger.Left) error {
	var outcome *string
	*left = ledger.Left{}
	var row changeRow
	if err := rows.Scan(append(row.columns(), &outcome)...); err != nil {
		return err
	}
	var err error
	if left.Change, _, err = row.change(); err != nil || outcome == nil {
		return err
	}
	var o ledger.Outcome
	err = decodeOutcome(outcome, &o)
	left.Handle = o.Handle
	return err
}

// HandOver implements ledger.Plans.
func (l Ledger) HandOver(ctx context.Context, plan, through int64, at time.Time) error {
	err := l.DB.Write(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE plan SET handed = $2, tried = $3 WHERE id = $1 AND handed < $2`, plan, through, at.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("note the changes that are tried: %w", err)
	}
	return nil
}

// Note implements ledger.Plans.
func (l Ledger) Note(ctx context.Context, plan int64, notes []ledger.Noted) error {
	notes = slices.Clone(notes)
	slices.SortFunc(notes, func(a, b ledger.Noted) int { return int(a.Seq - b.Seq) })
	err := l.DB.WriteBulk(ctx, func(tx store.Tx) error {
		target, err := notable(ctx, tx, plan, notes)
		if err != nil {
			return err
		}
		if err := insertOutcomes(ctx, tx, plan, notes); err != nil {
			return err
		}
		var objects []ledger.Object
		for _, n := range notes {
			if n.Object.Record.Kind != "" {
				objects = append(objects, n.Object)
			}
			if n.From.Kind != "" {
				if err := forget(ctx, tx, target, n.From); err != nil {
					return err
				}
			}
			if n.Undone.Record.Kind != "" {
				if err := addUndone(ctx, tx, target, n.Undone); err != nil {
					return err
				}
			}
		}
		return putObjects(ctx, tx, target, objects)
	})
	if err != nil {
		return fmt.Errorf("note what became of the changes: %w", err)
	}
	return nil
}

// notable returns the target of a plan, or an error where it is noted already what
// became of one of the changes. That it is Accepted is not final.
func notable(ctx context.Context, tx store.Tx, plan int64, notes []ledger.Noted) (ledger.Target, error) {
	var target int
	if err := tx.QueryRow(ctx, `SELECT target FROM plan WHERE id = $1`, plan).Scan(&target); err != nil {
		return 0, err
	}
	known := map[int64]directory.OutcomeState{}
	err := store.Each(ctx, tx, `SELECT seq, state FROM plan_outcome WHERE plan = $1 AND seq BETWEEN $2 AND $3`,
		[]any{plan, notes[0].Seq, notes[len(notes)-1].Seq}, func(row store.Row) error {
			var seq int64
			var state int
			err := row.Scan(&seq, &state)
			known[seq] = directory.OutcomeState(state)
			return err
		})
	if err != nil {
		return 0, err
	}
	for _, n := range notes {
		switch known[n.Seq] {
		case 0:
		case directory.Accepted:
			if _, err := tx.Exec(ctx, `DELETE FROM plan_outcome WHERE plan = $1 AND seq = $2`, plan, n.Seq); err != nil {
				return 0, err
			}
		default:
			return 0, ledger.ErrNotedBefore
		}
	}
	return ledger.Target(target), nil
}

func insertOutcomes(ctx context.Context, tx store.Tx, plan int64, notes []ledger.Noted) error {
	var failed error
	_, err := tx.CopyIn(ctx, "plan_outcome", []string{"plan", "seq", "at", "state", "refused", "object_id", "body"}, func(yield func([]any) bool) {
		row := make([]any, 7)
		for _, n := range notes {
			body, err := encodeOutcome(n.Outcome)
			if err != nil {
				failed = err
				return
			}
			row[0], row[1], row[2], row[3] = plan, n.Seq, n.Time.UnixMicro(), int(n.State)
			row[4], row[5], row[6] = len(n.Refused) > 0, n.ID, body
			if !yield(row) {
				return
			}
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

// Failures implements ledger.Plans.
func (l Ledger) Failures(ctx context.Context, plan int64) (n int, err error) {
	err = l.DB.ReadRow(ctx, `SELECT COUNT(*) FROM plan_outcome WHERE plan = $1 AND (state = $2 OR refused)`, []any{plan, int(directory.Failed)}, &n)
	if err != nil {
		return 0, fmt.Errorf("count the failed changes: %w", err)
	}
	return n, nil
}
