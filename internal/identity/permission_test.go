package identity_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/identity"
)

func TestCheckPermissions(t *testing.T) {
	t.Parallel()
	got, err := identity.CheckPermissions([]string{"user.read.all", " IndustryData-Run.Start ", "User.Read.All"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"IndustryData-Run.Start", "User.Read.All"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCheckPermissionsNamesTheNearest(t *testing.T) {
	t.Parallel()
	for name, near := range map[string]string{
		"IndustryData-OutboundFlow.ReadWriteAll":    "IndustryData-OutboundFlow.ReadWrite.All",
		"OutboundFlow.Read.All":                     "IndustryData-OutboundFlow.Read.All",
		"Group.Raed.All":                            "Group.Read.All",
		"IndustryData-ReferenceDefinitions.ReadAll": "IndustryData-ReferenceDefinition.Read.All",
	} {
		_, err := identity.CheckPermissions([]string{"User.Read.All", name})
		unknown, ok := errors.AsType[*identity.UnknownPermissionError](err)
		if !ok {
			t.Fatalf("%s: got %v, want an UnknownPermissionError", name, err)
		}
		if diff := cmp.Diff([]string{name, near}, []string{unknown.Name, unknown.Near[0]}); diff != "" {
			t.Error(diff)
		}
	}
}

func TestPermissionsHaveOneNameEach(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, p := range identity.Permissions() {
		if seen[p.Name] || p.Description == "" {
			t.Errorf("%s is there twice or says nothing", p.Name)
		}
		seen[p.Name] = true
	}
	if len(seen) != 38 {
		t.Errorf("got %d permissions, want 16 of industryData, 15 of the directory, 3 of plans, those of explanations, decisions and findings, and that of the audit log", len(seen))
	}
}
