package plan_test

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
	"rollbook/internal/target/targettest"
	"rollbook/internal/vocab"
)

// school is what a school says.
type school struct {
	sessions []roster.Session
	courses  []roster.Course
	people   []person
	classes  []class
}

type person struct {
	roster.Person
	roles []roster.Affiliation
}

type class struct {
	roster.Class
	seats []seat
}

type seat struct{ person, role string }

// fataler is what a test and a property test have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// source is the roster of one source system.
type source struct {
	system  flow.SourceSystem
	ids     map[roster.Kind]map[string]roster.ID
	records map[roster.Kind]map[roster.ID]roster.Record
	feed    roster.FeedNumber
}

// world is a directory with source systems and a configuration. It implements
// plan.Roster and plan.Held.
type world struct {
	sources   []*source
	directory *targettest.Memory
	objects   map[ledger.Record]ledger.Object // what the directory holds by the ledger
	mark      directory.Mark                  // up to where it was read
	config    flow.Snapshot
	today     roster.Date
	settled   map[int]roster.FeedNumber
	since     map[int]plan.Since
	can       *directory.Abilities // nil for everything
	some      int                  // how often only some records were asked for
}

const today = roster.Date(20261123)

func codes(list ...string) []flow.ReferenceValue {
	var values []flow.ReferenceValue
	for _, code := range list {
		values = append(values, flow.ReferenceValue{Code: code})
	}
	return values
}

// newWorld has one source system and the flows that a first use is given,
// shortened: teachers own, students are members, everybody gets an account.
func newWorld() *world {
	w := &world{directory: targettest.NewMemory(), objects: map[ledger.Record]ledger.Object{}, today: today}
	w.config = flow.Snapshot{
		FlowSets: []flow.FlowSet{{ID: "all", DisplayName: "All"}},
		ProvisioningFlows: []flow.ProvisioningFlow{
			{FlowSet: "all", Readiness: flow.Ready, User: &flow.UserProvisioning{CreateUnmatchedUsers: true}},
			{FlowSet: "all", Readiness: flow.Ready, ClassGroup: &flow.ClassGroupConfiguration{EnrollmentMappings: flow.EnrollmentMappings{
				OwnerEnrollmentMappings: codes("teacher"), MemberEnrollmentMappings: codes("student"),
			}}},
		},
		Lists: vocab.NewLists(vocab.Seed()),
	}
	w.addSource("one")
	return w
}

func (w *world) addSource(id string) *source {
	s := &source{
		ids: map[roster.Kind]map[string]roster.ID{}, records: map[roster.Kind]map[roster.ID]roster.Record{},
	}
	s.system = flow.SourceSystem{ID: id, Number: len(w.sources) + 1}
	for _, group := range []string{vocab.Staff, vocab.Students} {
		s.system.UserMatchingSettings = append(s.system.UserMatchingSettings, flow.UserMatchingSetting{
			SourceIdentifier: flow.ReferenceValue{Code: "username"}, MatchTarget: flow.ReferenceValue{Code: "userPrincipalName"},
			RoleGroup: group, DomainName: "school.example",
		})
	}
	w.sources = append(w.sources, s)
	return s
}

func (w *world) users() *flow.UserProvisioning { return w.config.ProvisioningFlows[0].User }
func (w *world) classes() *flow.ClassGroupConfiguration {
	return w.config.ProvisioningFlows[1].ClassGroup
}

// say makes the roster say what the school says. What it no longer says
// becomes inactive, as a feed has it. It returns what changed.
func (s *source) say(said school) map[roster.Kind][]roster.ID {
	before := map[roster.Kind]map[roster.ID]roster.Record{}
	for kind, records := range s.records {
		before[kind] = maps.Clone(records)
	}
	s.state(said)
	s.feed++
	changed := map[roster.Kind][]roster.ID{}
	for kind, records := range s.records {
		for _, id := range slices.Sorted(maps.Keys(records)) {
			now, was := records[id], before[kind][id]
			if now.Feed = was.Feed; now.Active != was.Active || string(now.Body) != string(was.Body) || was.ID == 0 {
				now.Feed = s.feed
				changed[kind] = append(changed[kind], id)
			}
			records[id] = now
		}
	}
	return changed
}

func (s *source) state(said school) {
	for _, records := range s.records {
		for id, r := range records {
			r.Active = false
			records[id] = r
		}
	}
	for _, one := range said.sessions {
		s.put(roster.KindSession, one.SourcedID, one.Encode(nil))
	}
	for _, one := range said.courses {
		s.put(roster.KindCourse, one.SourcedID, one.Encode(nil))
	}
	for _, p := range said.people {
		roles := roster.Affiliations(slices.Clone(p.roles))
		roles.Sort()
		s.put(roster.KindPerson, p.SourcedID, p.Encode(nil), roles.Encode(nil))
	}
	for _, c := range said.classes {
		var roll roster.Roll
		for _, seat := range c.seats {
			roll = append(roll, roster.Enrollment{Person: s.id(roster.KindPerson, seat.person), Role: seat.role})
		}
		roll.Sort()
		s.put(roster.KindClass, c.SourcedID, c.Encode(nil), roll.Encode(nil))
	}
}

func (s *source) put(kind roster.Kind, key string, parts ...[]byte) {
	id := s.id(kind, key)
	if s.records[kind] == nil {
		s.records[kind] = map[roster.ID]roster.Record{}
	}
	var contents roster.Contents
	copy(contents[:], parts)
	s.records[kind][id] = roster.Record{Kind: kind, ID: id, Key: key, Active: true, Body: contents.Join(kind, nil)}
}

