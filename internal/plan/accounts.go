package plan

import (
	"context"
	"errors"
	"slices"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/ledger"
	"rollbook/internal/match"
	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

// planKnown goes through all people, and plans the accounts of those who have one.
func (m Maker) planKnown(ctx context.Context, g *Matching, to Changes, findings Findings) error {
	return m.each(ctx, g, func(who *member) error {
		if err := errors.Join(g.note(who), m.gonePerson(who)); err != nil {
			return err
		}
		if g.ignores(who) {
			return nil
		}
		record := g.record(directory.Account, who.record.ID)
		if who.role.Group == "" && !who.rests {
			m.KeptBack.freeObject(record)
		}
		id, lost := g.lost[who.record.ID]
		switch {
		case lost && who.role.Group == "" && who.rests:
			findings.Add(Problem{Reason: AccountGone, Kind: roster.KindPerson, Key: who.record.Key, Value: id})
			return nil
		case lost && who.role.Group == "": // should he or she come back, there is a new one
			g.forgotten = append(g.forgotten, record)
			return nil
		case who.role.Group == "" || !who.known:
			return nil
		}
		if changedBy(who.record) <= g.settled && !m.Seen.Has(record) {
			return nil
		}
		return m.planPerson(ctx, g, who, to, findings)
	})
}

// planNew plans the accounts of those who had none: those that were found, and
// those that are to be made.
func (m Maker) planNew(ctx context.Context, g *Matching, to Changes, findings Findings) error {
	return m.eachNewcomer(ctx, g, func(who *member) error {
		if g.ignores(who) {
			return nil
		}
		if refusal, refused := g.result.Refused[who.record.ID]; refused {
			problem := Problem{Reason: string(refusal.Reason), Kind: roster.KindPerson, Key: who.record.Key, Value: refusal.Value}
			if refusal.Reason == match.TakenAccount {
				if planned, err := m.claimFreed(g, who, refusal.Account); planned || err != nil {
					return err
				}
				problem.Holder = g.holders[who.record.ID].String()
			}
			findings.Add(problem)
			return nil
		}
		if h, relinked := g.relinked[who.record.ID]; relinked {
			who.account, who.known = h.account, true
			if _, decided := g.rules.linked[who.record.ID]; !decided {
				findings.Add(Problem{Reason: Relinked, Kind: roster.KindPerson, Key: who.record.Key, Value: h.key})
			}
			return m.planPerson(ctx, g, who, to, findings)
		}
		if found, ok := g.result.Found[who.record.ID]; ok && g.managedForAnother(found, who) {
			g.people.refuse(who.record.ID)
			delete(g.result.Found, who.record.ID)
			name, _ := found.Values.Get(directory.UserPrincipalName)
			findings.Add(Problem{Reason: string(match.TakenAccount), Kind: roster.KindPerson, Key: who.record.Key, Value: name, Holder: anchored(found.Ref.Anchor)})
			return nil
		}
		p, err := who.person()
		if err != nil {
			return err
		}
		if _, found := g.result.Found[who.record.ID]; found && p.Frozen != 0 {
			g.people.refuse(who.record.ID)
			delete(g.result.Found, who.record.ID)
			return nil
		}
		if id, lost := g.lost[who.record.ID]; lost {
			if _, found := g.result.Found[who.record.ID]; !found {
				findings.Add(Problem{Reason: AccountGone, Kind: roster.KindPerson, Key: who.record.Key, Value: id})
				return nil
			}
			g.forgotten = append(g.forgotten, g.record(directory.Account, who.record.ID))
		}
		if name, linked := g.rules.linked[who.record.ID]; linked {
			if _, found := g.result.Found[who.record.ID]; !found {
				findings.Add(Problem{Reason: LinkedGone, Kind: roster.KindPerson, Key: who.record.Key, Value: name})
				return nil
			}
		}
		key, _ := g.rules.key(who.record.ID, p, who.role.Group)
		if _, found := g.result.Found[who.record.ID]; !found && g.renamedTo[strings.ToLower(key.Value)] {
			findings.Add(Problem{Reason: string(match.ClaimedTwice), Kind: roster.KindPerson, Key: who.record.Key, Value: key.Value})
			return nil // somebody else is to have the name from tonight on
		}
		return m.planPerson(ctx, g, who, to, findings)
	})
}

// managedForAnother reports whether an account carries the anchor of another
// person: of another source system, or of one that left.
func (g *Matching) managedForAnother(account directory.Object, who *member) bool {
	if _, linked := g.rules.linked[who.record.ID]; linked {
		return false // a person said whose it is
	}
	return account.Ref.Anchor != "" && account.Ref.Anchor != directory.Account.Anchor(g.scoped(who.record.Key))
}

// ignores reports whether everything is to stay as it is of somebody.
func (g *Matching) ignores(who *member) bool {
	return g.rules.ignored[directory.Account].Has(who.record.ID)
}

// LinkedGone is the reason of a person who was linked to an account that is not there.
const LinkedGone = "linked-account-gone"

// AccountGone is the reason of a person whose account somebody deleted, and made no
// other one. It is not made again by itself: who deletes an account means it.
const AccountGone = "account-gone"

func (m Maker) planPerson(ctx context.Context, g *Matching, who *member, to Changes, findings Findings) error {
	w, wanted, err := g.shapeAccount(who)
	if err != nil || !wanted {
		return err
	}
	c, changed := m.change(w, who.account, who.known)
	if !changed {
		return nil
	}
	if h, relinked := g.relinked[who.record.ID]; relinked {
		c.From, c.Because = h.id, ledger.BecauseRelinked
	}
	if name, why := refusedName(c.Set); why != "" {
		findings.Add(Problem{Reason: NameRefused, Kind: roster.KindPerson, Key: who.record.Key, Value: name})
		if c.Verb == directory.Create {
			return nil
		}
		kept := directory.Values{{Property: directory.UserPrincipalName}} // the account keeps the name that it has
		if c.Set, c.Was = c.Set.Without(kept), c.Was.Without(kept); len(c.Set) == 0 {
			return nil
		}
	}
	if who.known && isRename(c) && len(g.renames) < mostRenames {
		name, _ := c.Set.Get(directory.UserPrincipalName)
		g.renames = append(g.renames, &rename{change: c, key: who.record.Key, to: strings.ToLower(name)})
		g.renamedTo[strings.ToLower(name)] = true
		return nil
	}
	m.Measures.account(c, !who.known)
	switch {
	case c.Verb == directory.Create:
		g.people.set(who.record.ID, provisioned)
		g.Created[who.role.Code]++
	case !who.known:
		g.written[who.record.ID] = true
	}
	return to.Add(ctx, c)
}

// shapeAccount is the shaper of accounts: it says what should be of a person's.
func (g *Matching) shapeAccount(who *member) (Wanted, bool, error) {
	set := g.rules.userSet(who.current)
	if set == nil {
		return Wanted{}, false, nil
	}
	f := set.user
	w := Wanted{Record: g.record(directory.Account, who.record.ID)}
	if found, ok := g.result.Found[who.record.ID]; ok {
		w.Found = &found
	}
	make := !who.known && w.Found == nil
	if make && !f.CreateUnmatchedUsers {
		return Wanted{}, false, nil
	}
	p, err := who.person()
	if err != nil || p.Frozen != 0 { // whose row cannot be read: the account stays as it is
		return Wanted{}, false, err
	}
	key, ok := g.rules.key(who.record.ID, p, who.role.Group)
	if make && !ok {
		return Wanted{}, false, nil
	}
	w.Part, w.Anchor = schoolOf(who.current), directory.Account.Anchor(g.scoped(p.SourcedID))
	w.Values = management(who, p, f, w.Anchor)
	if make || who.account.Made {
		w.Own = identity(p, key)
	}
	w.Password = set.password(p, who.role.Group)
	return w, true, nil
}

// schoolOf returns the school that somebody with these affiliations belongs to
// before others.
func schoolOf(current []roster.Affiliation) string {
	for _, a := range current {
		if a.IsPrimary == roster.True {
			return a.OrgSourcedID
		}
	}
	for _, a := range current {
		return a.OrgSourcedID
	}
	return ledger.NoSchool
}

// record names a record of the source that is planned.
func (g *Matching) record(kind directory.Kind, id roster.ID) ledger.Record {
	return ledger.Record{Kind: kind, Source: g.rules.Source.Number, ID: id}
}

// scoped tells the identifiers of different source systems apart. Those of the
// first are as School Data Sync writes them.
func (g *Matching) scoped(sourcedID string) string {
	if g.rules.Source.Number <= 1 {
		return sourcedID
	}
	return sourcedID + "@" + g.rules.Source.ID
}

// management are the values that are kept up to date on every account.
func management(who *member, p roster.Person, f *flow.UserProvisioning, anchor string) directory.Values {
	primaryRole := "teacher"
	if who.role.Group == vocab.Students {
		primaryRole = "student"
	}
	want := directory.Values{
		{Property: directory.Anchor, Text: anchor},
		{Property: directory.ExternalID, Text: p.SourcedID},
		{Property: directory.PrimaryRole, Text: primaryRole},
	}
	options := f.ManagementOptions
	if slices.Contains(options.AdditionalAttributes, "userGradeLevel") && who.role.Group == vocab.Students {
		want = want.With(directory.Grade, who.role.Grade)
	}
	if age := options.AdditionalOptions.StudentAgeGroup; age != nil && who.role.Group == vocab.Students {
		want = want.With(directory.AgeGroup, *age)
	}
	return want
}

// identity are the values that only an account has which Rollbook created. key is
// what the person is looked up by, if by anything.
func identity(p roster.Person, key match.Key) directory.Values {
	want := directory.Values{
		{Property: directory.DisplayName, Text: displayName(p)},
		{Property: directory.GivenName, Text: p.GivenName},
		{Property: directory.Mail, Text: p.Email},
		{Property: directory.Surname, Text: p.FamilyName},
	}
	switch key.Property {
	case "": // the school no longer says what the account was named by: it keeps its name
		return want
	case directory.UserPrincipalName:
		return want.With(directory.UserPrincipalName, key.Value)
	default: // the user name is the one of the school
	}
	return want.With(directory.UserPrincipalName, p.Username)
}

// Relinked is the reason of a person who has the account of a record that is gone.
const Relinked = "account-relinked"

// NameRefused is the reason of a person for whom no account can be made, as no
// directory takes the user name.
const NameRefused = "user-name-refused"

// refusedName returns the user name that is to be set and that no directory takes, and
// why; "" where there is none.
func refusedName(set directory.Values) (name, why string) {
	name, _ = set.Get(directory.UserPrincipalName)
	if name == "" {
		return "", ""
	}
	return name, directory.UserNameProblem(name)
}

func displayName(p roster.Person) string {
	if name := strings.TrimSpace(p.GivenName + " " + p.FamilyName); name != "" {
		return name
	}
	return p.Username
}
