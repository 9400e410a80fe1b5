package run_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/directory"
	"rollbook/internal/feed/sds"
	"rollbook/internal/flow"
	"rollbook/internal/guard"
	dir "rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/ledgerstore"
	"rollbook/internal/target/hosted"
	"rollbook/internal/target/targettest"
	"rollbook/internal/vocab"
)

// world is an installation with the example district in a folder of its own.
type world struct {
	*run.Engine
	db        store.DB
	flows     *flow.Service
	directory *tables.Directory
	path      string
	now       time.Time
	told      told // of all processes
}

// ids gives IDs that grow.
func ids() func() string { return idsAfter(0) }

func idsAfter(n int64) func() string {
	var last atomic.Int64
	last.Store(n)
	return func() string { return fmt.Sprintf("00000000-0000-7000-8000-%012d", last.Add(1)) }
}

func newWorld(t *testing.T, db store.DB) *world {
	t.Helper()
	w := &world{db: db, path: t.TempDir(), now: time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)}
	w.start(db, ids())
	if err := flow.InstallDefaults(t.Context(), w.flows, flow.Defaults{Domain: "harbor.example", Today: w.now}); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(w.path, os.DirFS(filepath.Join("..", "..", "examples", "district"))); err != nil {
		t.Fatal(err)
	}
	return w
}

// start makes an engine on a database, as a process that starts does.
func (w *world) start(db store.DB, newID func() string) {
	now := func() time.Time { return w.now }
	w.flows = &flow.Service{Store: store.NewConfiguration(db), Now: now, NewID: newID}
	w.directory = tables.New(db, now, newID)
	w.Engine = &run.Engine{
		Configuration: w.flows,
		Feeds:         store.Feeds{DB: db, Now: now},
		Roster: func(streams run.Streams, pending bool) plan.Roster {
			return store.Roster{DB: db, Streams: streams, Pending: pending}
		},
		Ledger:    ledgerstore.Ledger{DB: db},
		Standings: store.Standings{DB: db},
		Runs:      store.Runs{DB: db},
		Marks:     store.Marks{DB: db},
		Target:    w.target(),
		TargetID:  ledger.Hosted,
		Vault:     vault{},
		Now:       now,
		Sleep:     new(targettest.Clock).Sleep,
		NewID:     newID,
		Watch:     &w.told,
		Open: func(path string, lists *vocab.Lists) (run.OpenFeed, error) {
			return sds.Open(path, sds.Options{Lists: lists})
		},
	}
}

// target is the directory as the engine writes to it.
func (w *world) target() directory.Target { return hosted.Target{Directory: w.directory} }

type vault struct{}

func (vault) Seal(s string) (string, error) { return "sealed " + s, nil }
func (vault) Code(s string) string          { return "code " + s }

