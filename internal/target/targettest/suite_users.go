package targettest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"rollbook/internal/directory"
)

// person returns an account and the effect that creates it.
func person(name string) (directory.User, directory.Effect) {
	user := directory.User{
		Anchor:            directory.UserAnchor(name),
		UserPrincipalName: name + "@school.example",
		DisplayName:       "Person " + name,
		GivenName:         "Person",
		Surname:           name,
		Mail:              "mail." + name + "@school.example",
		AccountEnabled:    true,
		Attributes:        map[string]string{directory.AttributeExternalID: name, directory.AttributeGrade: "01"},
	}
	written := user
	written.Attributes = maps.Clone(user.Attributes)
	return user, directory.Effect{Kind: directory.CreateUser, Anchor: user.Anchor, User: &written}
}

func (b bench) createUser(name string) directory.User {
	b.t.Helper()
	user, effect := person(name)
	user.ID = b.apply(effect)[0]
	return user
}

func updateUser(user directory.User, set map[string]*string) directory.Effect {
	return directory.Effect{Kind: directory.UpdateUser, Anchor: user.Anchor, ID: user.ID, Set: set}
}

func testCreateUser(t *testing.T, b bench) {
	user, effect := person("Ána")
	b.changes(true, func() { user.ID = b.apply(effect)[0] })
	if user.ID == "" {
		t.Error("the outcome has no ID")
	}
	b.same([]directory.User{user}, b.users())
}

func testCreateUserAgain(_ *testing.T, b bench) {
	user := b.createUser("ana")
	_, effect := person("ana")
	effect.User.DisplayName = "Somebody else"
	b.changes(false, func() { b.same([]string{user.ID}, b.apply(effect)) })
	b.same([]directory.User{user}, b.users())
}

func testCreateUserInvalid(_ *testing.T, b bench) {
	_, nameless := person("ana")
	nameless.User.UserPrincipalName = ""
	b.fails(directory.ErrInvalid, nameless)
	b.fails(directory.ErrInvalid, directory.Effect{Kind: directory.CreateUser, Anchor: "user_1"})
	b.fails(directory.ErrInvalid, directory.Effect{Kind: 99, Anchor: "user_1"})
	b.same([]directory.User{}, b.users())
}

func testUserNameTaken(_ *testing.T, b bench) {
	ana, ben := b.createUser("ána"), b.createUser("ben")
	_, effect := person("other")
	effect.User.UserPrincipalName = strings.ToUpper(ana.UserPrincipalName)
	b.changes(false, func() {
		b.fails(directory.ErrConflict, effect)
		b.fails(directory.ErrConflict, updateUser(ben, map[string]*string{
			directory.PropertyDisplayName:       ptr("Renamed"),
			directory.PropertyUserPrincipalName: &effect.User.UserPrincipalName,
		}))
	})
	renamed := strings.ToUpper(ana.UserPrincipalName)
	b.apply(updateUser(ana, map[string]*string{directory.PropertyUserPrincipalName: &renamed}))
	ana.UserPrincipalName = renamed
	b.same(sorted(ana, ben), b.users())
}

func sorted(users ...directory.User) []directory.User {
	return slices.SortedFunc(slices.Values(users), func(a, b directory.User) int { return cmp.Compare(a.ID, b.ID) })
}

func testUpdateUser(_ *testing.T, b bench) {
	user, other := b.createUser("ana"), b.createUser("ben")
	set := map[string]*string{
		directory.PropertyUserPrincipalName: ptr("anna@school.example"),
		directory.PropertyDisplayName:       ptr("Anna É"),
		directory.PropertyGivenName:         ptr("Anna"),
		directory.PropertySurname:           ptr("É"),
		directory.PropertyMail:              nil,
		directory.PropertyAccountEnabled:    ptr("false"),
		directory.AttributeGrade:            nil,
		directory.AttributeAgeGroup:         ptr("minor"),
	}
	b.changes(true, func() { b.same([]string{user.ID}, b.apply(updateUser(user, set))) })
	user.UserPrincipalName, user.DisplayName = "anna@school.example", "Anna É"
	user.GivenName, user.Surname, user.Mail, user.AccountEnabled = "Anna", "É", "", false
	user.Attributes = map[string]string{directory.AttributeExternalID: "ana", directory.AttributeAgeGroup: "minor"}
	b.same(sorted(user, other), b.users())
	b.changes(false, func() { b.apply(updateUser(user, set)) })
	// The name that was given up is free.
	_, again := person("again")
	again.User.UserPrincipalName = "ana@school.example"
	b.apply(again)
}

