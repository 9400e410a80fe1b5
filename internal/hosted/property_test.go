package hosted_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/hosted"
)

func TestUserWith(t *testing.T) {
	before := hosted.User{
		ID: "1", Anchor: "user_1", UserPrincipalName: "a@b.example", Mail: "a@b.example",
		Attributes: map[string]string{"grade": "01", "externalId": "1"},
	}
	kept := before
	kept.Attributes = map[string]string{"grade": "01", "externalId": "1"}

	got, err := before.With(map[string]*string{
		hosted.PropertyAnchor:            new("user_2"),
		hosted.PropertyUserPrincipalName: new("c@b.example"),
		hosted.PropertyDisplayName:       new("Ada Byron"),
		hosted.PropertyGivenName:         new("Ada"),
		hosted.PropertySurname:           new("Byron"),
		hosted.PropertyMail:              nil,
		hosted.PropertyAccountEnabled:    new("true"),
		hosted.AttributeGrade:            nil,
		hosted.AttributeUserNumber:       new("7"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := hosted.User{
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
	before := hosted.Group{ID: "1", Anchor: "Section_1", Description: "kept"}
	got, err := before.With(map[string]*string{
		hosted.PropertyAnchor:       new("Section_2"),
		hosted.PropertyDisplayName:  new("Algebra"),
		hosted.PropertyMailNickname: new("algebra"),
		hosted.PropertyHasTeam:      new("true"),
		hosted.AttributeClassCode:   new("ALG"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := hosted.Group{
		ID: "1", Anchor: "Section_2", DisplayName: "Algebra", MailNickname: "algebra",
		Description: "kept", HasTeam: true, Attributes: map[string]string{"classCode": "ALG"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("With (-want +got):\n%s", diff)
	}
}

func TestWithRefuses(t *testing.T) {
	for property, value := range map[string]*string{
		hosted.PropertyUserPrincipalName: nil,
		hosted.PropertyAccountEnabled:    new("yes"),
	} {
		if _, err := (hosted.User{}).With(map[string]*string{property: value}); !errors.Is(err, hosted.ErrInvalid) {
			t.Errorf("user with %s: %v, want ErrInvalid", property, err)
		}
	}
	if _, err := (hosted.Group{}).With(map[string]*string{hosted.PropertyHasTeam: nil}); !errors.Is(err, hosted.ErrInvalid) {
		t.Errorf("group with no hasTeam: %v, want ErrInvalid", err)
	}
}

func TestSame(t *testing.T) {
	if !(hosted.User{Attributes: map[string]string{}}).Same(hosted.User{}) {
		t.Error("a user with an empty map of attributes is not the same as one with none")
	}
	for name, other := range map[string]hosted.User{
		"id": {ID: "1"}, "anchor": {Anchor: "1"}, "name": {UserPrincipalName: "1"}, "display name": {DisplayName: "1"},
		"given name": {GivenName: "1"}, "surname": {Surname: "1"}, "mail": {Mail: "1"}, "enabled": {AccountEnabled: true},
		"attributes": {Attributes: map[string]string{"grade": "01"}},
	} {
		if other.Same(hosted.User{}) {
			t.Errorf("users that differ in %s are the same", name)
		}
	}
	for name, other := range map[string]hosted.Group{
		"id": {ID: "1"}, "anchor": {Anchor: "1"}, "display name": {DisplayName: "1"}, "nickname": {MailNickname: "1"},
		"description": {Description: "1"}, "team": {HasTeam: true}, "attributes": {Attributes: map[string]string{"classCode": "1"}},
	} {
		if other.Same(hosted.Group{}) {
			t.Errorf("groups that differ in %s are the same", name)
		}
	}
}
