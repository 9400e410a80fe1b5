// Package jsclient_test runs Microsoft's own JavaScript client against
// `rollbook serve`, over HTTPS, with a token from its token endpoint.
package jsclient_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

// timeout bounds a command, so that none outlives the test.
const timeout = 2 * time.Minute

// permissions are those that the script needs, and none that lets it read a
// single reference definition: being refused that is part of it.
func permissions() []string {
	return []string{
		"IndustryData-SourceSystem.ReadWrite.All", "IndustryData-DataConnector.ReadWrite.All",
		"IndustryData-TimePeriod.ReadWrite.All", "IndustryData-InboundFlow.ReadWrite.All",
		"IndustryData-OutboundFlow.ReadWrite.All", "IndustryData-Run.Start", "IndustryData.ReadBasic.All",
		"User.Read.All", "Group.Read.All",
	}
}

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
	modules := install(t)
	dir := t.TempDir()
	bin := build(t, dir)
	data := filepath.Join(dir, "data")
	url := serve(t, bin, data)
	script := place(t, modules)

	cmd := command(t, script, "node", "tour.mjs", filepath.Join(root(t), "examples", "district"), "Section_k-301")
	cmd.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+filepath.Join(data, "tls", "ca.pem"), "ROLLBOOK_URL="+url)
	cmd.Env = append(cmd.Env, credentials(t, bin, data)...)
	var got seen
	if out := output(t, cmd); json.Unmarshal(out, &got, json.MatchCaseInsensitiveNames(true)) != nil {
		t.Fatalf("tour.mjs wrote no JSON object: %s", out)
	}
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
		g := got[name]
		if g.Status != w.Status || g.Code != w.Code || !strings.Contains(g.Message, w.Message) {
			t.Errorf("%s: the client read %+v, want %d %s with %q", name, g, w.Status, w.Code, w.Message)
		}
	}
}

// output runs a command and returns what it wrote to standard output.
func output(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, stderr.Bytes(), out)
	}
	return out
}

func command(t *testing.T, dir, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	return cmd
}

func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// credentials makes a client and returns its ID and secret for the script.
func credentials(t *testing.T, bin, data string) []string {
	t.Helper()
	args := []string{"client", "add", "tour", "--data", data}
	for _, p := range permissions() {
		args = append(args, "--permission", p)
	}
	said := strings.Fields(string(output(t, command(t, data, bin, args...))))
	var env []string
	for label, name := range map[string]string{"tenant_id:": "TENANT", "client_id:": "CLIENT", "client_secret:": "SECRET"} {
		i := slices.Index(said, label)
		if i < 0 || i+1 == len(said) {
			t.Fatalf("client add said no %s", label)
		}
		env = append(env, "ROLLBOOK_"+name+"="+said[i+1])
	}
	return env
}
