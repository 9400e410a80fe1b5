package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/guard"
	"rollbook/internal/jobs"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/ledgerstore"
)

// everyTarget stands for all directories where plans are looked for.
const everyTarget ledger.Target = 0

// NoPlanError says that no plan has a name.
type NoPlanError struct{ Name string }

func (e *NoPlanError) Error() string {
	return fmt.Sprintf("there is no plan %q: name one by its number, or say latest", e.Name)
}

// Ledger returns the installation's ledger.
func (p *Parts) Ledger() ledger.Ledger { return ledgerstore.Ledger{DB: p.DB} }

// FindPlan returns the plan with a number, with its parts, or the latest one that
// does anything.
func (p *Parts) FindPlan(ctx context.Context, name string) (ledger.Plan, []ledger.Part, error) {
	if name == "latest" {
		plans, err := p.Ledger().Plans(ctx, everyTarget, time.Time{}, 0)
		if err != nil {
			return ledger.Plan{}, nil, err
		}
		i := slices.IndexFunc(plans, func(one ledger.Plan) bool { return one.Counts.Effects() > 0 || len(one.Guard.Trips) > 0 })
		if i < 0 {
			return ledger.Plan{}, nil, &NoPlanError{name}
		}
		name = strconv.FormatInt(plans[i].ID, 10)
	}
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return ledger.Plan{}, nil, &NoPlanError{name}
	}
	found, parts, err := p.Ledger().Plan(ctx, id)
	if errors.Is(err, ledger.ErrNotFound) {
		err = &NoPlanError{name}
	}
	return found, parts, err
}

// NoRunError says that no run has a name.
type NoRunError struct{ Name string }

func (e *NoRunError) Error() string {
	if e.Name == "latest" {
		return "there was no run yet"
	}
	return fmt.Sprintf("there is no such run, %q: name one by its ID, by the beginning of it, or say latest", e.Name)
}

// FindRun returns the run with an ID, or with one that begins so, or the latest one.
func (p *Parts) FindRun(ctx context.Context, name string) (run.Run, error) {
	r, err := p.Runs().Run(ctx, name)
	if !errors.Is(err, run.ErrNotFound) {
		return r, err
	}
	runs, err := p.Runs().Runs(ctx)
	if err != nil {
		return run.Run{}, err
	}
	var found []run.Run
	for _, one := range runs {
		if strings.HasPrefix(one.ID, name) || name == "latest" && len(found) == 0 {
			found = append(found, one)
		}
	}
	if len(found) != 1 || name == "" {
		return run.Run{}, &NoRunError{name}
	}
	return found[0], nil
}

// FindRunToUndo returns the run of FindRun; latest is the latest one that changed the
// directory to follow the roster.
func (p *Parts) FindRunToUndo(ctx context.Context, name string) (run.Run, error) {
	if name != "latest" {
		return p.FindRun(ctx, name)
	}
	plans, err := p.Ledger().Plans(ctx, everyTarget, time.Time{}, 0)
	if err != nil {
		return run.Run{}, err
	}
	for _, one := range plans {
		if one.Purpose == ledger.ForFeed && one.State == ledger.Applied && one.Counts.Effects() > 0 {
			return p.Runs().Run(ctx, one.AppliedBy())
		}
	}
	return run.Run{}, &NoRunError{name}
}

// PlansByRun returns the plans by the run that made them, and by that which applied
// them, in their order.
func (p *Parts) PlansByRun(ctx context.Context) (map[string][]ledger.Plan, error) {
	plans, err := p.Ledger().Plans(ctx, everyTarget, time.Time{}, 0)
	if err != nil {
		return nil, err
	}
	by := map[string][]ledger.Plan{}
	for _, one := range slices.Backward(plans) {
		by[one.Run] = append(by[one.Run], one)
		if applied := one.AppliedBy(); applied != one.Run {
			by[applied] = append(by[applied], one)
		}
	}
	return by, nil
}

// Decide approves a plan, or parts of it, and applies that, as run.Engine does.
func (p *Parts) Decide(ctx context.Context, d run.Decision, progress run.Progress) (result run.Result, err error) {
	plan, _, err := p.Ledger().Plan(ctx, d.Plan)
	if err != nil {
		return result, err
	}
	err = p.Leases.Do(ctx, jobs.RunLease, func(ctx context.Context) error {
		return p.withEngine(ctx, plan.Target, func(engine *run.Engine) (err error) {
			result, err = engine.Decide(ctx, d, progress)
			return err
		})
	})
	return result, err
}

