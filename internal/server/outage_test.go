package server_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/server"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// clock is the present, and later by what a test says.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// outages is a server, and the requests that every surface is asked.
type outages struct {
	audited
	server *server.Server
	clock  *clock
	year   string // the path of a year
	client url.Values
}

func newOutages(t *testing.T, cfg server.Config) outages {
	t.Helper()
	c := &clock{}
	cfg.Now = c.now
	s := mustStart(t, cfg)
	parts := s.Parts()
	_, secret, err := parts.Clients.Add(t.Context(), "tokens", []string{"User.Read.All"})
	if err != nil {
		t.Fatal(err)
	}
	all, err := parts.Clients.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := clientFor(t, s)
	o := outages{server: s, clock: c, audited: audited{
		caller: caller{client: client, base: s.Addresses().URL, token: mustTokenFor(t, parts, "school", "IndustryData-TimePeriod.ReadWrite.All", "IndustryData-DataConnector.ReadWrite.All", "User.Read.All")},
		reader: caller{client: client, base: s.Addresses().URL, token: mustTokenFor(t, parts, "auditor", "AuditLog.Read.All")},
	}, client: url.Values{"client_id": {all[0].ID}, "client_secret": {secret}, "grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"}}}
	status, _, made := o.mustCall(t, "POST", industryData+"/years", []byte(auditedYear))
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, made)
	}
	o.year = industryData + "/years/" + fmt.Sprint(made["id"])
	return o
}

// answers returns what the surfaces answer, each as its status and whether it says
// when to ask again.
func (o outages) answers(t *testing.T) map[string]string {
	t.Helper()
	got := map[string]string{}
	o.clock.ahead.Add(int64(6 * time.Second)) // what is done now and then is done again
	ask := func(name, token, method, path, contentType, body string) {
		r, err := http.NewRequestWithContext(t.Context(), method, o.base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", contentType)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := o.caller.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatal(err)
		}
		got[name] = strconv.Itoa(answer.StatusCode)
		if after := answer.Header.Get("Retry-After"); after != "" {
			got[name] += " again"
		}
	}
	ask("change", o.token, "PATCH", o.year, "application/json", `{"displayName":"renamed"}`)
	ask("read", o.token, "GET", "/v1.0/users", "", "")
	ask("batch", o.token, "POST", "/beta/$batch", "application/json", `{"requests":[{"id":"1","method":"GET","url":"/users"}]}`)
	ask("audit", o.reader.token, "GET", "/rollbook/v1/audit", "", "")
	ask("token", "", "POST", "/common/oauth2/v2.0/token", "application/x-www-form-urlencoded", o.client.Encode())
	ask("ready", "", "GET", "/readyz", "", "")
	ask("health", "", "GET", "/healthz", "", "")
	return got
}

func wantAnswers(t *testing.T, when string, want, got map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

func allWell() map[string]string {
	return map[string]string{"change": "204", "read": "200", "batch": "200", "audit": "200", "token": "200", "ready": "200", "health": "200"}
}

// TestDatabaseGone cuts the way to PostgreSQL under a server that runs.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	link := dbtest.PostgresLink(t)
	cfg, log := testConfig(t), &logged{}
	cfg.Database, cfg.Log = link.URL, slog.New(slog.NewTextHandler(log, nil))
	o := newOutages(t, cfg)
	wantAnswers(t, "before", allWell(), o.answers(t))
	link.Cut()
	gone := map[string]string{
		"change": "503 again", "read": "503 again", "batch": "503 again", "audit": "503 again", "token": "503 again", "ready": "503", "health": "200",
	}
	wantAnswers(t, "when it is gone", gone, o.answers(t))
	_, said := mustGet(t, o.caller.client, o.base+"/readyz")
	if !strings.Contains(said, "cannot be reached") || !strings.Contains(said, "/rollbook_test_") {
		t.Errorf("readyz says %q", said)
	}
	link.Mend()
	wantAnswers(t, "when it is back", allWell(), o.answers(t))
	for _, text := range []string{"the database fails", "the database works again"} {
		if n := strings.Count(log.String(), text); n != 1 {
			t.Errorf("the log says %d times: %s", n, text)
		}
	}
}

// TestDiskFull lets the database of a running server grow no more.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	o := newOutages(t, testConfig(t))
	mustAllowPages(t, o.server.Parts().DB, 1)
	large := `{"displayName":"` + strings.Repeat("x", 90) + `","startDate":"2026-08-01","endDate":"2027-07-01","year":{"code":"2026"}}`
	refused := 0
	for n := 0; refused == 0 && n < 2000; n++ {
		status, _, said := o.mustCall(t, "POST", industryData+"/years", []byte(large))
		if status != http.StatusCreated {
			refused = status
			if code := said["error"].(map[string]any)["code"]; code != "insufficientStorage" {
				t.Errorf("%v", said)
			}
		}
	}
	if refused != http.StatusInsufficientStorage {
		t.Fatalf("a full disk answers %d", refused)
	}
	got := o.answers(t)
	for name, want := range map[string]string{"read": "200", "audit": "200", "ready": "503", "health": "200"} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	if _, said := mustGet(t, o.caller.client, o.base+"/readyz"); !strings.Contains(said, "no room left") || !strings.Contains(said, "rollbook.db") {
		t.Errorf("readyz says %q", said)
	}
	mustAllowPages(t, o.server.Parts().DB, 1<<30)
	wantAnswers(t, "when there is room again", allWell(), o.answers(t))
}

func mustAllowPages(t *testing.T, db store.DB, pages int) {
	t.Helper()
	mustPragma(t, db, "max_page_count = "+strconv.Itoa(pages))
}

