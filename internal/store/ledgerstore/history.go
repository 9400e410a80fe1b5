package ledgerstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
	"rollbook/internal/store"
)

// changeSelection is what is read of a change, called c.
const changeSelection = `c.seq, c.wave, c.part, c.verb, c.kind, c.source, c.record, c.anchor, c.object_id, c.digest, c.body`

// changeRow is a row of plan_change.
type changeRow struct {
	seq, record                        int64
	wave, source                       int
	part, verb, kind, anchor, objectID string
	digest, body                       []byte
}

func (r *changeRow) columns() []any {
	return []any{&r.seq, &r.wave, &r.part, &r.verb, &r.kind, &r.source, &r.record, &r.anchor, &r.objectID, &r.digest, &r.body}
}

// change returns the change in the row, and whether it was erased.
func (r *changeRow) change() (c ledger.Change, erased bool, err error) {
	c = ledger.Change{
		Seq: r.seq, Wave: r.wave, Part: r.part, Verb: directory.Verb(r.verb),
		Record: ledger.Record{Kind: directory.Kind(r.kind), Source: r.source, ID: roster.ID(r.record)},
		Anchor: r.anchor, ObjectID: r.objectID,
	}
	if len(r.body) == 0 {
		return c, true, nil
	}
	return c, false, decodeBody(r.body, &c)
}

