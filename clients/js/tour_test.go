// Package jsclient_test runs Microsoft's own JavaScript clients against
// `rollbook serve`, over HTTPS, with a token from its token endpoint.
package jsclient_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seen is what tour.mjs writes.
type seen struct {
	Upload struct {
		Status        string
		Errors, Files int
	}
	Runs          []string
	Before, After group
	Configuration configuration
	Definitions   pages
	Users         pages
	Refused       map[string]refusal
	Sets          int
}

type group struct {
	DisplayName string   `json:"displayName"`
	CourseTitle string   `json:"courseTitle"`
	CourseCode  string   `json:"courseCode"`
	Owners      []string `json:"owners"`
	Members     []string `json:"members"`
}

type configuration struct {
	AdditionalAttributes []string `json:"additionalAttributes"`
	AdditionalOptions    struct {
		CreateTeam                   bool `json:"createTeam"`
		WriteDisplayNameOnCreateOnly bool `json:"writeDisplayNameOnCreateOnly"`
	} `json:"additionalOptions"`
	EnrollmentMappings struct {
		MemberEnrollmentMappings []struct{ Code string } `json:"memberEnrollmentMappings"`
		OwnerEnrollmentMappings  []struct{ Code string } `json:"ownerEnrollmentMappings"`
	} `json:"enrollmentMappings"`
}

type pages struct{ Entities, Asked int }

type refusal struct {
	Status        int
	Code, Message string
}

func TestTour(t *testing.T) {
	t.Parallel()
	var got seen
	runScript(t, &got, permissions(), "tour.mjs", districtFolder(t), "Section_k-301")
	checkSteering(t, got)
	checkPages(t, got)
	checkRefusals(t, got.Refused)
}

// checkSteering compares what the two runs made of one class.
func checkSteering(t *testing.T, got seen) {
	t.Helper()
	if diff := cmp.Diff([]string{"completed", "completed"}, got.Runs); diff != "" {
		t.Error("runs", diff)
	}
	if got.Upload.Status != "succeeded" || got.Upload.Errors != 0 || got.Upload.Files != 10 {
		t.Errorf("the check of the upload: %+v, want 10 files without an error", got.Upload)
	}
	if len(got.Before.Members) != 8 || got.Before.CourseTitle != "" {
		t.Errorf("before the change: %+v, want 7 students and a substitute, and no course", got.Before)
	}
	want := group{
		DisplayName: "Algebra I - Period 1", CourseTitle: "Algebra I", CourseCode: "ALG1",
		Owners: []string{"lucia.fernandez@harbor.example"}, Members: []string{"omar.haddad@harbor.example"},
	}
	if diff := cmp.Diff(want, got.After); diff != "" {
		t.Error("after the change", diff)
	}
	if owners := got.Configuration.EnrollmentMappings.OwnerEnrollmentMappings; len(owners) != 1 || owners[0].Code != "teacher" {
		t.Errorf("owners, which the change left out: %v, want those of before", owners)
	}
	if got.Sets != 0 {
		t.Errorf("%d flow sets after the only one was deleted", got.Sets)
	}
}

// checkPages compares what PageIterator found by following addresses.
func checkPages(t *testing.T, got seen) {
	t.Helper()
	if diff := cmp.Diff(pages{Entities: 37, Asked: 4}, got.Users); diff != "" {
		t.Error("users, ten to a page", diff)
	}
	if got.Definitions.Entities < 200 || got.Definitions.Asked != (got.Definitions.Entities+99)/100 {
		t.Errorf("reference definitions, a hundred to a page: %+v", got.Definitions)
	}
}

func checkRefusals(t *testing.T, got map[string]refusal) {
	t.Helper()
	want := map[string]refusal{
		"unknownRole":     {400, "badRequest", "RefSectionRole"},
		"unknownProperty": {400, "badRequest", "color"},
		"secondFlow":      {409, "conflict", "classGroupProvisioningFlow"},
		"inUse":           {409, "conflict", "Roster files"},
		"unknown":         {404, "itemNotFound", "nothing"},
		"noPermission":    {403, "Authorization_RequestDenied", "IndustryData-ReferenceDefinition.Read.All"},
	}
	for name, w := range want {
		checkRefused(t, name, got[name], w.Status, w.Code, w.Message)
	}
}
