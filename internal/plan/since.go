package plan

import (
	"context"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// Since is all that happened to a source since a run left nothing to do for it.
type Since struct {
	// Standings is how its people stood then (Matching.Standings).
	Standings []byte
	// People and Classes are those that changed, ascending. Nothing else did.
	People, Classes []roster.ID
}

// selection is what a plan looks at of a kind: all of it, or some.
type selection struct {
	some bool
	ids  []roster.ID // ascending
}

// before is how people stood before a plan that looks only at some of them.
type before struct {
	known roster.ID // the first ID that nobody had
	seats []bool    // whether each of those who are looked at was to be in groups
	rests []bool    // or to stay in those where he or she was
}

// choose decides whom a plan looks at. Where it is known how everybody stood
// when nothing was left to do, and nothing but a few records changed since, these
// are the people who changed and those who have no account: the account that one
// of these is looked up by may now be claimed by another one too.
func (m Maker) choose(g *Matching) {
	since, known := m.Since[g.rules.Source.Number]
	if !known || g.settled == 0 || !m.Seen.Nothing() {
		return
	}
	people, known := decodePopulation(since.Standings)
	if !known {
		return
	}
	look := slices.Clone(since.People)
	for id, s := range people.standing {
		if s&seats == present {
			look = append(look, roster.ID(id))
		}
	}
	slices.Sort(look)
	look = slices.Compact(look)
	if len(look) > len(people.standing)/mostLooks {
		return
	}
	g.rules.days.note(m.Until) // of those who are not looked at
	people.sessions = g.people.sessions
	g.people, g.since, g.look = people, since, selection{true, look}
	g.before = before{known: roster.ID(len(people.standing)), seats: make([]bool, len(look)), rests: make([]bool, len(look))}
	for i, id := range look {
		g.before.seats[i], g.before.rests[i] = people.is(id, seats), people.is(id, resting)
		people.leave(id)
	}
	for _, s := range people.standing {
		if s&seats == seats {
			g.Found[people.role(s)]++
		}
	}
}

// mostLooks is the part of the people of whom more than one would cost as much
// to look up as all cost to read.
const mostLooks = 8

// leavers are the people who are to leave all groups, by ID.
type leavers struct {
	is  []bool
	any bool
}

// whoLeaves finds those who were in groups. It is false where somebody is to be in
// groups again who was there before: they may be on the roll of any class.
func (g *Matching) whoLeaves() (*leavers, bool) {
	l := &leavers{is: make([]bool, len(g.people.standing))}
	for i, id := range g.look.ids {
		switch seated := g.people.is(id, seats); {
		case seated && !g.before.seats[i] && id < g.before.known:
			return nil, false
		case !seated && (g.before.seats[i] || g.before.rests[i]) && !g.people.is(id, resting):
			l.is[id], l.any = true, true
		}
	}
	return l, true
}

// in reports whether one of them is in a group.
func (l *leavers) in(group ledger.Object) bool {
	return l.any && slices.ContainsFunc(group.Links, func(linked ledger.Linked) bool {
		return slices.ContainsFunc(linked.IDs, func(id roster.ID) bool { return int(id) < len(l.is) && l.is[id] })
	})
}

// choose decides which classes a plan looks at once it is known how everybody
// stands: those that changed, and those with people who leave. Where these are
// many, all are read, and those that nothing touched are passed over.
func (c *classPlanner) choose() (selection, error) {
	if !c.look.some {
		return selection{}, nil
	}
	leavers, known := c.whoLeaves()
	if !known {
		return selection{}, nil
	}
	if len(c.since.Classes) > len(c.people.standing)/mostClasses {
		c.leavers = leavers
		return selection{}, nil
	}
	classes := slices.Clone(c.since.Classes)
	if leavers.any {
		with, err := c.names.with(leavers)
		if err != nil {
			return selection{}, err
		}
		classes = append(classes, with...)
	}
	slices.Sort(classes)
	return selection{true, slices.Compact(classes)}, nil
}

// mostClasses is the part of the people of whom no more classes are looked up
// one by one: beyond, which is about one class in six, to read all costs less.
const mostClasses = 32

// touched reports whether a class that was read among all is to be looked at.
func (c *classPlanner) touched(room *classroom) bool {
	if c.leavers == nil || changedBy(room.record) > c.settled {
		return true
	}
	return c.leavers.in(room.group)
}

// with returns the classes in whose groups somebody is who leaves, and notes the
// nicknames of all while it reads them.
func (n *nicknames) with(leavers *leavers) ([]roster.ID, error) {
	n.used = map[string]bool{}
	var classes []roster.ID
	for group, err := range n.groups {
		if err != nil {
			return nil, err
		}
		n.note(group)
		if leavers.in(group) {
			classes = append(classes, group.Record.ID)
		}
	}
	return classes, nil
}

// nameAccounts finds the accounts of the people whom the plan seats or unseats,
// where it did not come across those of all.
func (m Maker) nameAccounts(ctx context.Context, g *Matching) error {
	if !g.look.some {
		return nil
	}
	slices.Sort(g.linked)
	for a, err := range m.Held.ObjectsOf(ctx, m.Target, directory.Account, g.rules.Source.Number, slices.Compact(g.linked)) {
		if err != nil {
			return err
		}
		g.accounts.Set(a.Record.ID, a.ID)
	}
	return nil
}

// Standings returns how the people of the source stand once the plan is applied,
// for the plan after it (Since); nil where that cannot be kept.
func (g *Matching) Standings() []byte { return g.people.encode() }
