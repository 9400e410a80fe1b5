package plan_test

import (
	"context"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/plan"
)

// apply carries out a plan and remembers what was done.
func (w *world) apply(t fataler, m *made) {
	t.Helper()
	for number, links := range m.links {
		for _, a := range links {
			w.sources[number-1].accounts[a.Person] = a
		}
	}
	for _, e := range m.effects {
		w.carryOut(t, e)
	}
	w.agree(t)
}

func (w *world) carryOut(t fataler, e plan.Effect) {
	t.Helper()
	s := w.sources[e.Source-1]
	effect := directory.Effect{Kind: e.Kind, Anchor: e.Anchor, ID: e.ObjectID}
	switch e.Kind {
	case directory.CreateUser:
		effect.User = userOf(e)
		s.accounts[e.Object] = plan.Account{Person: e.Object, ObjectID: w.tried(t, effect), Created: true, Written: e.Properties.Encode()}
	case directory.UpdateUser:
		effect.Set = setOf(e.Properties)
		a := s.accounts[e.Object]
		a.Person, a.ObjectID = e.Object, w.tried(t, effect)
		a.Written = e.Properties.Over(plan.DecodeProperties(a.Written)).Encode()
		s.accounts[e.Object] = a
	case directory.CreateGroup:
		effect.Group = groupOf(e)
		s.groups[e.Object] = plan.ClassGroup{Class: e.Object, ObjectID: w.tried(t, effect), Written: e.Properties.Encode()}
	case directory.UpdateGroup:
		effect.Set = setOf(e.Properties)
		w.tried(t, effect)
		g := s.groups[e.Object]
		g.Written = e.Properties.Over(plan.DecodeProperties(g.Written)).Encode()
		s.groups[e.Object] = g
	case directory.ChangeMembers:
		w.seat(t, e, effect)
	default:
		w.tried(t, effect)
	}
}

func (w *world) seat(t fataler, e plan.Effect, effect directory.Effect) {
	t.Helper()
	s := w.sources[e.Source-1]
	g := s.groups[e.Object]
	if effect.ID == "" {
		effect.ID = g.ObjectID
	}
	list := func(people plan.People, relation directory.Relation) (ms []directory.Membership) {
		for _, id := range people {
			ms = append(ms, directory.Membership{Relation: relation, UserID: account(t, s, id)})
		}
		return ms
	}
	effect.Add = slices.Concat(list(e.AddOwners, directory.Owner), list(e.AddMembers, directory.Member))
	effect.Remove = slices.Concat(list(e.RemoveOwners, directory.Owner), list(e.RemoveMembers, directory.Member))
	w.tried(t, effect)
	owners, err := plan.DecodePeople(g.Owners)
	if err != nil {
		t.Fatalf("owners: %v", err)
	}
	members, err := plan.DecodePeople(g.Members)
	if err != nil {
		t.Fatalf("members: %v", err)
	}
	g.Owners = owners.After(e.AddOwners, e.RemoveOwners).Encode(nil)
	g.Members = members.After(e.AddMembers, e.RemoveMembers).Encode(nil)
	s.groups[e.Object] = g
}

func get(p plan.Properties, name string) string {
	value, _ := p.Get(name)
	return value
}

// rest are the properties of a created object that are not fields of it.
func rest(p plan.Properties, fields ...string) map[string]string {
	attributes := map[string]string{}
	for _, one := range p {
		if one.Value != "" && !slices.Contains(fields, one.Name) {
			attributes[one.Name] = one.Value
		}
	}
	return attributes
}

func userOf(e plan.Effect) *directory.User {
	p := e.Properties
	return &directory.User{
		Anchor: e.Anchor, AccountEnabled: true,
		UserPrincipalName: get(p, directory.PropertyUserPrincipalName), DisplayName: get(p, directory.PropertyDisplayName),
		GivenName: get(p, directory.PropertyGivenName), Surname: get(p, directory.PropertySurname), Mail: get(p, directory.PropertyMail),
		Attributes: rest(p, directory.PropertyAnchor, directory.PropertyUserPrincipalName, directory.PropertyDisplayName,
			directory.PropertyGivenName, directory.PropertySurname, directory.PropertyMail),
	}
}

func groupOf(e plan.Effect) *directory.Group {
	p := e.Properties
	return &directory.Group{
		DisplayName: get(p, directory.PropertyDisplayName), MailNickname: get(p, directory.PropertyMailNickname),
		HasTeam:    get(p, directory.PropertyHasTeam) == "true",
		Attributes: rest(p, directory.PropertyDisplayName, directory.PropertyMailNickname, directory.PropertyHasTeam),
	}
}

func setOf(p plan.Properties) map[string]*string {
	set := map[string]*string{}
	for _, one := range p {
		set[one.Name] = nil
		if one.Value != "" {
			set[one.Name] = &one.Value
		}
	}
	return set
}

// group is a group as the tests look at it: people by their user names.
type group struct {
	Name            string
	Owners, Members []string
}

// held returns the groups of the directory by anchor.
func (w *world) held(t fataler) map[string]group {
	t.Helper()
	names := map[string]string{}
	for u, err := range w.directory.Users(context.Background()) {
		if err != nil {
			t.Fatalf("users: %v", err)
		}
		names[u.ID] = u.UserPrincipalName
	}
	groups := map[string]group{}
	for content, err := range w.directory.Groups(context.Background()) {
		if err != nil {
			t.Fatalf("groups: %v", err)
		}
		g := group{Name: content.DisplayName}
		for _, m := range content.Memberships {
			if m.Relation == directory.Owner {
				g.Owners = append(g.Owners, names[m.UserID])
			} else {
				g.Members = append(g.Members, names[m.UserID])
			}
		}
		slices.Sort(g.Owners)
		slices.Sort(g.Members)
		groups[content.Anchor] = g
	}
	return groups
}

// object returns the group of the directory with an anchor.
func (w *world) object(t fataler, anchor string) directory.GroupContent {
	t.Helper()
	for content, err := range w.directory.Groups(context.Background()) {
		if err != nil {
			t.Fatalf("groups: %v", err)
		}
		if content.Anchor == anchor {
			return content
		}
	}
	t.Fatalf("there is no group %s", anchor)
	return directory.GroupContent{}
}

// user returns the account with a user name.
func (w *world) user(t fataler, name string) directory.User {
	t.Helper()
	found, err := w.directory.FindUsers(context.Background(), directory.PropertyUserPrincipalName, []string{name})
	if err != nil || len(found[name]) != 1 {
		t.Fatalf("account %s: %v %v", name, found, err)
	}
	return found[name][0]
}
