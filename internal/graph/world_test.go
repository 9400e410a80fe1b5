package graph_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"rollbook/internal/flow"
	"rollbook/internal/graph"
	"rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/identity"
	"rollbook/internal/odata"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/upload"
)

// world is the API on a database of its own, with a directory, runs and uploads
// that only pretend.
type world struct {
	tb        testing.TB
	flows     *flow.Service
	handler   http.Handler
	server    *httptest.Server
	url       string       // by which the server is asked; it listens elsewhere
	client    *http.Client // that finds the server by it
	directory *fakeDirectory
	runs      *fakeRuns
	uploads   *fakeUploads
	reported  []error
	speaksFor map[string]string // the IDs of those for whom tokens speak; nil for the tokens themselves
	clock     atomic.Int64
}

// start is when every test begins; each question for the time takes a millisecond.
func start() time.Time { return time.Date(2024, 9, 2, 6, 0, 0, 123_456_700, time.UTC) }

func (w *world) now() time.Time {
	return start().Add(time.Duration(w.clock.Add(1)) * time.Millisecond)
}

func newWorld(tb testing.TB) *world { return newWorldOn(tb, false) }

// newWorldOn returns a world whose directory is real, if wanted.
func newWorldOn(tb testing.TB, real bool) *world { return newWorldWith(tb, real, nil) }

// newWorldWith returns a world whose requests an auditor is told of; nil for none.
func newWorldWith(tb testing.TB, real bool, auditor odata.Auditor) *world {
	tb.Helper()
	w := &world{tb: tb, directory: newFakeDirectory(), runs: newFakeRuns(), uploads: &fakeUploads{}}
	var ids atomic.Int64
	newID := func() string { return fmt.Sprintf("01919191-0000-7000-8000-%012d", ids.Add(1)) }
	db := dbtest.SQLite(tb)
	w.flows = &flow.Service{Store: store.NewConfiguration(db), Now: w.now, NewID: newID}
	w.directory.Directory = tables.New(db, w.now, newID)
	var shown graph.Directory = w.directory
	if real {
		shown = w.directory.Directory
	}
	handler, err := graph.New(graph.Config{
		Flows: w.flows, Sealer: sealer{}, Directory: shown, Tenant: tenant, Runs: w.runs, Uploads: w.uploads,
		Authenticate: w.authenticate,
		Origin:       func(r *http.Request) string { return "http://" + r.Host },
		Report:       func(_ *http.Request, _ string, err error) { w.reported = append(w.reported, err) },
		Audit:        auditor,
		Now:          w.now, NewID: newID,
	})
	if err != nil {
		tb.Fatal(err)
	}
	w.handler = handler
	w.server = httptest.NewServer(handler)
	tb.Cleanup(w.server.Close)
	w.url, w.client = "http://rollbook.school.example:8443", clientOf(w.server)
	return w
}

// clientOf returns a client that reaches a server by whatever name it asks for,
// as clients do that come through a proxy, or know a name that the server does not.
func clientOf(s *httptest.Server) *http.Client {
	transport := s.Client().Transport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
	}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// tenant is the ID of the organization.
const tenant = "01919191-0000-7000-8000-00000000000f"

// forPerson stands before the permissions of a token that speaks for a person.
const forPerson = "scp:"

// authenticate is authenticate, and knows for whom tokens speak.
func (w *world) authenticate(r *http.Request) (identity.Caller, error) {
	caller, err := authenticate(r)
	if id, ok := w.speaksFor[caller.ID]; ok {
		name, _, _ := strings.Cut(strings.TrimPrefix(caller.ID, forPerson), " ")
		caller.ID, caller.Name = id, name+"@school.example"
	}
	return caller, err
}

// authenticate takes the permissions from the token; "all" is every permission.
func authenticate(r *http.Request) (identity.Caller, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return identity.Caller{}, errors.New("the request has none")
	}
	if token == "all" {
		var all []string
		for _, p := range identity.Permissions() {
			all = append(all, p.Name)
		}
		return identity.Caller{ID: "client", Permissions: all}, nil
	}
	granted, delegated := strings.CutPrefix(token, forPerson)
	return identity.Caller{ID: token, Delegated: delegated, Permissions: strings.Split(granted, " ")}, nil
}

