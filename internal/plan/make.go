package plan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/guard"
	"rollbook/internal/ledger"
	"rollbook/internal/match"
	"rollbook/internal/roster"
)

// Maker holds what a plan is made from.
type Maker struct {
	Roster    Roster
	Held      Held
	Target    ledger.Target
	Directory Directory
	// Seen is how the target differs from what it holds by the ledger.
	Seen Observation
	// Settled are the feeds, by source, at which nothing was left to do, where
	// nothing but the feed has changed since: who was not in a later one needs
	// nothing now.
	Settled map[int]roster.FeedNumber
	// Until is the first day on which that need not hold any more, as something
	// begins or ends.
	Until roster.Date
	// Since is what happened since, by source, where that is known.
	Since map[int]Since
	// Applied are the feeds, by source, of the last plan that was applied.
	Applied map[int]roster.FeedNumber
	// Can is what the target can keep; nil for everything.
	Can *directory.Abilities
	// KeptBack is what rollbacks took back.
	KeptBack KeptBack
	// Measures take what the plan does, for the guard.
	Measures *Measures
}

// records and objects read what is stored ahead of what is made of it.
func (m Maker) records(ctx context.Context, source int, kind roster.Kind, of selection) ahead[roster.Record] {
	read := func(ctx context.Context) iter.Seq2[roster.Record, error] {
		if of.some {
			return m.Roster.RecordsOf(ctx, source, kind, of.ids)
		}
		return m.Roster.Records(ctx, source, kind)
	}
	var bodies []byte // of the last records: many share a piece of memory
	return readAhead(ctx, read, func(r roster.Record) roster.Record {
		if len(r.Body) > cap(bodies)-len(bodies) {
			bodies = make([]byte, 0, max(64<<10, len(r.Body)))
		}
		begin := len(bodies)
		bodies = append(bodies, r.Body...)
		r.Body = bodies[begin:len(bodies):len(bodies)]
		return r
	})
}

func (m Maker) objects(ctx context.Context, kind directory.Kind, source int, of selection) *cursor[ledger.Object] {
	read := func(ctx context.Context) iter.Seq2[ledger.Object, error] {
		if of.some {
			return m.Held.ObjectsOf(ctx, m.Target, kind, source, of.ids)
		}
		return m.Held.Objects(ctx, m.Target, kind, source)
	}
	same := func(o ledger.Object) ledger.Object { return o }
	return &cursor[ledger.Object]{ahead: readAhead(ctx, read, same), id: func(o ledger.Object) roster.ID { return o.Record.ID }}
}

// Findings are the problems that a plan ran into: people whose account is not
// clear, classes that several sets claim.
type Findings interface {
	Add(p Problem)
}

// Problem is one of them.
type Problem struct {
	Reason string
	Kind   roster.Kind
	Key    string // sourcedId
	Value  string // what it is about: a user name, an organization
	Holder string // whose the account is that somebody else claims
}

// Matched counts people by RefRole.
type Matched struct {
	Found   map[string]int // who have an account
	Missing map[string]int // who have none
	Created map[string]int // of those missing: who get one in this plan
}

// Matching is what the first half of planning found: whose account is whose.
type Matching struct {
	rules     Rules
	settled   roster.FeedNumber // people who did not change after it need nothing; 0 where that is not known
	people    *population
	since     Since
	look      selection // of the people
	before    before
	linked    []roster.ID // the people of whom the plan changes memberships
	accounts  ledger.AccountIDs
	taken     map[string]roster.ID // whose each account is, once it was asked for
	newcomers newcomers
	claims    []match.Claim // of the newcomers
	result    match.Result
	// written are the people whose account was found and is written to.
	written   map[roster.ID]bool
	forgotten []ledger.Record
	seen      Observation
	keptBack  KeptBack
	had       memberships             // before the plan, where planning came across all groups
	renames   []*rename               // of accounts that the plan gives other user names
	renamedTo map[string]bool         // which, in lower case
	lost      map[roster.ID]string    // the IDs of accounts that somebody deleted
	relinked  map[roster.ID]holder    // newcomers who have the account of somebody who is gone
	replaced  map[roster.ID]roster.ID // who is gone, and who has the account
	holders   map[roster.ID]holder    // of accounts that newcomers claim and do not get
	Matched
}