// Reject says that a plan is not to be applied.
func (p *Parts) Reject(ctx context.Context, d run.Decision) error {
	return p.Leases.Do(ctx, jobs.RunLease, func(ctx context.Context) error { return p.Engine(nil).Reject(ctx, d) })
}

// FindRecord returns the person or class with a sourcedId, or with SOURCE:ID.
func (p *Parts) FindRecord(ctx context.Context, key string) (ledger.Record, error) {
	return p.Engine(nil).FindRecord(ctx, key)
}

// FindRecordOf returns the person or the class with a sourcedId, or with SOURCE:ID, by the
// kind of the object that a target has of it.
func (p *Parts) FindRecordOf(ctx context.Context, kind directory.Kind, key string) (ledger.Record, error) {
	return p.Engine(nil).FindRecordOf(ctx, kind, key)
}

// Rollback makes a plan that takes back what a run did, as run.Engine does.
func (p *Parts) Rollback(ctx context.Context, of ledger.Undoing, progress run.Progress) (result run.Result, err error) {
	number, err := p.targetOfRun(ctx, of.Run)
	if err != nil {
		return result, err
	}
	err = p.Leases.Do(ctx, jobs.RunLease, func(ctx context.Context) error {
		return p.withEngine(ctx, number, func(engine *run.Engine) (err error) {
			result, err = engine.Rollback(ctx, of, progress)
			return err
		})
	})
	return result, err
}

// targetOfRun returns the directory that a run wrote to, the hosted one for a run that wrote
// to none.
func (p *Parts) targetOfRun(ctx context.Context, id string) (ledger.Target, error) {
	plans, err := p.Ledger().Plans(ctx, everyTarget, time.Time{}, 0)
	for _, one := range plans {
		if one.AppliedBy() == id && one.State == ledger.Applied {
			return one.Target, err
		}
	}
	return ledger.Hosted, err
}

// Undone returns what rollbacks took back at each directory and is not done again.
func (p *Parts) Undone(ctx context.Context) (map[ledger.Target][]ledger.Undone, error) {
	numbers, err := p.numbers(ctx)
	all := map[ledger.Target][]ledger.Undone{}
	for _, number := range numbers {
		for u, err := range p.Ledger().Undone(ctx, number) {
			if err != nil {
				return nil, err
			}
			all[number] = append(all[number], u)
		}
	}
	return all, err
}

// Resume lets go of what rollbacks took back, as run.Engine does, at all directories.
func (p *Parts) Resume(ctx context.Context, of ledger.Record, id string) (n int, err error) {
	err = p.everywhere(ctx, func(engine *run.Engine) error {
		more, err := engine.Resume(ctx, of, id)
		n += more
		return err
	})
	return n, err
}

// Explain says why a person has an account, or is in the group of a class, or why not.
func (p *Parts) Explain(ctx context.Context, person, class string) (plan.Explanation, error) {
	return p.Engine(nil).Explain(ctx, person, class)
}

// Recreate has an object that somebody deleted made anew by the next run, in whichever
// directories it was deleted.
func (p *Parts) Recreate(ctx context.Context, key string) (record ledger.Record, err error) {
	deleted := 0
	var there error
	err = p.everywhere(ctx, func(engine *run.Engine) error {
		found, err := engine.Recreate(ctx, key)
		if _, still := errors.AsType[*run.StillThereError](err); still {
			there = err
			return nil
		}
		if err == nil {
			record = found
			deleted++
		}
		return err
	})
	if err == nil && deleted == 0 {
		err = there
	}
	return record, err
}

// Limits returns the limits of the guard.
func (p *Parts) Limits(ctx context.Context) (guard.Limits, error) { return p.Engine(nil).Limits(ctx) }

// SetLimit sets one limit of the guard.
func (p *Parts) SetLimit(ctx context.Context, limit guard.Limit) error {
	return p.Engine(nil).SetLimit(ctx, limit)
}

