package plan

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/match"
	"rollbook/internal/roster"
)

// holder is whose account it is that somebody else is looked up by.
type holder struct {
	id      roster.ID
	key     string // sourcedId
	gone    bool   // from every feed, readably
	given   string
	family  string
	group   string // of roles
	account ledger.Object
}

// relink finds out whose the accounts are that newcomers claim and others hold. A
// newcomer who replaces a record that is gone, with the same names and the same kind of
// role, is the same person under a new id, and has the account from now on. Any other
// waits: nobody gets the mailbox of another child.
func (m Maker) relink(ctx context.Context, g *Matching) error {
	claimed := map[roster.ID]roster.ID{} // by newcomer: who holds the account
	var ids []roster.ID
	for person, refusal := range g.result.Refused {
		if refusal.Reason == match.TakenAccount {
			claimed[person] = g.taken[refusal.Account]
			ids = append(ids, claimed[person])
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	holders, err := m.holders(ctx, g, slices.Compact(ids))
	if err != nil {
		return err
	}
	return m.eachNewcomer(ctx, g, func(who *member) error {
		id, claims := claimed[who.record.ID]
		if !claims {
			return nil
		}
		h, known := holders[id]
		if !known {
			return nil
		}
		p, err := who.person()
		if err != nil {
			return err
		}
		_, linked := g.rules.linked[who.record.ID]
		if !(linked && h.gone && h.account.ID != "") && !h.replacedBy(p, who.role.Group) {
			g.holders[who.record.ID] = h
			return nil
		}
		delete(g.result.Refused, who.record.ID)
		g.relinked[who.record.ID], g.replaced[h.id] = h, who.record.ID
		return nil
	})
}

// holders reads who the people are.
func (m Maker) holders(ctx context.Context, g *Matching, ids []roster.ID) (map[roster.ID]holder, error) {
	source, holders := g.rules.Source.Number, map[roster.ID]holder{}
	for record, err := range m.Roster.RecordsOf(ctx, source, roster.KindPerson, ids) {
		if err != nil {
			return nil, err
		}
		contents := record.Split()
		p, err := roster.DecodePerson(record.Key, contents[roster.Itself])
		if err != nil {
			return nil, err
		}
		had, err := roster.DecodeAffiliations(contents[roster.AffiliationsPart])
		if err != nil {
			return nil, err
		}
		holders[record.ID] = holder{
			id: record.ID, key: record.Key, gone: !record.Active, given: p.GivenName, family: p.FamilyName,
			group: match.RoleOf(had, g.rules.lists).Group,
		}
	}
	for account, err := range m.Held.ObjectsOf(ctx, m.Target, directory.Account, source, ids) {
		if err != nil {
			return nil, err
		}
		h := holders[account.Record.ID]
		h.account = account
		holders[account.Record.ID] = h
	}
	return holders, nil
}

// replacedBy reports whether somebody is the same person under a new id.
func (h holder) replacedBy(p roster.Person, group string) bool {
	same := func(a, b string) bool {
		return a != "" && strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
	}
	return h.gone && same(h.given, p.GivenName) && same(h.family, p.FamilyName) && h.group == group && h.account.ID != ""
}

// String says who it is, and whether he or she is still there.
func (h holder) String() string {
	switch {
	case h.key == "":
		return "another person"
	case h.gone:
		return h.key + ", who is gone and has other names"
	}
	return h.key + ", who is still there"
}

// anchored names the person whose anchor an account carries.
func anchored(anchor string) string {
	if key, known := directory.Account.SourcedID(anchor); known {
		return key + ", whose anchor it carries"
	}
	return "another person"
}

// keep is what is wanted of a group that is otherwise left as it is, where somebody in
// it has the account of another record: the link goes over, and nothing else changes.
func (c *classPlanner) keep(room *classroom) (Wanted, bool) {
	_, gone := c.maker.Seen.Gone(c.record(directory.ClassGroup, room.record.ID))
	if !room.known || gone || len(c.replaced) == 0 {
		return Wanted{}, false
	}
	w := Wanted{
		Record: c.record(directory.ClassGroup, room.record.ID), Part: cmp.Or(room.class.OrgSourcedID, ledger.NoSchool),
		Anchor: directory.ClassGroup.Anchor(c.scoped(room.class.SourcedID)),
	}
	for _, linked := range room.group.Links {
		w.Links = append(w.Links, WantedLinks{Relation: linked.Relation, Keep: true, Replaced: c.replaced})
	}
	return w, true
}

// moved are links of an object that go from a record to the one that replaces it.
type moved struct{ ours, found, out, leave ledger.IDs }

// moved finds out which links of a held object go over to other records. there are
// those that the target has: an account that changed its record is there as that of
// the old one.
func (w WantedLinks) moved(linked ledger.Linked, there ledger.IDs) moved {
	var m moved
	if len(w.Replaced) == 0 {
		return m
	}
	for _, id := range linked.IDs.With(linked.Found) {
		by, replaced := w.Replaced[id]
		if !replaced {
			continue
		}
		m.out = append(m.out, id)
		switch wanted := w.Keep || w.IDs.Has(by) || w.Stay.Has(by); {
		case !there.Has(id):
		case !wanted && linked.IDs.Has(id):
			m.leave = append(m.leave, by)
		case wanted && linked.IDs.Has(id):
			m.ours = append(m.ours, by)
		case wanted:
			m.found = append(m.found, by)
		}
	}
	slices.Sort(m.ours)
	slices.Sort(m.found)
	slices.Sort(m.leave)
	return m
}
