package plan

import (
	"context"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/guard"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// Measures are what a plan does, as the guard counts it. The zero Measures are
// those of nothing.
type Measures struct {
	guard.Counts
	Became guard.Totals // what a target holds more and less once the plan is applied
	// WithoutRole are the memberships that are removed as their people have no role.
	WithoutRole int
	// Needs are, by part, the other parts that make accounts which it links.
	Needs map[string][]string

	// Pick says what of the changes is planned; nil for all of them.
	Pick func(ledger.Change) (ledger.Change, bool)

	sources map[int]*leaving
	made    map[ledger.Record]string // the parts of new accounts
}

// leaving counts, by person of a source, the memberships that a plan removes, and
// tells who is given any.
type leaving struct {
	lost   []uint16
	gained []bool
	some   bool
}

// NewMeasures returns those of nothing.
func NewMeasures() *Measures {
	return &Measures{
		Counts: guard.Counts{}, Became: guard.Totals{}, Needs: map[string][]string{}, sources: map[int]*leaving{}, made: map[ledger.Record]string{},
	}
}

func (m *Measures) pick(c ledger.Change) (ledger.Change, bool) {
	if m.Pick == nil {
		return c, true
	}
	return m.Pick(c)
}

// Note counts a change, made otherwise than by a Maker, to an object that is held.
func (m *Measures) Note(c ledger.Change, held ledger.Object) {
	switch {
	case c.Verb == directory.Delete:
		m.deleted(c, held)
	case c.Record.Kind == directory.Account:
		m.account(c, false)
	default:
		m.group(c, held)
	}
}

// deleted counts an object that is deleted, with its links.
func (m *Measures) deleted(c ledger.Change, held ledger.Object) {
	m.Add(guard.ObjectsDeleted, c.Part, 1)
	if c.Record.Kind == directory.Account {
		m.Became.Add(c.Part, guard.Total{People: -1})
		return
	}
	links := 0
	for _, l := range held.Links {
		links += len(l.IDs)
	}
	m.Add(guard.MembershipsRemoved, c.Part, links)
	m.Became.Add(c.Part, guard.Total{Groups: -1, Memberships: -links})
}

// account counts a change of an account. found says that it is held from now on.
func (m *Measures) account(c ledger.Change, found bool) {
	c, planned := m.pick(c)
	if !planned {
		return
	}
	if found || c.Verb == directory.Create {
		m.Became.Add(c.Part, guard.Total{People: 1})
	}
	if c.Verb == directory.Create {
		m.Add(guard.AccountsCreated, c.Part, 1)
		m.made[c.Record] = c.Part
		return
	}
	if found {
		return
	}
	if c.From != 0 {
		m.Add(guard.AccountsRelinked, c.Part, 1)
	}
	renamed := changes(c, directory.UserPrincipalName)
	if renamed {
		m.Add(guard.AccountsRenamed, c.Part, 1)
	}
	if renamed && changes(c, directory.GivenName) && changes(c, directory.Surname) {
		m.Add(guard.IDsReused, c.Part, 1)
	}
}

// changes reports whether a change replaces a value by another one.
func changes(c ledger.Change, p directory.Property) bool {
	was, had := c.Was.Get(p)
	is, set := c.Set.Get(p)
	return had && set && was != "" && is != "" && was != is
}

// group counts a change of a group that held links before it.
func (m *Measures) group(c ledger.Change, held ledger.Object) {
	c, planned := m.pick(c)
	if !planned {
		return
	}
	c.Links = ledger.Moves(c.Links)
	if c.Verb == directory.Create {
		m.Add(guard.GroupsCreated, c.Part, 1)
		m.Became.Add(c.Part, guard.Total{Groups: 1})
	} else if changes(c, directory.DisplayName) {
		m.Add(guard.GroupsRenamed, c.Part, 1)
	}
	removed := 0
	for _, l := range c.Links {
		if l.Remove {
			removed += len(l.IDs)
			if l.Because == ledger.BecauseWithoutRole {
				m.WithoutRole += len(l.IDs)
			}
		} else {
			m.Became.Add(c.Part, guard.Total{Memberships: len(l.IDs)})
			m.need(c, l)
		}
		m.leaves(c.Record.Source).note(l)
	}
	if removed == 0 {
		return
	}
	m.Add(guard.MembershipsRemoved, c.Part, removed)
	m.Became.Add(c.Part, guard.Total{Memberships: -removed})
	m.people(c, held)
}

// people counts a group that loses many of its people, or is of other people now.
func (m *Measures) people(c ledger.Change, held ledger.Object) {
	before := everybody(held)
	after := everybody(held.After(c, ledger.Outcome{State: directory.Done, AsAsked: true}))
	out, in := len(before.Minus(after)), len(after.Minus(before))
	if len(before) == 0 {
		return
	}
	if len(after) == 0 {
		m.Add(guard.GroupsEmptied, c.Part, 1)
	}
	if 2*(out-in) > len(before) {
		m.Add(guard.GroupsHalved, c.Part, 1)
	}
	other := changes(c, directory.DisplayName) || len(held.Linked(directory.Owner).IDs) > 0 && len(owners(held).Minus(gone(c, directory.Owner))) == 0
	if len(before) >= leastReused && 2*out > len(before) && in > 0 && other {
		m.Add(guard.IDsReused, c.Part, 1)
	}
}

// leastReused is how many people a class must have had for other people in it to
// mean that its id was given to another class.
const leastReused = 4

func owners(o ledger.Object) ledger.IDs { return o.Linked(directory.Owner).IDs }

// gone returns whom a change takes out of a relation.
func gone(c ledger.Change, relation directory.Relation) ledger.IDs {
	var ids ledger.IDs
	for _, l := range c.Links {
		if l.Remove && l.Relation == relation {
			ids = ids.With(l.IDs)
		}
	}
	return ids
}

// everybody returns whom Rollbook linked to an object in any relation.
func everybody(o ledger.Object) ledger.IDs {
	var ids ledger.IDs
	for _, l := range o.Links {
		ids = ids.With(l.IDs)
	}
	return ids
}

// need notes whose part makes the accounts of people who are linked.
func (m *Measures) need(c ledger.Change, l ledger.Links) {
	if len(m.made) == 0 {
		return
	}
	for _, id := range l.IDs {
		part, made := m.made[ledger.Record{Kind: l.Relation.To(), Source: c.Record.Source, ID: id}]
		if made && part != c.Part && !slices.Contains(m.Needs[c.Part], part) {
			m.Needs[c.Part] = append(m.Needs[c.Part], part)
		}
	}
}

func (m *Measures) leaves(source int) *leaving {
	if m.sources[source] == nil {
		m.sources[source] = &leaving{}
	}
	return m.sources[source]
}

func (l *leaving) note(links ledger.Links) {
	for _, id := range links.IDs {
		if missing := int(id) + 1 - len(l.lost); missing > 0 {
			l.lost, l.gained = append(l.lost, make([]uint16, missing)...), append(l.gained, make([]bool, missing)...)
		}
		if links.Remove {
			l.lost[id]++
			l.some = true
		} else {
			l.gained[id] = true
		}
	}
}

// gonePerson counts somebody who has an account, and is not in the roster any more since
// the last plan that was applied.
func (m Maker) gonePerson(who *member) error {
	if !who.known || who.record.Active || changedBy(who.record) <= m.Applied[who.account.Record.Source] {
		return nil
	}
	all, err := roster.DecodeAffiliations(who.record.Split()[roster.AffiliationsPart])
	if err != nil {
		return err
	}
	m.Measures.Add(guard.PeopleGone, schoolOf(all), 1)
	return nil
}

// goneClass counts a class that has a group, and is not in the roster any more
// since the last plan that was applied.
func (m Maker) goneClass(room *classroom) {
	if !room.known || room.record.Active || changedBy(room.record) <= m.Applied[room.group.Record.Source] {
		return
	}
	class, err := roster.DecodeClass(room.record.Key, room.record.Split()[roster.Itself])
	if err != nil {
		return // the planner says so
	}
	m.Measures.Add(guard.ClassesGone, class.OrgSourcedID, 1)
}

// fewestOut is how many people may lose some memberships, and gain none, without
// anybody looking whether they had others.
const fewestOut = 5

// outOfEverything counts the people who are still at school and lose all their
// memberships by the plan of a source. It reads all groups where many lose any, unless
// planning came across all of them.
func (m Maker) outOfEverything(ctx context.Context, g *Matching) error {
	source := g.rules.Source.Number
	l := m.Measures.leaves(source)
	if !l.some {
		return nil
	}
	var some ledger.IDs
	for id, lost := range l.lost {
		if lost > 0 && !l.gained[id] && g.people.is(roster.ID(id), present) {
			some = append(some, roster.ID(id))
		}
	}
	if len(some) <= fewestOut {
		return nil
	}
	had := g.had
	if had == nil {
		for group, err := range m.Held.Objects(ctx, m.Target, directory.ClassGroup, source) {
			if err != nil {
				return err
			}
			had.count(group)
		}
	}
	some = slices.DeleteFunc(some, func(id roster.ID) bool { return had.of(id) > l.lost[id] })
	for record, err := range m.Roster.RecordsOf(ctx, source, roster.KindPerson, some) {
		if err != nil {
			return err
		}
		all, err := roster.DecodeAffiliations(record.Split()[roster.AffiliationsPart])
		if err != nil {
			return err
		}
		m.Measures.Add(guard.PeopleOutOfEverything, schoolOf(all.Active()), 1)
	}
	return nil
}

// memberships counts in how many groups each person is, by ID.
type memberships []uint16

func (m *memberships) count(group ledger.Object) {
	for _, linked := range group.Links {
		for _, id := range linked.IDs {
			if missing := int(id) + 1 - len(*m); missing > 0 {
				*m = append(*m, make(memberships, missing)...)
			}
			(*m)[id]++
		}
	}
}

func (m memberships) of(id roster.ID) uint16 {
	if int(id) < len(m) {
		return m[id]
	}
	return 0
}

// Weigh returns what a target holds of sources, by school. It reads all of it.
func (m Maker) Weigh(ctx context.Context, sources []int) (guard.Totals, error) {
	totals := guard.Totals{}
	for _, source := range sources {
		accounts := m.objects(ctx, directory.Account, source, selection{})
		err := m.weigh(ctx, source, roster.KindPerson, accounts, func(r roster.Record, _ ledger.Object) error {
			all, err := roster.DecodeAffiliations(r.Split()[roster.AffiliationsPart])
			totals.Add(schoolOf(all), guard.Total{People: 1})
			return err
		})
		if err != nil {
			return nil, err
		}
		groups := m.objects(ctx, directory.ClassGroup, source, selection{})
		err = m.weigh(ctx, source, roster.KindClass, groups, func(r roster.Record, group ledger.Object) error {
			class, err := roster.DecodeClass(r.Key, r.Split()[roster.Itself])
			more := guard.Total{Groups: 1}
			for _, l := range group.Links {
				more.Memberships += len(l.IDs)
			}
			totals.Add(class.OrgSourcedID, more)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return totals, nil
}

// weigh calls fn with each record of which an object is held.
func (m Maker) weigh(ctx context.Context, source int, kind roster.Kind, held *cursor[ledger.Object], fn func(roster.Record, ledger.Object) error) error {
	defer held.stop()
	for record, err := range m.records(ctx, source, kind, selection{}).all {
		if err != nil {
			return err
		}
		object, known, err := held.at(record.ID)
		if err == nil && known {
			err = fn(record, object)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