func testUpdateUserAnchor(_ *testing.T, b bench) {
	ana, ben := b.createUser("ana"), b.createUser("ben")
	b.fails(directory.ErrConflict, updateUser(ben, map[string]*string{directory.PropertyAnchor: &ana.Anchor}))
	b.apply(updateUser(ana, map[string]*string{directory.PropertyAnchor: nil}))
	b.apply(updateUser(ben, map[string]*string{directory.PropertyAnchor: ptr(ana.Anchor)}))
	ana.Anchor, ben.Anchor = "", ana.Anchor
	b.same(sorted(ana, ben), b.users())
	_, effect := person("ana")
	b.same([]string{ben.ID}, b.apply(effect))
}

func testUpdateUserInvalid(_ *testing.T, b bench) {
	user := b.createUser("ana")
	b.changes(false, func() {
		b.fails(directory.ErrNotFound, updateUser(directory.User{ID: absent}, map[string]*string{"grade": ptr("02")}))
		b.fails(directory.ErrInvalid, updateUser(user, map[string]*string{
			directory.PropertyDisplayName:    ptr("Anna"),
			directory.PropertyAccountEnabled: ptr("perhaps"),
		}))
		b.fails(directory.ErrInvalid, updateUser(user, map[string]*string{directory.PropertyUserPrincipalName: nil}))
	})
	b.same([]directory.User{user}, b.users())
}

// absent is an ID that no object has.
const absent = "00000000-0000-4000-8000-000000000000"

func testDeleteUser(_ *testing.T, b bench) {
	ana, ben := b.createUser("ana"), b.createUser("ben")
	remove := directory.Effect{Kind: directory.DeleteUser, Anchor: ana.Anchor, ID: ana.ID}
	b.changes(true, func() { b.same([]string{ana.ID}, b.apply(remove)) })
	b.changes(false, func() { b.apply(remove) })
	b.same([]directory.User{ben}, b.users())
	if again := b.createUser("ana"); again.ID == ana.ID {
		b.t.Error("a new account has the ID of a deleted one")
	}
}

func testFindUsers(_ *testing.T, b bench) {
	ana := b.createUser("Ána")
	_, effect := person("twin")
	effect.User.Mail = strings.ToUpper(ana.Mail)
	twin := *effect.User
	twin.ID = b.apply(effect)[0]
	b.createUser("other")
	b.same(map[string][]directory.User{"ána@school.example": {ana}},
		b.find(directory.PropertyUserPrincipalName, "ÁNA@school.example", "nobody@school.example", ""))
	b.same(map[string][]directory.User{"mail.ána@school.example": sorted(ana, twin)},
		b.find(directory.PropertyMail, "mail.ána@SCHOOL.example", "mail.ÁNA@school.example"))
	if _, err := b.target.FindUsers(b.t.Context(), directory.PropertyMail, nil); err != nil {
		b.t.Errorf("find nothing: %v", err)
	}
}

func (b bench) find(property string, values ...string) map[string][]directory.User {
	b.t.Helper()
	found, err := b.target.FindUsers(b.t.Context(), property, values)
	if err != nil {
		b.t.Fatalf("FindUsers: %v", err)
	}
	for key, users := range found {
		found[key] = sorted(users...)
	}
	return found
}

func testFindThousands(_ *testing.T, b bench) {
	const count = 3500
	var effects []directory.Effect
	var values []string
	want := map[string]string{}
	for i := range count {
		user, effect := person(fmt.Sprintf("p%d", i))
		effects = append(effects, effect)
		values = append(values, strings.ToUpper(user.UserPrincipalName), fmt.Sprintf("nobody%d@school.example", i))
		want[user.UserPrincipalName] = user.Anchor
	}
	b.apply(effects...)
	got := map[string]string{}
	for name, users := range b.find(directory.PropertyUserPrincipalName, values...) {
		got[name] = users[0].Anchor
	}
	b.same(want, got)
}
