package plan

import (
	"context"
	"fmt"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/match"
	"rollbook/internal/roster"
)

// member is a person as planning looks at them, one at a time.
type member struct {
	record  roster.Record
	role    match.Role
	current []roster.Affiliation
	rests   bool // a role may hold that does not today: it takes nobody out
	later   bool // a role begins later
	account ledger.Object
	known   bool // account is set
}

// person decodes the person. Most people need no more than their role.
func (m *member) person() (roster.Person, error) {
	return roster.DecodePerson(m.record.Key, m.record.Split()[roster.Itself])
}

// each calls visit with every person whom the plan looks at in the order of IDs. What it
// hands over is valid until visit has returned.
func (m Maker) each(ctx context.Context, g *Matching, visit func(*member) error) error {
	source := g.rules.Source.Number
	accounts := m.objects(ctx, directory.Account, source, g.look)
	defer accounts.stop()
	var who member
	for record, err := range m.records(ctx, source, roster.KindPerson, g.look).all {
		if err != nil {
			return err
		}
		who.record = record
		if who.account, who.known, err = accounts.at(record.ID); err != nil {
			return err
		}
		if err := g.decide(&who); err != nil {
			return fmt.Errorf("user %s: %w", record.Key, err)
		}
		m.forgetGone(g, &who)
		if err := visit(&who); err != nil {
			return err
		}
	}
	return nil
}

// eachNewcomer calls visit with every newcomer in the order of IDs, out of all
// people where too many came to keep them.
func (m Maker) eachNewcomer(ctx context.Context, g *Matching, visit func(*member) error) error {
	if !g.newcomers.many {
		for i := range g.newcomers.list {
			if err := visit(&g.newcomers.list[i]); err != nil {
				return err
			}
		}
		return nil
	}
	var who member
	for record, err := range m.records(ctx, g.rules.Source.Number, roster.KindPerson, g.look).all {
		if err != nil {
			return err
		}
		if who.record = record; !g.people.is(record.ID, newcomer) {
			continue
		}
		if err := g.decide(&who); err != nil {
			return fmt.Errorf("user %s: %w", record.Key, err)
		}
		if err := visit(&who); err != nil {
			return err
		}
	}
	return nil
}

// decide finds out which role a person has today.
func (g *Matching) decide(who *member) error {
	who.role, who.current, who.rests, who.later = match.Role{}, who.current[:0], false, false
	if !who.record.Active {
		return nil
	}
	all, err := roster.AppendAffiliations(who.current, who.record.Split()[roster.AffiliationsPart])
	if err != nil {
		return err
	}
	who.current = slices.DeleteFunc(all, func(a roster.Affiliation) bool {
		holds, rests := g.rules.current(a, g.people.sessions)
		if a.Frozen != 0 { // whether it goes on cannot be read
			holds, rests = false, true
		}
		who.later = who.later || rests && a.Frozen == 0 && g.rules.later(a, g.people.sessions)
		who.rests = who.rests || rests && match.RoleOf([]roster.Affiliation{a}, g.rules.lists).Group != ""
		return !holds
	})
	who.role = match.RoleOf(who.current, g.rules.lists)
	return nil
}

// forgetGone treats a person whose account is gone as one who never had any,
// where their flow is reset.
func (m Maker) forgetGone(g *Matching, who *member) {
	record := g.record(directory.Account, who.record.ID)
	if _, gone := m.Seen.Gone(record); !gone || !who.known || !g.rules.resetsUser(who.current) {
		return
	}
	who.account, who.known = ledger.Object{}, false
	g.forgotten = append(g.forgotten, record)
}

// note notes how a person stands. An account that somebody deleted is looked for again,
// like that of somebody who had none: it may have been made anew.
func (g *Matching) note(who *member) error {
	g.people.set(who.record.ID, 0)
	if id, gone := g.seen.Gone(g.record(directory.Account, who.record.ID)); gone && who.known {
		who.account, who.known = ledger.Object{}, false
		g.lost[who.record.ID] = id
	}
	if who.known {
		g.accounts.Set(who.record.ID, who.account.ID)
	}
	if who.role.Group == "" {
		if who.rests {
			g.people.set(who.record.ID, resting)
		}
		g.leaveOut(who)
		return nil
	}
	id := who.record.ID
	g.people.enter(id, who.role.Code)
	if who.known {
		g.people.set(id, provisioned)
		g.Found[who.role.Code]++
		return nil
	}
	g.people.set(id, newcomer)
	g.newcomers.add(who)
	if g.keptBack.Object(g.record(directory.Account, id)) || g.rules.ignored[directory.Account].Has(id) {
		return nil // whose account was given up, or who is left as they are, and who gets none
	}
	p, err := who.person()
	if err != nil {
		return err
	}
	if key, ok := g.rules.key(id, p, who.role.Group); ok {
		g.claims = append(g.claims, match.Claim{Person: id, Key: key})
	}
	return nil
}

// newcomers are the people who had no account, kept from the one pass over
// everybody. Where they are many, as in a first run, they are read again instead.
type newcomers struct {
	list []member
	many bool
}

// mostNewcomers bounds the memory that newcomers take, to some 20 MB.
const mostNewcomers = 50_000

func (n *newcomers) add(who *member) {
	if n.many {
		return
	}
	if len(n.list) == mostNewcomers {
		n.list, n.many = nil, true
		return
	}
	kept := *who
	kept.current, kept.record.Body = slices.Clone(who.current), slices.Clone(who.record.Body)
	n.list = append(n.list, kept)
}

// findTaken finds out which accounts are somebody's already. Most plans find no
// account for a newcomer and never ask.
func (m Maker) findTaken(ctx context.Context, g *Matching) error {
	if g.taken != nil {
		return nil
	}
	g.taken = make(map[string]roster.ID, len(g.accounts))
	for person, id := range g.accounts {
		if id != "" {
			g.taken[id] = roster.ID(person)
		}
	}
	if !g.look.some {
		return nil
	}
	for a, err := range m.Held.Objects(ctx, m.Target, directory.Account, g.rules.Source.Number) {
		if err != nil {
			return err
		}
		g.taken[a.ID] = a.Record.ID
	}
	return nil
}

// Accounts returns the accounts of the people, without those that the plan makes:
// of all, or of those at least of whom it changes memberships.
func (g *Matching) Accounts() ledger.AccountIDs {
	for person, account := range g.result.Found {
		g.accounts.Set(person, account.Ref.ID)
	}
	return g.accounts
}

// countMatched adds those who had no account to the counts by role.
func (g *Matching) countMatched() {
	for id, s := range g.people.standing {
		if s&newcomer == 0 {
			continue
		}
		_, found := g.result.Found[roster.ID(id)]
		if _, relinked := g.relinked[roster.ID(id)]; found || relinked {
			g.people.set(roster.ID(id), provisioned)
			g.Found[g.people.role(s)]++
		} else {
			g.Missing[g.people.role(s)]++
		}
	}
}