func mustPragma(t *testing.T, db store.DB, pragma string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), "PRAGMA "+pragma)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDatabaseReadOnly takes the right to write away from a running server, which
// nobody may notice who only reads.
func TestDatabaseReadOnly(t *testing.T) {
	t.Parallel()
	o := newOutages(t, testConfig(t))
	mustPragma(t, o.server.Parts().DB, "query_only = 1")
	_, said := mustGet(t, o.caller.client, o.base+"/readyz")
	if !strings.Contains(said, "can only be read") || !strings.Contains(said, "rollbook.db") || !strings.Contains(said, "may write to it") {
		t.Errorf("readyz says %q", said)
	}
	want := allWell()
	want["change"], want["ready"] = "503 again", "503"
	wantAnswers(t, "when it cannot be written", want, o.answers(t))
}

// TestManyChangeOneFlow has 64 clients change one entity: all of them wait for
// their turn, and none is told that something failed.
func TestManyChangeOneFlow(t *testing.T) {
	t.Parallel()
	for engine, database := range map[string]func(*testing.T) string{
		"sqlite":   func(*testing.T) string { return "" },
		"postgres": func(t *testing.T) string { return dbtest.PostgresURL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig(t)
			cfg.Database = database(t)
			o := newOutages(t, cfg)
			var wait sync.WaitGroup
			for n := range 64 {
				wait.Go(func() {
					for range 5 {
						body := fmt.Sprintf(`{"displayName":"renamed by %d"}`, n)
						if status, _, said := o.mustCall(t, "PATCH", o.year, []byte(body)); status != http.StatusNoContent {
							t.Errorf("%d %v", status, said)
						}
					}
				})
			}
			wait.Wait()
		})
	}
}

// TestWaitIsSeen starts a server whose work another process holds, and takes it from
// that one by hand.
func TestWaitIsSeen(t *testing.T) {
	t.Parallel()
	cfg, log := testConfig(t), &logged{}
	cfg.Log = slog.New(slog.NewTextHandler(log, nil))
	mustMake(t, cfg)
	parts, err := server.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	err = parts.DB.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO lease (name, owner, generation, expires) VALUES ('upload', 'process 7/1/elsewhere/x', 1, $1)`,
			time.Now().Add(15*time.Second).UnixMicro())
		return err
	})
	if err := errors.Join(err, parts.Close()); err != nil {
		t.Fatal(err)
	}
	s := mustStart(t, cfg)
	log.await(t, "work waits for another process")
	answer, said := mustGet(t, clientFor(t, s), s.Addresses().URL+"/readyz")
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(said, "ready\nupload work has waited since ") ||
		!strings.Contains(said, "process 7, until ") || !strings.Contains(said, "rollbook lease end upload") {
		t.Errorf("%d %q", answer.StatusCode, said)
	}
	if held, err := s.Parts().Leases.End(t.Context(), "upload"); !held || err != nil {
		t.Errorf("%t, %v", held, err)
	}
}

// TestNoRoomIsSeen before anything fails for it.
func TestNoRoomIsSeen(t *testing.T) {
	t.Parallel()
	s := mustStart(t, testConfig(t))
	client := clientFor(t, s)
	for _, step := range []struct {
		room   uint64
		status int
	}{{1<<20 - 1, http.StatusServiceUnavailable}, {1 << 20, http.StatusOK}} {
		s.Parts().SetRoom(step.room)
		answer, said := mustGet(t, client, s.Addresses().URL+"/readyz")
		if answer.StatusCode != step.status || step.room < 1<<20 != strings.Contains(said, "1048575 bytes are free") {
			t.Errorf("%d bytes: %d %q", step.room, answer.StatusCode, said)
		}
	}
	if bytes, known := server.RoomIn(t.TempDir()); known && bytes == 0 {
		t.Error("there is no room on this disk")
	}
}

// TestDamageIsSeen starts a server on a database of which a page was written over. It
// looks at the structure of the file, and says so.
func TestDamageIsSeen(t *testing.T) {
	t.Parallel()
	cfg, log := testConfig(t), &logged{}
	cfg.Log = slog.New(slog.NewTextHandler(log, nil))
	mustMake(t, cfg)
	damageTable(t, cfg, "audit")
	s := mustStart(t, cfg)
	log.await(t, "the database fails")
	answer, said := mustGet(t, clientFor(t, s), s.Addresses().URL+"/readyz")
	if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(said, "rollbook.db is damaged; rollbook verify says how far") {
		t.Errorf("%d %q", answer.StatusCode, said)
	}
}

// damageTable writes over the beginning of the page where the rows of a table begin.
func damageTable(t *testing.T, cfg server.Config, table string) {
	t.Helper()
	parts, err := server.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	var at int64
	err = parts.DB.ReadRow(t.Context(), `SELECT (rootpage - 1) * page_size FROM sqlite_schema, pragma_page_size WHERE name = $1`, []any{table}, &at)
	if err := errors.Join(err, parts.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cfg.Data, "rollbook.db")
	text := mustRead(t, path)
	copy(text[at:], "sixteen bytes of")
	mustWrite(t, path, text)
}

func TestOutagesOfFiles(t *testing.T) {
	t.Parallel()
	for errno, want := range map[syscall.Errno]int{
		syscall.ENOSPC: http.StatusInsufficientStorage, syscall.EDQUOT: http.StatusInsufficientStorage,
		syscall.EROFS: http.StatusServiceUnavailable, syscall.ENOENT: 0,
	} {
		status, _, _ := server.AnswerOf(fmt.Errorf("store a file: %w", &fs.PathError{Op: "write", Path: "x", Err: errno}))
		if status != want {
			t.Errorf("%v: %d, want %d", errno, status, want)
		}
	}
}
