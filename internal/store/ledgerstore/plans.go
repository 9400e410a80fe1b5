package ledgerstore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"rollbook/internal/ledger"
	"rollbook/internal/store"
)

const planColumns = `id, target, run, purpose, state, hash, created, counts, guard, decided_by, apply_run, undoing, handed, tried`

func scanPlan(row store.Row) (p ledger.Plan, err error) {
	var target int
	var purpose, state, counts, guarded string
	var by, applyRun, undoing *string
	var created int64
	var tried *int64
	if err := row.Scan(&p.ID, &target, &p.Run, &purpose, &state, &p.Hash, &created, &counts, &guarded, &by, &applyRun, &undoing, &p.Handed, &tried); err != nil {
		return ledger.Plan{}, err
	}
	p.Target, p.Purpose, p.State, p.Created = ledger.Target(target), ledger.Purpose(purpose), ledger.State(state), timeOf(created)
	if tried != nil {
		p.Tried = timeOf(*tried)
	}
	if by != nil {
		p.By = *by
	}
	if applyRun != nil {
		p.ApplyRun = *applyRun
	}
	if undoing != nil {
		p.Undoing = &ledger.Undoing{}
		if err := json.Unmarshal([]byte(*undoing), p.Undoing); err != nil {
			return ledger.Plan{}, err
		}
	}
	return p, errors.Join(json.Unmarshal([]byte(counts), &p.Counts), json.Unmarshal([]byte(guarded), &p.Guard))
}

func timeOf(microseconds int64) time.Time { return time.UnixMicro(microseconds).UTC() }

