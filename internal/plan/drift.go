package plan

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// drift is what the directory holds otherwise than it was left: somebody else
// wrote to it. What did not drift is not in it.
type drift struct {
	observed   bool                     // the directory was looked at
	users      map[roster.ID]Properties // of the names that were written
	gone       map[roster.ID]string     // people whose account is no longer there, with its ID
	groups     map[roster.ID]seating
	properties map[roster.ID]Properties // of groups
	groupsGone map[roster.ID]bool
}

// seating is who is in a group, as far as they are people of the roster.
type seating struct{ owners, members People }

func (d drift) user(id roster.ID) bool {
	_, drifted := d.users[id]
	return drifted
}

// written returns what an account holds of what was written to it.
func (d drift) written(id roster.ID, a Account) Properties {
	if there, drifted := d.users[id]; drifted {
		return there
	}
	return DecodeProperties(a.Written)
}

func (d drift) groupWritten(id roster.ID, g ClassGroup) Properties {
	if there, drifted := d.properties[id]; drifted {
		return there
	}
	return DecodeProperties(g.Written)
}

// observe compares the directory with what was applied, unless it says that
// nobody wrote to it since.
func (m Maker) observe(ctx context.Context, g *Matching) error {
	version, err := m.Directory.Version(ctx)
	if err != nil || version != "" && version == m.Remembered {
		return err
	}
	g.drift = drift{
		observed: true,
		users:    map[roster.ID]Properties{}, gone: map[roster.ID]string{}, groups: map[roster.ID]seating{},
		properties: map[roster.ID]Properties{}, groupsGone: map[roster.ID]bool{},
	}
	accounts := map[string]Account{}
	for a, err := range m.Memory.Accounts(ctx, g.rules.Source.Number) {
		if err != nil {
			return err
		}
		accounts[a.ObjectID] = a
	}
	if len(accounts) > 0 {
		if err := g.observeUsers(ctx, m, accounts); err != nil {
			return err
		}
	}
	return g.observeGroups(ctx, m, accounts)
}

func (g *Matching) observeUsers(ctx context.Context, m Maker, accounts map[string]Account) error {
	missing := maps.Clone(accounts)
	for user, err := range m.Directory.Users(ctx) {
		if err != nil {
			return err
		}
		a, ours := accounts[user.ID]
		if !ours {
			continue
		}
		delete(missing, user.ID)
		if there := userProperties(user).only(DecodeProperties(a.Written)); there.Encode() != a.Written {
			g.drift.users[a.Person] = there
		}
	}
	for id, a := range missing {
		g.drift.gone[a.Person] = id
	}
	return nil
}

func (g *Matching) observeGroups(ctx context.Context, m Maker, accounts map[string]Account) error {
	groups := map[string]ClassGroup{}
	for group, err := range m.Memory.ClassGroups(ctx, g.rules.Source.Number) {
		if err != nil {
			return err
		}
		groups[group.ObjectID] = group
	}
	if len(groups) == 0 {
		return nil
	}
	missing := maps.Clone(groups)
	for content, err := range m.Directory.Groups(ctx) {
		if err != nil {
			return err
		}
		group, ours := groups[content.ID]
		if !ours {
			continue
		}
		delete(missing, content.ID)
		g.compareGroup(group, content, accounts)
	}
	for _, group := range missing {
		g.drift.groupsGone[group.Class] = true
	}
	return nil
}

// compareGroup notes how a group differs from how it was left. People who were
// put in by hand and are in the roster are in its seating; they are only ever
// taken out again where they had been put in by Rollbook too.
func (g *Matching) compareGroup(group ClassGroup, content directory.GroupContent, accounts map[string]Account) {
	if there := groupProperties(content.Group).only(DecodeProperties(group.Written)); there.Encode() != group.Written {
		g.drift.properties[group.Class] = there
	}
	var seats seating
	for _, m := range content.Memberships {
		a, ours := accounts[m.UserID]
		switch {
		case !ours:
		case m.Relation == directory.Owner:
			seats.owners = append(seats.owners, a.Person)
		default:
			seats.members = append(seats.members, a.Person)
		}
	}
	slices.Sort(seats.owners)
	slices.Sort(seats.members)
	if string(seats.owners.Encode(nil)) != string(group.Owners) || string(seats.members.Encode(nil)) != string(group.Members) {
		g.drift.groups[group.Class] = seats
	}
}

// only returns the properties that others have too, with "" for those that p lacks.
func (p Properties) only(others Properties) Properties {
	var kept Properties
	for _, other := range others {
		value, _ := p.Get(other.Name)
		kept = append(kept, Property{other.Name, value})
	}
	return kept
}

// userProperties returns everything that may be written to an account.
func userProperties(u directory.User) Properties {
	p := Properties{}.
		with(directory.PropertyAnchor, u.Anchor).
		with(directory.PropertyUserPrincipalName, u.UserPrincipalName).
		with(directory.PropertyDisplayName, u.DisplayName).
		with(directory.PropertyGivenName, u.GivenName).
		with(directory.PropertySurname, u.Surname).
		with(directory.PropertyMail, u.Mail)
	for name, value := range u.Attributes {
		p = p.with(name, value)
	}
	return p
}

// groupProperties returns everything that may be written to a group.
func groupProperties(g directory.Group) Properties {
	p := Properties{}.
		with(directory.PropertyDisplayName, g.DisplayName).
		with(directory.PropertyMailNickname, g.MailNickname).
		with(directory.PropertyHasTeam, strconv.FormatBool(g.HasTeam))
	for name, value := range g.Attributes {
		p = p.with(name, value)
	}
	return p
}
