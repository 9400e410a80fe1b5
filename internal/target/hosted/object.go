package hosted

import (
	"strconv"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/hosted"
)

func folded(text string) string { return strings.ToLower(text) }

// accountOf returns a user as an object.
func accountOf(u hosted.User) directory.Object {
	o := directory.Object{Ref: directory.Ref{Kind: directory.Account, Anchor: u.Anchor, ID: u.ID}}
	if !u.AccountEnabled {
		o.State = directory.Disabled
	}
	for _, v := range []directory.Value{
		{Property: directory.Anchor, Text: u.Anchor},
		{Property: directory.UserPrincipalName, Text: u.UserPrincipalName},
		{Property: directory.DisplayName, Text: u.DisplayName},
		{Property: directory.GivenName, Text: u.GivenName},
		{Property: directory.Surname, Text: u.Surname},
		{Property: directory.Mail, Text: u.Mail},
		{Property: directory.AccountEnabled, Text: strconv.FormatBool(u.AccountEnabled)},
	} {
		o.Values = with(o.Values, v)
	}
	return withAttributes(o, u.Attributes)
}

// groupOf returns a group as an object, without its links.
func groupOf(g hosted.Group) directory.Object {
	o := directory.Object{Ref: directory.Ref{Kind: directory.ClassGroup, Anchor: g.Anchor, ID: g.ID}}
	for _, v := range []directory.Value{
		{Property: directory.Anchor, Text: g.Anchor},
		{Property: directory.DisplayName, Text: g.DisplayName},
		{Property: directory.MailNickname, Text: g.MailNickname},
		{Property: directory.Description, Text: g.Description},
		{Property: directory.HasTeam, Text: strconv.FormatBool(g.HasTeam)},
	} {
		o.Values = with(o.Values, v)
	}
	return withAttributes(o, g.Attributes)
}

func withAttributes(o directory.Object, attributes map[string]string) directory.Object {
	for name, text := range attributes {
		o.Values = with(o.Values, directory.Value{Property: directory.Property(name), Text: text})
	}
	return o
}

// with returns the values with one that is there.
func with(values directory.Values, v directory.Value) directory.Values {
	if v.Text == "" {
		return values
	}
	return values.With(v.Property, v.Text)
}

func linkOf(m hosted.Membership) directory.Link {
	return directory.Link{Relation: directory.Relation(m.Relation), To: directory.Ref{Kind: directory.Account, ID: m.UserID}}
}

func membershipOf(l directory.Link) hosted.Membership {
	return hosted.Membership{Relation: hosted.Relation(l.Relation), UserID: l.To.ID}
}

// userOf returns the user that a change creates; nil for one that there cannot be.
func userOf(c directory.Change) *hosted.User {
	u, err := hosted.User{AccountEnabled: true}.With(setOf(c.Set))
	if err != nil {
		return nil
	}
	u.Anchor = c.Ref.Anchor
	return &u
}

// newGroupOf returns the group that a change creates; nil for one that there cannot be.
func newGroupOf(c directory.Change) *hosted.Group {
	g, err := hosted.Group{}.With(setOf(c.Set))
	if err != nil {
		return nil
	}
	g.Anchor = c.Ref.Anchor
	return &g
}

// setOf returns values as an update of the hosted directory writes them.
func setOf(values directory.Values) map[string]*string {
	set := make(map[string]*string, len(values))
	for _, v := range values {
		if v.Text == "" && !v.Property.Truth() {
			set[string(v.Property)] = nil
		} else {
			set[string(v.Property)] = &v.Text
		}
	}
	return set
}
