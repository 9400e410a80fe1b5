package directory_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/directory"
)

func TestUserWith(t *testing.T) {
	before := directory.User{
		ID: "1", Anchor: "user_1", UserPrincipalName: "a@b.example", Mail: "a@b.example",
		Attributes: map[string]string{"grade": "01", "externalId": "1"},
	}
	kept := before
	kept.Attributes = map[string]string{"grade": "01", "externalId": "1"}

	got, err := before.With(map[string]*string{
		directory.PropertyAnchor:            new("user_2"),
		directory.PropertyUserPrincipalName: new("c@b.example"),
		directory.PropertyDisplayName:       new("Ada Byron"),
		directory.PropertyGivenName:         new("Ada"),
		directory.PropertySurname:           new("Byron"),
		directory.PropertyMail:              nil,
		directory.PropertyAccountEnabled:    new("true"),
		directory.AttributeGrade:            nil,
		directory.AttributeUserNumber:       new("7"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := directory.User{
		ID: "1", Anchor: "user_2", UserPrincipalName: "c@b.example", DisplayName: "Ada Byron",
		GivenName: "Ada", Surname: "Byron", AccountEnabled: true,
		Attributes: map[string]string{"externalId": "1", "userNumber": "7"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("With (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(kept, before); diff != "" {
		t.Errorf("the user it was called on (-want +got):\n%s", diff)
	}
}

func TestGroupWith(t *testing.T) {
	before := directory.Group{ID: "1", Anchor: "Section_1", Description: "kept"}
	got, err := before.With(map[string]*string{
		directory.PropertyAnchor:       new("Section_2"),
		directory.PropertyDisplayName:  new("Algebra"),
		directory.PropertyMailNickname: new("algebra"),
		directory.PropertyHasTeam:      new("true"),
		directory.AttributeClassCode:   new("ALG"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := directory.Group{
		ID: "1", Anchor: "Section_2", DisplayName: "Algebra", MailNickname: "algebra",
		Description: "kept", HasTeam: true, Attributes: map[string]string{"classCode": "ALG"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("With (-want +got):\n%s", diff)
	}
}

func TestWithRefuses(t *testing.T) {
	for property, value := range map[string]*string{
		directory.PropertyUserPrincipalName: nil,
		directory.PropertyAccountEnabled:    new("yes"),
	} {
		if _, err := (directory.User{}).With(map[string]*string{property: value}); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("user with %s: %v, want ErrInvalid", property, err)
		}
	}
	if _, err := (directory.Group{}).With(map[string]*string{directory.PropertyHasTeam: nil}); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("group with no hasTeam: %v, want ErrInvalid", err)
	}
}

func TestSame(t *testing.T) {
	if !(directory.User{Attributes: map[string]string{}}).Same(directory.User{}) {
		t.Error("a user with an empty map of attributes is not the same as one with none")
	}
	for name, other := range map[string]directory.User{
		"id": {ID: "1"}, "anchor": {Anchor: "1"}, "name": {UserPrincipalName: "1"}, "display name": {DisplayName: "1"},
		"given name": {GivenName: "1"}, "surname": {Surname: "1"}, "mail": {Mail: "1"}, "enabled": {AccountEnabled: true},
		"attributes": {Attributes: map[string]string{"grade": "01"}},
	} {
		if other.Same(directory.User{}) {
			t.Errorf("users that differ in %s are the same", name)
		}
	}
	for name, other := range map[string]directory.Group{
		"id": {ID: "1"}, "anchor": {Anchor: "1"}, "display name": {DisplayName: "1"}, "nickname": {MailNickname: "1"},
		"description": {Description: "1"}, "team": {HasTeam: true}, "attributes": {Attributes: map[string]string{"classCode": "1"}},
	} {
		if other.Same(directory.Group{}) {
			t.Errorf("groups that differ in %s are the same", name)
		}
	}
}
