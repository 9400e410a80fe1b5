package nights_test

import (
	"flag"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollbook/internal/feed/sds"
	"rollbook/internal/flow"
	"rollbook/internal/guard"
	dir "rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/store/ledgerstore"
	"rollbook/internal/target/hosted"
	"rollbook/internal/target/targettest"
	"rollbook/internal/vocab"
)

// world is an installation whose guard is off: what a night would do, it does.
type world struct {
	engine    *run.Engine
	directory *tables.Directory
	now       time.Time
	path      string

	approvedBy string // the run that applied the last rollback
}

// check tries a property on generated districts: on few of them with the other tests,
// as each takes several nights of the whole engine, and on as many as -rapid.checks
// says where it says so.
func check(t *testing.T, few int, property func(*rapid.T)) {
	t.Helper()
	t.Parallel()
	asked, tried := flag.Lookup("rapid.checks"), 0
	rapid.Check(t, func(rt *rapid.T) {
		if tried++; tried <= few || asked.Value.String() != asked.DefValue {
			property(rt)
		}
	})
}

// fataler is what *testing.T and *rapid.T have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := dbtest.SQLite(t)
	w := &world{now: time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), path: t.TempDir()}
	now := func() time.Time { return w.now }
	var last atomic.Int64
	newID := func() string { return fmt.Sprintf("00000000-0000-7000-8000-%012d", last.Add(1)) }
	flows := &flow.Service{Store: store.NewConfiguration(db), Now: now, NewID: newID}
	w.directory = tables.New(db, now, newID)
	w.engine = &run.Engine{
		Configuration: flows,
		Feeds:         store.Feeds{DB: db, Now: now},
		Roster: func(streams run.Streams, pending bool) plan.Roster {
			return store.Roster{DB: db, Streams: streams, Pending: pending}
		},
		Ledger:    ledgerstore.Ledger{DB: db},
		Standings: store.Standings{DB: db},
		Runs:      store.Runs{DB: db},
		Marks:     store.Marks{DB: db},
		Target:    hosted.Target{Directory: w.directory},
		TargetID:  ledger.Hosted,
		Vault:     vault{},
		Now:       now,
		Sleep:     new(targettest.Clock).Sleep,
		NewID:     newID,
		Open: func(path string, lists *vocab.Lists) (run.OpenFeed, error) {
			return sds.Open(path, sds.Options{Lists: lists})
		},
	}
	if err := flow.InstallDefaults(t.Context(), flows, flow.Defaults{Domain: "north.example", Today: w.now}); err != nil {
		t.Fatal(err)
	}
	for _, l := range guard.Defaults() {
		l.Off = true
		if err := w.engine.SetLimit(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

type vault struct{}

func (vault) Seal(s string) (string, error) { return "sealed " + s, nil }
func (vault) Code(s string) string          { return "code " + s }

// night reads files as the feed of a new day, and applies what comes of it.
func (w *world) night(t *testing.T, f fataler, files files) run.Result {
	f.Helper()
	w.now = w.now.Add(time.Hour)
	if err := files.write(w.path); err != nil {
		f.Fatalf("%v", err)
	}
	result, err := w.engine.Run(t.Context(), run.Options{Path: w.path})
	if err != nil {
		f.Fatalf("run: %v", err)
	}
	return result
}

// facts are what the directory holds, one sentence each.
func (w *world) facts(t *testing.T, f fataler) []string {
	f.Helper()
	var facts []string
	people := map[string]string{}
	for u, err := range w.directory.Users(t.Context()) {
		if err != nil {
			f.Fatalf("%v", err)
		}
		who := u.GivenName // everybody has another one, and keeps it
		people[u.ID] = who
		facts = append(facts,
			who+" is there", who+" is named "+u.UserPrincipalName, who+" is shown as "+u.DisplayName)
		if u.Mail != "" {
			facts = append(facts, who+" has the mail "+u.Mail)
		}
	}
	for g, err := range w.directory.Groups(t.Context()) {
		if err != nil {
			f.Fatalf("%v", err)
		}
		facts = append(facts, g.Anchor+" is there", g.Anchor+" is named "+g.DisplayName)
		for _, m := range g.Memberships {
			relation := "member"
			if m.Relation == dir.Owner {
				relation = "owner"
			}
			facts = append(facts, people[m.UserID]+" is "+relation+" of "+g.Anchor)
		}
	}
	slices.Sort(facts)
	return facts
}

// minus returns the facts that others lack.
func minus(facts, others []string) []string {
	return slices.DeleteFunc(slices.Clone(facts), func(fact string) bool {
		_, there := slices.BinarySearch(others, fact)
		return there
	})
}