// sealer turns a secret around, so that a test sees whether it was sealed.
type sealer struct{}

func (sealer) Seal(secret string) (flow.Sealed, error) { return flow.Sealed("sealed:" + secret), nil }
func (sealer) Open(s flow.Sealed) (string, error) {
	return strings.TrimPrefix(string(s), "sealed:"), nil
}
func (sealer) Code(secret string) string { return secret }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	body   any
}

// member returns a member of the answer by its path: error/code, value/0/id.
func (a answer) member(path string) any {
	v := a.body
	for name := range strings.SplitSeq(path, "/") {
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case []any:
			i := 0
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

func (a answer) id() string {
	id, _ := a.member("id").(string)
	return id
}

// call sends a request with every permission.
func (w *world) call(method, path, body string, header ...string) answer {
	w.tb.Helper()
	return w.callAs("all", method, path, body, header...)
}

func (w *world) callAs(token, method, path, body string, header ...string) answer {
	w.tb.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.tb.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return w.send(r)
}

func (w *world) send(r *http.Request) answer {
	w.tb.Helper()
	resp, err := w.client.Do(r)
	if err != nil {
		w.tb.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		w.tb.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, text: string(data)}
	if bytes.HasPrefix(data, []byte("{")) {
		if err := json.Unmarshal(data, &a.body); err != nil {
			w.tb.Fatalf("%s %s: answer is not JSON: %v\n%s", r.Method, r.URL, err, data)
		}
	}
	if listens := w.server.Listener.Addr().String(); strings.Contains(a.text, listens) || strings.Contains(fmt.Sprint(a.header), listens) {
		w.tb.Errorf("%s %s: the answer names %s, where the server listens, and not the host that was asked\n%v\n%s", r.Method, r.URL, listens, a.header, a.text)
	}
	checkContract(w.tb, r.Method, r.URL.RequestURI(), a)
	return a
}

// must is call with the status that is expected.
func (w *world) must(status int, method, path, body string) answer {
	w.tb.Helper()
	a := w.call(method, path, body)
	if a.status != status {
		w.tb.Fatalf("%s %s: status %d, want %d\n%s", method, path, a.status, status, a.text)
	}
	return a
}

const industry = "/beta/external/industryData/"

// ids of one entity of each kind.
type ids struct{ source, connector, year, inbound, set, class string }

// populated has one entity of each kind, made through the API.
func (w *world) populated() ids {
	w.tb.Helper()
	var i ids
	i.source = w.must(201, "POST", industry+"sourceSystems", sourceBody).id()
	i.connector = w.must(201, "POST", industry+"dataConnectors", fmt.Sprintf(
		`{"@odata.type":"#microsoft.graph.industryData.azureDataLakeConnector","displayName":"Files","sourceSystem@odata.bind":"sourceSystems/%s"}`, i.source)).id()
	i.year = w.must(201, "POST", industry+"years", yearBody).id()
	i.inbound = w.must(201, "POST", industry+"inboundFlows", fmt.Sprintf(`{"@odata.type":"microsoft.graph.industryData.inboundFileFlow","displayName":"Nightly",
		"dataDomain":"educationRostering","effectiveDateTime":"2024-08-01","dataConnector@odata.bind":"dataConnectors('%s')","year@odata.bind":"years/%s"}`, i.connector, i.year)).id()
	i.set = w.must(201, "POST", industry+"outboundProvisioningFlowSets", `{"displayName":"Everyone"}`).id()
	i.class = w.must(201, "POST", industry+"outboundProvisioningFlowSets/"+i.set+"/provisioningFlows", classBody).id()
	return i
}

const (
	sourceBody = `{"displayName":"Registry","userMatchingSettings":[{"matchTarget":{"code":"userPrincipalName"},"priorityOrder":0,
		"sourceIdentifier":{"code":"username"},"roleGroup@odata.bind":"roleGroups/staff"}]}`
	yearBody  = `{"displayName":"2024/25","startDate":"2024-09-01","endDate":"2025-06-30","year":{"code":"2024"}}`
	classBody = `{"@odata.type":"#microsoft.graph.industryData.classGroupProvisioningFlow","configuration":{
		"additionalAttributes":["courseTitle"],
		"additionalOptions":{"createTeam":true,"writeDisplayNameOnCreateOnly":true},
		"enrollmentMappings":{"ownerEnrollmentMappings":[{"code":"teacher"},{"code":"proctor"}],"memberEnrollmentMappings":[{"code":"student"}]}}}`
)

type fakeRuns struct {
	runs    []run.Run
	started int
	refusal error // of a start; nil for none
}

func newFakeRuns() *fakeRuns {
	end := start().Add(-time.Hour)
	return &fakeRuns{runs: []run.Run{
		{ID: "run-2", Status: run.Running, Start: start()},
		{ID: "run-1", Status: run.CompletedWithErrors, Start: start().Add(-2 * time.Hour), End: &end,
			Activities: []run.Activity{
				{ID: "activity-1", FlowID: "gone", DisplayName: "Nightly", Inbound: true, Status: run.ActivityCompleted, Inbounds: &run.InboundCounts{
					People: run.Count{Active: 3, Inactive: 1}, Matched: []run.RoleCount{{Role: "student", Count: 2}}, Errors: 1,
				}},
				{ID: "activity-2", DisplayName: "Classes", Status: run.ActivityFailed, BlockingError: &run.BlockingError{Code: "directory", Message: "The directory is away."}},
			},
			Totals: run.Totals{People: 3, Matched: []run.RoleCount{{Role: "student", Count: 2}}, Errors: 1}},
	}}
}

func (f *fakeRuns) Start(context.Context) error             { f.started++; return f.refusal }
func (f *fakeRuns) Runs(context.Context) ([]run.Run, error) { return f.runs, nil }
func (f *fakeRuns) Run(_ context.Context, id string) (run.Run, error) {
	for _, r := range f.runs {
		if r.ID == id {
			return r, nil
		}
	}
	return run.Run{}, fmt.Errorf("run %s: %w", id, run.ErrNotFound)
}

type fakeUploads struct {
	resets     int
	validated  []string
	operations []upload.Operation
}

func (f *fakeUploads) Session(_ context.Context, connectorID string, reset bool) (upload.Session, error) {
	if reset {
		f.resets++
	}
	return upload.Session{
		ContainerID: fmt.Sprintf("container-%d", f.resets), Address: "/tenant/" + connectorID + "?sig=x",
		ContainerExpires: start().Add(48 * time.Hour), SessionExpires: start().Add(14 * time.Hour),
	}, nil
}

func (f *fakeUploads) Validate(_ context.Context, connectorID string) (string, error) {
	if len(f.validated) > 5 {
		return "", fmt.Errorf("validate: %w", upload.ErrNoSession)
	}
	f.validated = append(f.validated, connectorID)
	f.operations = append(f.operations, upload.Operation{
		ID: fmt.Sprintf("operation-%d", len(f.validated)), Created: start(), LastAction: start(), ConnectorID: connectorID, Status: "succeeded",
		Errors:   []upload.PublicError{{Code: "RequiredFileNotFound", Message: "orgs.csv is not there.", Target: "orgs.csv"}},
		Warnings: []upload.PublicError{{Code: "OptionalFileNotFound", Message: "classes.csv is not there.", Target: "classes.csv"}},
	})
	return f.operations[len(f.operations)-1].ID, nil
}

func (f *fakeUploads) Fail(_ context.Context, connectorID string, why upload.PublicError) (string, error) {
	f.operations = append(f.operations, upload.Operation{
		ID: "failed-" + connectorID, Created: start(), LastAction: start(), ConnectorID: connectorID, Status: "failed",
		StatusDetail: why.Message, Errors: []upload.PublicError{why},
	})
	return "failed-" + connectorID, nil
}

func (f *fakeUploads) Operation(_ context.Context, id string) (upload.Operation, error) {
	for _, o := range f.operations {
		if o.ID == id {
			return o, nil
		}
	}
	return upload.Operation{}, fmt.Errorf("operation: %w", upload.ErrNoOperation)
}

func (f *fakeUploads) Operations(context.Context) ([]upload.Operation, error) {
	return f.operations, nil
}

var (
	_ graph.Runs      = (*fakeRuns)(nil)
	_ graph.Uploads   = (*fakeUploads)(nil)
	_ graph.Directory = (*fakeDirectory)(nil)
	_                 = hosted.Owner
)
