package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/go-json-experiment/json"

	"rollbook/internal/plan"
	"rollbook/internal/roster"
	"rollbook/internal/run"
)

// Journal keeps plans and what became of their effects (run.Journal).
type Journal struct{ DB DB }

// Begin implements run.Journal. Plans that were cut off while they were being
// made are dropped.
func (j Journal) Begin(ctx context.Context, runID string) (run.PlanWriter, error) {
	if err := j.dropUnfinished(ctx); err != nil {
		return nil, err
	}
	w := &planWriter{journal: j}
	err := j.DB.Write(ctx, func(tx Tx) error {
		if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) + 1 FROM plan`).Scan(&w.id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO plan (id, run, state, summary, tried, done) VALUES ($1, $2, 'planning', '{}', 0, 0)`, w.id, runID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("begin a plan: %w", err)
	}
	w.behind = writeBehind(func(sheets []plan.Sheet) error { return j.insert(ctx, w.id, sheets) })
	return w, nil
}

// planWriter writes a plan behind the planner.
type planWriter struct {
	journal Journal
	id      int64
	sheets  []plan.Sheet
	behind  *behind[plan.Sheet]
}

// sheetsInTransaction bounds how long other writers wait for a piece of a plan,
// and the memory that what waits to be written takes.
const sheetsInTransaction = 32

// ID implements run.PlanWriter.
func (w *planWriter) ID() int64 { return w.id }

// Add implements run.PlanWriter.
func (w *planWriter) Add(_ context.Context, sheet plan.Sheet) error {
	w.sheets = append(w.sheets, sheet)
	if len(w.sheets) < sheetsInTransaction {
		return nil
	}
	full := w.sheets
	w.sheets = nil
	return w.behind.put(full)
}

// Finish implements run.PlanWriter.
func (w *planWriter) Finish(ctx context.Context, summary plan.Summary) error {
	err := w.behind.put(w.sheets)
	if err = errors.Join(err, w.behind.close()); err != nil {
		return err
	}
	body, err := json.Marshal(summary)
	if err != nil {
		return fmt.Errorf("finish the plan: %w", err)
	}
	return w.journal.exec(ctx, "finish the plan", `UPDATE plan SET state = 'planned', summary = $2 WHERE id = $1`, w.id, string(body))
}

// Drop implements run.PlanWriter. The rows are removed when the next plan begins.
func (w *planWriter) Drop() {
	// A plan that is given up need not have been written.
	_ = w.behind.close()
}

// dropUnfinished removes the plans that were never finished, and their effects.
func (j Journal) dropUnfinished(ctx context.Context) error {
	for {
		done := false
		err := j.DB.Write(ctx, func(tx Tx) error {
			n, err := tx.Exec(ctx, `DELETE FROM effect WHERE (plan, seq) IN (
				SELECT plan, seq FROM effect WHERE plan IN (SELECT id FROM plan WHERE state = 'planning') LIMIT $1)`, sheetsInTransaction)
			if err != nil || n > 0 {
				return err
			}
			done = true
			_, err = tx.Exec(ctx, `DELETE FROM plan WHERE state = 'planning'`)
			return err
		})
		if err != nil {
			return fmt.Errorf("drop an unfinished plan: %w", err)
		}
		if done {
			return nil
		}
	}
}

