package jsclient_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sent is what uploads.mjs saw of one upload.
type sent struct {
	Directory, Container []bool
	Range                string
	Listed, Hierarchy    []string
	Pages                []int
	Blocks               [][]any
	Again, Removed       bool
	Operation            operation
	Run                  string

	Other                                                                                                   string
	Existing, Changed, Corrupt, Missing, Unread, Above, Elsewhere, Everything, ContainerRemoved, Afterwards refusal
}

type operation struct {
	Status           string
	Errors, Warnings []publicError
	ValidatedFiles   []string
}

type publicError struct{ Code, Message, Target string }

func district() []string {
	return []string{
		"academicSessions.csv", "classes.csv", "courses.csv", "demographics.csv", "enrollments.csv",
		"orgs.csv", "relationships.csv", "roles.csv", "userFlags.csv", "users.csv",
	}
}

// TestUploads has Microsoft's clients for Azure Storage upload with nothing but
// the address of a session, and what they uploaded checked and run.
func TestUploads(t *testing.T) {
	t.Parallel()
	var got struct{ ByDataLake, ByBlob, Lacking, Wrong sent }
	runScript(t, &got, permissions(), "uploads.mjs", districtFolder(t))
	checkTaken(t, "data lake", got.ByDataLake)
	checkTaken(t, "blob", got.ByBlob)
	checkProtocols(t, got.ByDataLake, got.ByBlob)

	if diff := cmp.Diff([]string{"RequiredFileNotFound orgs.csv"}, codes(got.Lacking.Operation.Errors)); diff != "" {
		t.Error("errors of a feed that lacks files", diff)
	}
	if diff := cmp.Diff([]string{"OptionalFileNotFound classes.csv", "OptionalFileNotFound enrollments.csv"}, codes(got.Lacking.Operation.Warnings)); diff != "" {
		t.Error("warnings of a feed that lacks files", diff)
	}
	if wrong := got.Wrong.Operation; wrong.Status != "succeeded" || len(wrong.Errors) != 1 || wrong.Errors[0].Code != "code-unknown" || !strings.Contains(wrong.Errors[0].Message, "wizard") {
		t.Errorf("the check of an unknown role: %+v", wrong)
	}
}

func codes(errs []publicError) []string {
	found := make([]string, len(errs))
	for i, e := range errs {
		found[i] = e.Code + " " + e.Target
	}
	return found
}

// checkTaken compares what both clients see alike.
func checkTaken(t *testing.T, name string, got sent) {
	t.Helper()
	if diff := cmp.Diff(district(), got.Listed); diff != "" {
		t.Error(name, "listed", diff)
	}
	if diff := cmp.Diff([]int{4, 4, 2}, got.Pages); diff != "" {
		t.Error(name, "pages of four", diff)
	}
	if got.Range != "rcedI" {
		t.Errorf("%s: bytes 3 to 8 of users.csv are %q", name, got.Range)
	}
	validated := append(district()[:8:8], "users.csv") // without what was deleted
	if diff := cmp.Diff(operation{"succeeded", []publicError{}, []publicError{}, validated}, got.Operation); diff != "" {
		t.Error(name, "operation", diff)
	}
	if got.Run != "completed" {
		t.Errorf("%s: the run is %s", name, got.Run)
	}
	checkRefused(t, name, got.Afterwards, 404, "ContainerNotFound", "validated")
	if got.Other != "x" {
		t.Errorf("%s: a file with another name comes back as %q", name, got.Other)
	}
	if got.Removed {
		t.Errorf("%s: a file was deleted twice", name)
	}
}

func checkProtocols(t *testing.T, lake, blob sent) {
	t.Helper()
	if want := "[true false] [true false]"; fmt.Sprint(lake.Directory, blob.Container) != want || lake.Again {
		t.Errorf("there, and made again: %v %v %v, want %s false", lake.Directory, blob.Container, lake.Again, want)
	}
	checkRefused(t, "lake: create what is there", lake.Existing, 409, "PathAlreadyExists", "users.csv")
	checkRefused(t, "lake: change what another changed", lake.Changed, 412, "ConditionNotMet", "users.csv")
	checkRefused(t, "lake: ask for what is not there", lake.Missing, 404, "BlobNotFound", "")
	checkRefused(t, "lake: go up", lake.Above, 404, "ResourceNotFound", "")
	checkRefused(t, "lake: list another upload", lake.Elsewhere, 403, "AuthorizationPermissionMismatch", "")
	checkRefused(t, "lake: list all uploads", lake.Everything, 403, "AuthorizationPermissionMismatch", "")
	checkRefused(t, "blob: create what is there", blob.Existing, 409, "BlobAlreadyExists", "users.csv")
	checkRefused(t, "blob: change what another changed", blob.Changed, 412, "ConditionNotMet", "users.csv")
	checkRefused(t, "blob: ask for what is not there", blob.Missing, 404, "BlobNotFound", "")
	checkRefused(t, "blob: read what is not there", blob.Unread, 404, "BlobNotFound", "x.zip")
	checkRefused(t, "blob: send what does not arrive", blob.Corrupt, 400, "Md5Mismatch", "")
	checkRefused(t, "blob: remove the container", blob.ContainerRemoved, 403, "AuthorizationPermissionMismatch", "")
	if diff := cmp.Diff([][]any{{"one", 1.0}}, blob.Blocks); diff != "" {
		t.Error("blocks", diff)
	}
	if diff := cmp.Diff([]string{"userFlags.csv", "users.csv"}, blob.Hierarchy); diff != "" {
		t.Error("what begins with u", diff)
	}
}

func checkRefused(t *testing.T, what string, got refusal, status int, code, message string) {
	t.Helper()
	if got.Status != status || got.Code != code || !strings.Contains(got.Message, message) {
		t.Errorf("%s: the client read %+v, want %d %s with %q", what, got, status, code, message)
	}
}
