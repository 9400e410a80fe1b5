package plan

import (
	"context"
	"slices"

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
}

// choose decides whom a plan looks at. Where it is known how everybody stood
// when nothing was left to do, and nothing but a few records changed since, these
// are the people who changed and those who have no account: the account that one
// of these is looked up by may now be claimed by another one too.
func (m Maker) choose(g *Matching) {
	since, known := m.Since[g.rules.Source.Number]
	if !known || g.settled == 0 || g.drift.observed {
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
	people.sessions = g.people.sessions
	g.people, g.since, g.look = people, since, selection{true, look}
	g.before = before{known: roster.ID(len(people.standing)), seats: make([]bool, len(look))}
	for i, id := range look {
		g.before.seats[i] = people.is(id, seats)
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

// classes decides which classes a plan looks at once it is known how everybody
// stands: those that changed, and those with people who are to leave all groups.
// Somebody who was there before and is to be in groups again may be on the roll
// of any class.
func (m Maker) classes(ctx context.Context, g *Matching) (selection, error) {
	if !g.look.some {
		return selection{}, nil
	}
	left, anybody := make([]bool, len(g.people.standing)), false
	for i, id := range g.look.ids {
		switch seated := g.people.is(id, seats); {
		case seated && !g.before.seats[i] && id < g.before.known:
			return selection{}, nil
		case !seated && g.before.seats[i]:
			left[id], anybody = true, true
		}
	}
	classes := slices.Clone(g.since.Classes)
	if anybody {
		with, err := m.groupsWith(ctx, g.rules.Source.Number, left)
		if err != nil {
			return selection{}, err
		}
		classes = append(classes, with...)
	}
	slices.Sort(classes)
	return selection{true, slices.Compact(classes)}, nil
}

// groupsWith returns the classes in whose groups one of some people is, who are
// given by ID.
func (m Maker) groupsWith(ctx context.Context, source int, people []bool) ([]roster.ID, error) {
	var classes []roster.ID
	var in People
	for group, err := range m.Memory.ClassGroups(ctx, source) {
		if err != nil {
			return nil, err
		}
		if in, err = appendPeople(in[:0], group.Owners); err != nil {
			return nil, err
		}
		if in, err = appendPeople(in, group.Members); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(in, func(id roster.ID) bool { return int(id) < len(people) && people[id] }) {
			classes = append(classes, group.Class)
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
	slices.Sort(g.seated)
	for a, err := range m.Memory.AccountsOf(ctx, g.rules.Source.Number, slices.Compact(g.seated)) {
		if err != nil {
			return err
		}
		g.accounts.Set(a.Person, a.ObjectID)
	}
	return nil
}

// Standings returns how the people of the source stand once the plan is applied,
// for the plan after it (Since); nil where that cannot be kept.
func (g *Matching) Standings() []byte { return g.people.encode() }
