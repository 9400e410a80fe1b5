package server_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"rollbook/internal/flow"
	"rollbook/internal/identity"
	"rollbook/internal/server"
	"rollbook/internal/store/dbtest"
)

const industryData = "/beta/external/industryData"

// caller calls the API of a server with a token.
type caller struct {
	client  *http.Client
	base    string
	token   string
	ifMatch string // sent where it is not ""
}

// mustCall returns the status, the Location and the members of the answer.
func (c caller) mustCall(t *testing.T, method, url string, body []byte) (int, string, map[string]any) {
	t.Helper()
	if strings.HasPrefix(url, "/") {
		url = c.base + url
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(url, "sig=") {
		r.Header.Set("x-ms-blob-type", "BlockBlob")
	} else {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.ifMatch != "" {
		r.Header.Set("If-Match", c.ifMatch)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	members := make(map[string]any)
	_ = json.UnmarshalRead(answer.Body, &members) // no body, no members
	return answer.StatusCode, answer.Header.Get("Location"), members
}

// TestUploadAndRun goes all the way by the API: a session, the files, their
// check, a run, and the groups.
func TestUploadAndRun(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		uploadAndRun(t, testConfig(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		cfg := testConfig(t)
		cfg.Database = dbtest.PostgresURL(t)
		uploadAndRun(t, cfg)
	})
}

func uploadAndRun(t *testing.T, cfg server.Config) {
	t.Helper()
	cfg.Now, cfg.Hosts = inSchoolYear(), []string{"rollbook.school.example"}
	log := &logged{}
	cfg.Log, cfg.MetricsListen = slog.New(slog.NewTextHandler(log, nil)), ":0"
	parts := mustOpen(t, cfg)
	if err := flow.InstallDefaults(t.Context(), parts.Flow, flow.Defaults{Domain: "harbor.example", Today: cfg.Now()}); err != nil {
		t.Fatal(err)
	}
	connectors, err := parts.Flow.Connectors(t.Context())
	if err != nil || len(connectors) != 1 {
		t.Fatalf("got %v, %v", connectors, err)
	}
	s := mustStart(t, cfg)
	client := clientByAnyName(t, s)
	client.Transport.(*http.Transport).TLSClientConfig.Time = cfg.Now
	// The host that is asked, which the server knows only from the request, is the one that it answers with.
	c := caller{client: client, base: "https://rollbook.school.example:444", token: mustToken(t, parts)}

	connector := industryData + "/dataConnectors/" + connectors[0].ID
	_, _, session := c.mustCall(t, http.MethodGet, connector+"/getUploadSession", nil)
	folder, query, _ := strings.Cut(session["sessionUrl"].(string), "?")
	if !strings.HasPrefix(folder, c.base+"/"+s.Addresses().Tenant+"/") {
		t.Errorf("uploads go to %s, and %s was asked", folder, c.base)
	}
	files, err := filepath.Glob("../../examples/district/*.csv")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v, %v", files, err)
	}
	for _, file := range files {
		status, _, answer := c.mustCall(t, http.MethodPut, folder+"/"+filepath.Base(file)+"?"+query, mustRead(t, file))
		if status != http.StatusCreated {
			t.Fatalf("%s: got %d %v", file, status, answer)
		}
	}
	_, operation, _ := c.mustCall(t, http.MethodPost, connector+"/validate", nil)
	if !strings.HasPrefix(operation, c.base+industryData+"/operations/") {
		t.Errorf("the operation is at %s, and %s was asked", operation, c.base)
	}
	log.await(t, `msg="upload check ended" operation=`+path.Base(operation)+" connector="+connectors[0].ID+" verdict=accepted")
	if _, _, answer := c.mustCall(t, http.MethodGet, operation, nil); answer["status"] != "succeeded" {
		t.Fatalf("the check is %v", answer)
	}
	if status, _, answer := c.mustCall(t, http.MethodPost, industryData+"/runs/start", nil); status != http.StatusAccepted {
		t.Fatalf("got %d %v", status, answer)
	}
	requested := log.await(t, `msg="run requested"`)
	_, id, _ := strings.Cut(strings.TrimSpace(requested), "run=")
	log.await(t, `msg="run begun" run=`+id)
	log.await(t, `msg="run ended" run=`+id+" status=completed ")
	_, _, runs := c.mustCall(t, http.MethodGet, industryData+"/runs", nil)
	if r := runs["value"].([]any)[0].(map[string]any); r["status"] != "completed" || r["id"] != id {
		t.Errorf("the run is %v, want %s, completed", r, id)
	}
	wantMetrics(t, s, `rollbook_runs_total{status="completed"} 1`, `rollbook_uploads_checked_total{verdict="accepted"} 1`,
		`rollbook_changes_total{kind="account",outcome="done",verb="create"} 37`, `rollbook_queue{state="waiting",work="run"} 0`,
		`rollbook_http_requests_total{code="202",method="POST",surface="graph"} 2`,
		`rollbook_http_requests_total{code="201",method="PUT",surface="upload"} `+strconv.Itoa(len(files)))
	if _, _, groups := c.mustCall(t, http.MethodGet, "/v1.0/groups", nil); len(groups["value"].([]any)) == 0 {
		t.Error("the run made no groups")
	}
	// The run let go of the files.
	if left, err := os.ReadDir(filepath.Join(cfg.Data, "uploads")); err != nil || len(left) != 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// inSchoolYear returns a clock that goes on from a day in the school year of
// the example district, whose classes are current then.
func inSchoolYear() func() time.Time {
	began := time.Now()
	return func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).Add(time.Since(began)) }
}

func mustToken(t *testing.T, parts *server.Parts) string {
	t.Helper()
	token, err := parts.Issuer().Issue(identity.Grant{
		BaseURL: parts.BaseURL(), ClientID: identity.CommandLineID, Lifetime: time.Minute,
		Permissions: []string{"IndustryData-DataConnector.ReadWrite.All", "IndustryData.ReadBasic.All", "IndustryData-Run.Start", "Group.Read.All"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return token
}
