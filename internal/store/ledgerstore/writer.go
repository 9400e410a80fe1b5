package ledgerstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"rollbook/internal/ledger"
	"rollbook/internal/store"
)

// making is the state of a plan that is not complete.
const making = "making"

// Begin implements ledger.Plans.
func (l Ledger) Begin(ctx context.Context, d ledger.Draft) (ledger.Writer, error) {
	if err := l.dropUnfinished(ctx, d.Target); err != nil {
		return nil, err
	}
	w := &writer{ledger: l, plan: ledger.Plan{Target: d.Target, Run: d.Run, Purpose: d.Purpose, Created: d.Created, By: d.By, Undoing: d.Undoing}}
	err := l.DB.Write(ctx, func(tx store.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) + 1 FROM plan`).Scan(&w.plan.ID); err != nil {
			return err
		}
		var by, undoing any
		if d.By != "" {
			by = d.By
		}
		if d.Undoing != nil {
			text, err := json.Marshal(d.Undoing)
			if err != nil {
				return err
			}
			undoing = string(text)
		}
		_, err := tx.Exec(ctx, `INSERT INTO plan (id, target, run, purpose, state, hash, created, counts, decided_by, undoing, handed)
			VALUES ($1, $2, $3, $4, $5, '', $6, '{}', $7, $8, 0)`,
			w.plan.ID, int(d.Target), d.Run, string(d.Purpose), making, d.Created.UnixMicro(), by, undoing)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("begin a plan: %w", err)
	}
	w.behind = store.WriteBehind(func(rows [][]any) error { return l.insertChanges(ctx, rows) })
	return w, nil
}

// dropUnfinished removes the plans of a target that were never completed.
func (l Ledger) dropUnfinished(ctx context.Context, t ledger.Target) error {
	for done := false; !done; {
		err := l.DB.Write(ctx, func(tx store.Tx) error {
			n, err := tx.Exec(ctx, `DELETE FROM plan_change WHERE (plan, seq) IN (SELECT plan, seq FROM plan_change
				WHERE plan IN (SELECT id FROM plan WHERE target = $1 AND state = $2) LIMIT $3)`, int(t), making, rowsInTransaction)
			if done = n == 0; err != nil || !done {
				return err
			}
			_, err = tx.Exec(ctx, `DELETE FROM plan WHERE target = $1 AND state = $2`, int(t), making)
			return err
		})
		if err != nil {
			return fmt.Errorf("drop an unfinished plan: %w", err)
		}
	}
	return nil
}

// writer implements ledger.Writer. It writes behind the planner.
type writer struct {
	ledger Ledger
	plan   ledger.Plan
	tally  ledger.Tally
	rows   [][]any
	behind *store.Behind[[]any]
}

// ID implements ledger.Writer.
func (w *writer) ID() int64 { return w.plan.ID }

// Add implements ledger.Writer.
func (w *writer) Add(_ context.Context, c ledger.Change) error {
	c, digest, err := w.tally.Add(c)
	if err != nil {
		return err
	}
	body, err := appendBody(make([]byte, 0, 384), c)
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	w.rows = append(w.rows, []any{
		w.plan.ID, c.Seq, c.Wave, c.Part, string(c.Verb), string(c.Record.Kind), c.Record.Source, int64(c.Record.ID),
		c.Anchor, c.ObjectID, digest[:], string(body),
	})
	if len(w.rows) < rowsInTransaction {
		return nil
	}
	full := w.rows
	w.rows = nil
	return w.behind.Put(full)
}

func changeColumns() []string {
	return []string{"plan", "seq", "wave", "part", "verb", "kind", "source", "record", "anchor", "object_id", "digest", "body"}
}

func (l Ledger) insertChanges(ctx context.Context, rows [][]any) error {
	err := l.DB.WriteBulk(ctx, func(tx store.Tx) error {
		_, err := tx.CopyIn(ctx, "plan_change", changeColumns(), slices.Values(rows))
		return err
	})
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// Parts implements ledger.Writer.
func (w *writer) Parts() []ledger.Part { return w.tally.Parts(making) }

// Finish implements ledger.Writer.
func (w *writer) Finish(ctx context.Context, s ledger.State, g ledger.Guard) (ledger.Plan, []ledger.Part, error) {
	if s != ledger.Planned && s != ledger.Held && s != ledger.Applying {
		return ledger.Plan{}, nil, fmt.Errorf("finish the plan: %w", ledger.NotAllowed{From: making, To: s})
	}
	err := w.behind.Put(w.rows)
	if err = errors.Join(err, w.behind.Close()); err != nil {
		return ledger.Plan{}, nil, err
	}
	parts := w.tally.Parts(s)
	w.plan.Counts, w.plan.Guard = w.tally.Counts, g
	w.plan.State, w.plan.Hash = s, ledger.HashOf(w.plan.Target, w.plan.Purpose, parts)
	if err := w.ledger.complete(ctx, w.plan, parts); err != nil {
		return ledger.Plan{}, nil, fmt.Errorf("finish the plan: %w", err)
	}
	return w.plan, parts, nil
}

// complete makes a plan complete, and supersedes those of its target that wait.
func (l Ledger) complete(ctx context.Context, p ledger.Plan, parts []ledger.Part) error {
	counts, err := json.Marshal(p.Counts)
	if err != nil {
		return err
	}
	guarded, err := json.Marshal(p.Guard)
	if err != nil {
		return err
	}
	return l.DB.Write(ctx, func(tx store.Tx) error {
		for _, table := range []string{
			`UPDATE plan_part SET state = $3 WHERE state IN ($4, $5, $6) AND plan IN (SELECT id FROM plan WHERE target = $1 AND id <> $2)`,
			`UPDATE plan SET state = $3 WHERE state IN ($4, $5, $6) AND target = $1 AND id <> $2`,
		} {
			_, err := tx.Exec(ctx, table, int(p.Target), p.ID, string(ledger.Superseded),
				string(ledger.Planned), string(ledger.Held), string(ledger.Approved))
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE plan SET state = $2, hash = $3, counts = $4, guard = $5 WHERE id = $1`,
			p.ID, string(p.State), p.Hash, string(counts), string(guarded))
		if err != nil {
			return err
		}
		for _, part := range parts {
			counts, err := json.Marshal(part.Counts)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `INSERT INTO plan_part (plan, key, state, hash, counts) VALUES ($1, $2, $3, $4, $5)`,
				p.ID, part.Key, string(part.State), part.Hash, string(counts))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Drop implements ledger.Writer. The rows are removed when the next plan begins.
func (w *writer) Drop() {
	// A plan that is given up need not have been written.
	_ = w.behind.Close()
}
