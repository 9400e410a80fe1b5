package upload_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"rollbook/internal/feed"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/upload"
)

// uploads is the store as package upload wants it.
type uploads struct{ store.Uploads }

func absent(err, want error) error {
	if errors.Is(err, store.ErrNoRows) {
		return want
	}
	return err
}

func (u uploads) Open(ctx context.Context, c upload.Container, now time.Time, reset bool) (upload.Container, error) {
	opened, err := u.Uploads.Open(ctx, store.Upload(c), now, reset)
	return upload.Container(opened), err
}

func (u uploads) Get(ctx context.Context, id string) (upload.Container, error) {
	c, err := u.Uploads.Get(ctx, id)
	return upload.Container(c), absent(err, upload.ErrNoSession)
}

func (u uploads) Latest(ctx context.Context, connector string) (upload.Container, error) {
	c, err := u.Uploads.Latest(ctx, connector)
	return upload.Container(c), absent(err, upload.ErrNoSession)
}

func (u uploads) Close(ctx context.Context, check upload.Check) error {
	return absent(u.Uploads.Close(ctx, store.UploadOperation(check)), upload.ErrNoSession)
}

func (u uploads) Progress(ctx context.Context, check upload.Check, state string) error {
	return u.Uploads.Progress(ctx, store.UploadOperation(check), state)
}

func (u uploads) Operation(ctx context.Context, id string) (upload.Check, error) {
	op, err := u.Uploads.Operation(ctx, id)
	return upload.Check(op), absent(err, upload.ErrNoOperation)
}

func (u uploads) Record(ctx context.Context, c upload.Check) error {
	return u.Uploads.Record(ctx, store.UploadOperation(c))
}

func (u uploads) Operations(ctx context.Context) ([]upload.Check, error) {
	ops, err := u.Uploads.Operations(ctx)
	checks := make([]upload.Check, len(ops))
	for i, op := range ops {
		checks[i] = upload.Check(op)
	}
	return checks, err
}

const tenant = "11111111-2222-3333-4444-555555555555"

// world is a service on a database of its own, behind a real server.
type world struct {
	*upload.Service
	clock    atomic.Int64 // microseconds since the start
	server   *httptest.Server
	findings []feed.Finding
	failure  error    // of the check
	archived []string // the files that an archive is said to have
	checked  string   // the path that was checked last
	deleted  string   // a connector that is not there
	told     told
}

func start() time.Time { return time.Date(2026, 9, 14, 6, 0, 0, 0, time.UTC) }

func (w *world) advance(d time.Duration) { w.clock.Add(d.Microseconds()) }

func onEveryEngine(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) { test(t, newWorld(t, db)) })
}

func newWorld(t testing.TB, db store.DB) *world {
	t.Helper()
	w := &world{told: told{ended: make(chan string, 100)}} // room for more checks than a test makes
	w.Service = &upload.Service{
		Dir: filepath.Join(t.TempDir(), "uploads"), Tenant: tenant, Key: []byte("a key that signs URLs"),
		Store: uploads{store.Uploads{DB: db}}, NewID: uuid.NewString,
		Now:    func() time.Time { return start().Add(time.Duration(w.clock.Load()) * time.Microsecond) },
		Exists: func(_ context.Context, connector string) (bool, error) { return connector != w.deleted, nil },
		Check: func(_ context.Context, path string) (upload.Found, error) {
			w.checked = path
			return upload.Found{Findings: w.findings, Files: w.files(t, path)}, w.failure
		},
		Watch: &w.told,
	}
	w.server = httptest.NewServer(w.Handler())
	t.Cleanup(w.server.Close)
	return w
}

// files returns the names of the files at a path.
func (w *world) files(t testing.TB, path string) []string {
	t.Helper()
	if filepath.Ext(path) == ".zip" {
		return w.archived
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Error(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// reached completes the address of a session, as the API does for whoever asks.
func (w *world) reached(session upload.Session) upload.Session {
	session.Address = w.server.URL + session.Address
	return session
}

func (w *world) session(t *testing.T, connector string) upload.Session {
	t.Helper()
	session, err := w.Session(t.Context(), connector, false)
	if err != nil {
		t.Fatal(err)
	}
	return w.reached(session)
}

// at returns the URL of a file in a session, with more query parameters.
func at(session upload.Session, file, more string) string {
	path, query, _ := strings.Cut(session.Address, "?")
	if more != "" {
		query += "&" + more
	}
	return path + "/" + file + "?" + query
}

// send sends a request and returns the status and the error code or body.
func send(t *testing.T, method, url, body string, headers ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if code := res.Header.Get("x-ms-error-code"); code != "" {
		return res.StatusCode, code
	}
	return res.StatusCode, string(text)
}

func expect(t *testing.T, what string, status int, code string, wantStatus int, wantCode string) {
	t.Helper()
	if status != wantStatus || code != wantCode {
		t.Errorf("%s: %d %q, want %d %q", what, status, code, wantStatus, wantCode)
	}
}

// put uploads a whole file.
func put(t *testing.T, session upload.Session, file, body string) {
	t.Helper()
	status, code := send(t, "PUT", at(session, file, ""), body, "x-ms-blob-type", "BlockBlob")
	expect(t, "put "+file, status, code, 201, "")
}

// finish runs the worker until the operation is over.
func (w *world) finish(t *testing.T, id string) upload.Operation {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	w.told.await(id)
	op, err := w.Operation(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

func (w *world) validate(t *testing.T, connector string) upload.Operation {
	t.Helper()
	id, err := w.Validate(t.Context(), connector)
	if err != nil {
		t.Fatal(err)
	}
	return w.finish(t, id)
}

// onDisk returns the paths of the containers that are on disk.
func (w *world) onDisk(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(w.Dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return string(data)
}
