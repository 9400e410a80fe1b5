package plan

import (
	"context"
	"fmt"
	"slices"

	"rollbook/internal/match"
	"rollbook/internal/roster"
)

// population is what planning keeps in memory of every person: a byte, by ID.
type population struct {
	sessions map[string]roster.Session
	standing []standing
	roles    map[roster.ID]string // RefRole of those who had no account
}

// standing says what a person is to the plan.
type standing uint8

const (
	present     standing = 1 << iota // active, with a current role
	provisioned                      // has an account, or gets one in this plan
)

func (p *population) set(id roster.ID, s standing) {
	for int(id) >= len(p.standing) {
		p.standing = append(p.standing, make([]standing, int(id)-len(p.standing)+1)...)
	}
	p.standing[id] |= s
}

func (p *population) is(id roster.ID, s standing) bool {
	return int(id) < len(p.standing) && p.standing[id]&s == s
}

// refuse takes back that a person has an account.
func (p *population) refuse(id roster.ID) { p.standing[id] &^= provisioned }

// member is a person as planning looks at them, one at a time.
type member struct {
	record  roster.Record
	role    match.Role
	current []roster.Affiliation
	account Account
	known   bool // account is set
}

// person decodes the person. Most people need no more than their role.
func (m *member) person() (roster.Person, error) {
	return roster.DecodePerson(m.record.Key, m.record.Split()[roster.Itself])
}

// each calls visit with every person of a source in the order of IDs. Of what it
// hands over, the record alone is still valid when visit has returned.
func (m Maker) each(ctx context.Context, g *Matching, visit func(*member) error) error {
	source := g.rules.Source.Number
	accounts := m.accounts(ctx, source)
	defer accounts.stop()
	var who member
	for record, err := range m.records(ctx, source, roster.KindPerson).all {
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
		g.forgetGone(&who)
		if err := visit(&who); err != nil {
			return err
		}
	}
	return nil
}

// decide finds out which role a person has today.
func (g *Matching) decide(who *member) error {
	who.role, who.current = match.Role{}, who.current[:0]
	if !who.record.Active {
		return nil
	}
	all, err := roster.DecodeAffiliations(who.record.Split()[roster.AffiliationsPart])
	if err != nil {
		return err
	}
	for _, a := range all {
		if g.rules.current(a, g.people.sessions) {
			who.current = append(who.current, a)
		}
	}
	who.role = match.RoleOf(who.current, g.rules.lists)
	return nil
}

// forgetGone treats a person whose account is gone as one who never had any,
// where their flow is reset.
func (g *Matching) forgetGone(who *member) {
	if _, gone := g.drift.gone[who.record.ID]; !gone || !who.known || !g.rules.resetsUser(who.current) {
		return
	}
	who.account, who.known = Account{}, false
	g.forgotten.people[who.record.ID] = true
}

// note notes how a person stands.
func (g *Matching) note(who *member) error {
	if who.known {
		g.accounts.Set(who.record.ID, who.account.ObjectID)
	}
	if who.role.Group == "" {
		return nil
	}
	id := who.record.ID
	g.people.set(id, present)
	if who.known {
		if _, gone := g.drift.gone[id]; !gone {
			g.people.set(id, provisioned)
		}
		g.Found[who.role.Code]++
		return nil
	}
	g.people.roles[id] = who.role.Code
	g.newcomers.add(who)
	p, err := who.person()
	if err != nil {
		return err
	}
	if key, ok := g.rules.match.Key(p, who.role.Group); ok {
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
	kept.current = slices.Clone(who.current)
	n.list = append(n.list, kept)
}

// isTaken reports whether an account is somebody's already. Most plans find no
// account for a newcomer and never ask.
func (g *Matching) isTaken(objectID string) bool {
	if g.taken == nil {
		g.taken = make(map[string]bool, len(g.accounts))
		for _, id := range g.accounts {
			if id != "" {
				g.taken[id] = true
			}
		}
	}
	return g.taken[objectID]
}

// Accounts returns the accounts of the people, without those that the plan makes.
func (g *Matching) Accounts() AccountIDs {
	for person, user := range g.result.Found {
		g.accounts.Set(person, user.ID)
	}
	return g.accounts
}

// countMatched adds those who had no account to the counts by role.
func (g *Matching) countMatched() {
	for id, role := range g.people.roles {
		if _, found := g.result.Found[id]; found {
			g.people.set(id, provisioned)
			g.Found[role]++
		} else {
			g.Missing[role]++
		}
	}
	g.people.roles = nil
}