func (j Journal) insert(ctx context.Context, planID int64, sheets []plan.Sheet) error {
	err := j.DB.WriteBulk(ctx, func(tx Tx) error {
		_, err := tx.CopyIn(ctx, "effect", []string{"plan", "seq", "lines", "body"}, func(yield func([]any) bool) {
			for _, s := range sheets {
				if !yield([]any{planID, s.Last, s.Lines, s.Body}) {
					return
				}
			}
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// Close implements run.Journal.
func (j Journal) Close(ctx context.Context, planID int64) error {
	return j.exec(ctx, "close the plan", `UPDATE plan SET state = 'applied' WHERE id = $1`, planID)
}

// Tried implements run.Journal.
func (j Journal) Tried(ctx context.Context, planID, through int64) error {
	return j.exec(ctx, "note the effects that are tried", `UPDATE plan SET tried = $2 WHERE id = $1`, planID, through)
}

func (j Journal) exec(ctx context.Context, what, sql string, args ...any) error {
	err := j.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Open implements run.Journal.
func (j Journal) Open(ctx context.Context) (p run.OpenPlan, found bool, err error) {
	var summary string
	err = j.DB.ReadRow(ctx, `SELECT id, run, summary, done FROM plan WHERE state = 'planned' ORDER BY id LIMIT 1`,
		nil, &p.ID, &p.Run, &summary, &p.Done)
	if errors.Is(err, ErrNoRows) {
		return run.OpenPlan{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(summary), &p.Summary)
	}
	if err != nil {
		return run.OpenPlan{}, false, fmt.Errorf("look for an interrupted plan: %w", err)
	}
	return p, true, nil
}

// Lines implements run.Journal.
func (j Journal) Lines(ctx context.Context, planID, after int64) iter.Seq2[plan.Line, error] {
	return func(yield func(plan.Line, error) bool) {
		for lines, err := range j.sheets(ctx, planID, after) {
			if err != nil {
				yield(plan.Line{}, err)
				return
			}
			for _, l := range lines {
				if l.Seq > after && !yield(l, nil) {
					return
				}
			}
		}
	}
}

// sheetsInRead is how many sheets are read at once. Applying them takes long, and
// one read for all would keep SQLite from beginning its log anew: it would grow
// with every batch, and with it what a commit costs.
const sheetsInRead = 16

// sheets yields the lines of each sheet of a plan of which one comes after a
// sequence number.
func (j Journal) sheets(ctx context.Context, planID, after int64) iter.Seq2[[]plan.Line, error] {
	return func(yield func([]plan.Line, error) bool) {
		for {
			sheets, err := j.someSheets(ctx, planID, after)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, s := range sheets {
				lines, err := s.Unpack()
				if !yield(lines, err) || err != nil {
					return
				}
				after = s.Last
			}
			if len(sheets) == 0 {
				return
			}
		}
	}
}

func (j Journal) someSheets(ctx context.Context, planID, after int64) ([]plan.Sheet, error) {
	var sheets []plan.Sheet
	for s, err := range sequence(ctx, j.DB, func(rows Rows, s *plan.Sheet) error {
		return rows.Scan(&s.Last, &s.Lines, &s.Body)
	}, `SELECT seq, lines, body FROM effect WHERE plan = $1 AND seq > $2 ORDER BY seq LIMIT $3`, planID, after, sheetsInRead) {
		if err != nil {
			return nil, err
		}
		s.Body = slices.Clone(s.Body)
		sheets = append(sheets, s)
	}
	return sheets, nil
}

// errNotedBefore says that effects are noted for a second time. A process that
// others took for dead, and whose work another one did, must not undo its notes.
var errNotedBefore = errors.New("they were noted before: another process took over the work")

// Done implements run.Journal. Should a crash of the machine undo it, the effects
// are tried again, which a directory recognizes.
func (j Journal) Done(ctx context.Context, planID int64, d run.Done) error {
	err := j.DB.WriteBulk(ctx, func(tx Tx) error {
		n, err := tx.Exec(ctx, `UPDATE plan SET done = $2, tried = $3 WHERE id = $1 AND done < $2`, planID, d.Through, d.Next)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNotedBefore
		}
		for source, accounts := range d.Created {
			if err := insertAccounts(ctx, tx, source, accounts); err != nil {
				return err
			}
		}
		for source, accounts := range d.Accounts {
			if err := putAccounts(ctx, tx, source, accounts); err != nil {
				return err
			}
		}
		for source, groups := range d.ClassGroups {
			if err := putClassGroups(ctx, tx, source, groups); err != nil {
				return err
			}
		}
		for _, f := range d.Failures {
			_, err := tx.Exec(ctx, `INSERT INTO effect_failure (plan, seq, message) VALUES ($1, $2, $3)`, planID, f.Seq, f.Message)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what became of the effects: %w", err)
	}
	return nil
}

// Failures implements run.Journal.
func (j Journal) Failures(ctx context.Context, planID int64) (n int, err error) {
	err = j.DB.ReadRow(ctx, `SELECT COUNT(*) FROM effect_failure WHERE plan = $1`, []any{planID}, &n)
	if err != nil {
		return 0, fmt.Errorf("count the failed effects: %w", err)
	}
	return n, nil
}

// Remember implements run.Journal.
func (j Journal) Remember(ctx context.Context, source int, accounts []plan.Account) error {
	for piece := range slices.Chunk(accounts, rowsInTransaction) {
		err := j.DB.WriteBulk(ctx, func(tx Tx) error { return putAccounts(ctx, tx, source, piece) })
		if err != nil {
			return fmt.Errorf("remember accounts: %w", err)
		}
	}
	return nil
}

// Forget implements run.Journal.
func (j Journal) Forget(ctx context.Context, source int, people, classes []roster.ID) error {
	for sql, ids := range map[string][]roster.ID{
		`DELETE FROM account WHERE source = $1 AND person = $2`:    people,
		`DELETE FROM class_group WHERE source = $1 AND class = $2`: classes,
	} {
		for part := range slices.Chunk(ids, rowsInTransaction) {
			err := j.DB.Write(ctx, func(tx Tx) error {
				for _, id := range part {
					if _, err := tx.Exec(ctx, sql, source, int64(id)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return fmt.Errorf("forget what is gone: %w", err)
			}
		}
	}
	return nil
}

// Accounts implements run.Journal.
func (j Journal) Accounts(ctx context.Context, source int, people []roster.ID) (map[roster.ID]plan.Account, error) {
	accounts := map[roster.ID]plan.Account{}
	for a, err := range Memory(j).AccountsOf(ctx, source, ascending(people)) {
		if err != nil {
			return nil, fmt.Errorf("read the accounts of people: %w", err)
		}
		accounts[a.Person] = a
	}
	return accounts, nil
}

// ClassGroups implements run.Journal.
func (j Journal) ClassGroups(ctx context.Context, source int, classes []roster.ID) (map[roster.ID]plan.ClassGroup, error) {
	groups := map[roster.ID]plan.ClassGroup{}
	for g, err := range Memory(j).ClassGroupsOf(ctx, source, ascending(classes)) {
		if err != nil {
			return nil, fmt.Errorf("read the groups of classes: %w", err)
		}
		g.Owners, g.Members = slices.Clone(g.Owners), slices.Clone(g.Members)
		groups[g.Class] = g
	}
	return groups, nil
}

func ascending(ids []roster.ID) []roster.ID {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
