package match_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/match"
	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

func TestRoleOf(t *testing.T) {
	t.Parallel()
	student := func(primary roster.Tristate, grade string) roster.Affiliation {
		return roster.Affiliation{Role: "student", IsPrimary: primary, Grade: grade}
	}
	staff := func(primary roster.Tristate, role string) roster.Affiliation {
		return roster.Affiliation{Role: role, IsPrimary: primary}
	}
	theStudent := match.Role{Group: vocab.Students, Code: "student", Grade: "09"}
	theTeacher := match.Role{Group: vocab.Staff, Code: "teacher"}
	for name, test := range map[string]struct {
		has  []roster.Affiliation
		want match.Role
	}{
		"nothing":      {nil, match.Role{}},
		"only contact": {[]roster.Affiliation{{Role: "parent", IsPrimary: roster.True}}, match.Role{}},
		"only student": {[]roster.Affiliation{student(roster.Unset, "09")}, theStudent},
		"only staff":   {[]roster.Affiliation{staff(roster.False, "teacher")}, theTeacher},
		"a student who is a parent": {
			[]roster.Affiliation{{Role: "parent", IsPrimary: roster.True}, student(roster.False, "09")}, theStudent,
		},
		"both, neither primary": {
			[]roster.Affiliation{student(roster.Unset, "09"), staff(roster.Unset, "teacher")}, theTeacher,
		},
		"both, the student role primary": {
			[]roster.Affiliation{staff(roster.Unset, "teacher"), student(roster.True, "09")}, theStudent,
		},
		"both, the staff role primary": {
			[]roster.Affiliation{student(roster.False, "09"), staff(roster.True, "teacher")}, theTeacher,
		},
		"both primary": {
			[]roster.Affiliation{student(roster.True, "09"), staff(roster.True, "teacher")}, theTeacher,
		},
		"both, one of two student roles primary": {
			[]roster.Affiliation{student(roster.True, "09"), student(roster.False, "08"), staff(roster.False, "teacher")}, theTeacher,
		},
		"both, two student roles, both primary": {
			[]roster.Affiliation{student(roster.True, "09"), student(roster.True, "08"), staff(roster.False, "teacher")}, theStudent,
		},
		"of several roles the primary one": {
			[]roster.Affiliation{staff(roster.False, "teacher"), staff(roster.True, "substitute")},
			match.Role{Group: vocab.Staff, Code: "substitute"},
		},
		"of several primary students the first grade": {
			[]roster.Affiliation{student(roster.False, "08"), student(roster.True, "09"), student(roster.True, "10")}, theStudent,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := match.RoleOf(test.has, vocab.NewLists(vocab.Seed()))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("role (-want +got):\n%s", diff)
			}
		})
	}
}