// Names are how records are called.
type Names struct {
	parts   *Parts
	streams map[int][]string
	known   map[record]string
}

type record struct {
	source int
	kind   roster.Kind
	id     roster.ID
}

// Names returns the names of records of the roster, also of those that are gone.
func (p *Parts) Names(ctx context.Context) (*Names, error) {
	n := &Names{parts: p, streams: map[int][]string{}, known: map[record]string{}}
	config, err := p.Flow.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	for _, source := range config.SourceSystems {
		latest, err := store.Feeds{DB: p.DB, Now: p.Config.Now}.Latest(ctx, source.Number)
		if err != nil {
			return nil, err
		}
		for _, f := range config.InboundFlows { // in the order in which they were created
			if _, fed := latest[f.ID]; fed {
				n.streams[source.Number] = append(n.streams[source.Number], f.ID)
			}
		}
	}
	return n, nil
}

func (n *Names) roster() store.Roster { return store.Roster{DB: n.parts.DB, Streams: n.streams} }

// Schools returns what says how organizations are called, by sourcedId: one without a
// name by that.
func (n *Names) Schools(ctx context.Context) (func(key string) string, error) {
	names := map[string]string{ledger.NoSchool: "no school"}
	for source := range n.streams {
		for r, err := range n.roster().Records(ctx, source, roster.KindOrg) {
			if err != nil {
				return nil, err
			}
			o, err := roster.DecodeOrg(r.Key, r.Body)
			if err != nil {
				return nil, err
			}
			names[r.Key] = o.Name
		}
	}
	return func(key string) string { return cmp.Or(names[key], key) }, nil
}

// Learn finds out how the records are called that changes are about.
func (n *Names) Learn(ctx context.Context, changes []ledger.Entry) error {
	var records []ledger.Record
	for _, c := range changes {
		records = append(records, c.Record)
		for _, l := range c.Links {
			for _, id := range l.IDs {
				records = append(records, ledger.Record{Kind: l.Relation.To(), Source: c.Record.Source, ID: id})
			}
		}
	}
	return n.LearnRecords(ctx, records)
}

// LearnRecords finds out how records are called.
func (n *Names) LearnRecords(ctx context.Context, records []ledger.Record) error {
	wanted := map[int]map[roster.Kind][]roster.ID{}
	for _, r := range records {
		kind := recordKind(r.Kind)
		if _, known := n.known[record{r.Source, kind, r.ID}]; known {
			continue
		}
		if wanted[r.Source] == nil {
			wanted[r.Source] = map[roster.Kind][]roster.ID{}
		}
		wanted[r.Source][kind] = append(wanted[r.Source][kind], r.ID)
	}
	for source, kinds := range wanted {
		for kind, ids := range kinds {
			slices.Sort(ids)
			for r, err := range n.roster().RecordsOf(ctx, source, kind, slices.Compact(ids)) {
				if err != nil {
					return err
				}
				name, err := nameOf(r)
				if err != nil {
					return err
				}
				n.known[record{source, kind, r.ID}] = name
			}
		}
	}
	return nil
}

// Of returns how a record is called, "" for one that was not learned.
func (n *Names) Of(kind directory.Kind, source int, id roster.ID) string {
	return n.known[record{source, recordKind(kind), id}]
}

// recordKind returns the kind of the records of which a target has objects of a kind.
func recordKind(k directory.Kind) roster.Kind {
	if k == directory.Account {
		return roster.KindPerson
	}
	return roster.KindClass
}

func nameOf(r roster.Record) (string, error) {
	if r.Kind == roster.KindPerson {
		who, err := roster.DecodePerson(r.Key, r.Split()[roster.Itself])
		return fmt.Sprintf("%s %s (%s)", who.GivenName, who.FamilyName, r.Key), err
	}
	class, err := roster.DecodeClass(r.Key, r.Split()[roster.Itself])
	return fmt.Sprintf("%s (%s)", class.Title, r.Key), err
}

// sourcedID returns that of a record.
func (n *Names) sourcedID(ctx context.Context, of ledger.Record) (key string, err error) {
	for r, err := range n.roster().RecordsOf(ctx, of.Source, recordKind(of.Kind), []roster.ID{of.ID}) {
		if err != nil {
			return "", err
		}
		key = r.Key
	}
	return key, nil
}
