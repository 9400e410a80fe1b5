package plan

import (
	"context"
	"slices"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/match"
	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

// planKnown goes through all people, and writes the effects on the accounts of
// those who have one.
func (m Maker) planKnown(ctx context.Context, g *Matching, to *Writer, findings Findings) error {
	return m.each(ctx, g, func(who *member) error {
		if err := g.note(who); err != nil {
			return err
		}
		if who.role.Group == "" || !who.known {
			return nil
		}
		if drifted, gone := g.drift.gone[who.record.ID]; gone {
			findings.Add(Problem{AccountGone, roster.KindPerson, who.record.Key, drifted})
			return nil
		}
		if changedBy(who.record) <= g.settled && !g.drift.user(who.record.ID) {
			return nil
		}
		return g.planPerson(ctx, who, to)
	})
}

// planNew writes the effects on the accounts of those who had none: on those
// that were found, and on those that are to be made.
func (m Maker) planNew(ctx context.Context, g *Matching, to *Writer, findings Findings) error {
	return m.eachNewcomer(ctx, g, func(who *member) error {
		if refusal, refused := g.result.Refused[who.record.ID]; refused {
			findings.Add(Problem{string(refusal.Reason), roster.KindPerson, who.record.Key, refusal.Value})
			return nil
		}
		if user, found := g.result.Found[who.record.ID]; found && g.managedForAnother(user, who) {
			g.people.refuse(who.record.ID)
			delete(g.result.Found, who.record.ID)
			findings.Add(Problem{string(match.TakenAccount), roster.KindPerson, who.record.Key, user.UserPrincipalName})
			return nil
		}
		return g.planPerson(ctx, who, to)
	})
}

// managedForAnother reports whether an account carries the anchor of another
// person: of another source system, or of one that left.
func (g *Matching) managedForAnother(user directory.User, who *member) bool {
	return user.Anchor != "" && user.Anchor != directory.UserAnchor(g.scoped(who.record.Key))
}

// AccountGone is the reason of a person whose account somebody deleted. It is
// not made again by itself: who deletes an account means it.
const AccountGone = "account-gone"

func (g *Matching) planPerson(ctx context.Context, who *member, to *Writer) error {
	f := g.rules.userFlow(who.current)
	if f == nil {
		return nil
	}
	id := who.record.ID
	found, matched := g.result.Found[id]
	if !who.known && !matched {
		return g.planCreate(ctx, who, f, to)
	}
	p, err := who.person()
	if err != nil {
		return err
	}
	effect := Effect{
		Kind: directory.UpdateUser, Source: g.rules.Source.Number, Object: id, Anchor: g.userAnchor(p), ObjectID: found.ID,
	}
	effect.Properties = g.management(who, p, f, effect.Anchor)
	if !who.known {
		// All of it is written, to be remembered as written.
		g.written[id] = true
		effect.Was = userProperties(found).only(effect.Properties)
		return to.Add(ctx, effect)
	}
	if who.account.Created {
		key, _ := g.rules.match.Key(p, who.role.Group)
		effect.Properties = g.identity(p, key, effect.Properties)
	}
	if effect.Properties.Encode() == who.account.Written && !g.drift.user(id) {
		return nil
	}
	effect.ObjectID = who.account.ObjectID
	effect.Properties, effect.Was = effect.Properties.difference(g.drift.written(id, who.account))
	if len(effect.Properties) == 0 {
		return nil
	}
	return to.Add(ctx, effect)
}

func (g *Matching) planCreate(ctx context.Context, who *member, f *flow.UserProvisioning, to *Writer) error {
	if !f.CreateUnmatchedUsers {
		return nil
	}
	p, err := who.person()
	if err != nil {
		return err
	}
	key, ok := g.rules.match.Key(p, who.role.Group)
	if !ok {
		return nil
	}
	g.people.set(who.record.ID, provisioned)
	g.Created[who.role.Code]++
	anchor := g.userAnchor(p)
	return to.Add(ctx, Effect{
		Kind: directory.CreateUser, Source: g.rules.Source.Number, Object: who.record.ID, Anchor: anchor,
		Properties: g.identity(p, key, g.management(who, p, f, anchor)),
	})
}

func (g *Matching) userAnchor(p roster.Person) string {
	return directory.UserAnchor(g.scoped(p.SourcedID))
}

// scoped tells the identifiers of different source systems apart. Those of the
// first are as School Data Sync writes them.
func (g *Matching) scoped(sourcedID string) string {
	if g.rules.Source.Number <= 1 {
		return sourcedID
	}
	return sourcedID + "@" + g.rules.Source.ID
}

// management are the properties that are kept up to date on every account. They
// are valid until the next person's are asked for.
func (g *Matching) management(who *member, p roster.Person, f *flow.UserProvisioning, anchor string) Properties {
	primaryRole := "teacher"
	if who.role.Group == vocab.Students {
		primaryRole = "student"
	}
	want := append(g.wanted[:0],
		Property{directory.PropertyAnchor, anchor},
		Property{directory.AttributeExternalID, p.SourcedID},
		Property{directory.AttributePrimaryRole, primaryRole})
	options := f.ManagementOptions
	if slices.Contains(options.AdditionalAttributes, "userGradeLevel") && who.role.Group == vocab.Students {
		want = want.with(directory.AttributeGrade, who.role.Grade)
	}
	if age := options.AdditionalOptions.StudentAgeGroup; age != nil && who.role.Group == vocab.Students {
		want = want.with(directory.AttributeAgeGroup, *age)
	}
	g.wanted = want
	return want
}

// identity adds the properties that only an account has which Rollbook created.
// key is what the person is looked up by, if by anything.
func (g *Matching) identity(p roster.Person, key match.Key, want Properties) Properties {
	switch key.Property {
	case "": // the school no longer says what the account was named by: it keeps its name
	case directory.PropertyUserPrincipalName:
		want = want.with(directory.PropertyUserPrincipalName, key.Value)
	default:
		want = want.with(directory.PropertyUserPrincipalName, p.Username)
	}
	want = want.with(directory.PropertyDisplayName, displayName(p))
	want = want.with(directory.PropertyGivenName, p.GivenName)
	want = want.with(directory.PropertySurname, p.FamilyName)
	g.wanted = want.with(directory.PropertyMail, p.Email)
	return g.wanted
}

func displayName(p roster.Person) string {
	if name := strings.TrimSpace(p.GivenName + " " + p.FamilyName); name != "" {
		return name
	}
	return p.Username
}
