package plan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"rollbook/internal/match"
	"rollbook/internal/roster"
)

// Maker holds what a plan is made from.
type Maker struct {
	Roster    Roster
	Memory    Memory
	Directory Directory
	// Remembered is the version of the directory when Memory last agreed with it.
	Remembered string
	// Settled are the feeds, by source, at which nothing was left to do, where
	// nothing but the feed has changed since: who was not in a later one needs
	// nothing now.
	Settled map[int]roster.FeedNumber
	// Until is the first day on which that need not hold any more, as something
	// begins or ends.
	Until roster.Date
	// Since is what happened since, by source, where that is known.
	Since map[int]Since
}

// records, accounts and groups read what is stored ahead of what is made of it.
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

func (m Maker) accounts(ctx context.Context, source int, of selection) *cursor[Account] {
	read := func(ctx context.Context) iter.Seq2[Account, error] {
		if of.some {
			return m.Memory.AccountsOf(ctx, source, of.ids)
		}
		return m.Memory.Accounts(ctx, source)
	}
	same := func(a Account) Account { return a }
	return &cursor[Account]{ahead: readAhead(ctx, read, same), id: func(a Account) roster.ID { return a.Person }}
}

func (m Maker) groups(ctx context.Context, source int, of selection) *cursor[ClassGroup] {
	read := func(ctx context.Context) iter.Seq2[ClassGroup, error] {
		if of.some {
			return m.Memory.ClassGroupsOf(ctx, source, of.ids)
		}
		return m.Memory.ClassGroups(ctx, source)
	}
	own := func(g ClassGroup) ClassGroup {
		g.Owners, g.Members = slices.Clone(g.Owners), slices.Clone(g.Members)
		return g
	}
	return &cursor[ClassGroup]{ahead: readAhead(ctx, read, own), id: func(g ClassGroup) roster.ID { return g.Class }}
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
	drift     drift
	people    *population
	since     Since
	look      selection // of the people
	before    before
	seated    []roster.ID // the people of whom the plan changes memberships
	accounts  AccountIDs
	taken     map[string]bool // the IDs of accounts, once it was asked for
	newcomers newcomers
	claims    []match.Claim // of the newcomers
	result    match.Result
	wanted    Properties // of the person that is planned now
	// written are the people whose account was found and is written to.
	written   map[roster.ID]bool
	forgotten forgotten
	Matched
}

// Match goes through the people of the rules' source once: it finds the
// accounts of those who have none yet, and writes what those need who have one.
func (m Maker) Match(ctx context.Context, rules Rules, to *Writer, findings Findings) (*Matching, error) {
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
		forgotten: forgotten{map[roster.ID]bool{}, map[roster.ID]bool{}},
		Matched:   Matched{map[string]int{}, map[string]int{}, map[string]int{}},
	}
	if err := m.observe(ctx, g); err != nil {
		return nil, fmt.Errorf("compare the directory with what was applied: %w", err)
	}
	m.choose(g)
	if err := m.planKnown(ctx, g, to, findings); err != nil {
		return nil, fmt.Errorf("plan the accounts: %w", err)
	}
	var unread error
	g.result, err = match.Find(ctx, m.Directory, g.claims, func(objectID string) bool {
		unread = errors.Join(unread, m.findTaken(ctx, g))
		return g.taken[objectID]
	})
	if err = errors.Join(err, unread); err != nil {
		return nil, err
	}
	g.countMatched()
	return g, nil
}

// Make writes what the people need who had no account, and the classes.
func (m Maker) Make(ctx context.Context, g *Matching, to *Writer, findings Findings) error {
	if err := m.planNew(ctx, g, to, findings); err != nil {
		return fmt.Errorf("plan the accounts: %w", err)
	}
	if err := m.planClasses(ctx, g, to, findings); err != nil {
		return fmt.Errorf("plan the class groups: %w", err)
	}
	return m.nameAccounts(ctx, g)
}

// sessionsOf returns the active sessions, and the latest feed that changed one.
// A feed that is not stored counts as later than any.
func sessionsOf(ctx context.Context, r Roster, source int) (map[string]roster.Session, roster.FeedNumber, error) {
	sessions := map[string]roster.Session{}
	var latest roster.FeedNumber
	for record, err := range r.Records(ctx, source, roster.KindSession) {
		if err != nil {
			return nil, 0, err
		}
		latest = max(latest, changedBy(record))
		if !record.Active {
			continue
		}
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

// Links returns the accounts that were found and that the plan writes nothing
// to, for the journal to remember. Those it writes to are remembered with what
// was written, and not before: should the plan be made again, they must be found
// again, as the effects keep what the accounts held.
func (g *Matching) Links() []Account {
	var links []Account
	for id, user := range g.result.Found {
		if g.written[id] {
			continue
		}
		links = append(links, Account{Person: id, ObjectID: user.ID})
	}
	slices.SortFunc(links, func(a, b Account) int { return cmp.Compare(a.Person, b.Person) })
	return links
}