// id returns the ID of a record, which is given once.
func (s *source) id(kind roster.Kind, key string) roster.ID {
	if s.ids[kind] == nil {
		s.ids[kind] = map[string]roster.ID{}
	}
	if s.ids[kind][key] == 0 {
		s.ids[kind][key] = roster.ID(len(s.ids[kind]) + 1)
	}
	return s.ids[kind][key]
}

// sorted yields the values of a map in the order of its keys.
func sorted[K cmp.Ordered, V any](m map[K]V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(m[key], nil) {
				return
			}
		}
	}
}

// Records implements plan.Roster.
func (w *world) Records(_ context.Context, number int, kind roster.Kind) iter.Seq2[roster.Record, error] {
	return sorted(w.sources[number-1].records[kind])
}

// RecordsOf implements plan.Roster.
func (w *world) RecordsOf(_ context.Context, number int, kind roster.Kind, ids []roster.ID) iter.Seq2[roster.Record, error] {
	w.some++
	return chosen(w.sources[number-1].records[kind], ids)
}

// chosen yields the values of some keys of a map, in their order.
func chosen[K cmp.Ordered, V any](m map[K]V, keys []K) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, key := range keys {
			if v, ok := m[key]; ok && !yield(v, nil) {
				return
			}
		}
	}
}

// Objects implements plan.Held.
func (w *world) Objects(_ context.Context, _ ledger.Target, kind directory.Kind, number int) iter.Seq2[ledger.Object, error] {
	return sorted(w.of(kind, number))
}

// ObjectsOf implements plan.Held.
func (w *world) ObjectsOf(_ context.Context, _ ledger.Target, kind directory.Kind, number int, of ledger.IDs) iter.Seq2[ledger.Object, error] {
	return chosen(w.of(kind, number), of)
}

// of returns what is held of a kind and source.
func (w *world) of(kind directory.Kind, number int) map[roster.ID]ledger.Object {
	objects := map[roster.ID]ledger.Object{}
	for r, o := range w.objects {
		if r.Kind == kind && r.Source == number {
			objects[r.ID] = o
		}
	}
	return objects
}

// made is a plan with everything that came of making it.
type made struct {
	summary   summary
	changes   []ledger.Change
	problems  []plan.Problem
	unwritten []ledger.Object
	next      directory.Mark
	found     map[string]int
	missing   map[string]int

	accounts  ledger.AccountIDs // of the last source
	standings []byte            // of its people
}

// summary is what a plan does.
type summary struct {
	ledger.Counts
	Hash string
}

// collector takes the changes of a plan.
type collector struct {
	tally   ledger.Tally
	changes []ledger.Change
}

func (c *collector) Add(_ context.Context, change ledger.Change) error {
	// Links are valid until the next change is planned.
	change.Links = slices.Clone(change.Links)
	for i := range change.Links {
		change.Links[i].IDs = slices.Clone(change.Links[i].IDs)
	}
	numbered, _, err := c.tally.Add(change)
	c.changes = append(c.changes, numbered)
	return err
}

// Add implements plan.Findings.
func (m *made) Add(p plan.Problem) { m.problems = append(m.problems, p) }

// plan makes the plan of all sources.
func (w *world) plan(t fataler) *made {
	t.Helper()
	ctx := context.Background()
	m := &made{found: map[string]int{}, missing: map[string]int{}}
	var sources []int
	for _, s := range w.sources {
		sources = append(sources, s.system.Number)
	}
	seen, err := plan.Observe(ctx, w.directory, w, ledger.Hosted, sources, w.mark)
	if err != nil {
		t.Fatalf("observe: %v", err)
	}
	m.next = seen.Next
	to := &collector{}
	maker := plan.Maker{Roster: w, Held: w, Target: ledger.Hosted, Directory: w.directory, Seen: seen, Settled: w.settled, Since: w.since, Can: w.can, Measures: plan.NewMeasures()}
	var all []*plan.Matching
	for _, s := range w.sources {
		rules, err := plan.NewRules(w.config, s.system, flow.Year{StartDate: "2026-08-01", EndDate: "2027-07-31"}, w.today)
		if err != nil {
			t.Fatalf("rules: %v", err)
		}
		g, err := maker.Match(ctx, rules, to, m)
		if err != nil {
			t.Fatalf("match: %v", err)
		}
		if err := maker.MakeAccounts(ctx, g, to, m); err != nil {
			t.Fatalf("make accounts: %v", err)
		}
		all = append(all, g)
	}
	for _, g := range all {
		renames, err := maker.MakeRenames(ctx, g, m)
		if err != nil {
			t.Fatalf("make renames: %v", err)
		}
		for _, c := range renames {
			maker.Seen.Renaming = max(maker.Seen.Renaming, c.Wave-1)
			if err := to.Add(ctx, c); err != nil {
				t.Fatalf("add a rename: %v", err)
			}
		}
	}
	for _, g := range all {
		if err := maker.MakeGroups(ctx, g, to, m); err != nil {
			t.Fatalf("make groups: %v", err)
		}
		m.unwritten = append(m.unwritten, g.Unwritten()...)
		m.found, m.missing = g.Found, g.Missing
		m.accounts, m.standings = g.Accounts(), g.Standings()
	}
	m.changes = to.changes
	m.summary = summary{to.tally.Counts, ledger.HashOf(ledger.Hosted, ledger.ForFeed, to.tally.Parts(ledger.Planned))}
	return m
}

// run plans and applies, and returns the plan.
func (w *world) run(t fataler) *made {
	t.Helper()
	m := w.plan(t)
	w.apply(t, m)
	return m
}
