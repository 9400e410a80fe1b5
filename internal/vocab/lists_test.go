package vocab_test

import (
	"slices"
	"testing"

	"rollbook/internal/vocab"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	defs := vocab.Seed()
	for i := range defs {
		if defs[i].ID() == "RefGradeLevel-graduate" {
			defs[i].IsDisabled = true
		}
	}
	lists := vocab.NewLists(defs)
	for _, c := range []struct{ list, value, want string }{
		{vocab.SectionRole, "paraProfessional", "paraprofessional"},
		{vocab.SectionRole, "STUDENT", "student"},
		{vocab.GradeLevel, "1", "01"},
		{vocab.GradeLevel, "01", "01"},
		{vocab.GradeLevel, "kg", "KG"},
		{vocab.GradeLevel, "graduate", ""},
		{vocab.GradeLevel, "1st", ""},
		{vocab.AcademicSubject, "1", ""},
		{vocab.FileFormat, "schoolDataSyncV2.1", "schoolDataSyncV2Rev1"},
		{vocab.IdentifierType, "activeDirectory", "activeDirectoryMatchId"},
		{vocab.SectionRole, "", ""},
		{"RefNothing", "x", ""},
	} {
		got, ok := lists.Canonical(c.list, c.value)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("Canonical(%s, %q) = %q, %t, want %q", c.list, c.value, got, ok, c.want)
		}
	}
	if codes := lists.Codes(vocab.GradeLevel); slices.Contains(codes, "graduate") || !slices.Contains(codes, "01") {
		t.Errorf("Codes(RefGradeLevel) = %v: want 01 and not the disabled graduate", codes)
	}
}

func TestSeedIsSound(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, d := range vocab.Seed() {
		if seen[d.ID()] {
			t.Errorf("%s occurs twice", d.ID())
		}
		seen[d.ID()] = true
	}
	for list, want := range map[string]int{vocab.Role: 35, vocab.SectionRole: 27, vocab.OrgType: 20, vocab.SessionType: 5} {
		if got := len(vocab.NewLists(vocab.Seed()).Codes(list)); got != want {
			t.Errorf("%s has %d codes, want %d", list, got, want)
		}
	}
}

func TestGroupOf(t *testing.T) {
	t.Parallel()
	for role, want := range map[string]string{"student": "students", "teacher": "staff", "aide": "staff", "visionTherapist": "staff", "guardian": "", "": ""} {
		if got := vocab.GroupOf(role); got != want {
			t.Errorf("GroupOf(%q) = %q, want %q", role, got, want)
		}
	}
	for _, group := range vocab.RoleGroups() {
		for _, role := range group.Roles {
			if got := vocab.GroupOf(role); got != group.ID {
				t.Errorf("GroupOf(%q) = %q, want %q", role, got, group.ID)
			}
		}
	}
}