// Changes implements ledger.History.
func (l Ledger) Changes(ctx context.Context, q ledger.Query) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		sql, args := entriesOf(q)
		for e, err := range store.Sequence(ctx, l.DB, scanEntry, sql, args...) {
			if err == nil && !concerns(q.Record, e) {
				continue
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// entriesOf returns the query for changes. Of those of a person it finds more than
// are wanted: whom a change links is in its body.
func entriesOf(q ledger.Query) (string, []any) {
	var args []any
	bind := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	var where []string
	if q.Plan != 0 {
		where = []string{`p.state <> ` + bind(making)}
	} else {
		where = []string{`p.state IN (` + bind(string(ledger.Applying)) + `, ` + bind(string(ledger.Applied)) + `)`}
	}
	if q.Target != 0 {
		where = append(where, `p.target = `+bind(int(q.Target)))
	}
	if q.Plan != 0 {
		where = append(where, `p.id = `+bind(q.Plan))
	}
	if q.After != 0 {
		where = append(where, `c.seq > `+bind(q.After))
	}
	if q.Run != "" {
		where = append(where, `COALESCE(p.apply_run, p.run) = `+bind(q.Run))
	}
	if !q.From.IsZero() {
		where = append(where, `p.created >= `+bind(q.From.UnixMicro()))
	}
	if !q.To.IsZero() {
		where = append(where, `p.created < `+bind(q.To.UnixMicro()))
	}
	if r := q.Record; r.Kind != "" {
		own := `c.kind = ` + bind(string(r.Kind)) + ` AND c.record = ` + bind(int64(r.ID))
		if r.Kind == directory.Account {
			own += ` OR c.kind <> ` + bind(string(r.Kind))
		}
		where = append(where, `c.source = `+bind(r.Source)+` AND (`+own+`)`)
	}
	return `SELECT p.` + strings.ReplaceAll(planColumns, ", ", ", p.") + `, ` + changeSelection + `, o.at, o.state, o.object_id, o.body
		FROM plan p JOIN plan_change c ON c.plan = p.id LEFT JOIN plan_outcome o ON o.plan = c.plan AND o.seq = c.seq
		WHERE ` + strings.Join(where, ` AND `) + ` ORDER BY c.plan, c.seq`, args
}

// concerns reports whether a change is to the object of a record, or links it.
func concerns(r ledger.Record, e ledger.Entry) bool {
	return r.Kind == "" || e.Record == r || slices.ContainsFunc(e.Links, func(l ledger.Links) bool {
		return l.Relation.To() == r.Kind && l.IDs.Has(r.ID)
	})
}

// withMore is a row that begins with the columns of something else.
type withMore struct {
	store.Rows
	more []any
}

func (w withMore) Scan(dest ...any) error { return w.Rows.Scan(append(dest, w.more...)...) }

func scanEntry(rows store.Rows, e *ledger.Entry) error {
	var change changeRow
	var at *int64
	var state *int
	var objectID, body *string
	plan, err := scanPlan(withMore{rows, append(change.columns(), &at, &state, &objectID, &body)})
	if err != nil {
		return err
	}
	*e = ledger.Entry{Plan: plan, Digest: ledger.Digest(change.digest)}
	if e.Change, e.Erased, err = change.change(); err != nil || at == nil {
		return err
	}
	e.Outcome = &ledger.Outcome{Seq: e.Seq, Time: timeOf(*at), State: directory.OutcomeState(*state), ID: *objectID}
	return decodeOutcome(body, e.Outcome)
}

// Verify implements ledger.History.
func (l Ledger) Verify(ctx context.Context, plan int64) error {
	p, parts, err := l.Plan(ctx, plan)
	if err != nil {
		return err
	}
	hashes := map[string]hash.Hash{}
	for e, err := range l.digests(ctx, plan) {
		if err != nil {
			return fmt.Errorf("verify plan %d: %w", plan, err)
		}
		if !e.Erased && e.Change.Digest() != e.Digest {
			return ledger.Damaged{Plan: plan, Part: e.Part, Seq: e.Seq}
		}
		if hashes[e.Part] == nil {
			hashes[e.Part] = sha256.New()
		}
		hashes[e.Part].Write(e.Digest[:])
	}
	for _, part := range parts {
		h := hashes[part.Key]
		delete(hashes, part.Key)
		if h == nil || hex.EncodeToString(h.Sum(nil)) != part.Hash {
			return ledger.Damaged{Plan: plan, Part: part.Key}
		}
	}
	if len(hashes) > 0 {
		return ledger.Damaged{Plan: plan, Part: slices.Min(slices.Collect(maps.Keys(hashes)))}
	}
	if ledger.HashOf(p.Target, p.Purpose, parts) != p.Hash {
		return ledger.Damaged{Plan: plan}
	}
	return nil
}

// digests yields all changes of a plan, whatever its state.
func (l Ledger) digests(ctx context.Context, plan int64) iter.Seq2[ledger.Entry, error] {
	scan := func(rows store.Rows, e *ledger.Entry) error {
		var change changeRow
		if err := rows.Scan(change.columns()...); err != nil {
			return err
		}
		*e = ledger.Entry{Digest: ledger.Digest(change.digest)}
		var err error
		e.Change, e.Erased, err = change.change()
		return err
	}
	return store.Sequence(ctx, l.DB, scan, `SELECT `+changeSelection+` FROM plan_change c WHERE plan = $1 ORDER BY seq`, plan)
}

// Erase implements ledger.History.
func (l Ledger) Erase(ctx context.Context, r ledger.Record) error {
	args := []any{r.Source, string(r.Kind), int64(r.ID)}
	const of = ` WHERE source = $1 AND kind = $2 AND record = $3`
	err := l.DB.Write(ctx, func(tx store.Tx) error {
		for _, sql := range []string{
			`UPDATE plan_outcome SET object_id = '', body = NULL WHERE EXISTS (SELECT 1 FROM plan_change c
				WHERE c.plan = plan_outcome.plan AND c.seq = plan_outcome.seq AND c.source = $1 AND c.kind = $2 AND c.record = $3)`,
			`UPDATE plan_change SET anchor = '', object_id = '', body = ''` + of,
			`DELETE FROM held_object` + of,
			`DELETE FROM undone` + of,
		} {
			if _, err := tx.Exec(ctx, sql, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("erase a record from the ledger: %w", err)
	}
	return nil
}
