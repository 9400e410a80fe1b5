package activedirectory_test

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
	"rollbook/internal/target/activedirectory/adtest"
)

// People are made in the unit of their values, and go over when these change. A unit that is
// not there is named, and is not made.
func TestUnits(t *testing.T) {
	b := adtest.Open(t)
	c := b.Dial(t)
	for _, dn := range []string{"OU=student," + b.People, "OU=09,OU=student," + b.People} {
		add := ldap.NewAddRequest(dn, nil)
		add.Attribute("objectClass", []string{"organizationalUnit"})
		if err := c.Add(add); err != nil {
			t.Fatal(err)
		}
	}
	s := settings(b)
	s.People.Units = "OU={grade},OU={primaryRole}"
	target := open(t, s, adtest.Password)
	with := func(c directory.Change, values ...string) directory.Change {
		for i := 0; i < len(values); i += 2 {
			c.Set = c.Set.With(directory.Property(values[i]), values[i+1])
		}
		return c
	}
	out := apply(t, target, with(account("ana", ""), "grade", "09", "primaryRole", "student"), with(account("ben", ""), "primaryRole", "student"),
		with(account("cleo", ""), "grade", "10", "primaryRole", "student"))
	if want := "CN=ana,OU=09,OU=student," + b.People; !strings.EqualFold(out[1].Ref.At, want) {
		t.Errorf("ana is at %s, want %s", out[1].Ref.At, want)
	}
	if want := "CN=ben," + b.People; !strings.EqualFold(out[2].Ref.At, want) {
		t.Errorf("ben, who has no grade, is at %s, want %s", out[2].Ref.At, want)
	}
	if directory.Code(out[3].Err) != directory.CodeNotFound || !strings.Contains(out[3].Err.Error(), "OU=10,OU=student") {
		t.Errorf("cleo, whose unit is not there: %+v", out[3])
	}
	update := func(anchor string, values ...string) directory.Outcome {
		for o, err := range target.Since(t.Context(), "", []directory.Kind{directory.Account}) {
			if err != nil {
				t.Fatal(err)
			}
			if o.Ref.Anchor == anchor {
				return apply(t, target, with(directory.Change{Verb: directory.Update, Ref: o.Ref}, values...))[1]
			}
		}
		t.Fatalf("there is no %s", anchor)
		return directory.Outcome{}
	}
	moved := update("user_ben", "grade", "09", "userPrincipalName", "benny@school.example")
	if want := "CN=benny,OU=09,OU=student," + b.People; moved.Err != nil || !strings.EqualFold(moved.Ref.At, want) {
		t.Errorf("ben, renamed and with a grade: %+v, want at %s", moved, want)
	}
	if stays := update("user_ben", "displayName", "Ben"); stays.Err != nil || !strings.EqualFold(stays.Ref.At, moved.Ref.At) {
		t.Errorf("ben, of whom nothing changed that decides: %+v", stays)
	}
	nowhere := update("user_ana", "grade", "11")
	if directory.Code(nowhere.Err) != directory.CodeNotFound || !strings.Contains(nowhere.Err.Error(), "OU=11") {
		t.Errorf("ana, to a unit that is not there: %+v", nowhere)
	}
	if back := update("user_ana", "grade", ""); back.Err != nil || !strings.EqualFold(back.Ref.At, "CN=ana,"+b.People) {
		t.Errorf("ana, without a grade: %+v", back)
	}
}