// Match goes through the people of the rules' source once: it finds the
// accounts of those who have none yet, and writes what those need who have one.
func (m Maker) Match(ctx context.Context, rules Rules, to Changes, findings Findings) (*Matching, error) {
	sessions, latest, err := sessionsOf(ctx, m.Roster, rules.Source.Number)
	if err != nil {
		return nil, err
	}
	settled := m.Settled[rules.Source.Number]
	if latest > settled {
		settled = 0 // other sessions, other people's roles
	}
	g := &Matching{
		rules: rules, settled: settled, people: &population{sessions: sessions}, written: map[roster.ID]bool{},
		seen: m.Seen, keptBack: m.KeptBack, lost: map[roster.ID]string{}, renamedTo: map[string]bool{}, relinked: map[roster.ID]holder{}, replaced: map[roster.ID]roster.ID{}, holders: map[roster.ID]holder{},
		Matched: Matched{map[string]int{}, map[string]int{}, map[string]int{}},
	}
	m.choose(g)
	if err := m.planKnown(ctx, g, to, findings); err != nil {
		return nil, fmt.Errorf("plan the accounts: %w", err)
	}
	var unread error
	g.result, err = match.Find(ctx, m.Directory, g.claims, func(objectID string) bool {
		unread = errors.Join(unread, m.findTaken(ctx, g))
		_, taken := g.taken[objectID]
		return taken
	})
	if err = errors.Join(err, unread); err != nil {
		return nil, err
	}
	if err := m.relink(ctx, g); err != nil {
		return nil, fmt.Errorf("find out whose accounts are claimed: %w", err)
	}
	g.countMatched()
	return g, nil
}

// MakeAccounts plans what the people need who had no account.
func (m Maker) MakeAccounts(ctx context.Context, g *Matching, to Changes, findings Findings) error {
	if err := m.planNew(ctx, g, to, findings); err != nil {
		return fmt.Errorf("plan the accounts: %w", err)
	}
	return nil
}

// MakeGroups plans the groups of the classes, once the accounts are planned.
func (m Maker) MakeGroups(ctx context.Context, g *Matching, to Changes, findings Findings) error {
	if err := m.planClasses(ctx, g, to, findings); err != nil {
		return fmt.Errorf("plan the class groups: %w", err)
	}
	if err := m.outOfEverything(ctx, g); err != nil {
		return fmt.Errorf("find who loses all memberships: %w", err)
	}
	m.Measures.Became.Add(ledger.NoSchool, guard.Total{People: len(g.result.Found) - len(g.written)})
	return m.nameAccounts(ctx, g)
}

// sessionsOf returns the sessions, and the latest feed that changed one. One that
// is not in the roster any more stands in with its dates: a class that names it is
// not one without a session. A feed that is not stored counts as later than any.
func sessionsOf(ctx context.Context, r Roster, source int) (map[string]roster.Session, roster.FeedNumber, error) {
	sessions := map[string]roster.Session{}
	var latest roster.FeedNumber
	for record, err := range r.Records(ctx, source, roster.KindSession) {
		if err != nil {
			return nil, 0, err
		}
		latest = max(latest, changedBy(record))
		s, err := roster.DecodeSession(record.Key, record.Body)
		if err != nil {
			return nil, 0, fmt.Errorf("session %s: %w", record.Key, err)
		}
		sessions[s.SourcedID] = s
	}
	return sessions, latest, nil
}

// changedBy returns the feed that changed a record last.
func changedBy(r roster.Record) roster.FeedNumber {
	if r.Feed == 0 {
		return math.MaxUint32
	}
	return r.Feed
}

// Until returns the first day on which the plan would be another one though
// nothing came: a session, year or role begins, or has ended.
func (g *Matching) Until() roster.Date { return g.rules.days.until }

// Source returns the number of the source system that was matched.
func (g *Matching) Source() int { return g.rules.Source.Number }

// Unwritten returns the accounts that were found and that the plan writes nothing
// to, for the ledger to hold. Those it writes to are held with what was written,
// and not before: should the plan be made again, they must be found again, as the
// changes keep what the accounts had.
func (g *Matching) Unwritten() []ledger.Object {
	var found []ledger.Object
	for id, account := range g.result.Found {
		if !g.written[id] {
			found = append(found, ledger.Object{Record: g.record(directory.Account, id), ID: account.Ref.ID, At: account.Ref.At})
		}
	}
	slices.SortFunc(found, func(a, b ledger.Object) int { return cmp.Compare(a.Record.ID, b.Record.ID) })
	return found
}