// edit replaces text in a file of the district.
func (w *world) edit(t *testing.T, file, old, text string) {
	t.Helper()
	path := filepath.Join(w.path, file)
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), old) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(body), old, text)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// drop removes the lines of a file that hold a text.
func (w *world) drop(t *testing.T, file, with string) {
	t.Helper()
	path := filepath.Join(w.path, file)
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.DeleteFunc(strings.SplitAfter(string(body), "\n"), func(l string) bool { return strings.Contains(l, with) })
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// dropPerson removes a person from every file.
func (w *world) dropPerson(t *testing.T, id string) {
	t.Helper()
	for _, file := range []string{"users.csv", "roles.csv", "enrollments.csv", "demographics.csv", "userFlags.csv", "relationships.csv"} {
		w.drop(t, file, id)
	}
}

// sync runs the district, and fails the test where the run could not be done.
func (w *world) sync(t *testing.T) run.Result {
	t.Helper()
	result, err := w.Run(t.Context(), run.Options{Path: w.path})
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	return result
}

// unguard switches the guard off.
func (w *world) unguard(t *testing.T) {
	t.Helper()
	for _, l := range guard.Defaults() {
		l.Off = true
		if err := w.SetLimit(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
}

// approve approves a plan, which must be done then.
func (w *world) approve(t *testing.T, plan int64, schools ...string) run.Result {
	t.Helper()
	result, err := w.Decide(t.Context(), run.Decision{Plan: plan, Schools: schools, By: "tess"}, nil)
	if err != nil {
		t.Fatalf("approve plan %d: %v", plan, err)
	}
	return result
}

// seats are the user names in a group.
type seats struct{ Name, Owners, Members string }

// groups returns the groups of the directory by class.
func (w *world) groups(t *testing.T) map[string]seats {
	t.Helper()
	names := map[string]string{}
	for u, err := range w.directory.Users(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(u.UserPrincipalName, "@")
		names[u.ID] = name
	}
	groups := map[string]seats{}
	for g, err := range w.directory.Groups(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		var owners, members []string
		for _, m := range g.Memberships {
			if m.Relation == dir.Owner {
				owners = append(owners, names[m.UserID])
			} else {
				members = append(members, names[m.UserID])
			}
		}
		slices.Sort(owners)
		slices.Sort(members)
		groups[strings.TrimPrefix(g.Anchor, "Section_")] = seats{g.DisplayName, strings.Join(owners, " "), strings.Join(members, " ")}
	}
	return groups
}

// object returns the group of a class.
func (w *world) object(t *testing.T, class string) dir.GroupContent {
	t.Helper()
	for g, err := range w.directory.Groups(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if g.Anchor == dir.GroupAnchor(class) {
			return g
		}
	}
	t.Fatalf("class %s has no group", class)
	return dir.GroupContent{}
}

// columns of the tables that a run writes; a letter says the type.
var columnsOf = map[string]string{
	"roster":          "source:i flow:t kind:i id:i record_key:t active:o feed:i body:b",
	"feed":            "source:i flow:t number:i run:t state:t report:t",
	"pending":         "source:i flow:t kind:i id:i",
	"run":             "id:t status:t body:t",
	"finding":         "run:t n:i body:t",
	"plan":            "id:i target:i run:t purpose:t state:t hash:t counts:t handed:i",
	"plan_part":       "plan:i key:t state:t hash:t counts:t",
	"plan_change":     "plan:i seq:i wave:i part:t verb:t kind:t source:i record:i anchor:t object_id:t digest:b body:t",
	"plan_outcome":    "plan:i seq:i state:i refused:o object_id:t",
	"held_object":     "target:i source:i kind:t record:i object_id:t at:t made:o written:t kept:t links:t",
	"undone":          "target:i source:i kind:t record:i body:t",
	"setting":         "name:t value:t",
	"directory_state": "version:i",
}

// dump returns the rows of tables as text, sorted. When the last run was is no part
// of what it left behind.
func (w *world) dump(t *testing.T, without ...string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := w.db.Read(t.Context(), func(tx store.Tx) error {
		for table, columns := range columnsOf {
			if slices.Contains(without, table) {
				continue
			}
			rows, err := rowsOf(t.Context(), tx, table, columns)
			if err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
			all[table] = slices.DeleteFunc(rows, func(row string) bool { return strings.HasPrefix(row, "mark.clock|") })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func rowsOf(ctx context.Context, tx store.Tx, table, columns string) ([]string, error) {
	var names []string
	var row []any
	for column := range strings.FieldsSeq(columns) {
		name, kind, _ := strings.Cut(column, ":")
		names = append(names, name)
		row = append(row, map[string]any{"i": new(int64), "t": new(string), "b": new([]byte), "o": new(bool)}[kind])
	}
	rows, err := tx.Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		if err := rows.Scan(row...); err != nil {
			return nil, err
		}
		list = append(list, line(row))
	}
	slices.Sort(list)
	return list, rows.Err()
}

func line(row []any) string {
	var b strings.Builder
	for _, v := range row {
		switch v := v.(type) {
		case *int64:
			fmt.Fprintf(&b, "%d|", *v)
		case *string:
			fmt.Fprintf(&b, "%s|", *v)
		case *[]byte:
			fmt.Fprintf(&b, "%x|", *v)
		case *bool:
			fmt.Fprintf(&b, "%v|", *v)
		}
	}
	return b.String()
}

func wantSame(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// state is what a run leaves behind, without the IDs that differ from one
// installation to the next: the roster, the directory, and what is remembered.
func (w *world) state(t *testing.T) map[string][]string {
	t.Helper()
	anchors := map[string]string{}
	state := map[string][]string{}
	for u, err := range w.directory.Users(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		anchors[u.ID] = u.Anchor
		u.ID = ""
		state["users"] = append(state["users"], fmt.Sprint(u))
	}
	for g, err := range w.directory.Groups(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		anchors[g.ID] = g.Anchor
		var in []string
		for _, m := range g.Memberships {
			in = append(in, string(m.Relation)+" "+anchors[m.UserID])
		}
		slices.Sort(in)
		g.ID, g.Memberships = "", nil
		state["groups"] = append(state["groups"], fmt.Sprint(g, in))
	}
	for table, rows := range w.dump(t, "run", "finding", "plan", "plan_part", "plan_change", "plan_outcome", "setting", "directory_state", "feed") {
		for _, row := range rows {
			for id, anchor := range anchors {
				row = strings.ReplaceAll(row, id, anchor)
			}
			state[table] = append(state[table], row)
		}
	}
	for _, rows := range state {
		slices.SortFunc(rows, cmp.Compare[string])
	}
	return state
}
