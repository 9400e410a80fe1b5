package schema_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/graph/schema"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	all := schema.Members()
	find := func(typ, name string) (found schema.Member) {
		for _, m := range all[typ] {
			if m.Name == name {
				found = m
			}
		}
		return found
	}
	const education = "extension_fe2174665583431c953114ff7268b7b3_Education_"
	for _, want := range []schema.Member{
		{Type: "user", Name: "businessPhones", Of: "String", Many: true, Rule: schema.Kept, As: "businessPhones"},
		{Type: "user", Name: "createdDateTime", Of: "DateTimeOffset", Rule: schema.Told, As: "createdDateTime"},
		{Type: "user", Name: "manager", Of: "directoryObject", Navigation: true, Rule: schema.Refused, Reason: "who leads whom is not kept in this directory"},
		{Type: "user", Name: education + "Grade", Of: "String", Rule: schema.Kept, As: "grade"},
		{
			Type: "user", Name: education + "AnchorId", Of: "String", Rule: schema.Fixed, As: education + "AnchorId",
			Reason: "it follows from what the object is",
		},
		{
			Type: "administrativeUnit", Name: "membershipType", Of: "String", Rule: schema.Refused, Passes: "Assigned",
			Reason: "who belongs is not worked out by rules in this directory",
		},
	} {
		if diff := cmp.Diff(want, find(want.Type, want.Name)); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", want.Name, want.Type, diff)
		}
	}
}

// Every member has a rule that is one, stands once in its type, and says why where
// it is not kept.
func TestMembersAreWhole(t *testing.T) {
	t.Parallel()
	for typ, members := range schema.Members() {
		seen := map[string]bool{}
		for _, m := range members {
			switch m.Rule {
			case schema.Kept, schema.Told:
				if m.Navigation || m.Reason != "" {
					t.Errorf("%s/%s is %s and a navigation, or not without a reason", typ, m.Name, m.Rule)
				}
			case schema.Fixed, schema.Ignored, schema.Refused:
				if m.Reason == "" {
					t.Errorf("%s/%s is %s without a reason", typ, m.Name, m.Rule)
				}
			default:
				t.Errorf("%s/%s has the rule %q", typ, m.Name, m.Rule)
			}
			if key := strings.ToLower(m.Name); seen[key] {
				t.Errorf("%s/%s stands twice", typ, m.Name)
			} else {
				seen[key] = true
			}
		}
	}
}

func TestExtension(t *testing.T) {
	t.Parallel()
	application := strings.Repeat("0123456789abcdef", 2)
	for name, want := range map[string]string{
		"extension_" + application + "_House":                               "extension_" + application + "_House",
		"EXTENSION_" + strings.ToUpper(application) + "_a_B1":               "extension_" + application + "_a_B1",
		"extension_" + application + "_":                                    "",
		"extension_" + application + "_a b":                                 "",
		"extension_" + application + "_a/b":                                 "",
		"extension_" + application + "xHouse":                               "",
		"extension_" + strings.Repeat("g", 32) + "_House":                   "",
		"extension_" + application[1:] + "_House":                           "",
		"extension_" + application + "_" + strings.Repeat("x", 256):         "",
		"intension_" + application + "_House":                               "",
		"extension_" + application[:31] + "ß_" + strings.Repeat("House", 2): "",
	} {
		if got, ok := schema.Extension(name); ok != (want != "") || ok && got != want {
			t.Errorf("Extension(%q) = %q, %v; want %q", name, got, ok, want)
		}
	}
}