// Plan implements ledger.Plans.
func (l Ledger) Plan(ctx context.Context, id int64) (p ledger.Plan, parts []ledger.Part, err error) {
	err = l.DB.Read(ctx, func(tx store.Tx) error {
		if p, err = scanPlan(tx.QueryRow(ctx, `SELECT `+planColumns+` FROM plan WHERE id = $1 AND state <> $2`, id, making)); err != nil {
			return err
		}
		parts, err = partsOf(ctx, tx, id)
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		err = ledger.ErrNotFound
	}
	if err != nil {
		return ledger.Plan{}, nil, fmt.Errorf("read plan %d: %w", id, err)
	}
	return p, parts, nil
}

// partsOf returns the parts of a plan, by key.
func partsOf(ctx context.Context, tx store.Tx, id int64) (parts []ledger.Part, err error) {
	err = store.Each(ctx, tx, `SELECT key, state, hash, counts FROM plan_part WHERE plan = $1 ORDER BY key`, []any{id}, func(row store.Row) error {
		var p ledger.Part
		var state, counts string
		if err := row.Scan(&p.Key, &state, &p.Hash, &counts); err != nil {
			return err
		}
		p.State = ledger.State(state)
		err := json.Unmarshal([]byte(counts), &p.Counts)
		parts = append(parts, p)
		return err
	})
	return parts, err
}

// Open implements ledger.Plans.
func (l Ledger) Open(ctx context.Context, t ledger.Target) (p ledger.Plan, found bool, err error) {
	err = l.DB.Read(ctx, func(tx store.Tx) (err error) {
		p, err = scanPlan(tx.QueryRow(ctx, `SELECT `+planColumns+` FROM plan WHERE target = $1 AND state = $2 ORDER BY id LIMIT 1`,
			int(t), string(ledger.Applying)))
		return err
	})
	switch {
	case errors.Is(err, store.ErrNoRows):
		return ledger.Plan{}, false, nil
	case err != nil:
		return ledger.Plan{}, false, fmt.Errorf("look for an interrupted plan: %w", err)
	}
	return p, true, nil
}

// Plans implements ledger.Plans.
func (l Ledger) Plans(ctx context.Context, t ledger.Target, since time.Time, most int) (plans []ledger.Plan, err error) {
	if most == 0 {
		most = math.MaxInt32
	}
	err = l.DB.Read(ctx, func(tx store.Tx) error {
		return store.Each(ctx, tx, `SELECT `+planColumns+` FROM plan WHERE ($1 = 0 OR target = $1) AND state <> $2 AND created >= $3 ORDER BY id DESC LIMIT $4`,
			[]any{int(t), making, since.UnixMicro(), most}, func(row store.Row) error {
				p, err := scanPlan(row)
				plans = append(plans, p)
				return err
			})
	})
	if err != nil {
		return nil, fmt.Errorf("list the plans: %w", err)
	}
	return plans, nil
}

// Apply implements ledger.Plans.
func (l Ledger) Apply(ctx context.Context, plan int64, run string) error {
	return l.move(ctx, plan, run, ledger.Applying, ledger.Planned, ledger.Approved)
}

// Close implements ledger.Plans.
func (l Ledger) Close(ctx context.Context, plan int64) error {
	return l.move(ctx, plan, "", ledger.Applied, ledger.Applying)
}

// move brings a plan, and its parts that are in one of the states, to another one,
// by a run; "" for that which did so before.
func (l Ledger) move(ctx context.Context, plan int64, run string, to ledger.State, from ...ledger.State) error {
	err := l.DB.Write(ctx, func(tx store.Tx) error {
		var state string
		if err := tx.QueryRow(ctx, `SELECT state FROM plan WHERE id = $1`, plan).Scan(&state); err != nil {
			return err
		}
		if !ledger.State(state).May(to) {
			return ledger.NotAllowed{From: ledger.State(state), To: to}
		}
		if _, err := tx.Exec(ctx, `UPDATE plan SET state = $2 WHERE id = $1`, plan, string(to)); err != nil {
			return err
		}
		if run != "" {
			if _, err := tx.Exec(ctx, `UPDATE plan SET apply_run = $2 WHERE id = $1`, plan, run); err != nil {
				return err
			}
		}
		for _, before := range from {
			if _, err := tx.Exec(ctx, `UPDATE plan_part SET state = $3 WHERE plan = $1 AND state = $2`, plan, string(before), string(to)); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, store.ErrNoRows) {
		err = ledger.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("plan %d: %w", plan, err)
	}
	return nil
}

// Decide implements ledger.Plans.
func (l Ledger) Decide(ctx context.Context, plan int64, d ledger.Decision) error {
	err := l.DB.Write(ctx, func(tx store.Tx) error {
		p, err := scanPlan(tx.QueryRow(ctx, `SELECT `+planColumns+` FROM plan WHERE id = $1 AND state <> $2`, plan, making))
		if errors.Is(err, store.ErrNoRows) {
			return ledger.ErrNotFound
		}
		if err != nil {
			return err
		}
		return decide(ctx, tx, p, d)
	})
	if err != nil {
		return fmt.Errorf("decide on plan %d: %w", plan, err)
	}
	return nil
}

func decide(ctx context.Context, tx store.Tx, p ledger.Plan, d ledger.Decision) error {
	to := ledger.Rejected
	if d.Approve {
		to = ledger.Approved
	}
	if err := decidable(ctx, tx, p, d, to); err != nil {
		return err
	}
	for _, part := range d.Parts {
		_, err := tx.Exec(ctx, `UPDATE plan_part SET state = $3, decided_by = $4, decided_at = $5, note = $6 WHERE plan = $1 AND key = $2`,
			p.ID, part.Key, string(to), d.By, d.Time.UnixMicro(), d.Note)
		if err != nil {
			return err
		}
	}
	parts, err := partsOf(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	is := func(s ledger.State) bool {
		return slices.ContainsFunc(parts, func(part ledger.Part) bool { return part.State == s })
	}
	switch {
	case is(ledger.Held):
		return nil
	case is(ledger.Approved):
		to = ledger.Approved
	}
	_, err = tx.Exec(ctx, `UPDATE plan SET state = $2, decided_by = $3, apply_run = $4 WHERE id = $1`, p.ID, string(to), d.By, d.Run)
	return err
}

// decidable returns why a decision cannot be taken, if it cannot. That a part was
// decided comes first: who comes second wants to know who was first.
func decidable(ctx context.Context, tx store.Tx, p ledger.Plan, d ledger.Decision, to ledger.State) error {
	for _, part := range d.Parts {
		var state, hash string
		var by *string
		var at *int64
		err := tx.QueryRow(ctx, `SELECT state, hash, decided_by, decided_at FROM plan_part WHERE plan = $1 AND key = $2`, p.ID, part.Key).
			Scan(&state, &hash, &by, &at)
		switch {
		case errors.Is(err, store.ErrNoRows):
			return ledger.Outdated{Part: part.Key, Was: part.Hash}
		case err != nil:
			return err
		case by != nil && at != nil:
			return ledger.Decided{Part: part.Key, State: ledger.State(state), By: *by, Time: timeOf(*at)}
		case !ledger.State(state).May(to):
			return ledger.NotAllowed{From: ledger.State(state), To: to}
		case hash != part.Hash:
			return ledger.Outdated{Part: part.Key, Is: hash, Was: part.Hash}
		}
	}
	if p.Hash != d.Hash {
		return ledger.Outdated{Is: p.Hash, Was: d.Hash}
	}
	return nil
}
