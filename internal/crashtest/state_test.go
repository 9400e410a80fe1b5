package crashtest_test

import (
	"crypto/sha256"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/ledgerstore"
)

// state is what an installation holds, as text that two installations share
// when they hold the same: object IDs, which the directory gives at random, are
// replaced by names.
type state struct {
	tb    testing.TB
	db    store.DB
	names map[string]string // of accounts and groups, by object ID
	lines []string
}

// stateOf reads everything that a sync leaves behind.
func stateOf(tb testing.TB, db store.DB) []string {
	tb.Helper()
	s := &state{tb: tb, db: db, names: map[string]string{}}
	s.directory()
	s.roster()
	s.held()
	s.ledger()
	s.runs()
	return s.lines
}

func (s *state) add(format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

// directory adds the accounts by user principal name, and the groups by mail
// nickname with the names of who is in them.
func (s *state) directory() {
	d := tables.New(s.db, time.Now, func() string { return "" })
	for u := range all(s.tb, d.Users(s.tb.Context())) {
		s.names[u.ID] = u.UserPrincipalName
		u.ID = ""
		s.add("user %s: %+v", u.UserPrincipalName, u)
	}
	for g := range all(s.tb, d.Groups(s.tb.Context())) {
		s.names[g.ID] = g.MailNickname
		g.ID = ""
		people := make([]string, len(g.Memberships))
		for i, m := range g.Memberships {
			people[i] = string(m.Relation) + " " + s.name(m.UserID)
		}
		slices.Sort(people)
		s.add("group %s: %+v: %s", g.MailNickname, g.Group, strings.Join(people, ", "))
	}
	slices.Sort(s.lines)
}

// name returns what an object ID stands for. One of an object that is not there
// stays, and so differs from all others.
func (s *state) name(id string) string {
	if name, ok := s.names[id]; ok || id == "" {
		return name
	}
	return "nobody " + id
}

// roster adds what the school says, what was left aside, and the feeds.
func (s *state) roster() {
	s.query(`SELECT source, kind, id, record_key, active, feed, digests, body FROM roster ORDER BY source, kind, id, flow`, func(r store.Row) error {
		var source, kind, id, feed int64
		var key string
		var active bool
		var digests, body []byte
		if err := r.Scan(&source, &kind, &id, &key, &active, &feed, &digests, &body); err != nil {
			return err
		}
		s.add("record %d %d %d %q: active %t, feed %d, digests %x, body %x", source, kind, id, key, active, feed, digests, sha256.Sum256(body))
		return nil
	})
	s.count("pending", `SELECT COUNT(*) FROM pending`)
	s.query(`SELECT source, number, state, indexed FROM feed ORDER BY source, number`, func(r store.Row) error {
		var source, number int64
		var state string
		var indexed bool
		if err := r.Scan(&source, &number, &state, &indexed); err != nil {
			return err
		}
		s.add("feed %d %d: %s, indexed %t", source, number, state, indexed)
		return nil
	})
	s.index()
}

// index adds what the next feed is compared with, which nobody but that feed reads.
func (s *state) index() {
	s.query(`SELECT source, kind, feed, first, entries, body FROM roster_index ORDER BY source, flow, kind, feed, first`, func(r store.Row) error {
		var source, kind, feed, first, entries int64
		var body []byte
		if err := r.Scan(&source, &kind, &feed, &first, &entries, &body); err != nil {
			return err
		}
		s.add("index %d %d, feed %d: %d entries from %d, body %x", source, kind, feed, entries, first, sha256.Sum256(body))
		return nil
	})
}

// held adds what the directory holds by the ledger.
func (s *state) held() {
	l := ledgerstore.Ledger{DB: s.db}
	for _, kind := range directory.Kinds() {
		for o := range all(s.tb, l.Objects(s.tb.Context(), ledger.Hosted, kind, 1)) {
			o.ID = s.name(o.ID)
			s.add("held: %+v", o)
		}
	}
}

// ledger adds the changes of all plans in order with what became of them, whichever
// plan they are in: a sync that follows one that was cut off makes a plan without
// changes.
func (s *state) ledger() {
	l := ledgerstore.Ledger{DB: s.db}
	s.query(`SELECT id, state FROM plan WHERE state <> 'applied'`, func(r store.Row) error {
		var id int64
		var state string
		err := r.Scan(&id, &state)
		s.add("plan %d: %s", id, state)
		return err
	})
	for e := range all(s.tb, l.Changes(s.tb.Context(), ledger.Query{})) {
		e.ObjectID = s.name(e.ObjectID)
		out := *e.Outcome
		out.ID, out.Time = s.name(out.ID), time.Time{}
		s.add("change %d: %+v: %+v", e.Seq, e.Change, out)
	}
}

// runs adds what runs say about themselves: none goes on forever, the one that
// applied something ends like the undisturbed one, with its findings, and so does
// the last one, though that may find accounts that the one before has made.
func (s *state) runs() {
	runs := store.Runs{DB: s.db}
	list, err := runs.Runs(s.tb.Context())
	if err != nil {
		s.tb.Fatal(err)
	}
	applied := map[string]bool{}
	s.query(`SELECT DISTINCT run FROM plan JOIN plan_change ON plan = id`, func(r store.Row) error {
		var id string
		err := r.Scan(&id)
		applied[id] = true
		return err
	})
	for i, r := range slices.Backward(list) {
		switch {
		case r.Status == run.Running || r.End == nil:
			s.add("a run goes on")
		case applied[r.ID]:
			s.run("a run that applied something", r)
			s.add("a run that applied something: totals %+v", r.Totals)
		}
		if i == 0 {
			s.run("the last run", r)
		}
	}
}

func (s *state) run(what string, r run.Run) {
	findings, err := store.Runs{DB: s.db}.Findings(s.tb.Context(), r.ID)
	if err != nil {
		s.tb.Fatal(err)
	}
	s.add("%s: %s %+v, findings %+v", what, r.Status, r.BlockingError, findings)
	for _, a := range r.Activities {
		s.add("%s: activity %q inbound %t, %s %+v", what, a.DisplayName, a.Inbound, a.Status, a.BlockingError)
	}
}

func (s *state) count(what, sql string) {
	s.query(sql, func(r store.Row) error {
		var n int64
		err := r.Scan(&n)
		s.add("%s %d", what, n)
		return err
	})
}

func (s *state) query(sql string, scan func(store.Row) error) {
	s.tb.Helper()
	err := s.db.Read(s.tb.Context(), func(tx store.Tx) error {
		return store.Each(s.tb.Context(), tx, sql, nil, scan)
	})
	if err != nil {
		s.tb.Fatalf("%s: %v", sql, err)
	}
}

// all yields the elements of a sequence, and fails the test at an error.
func all[T any](tb testing.TB, elements iter.Seq2[T, error]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for element, err := range elements {
			if err != nil {
				tb.Fatal(err)
			}
			if !yield(element) {
				return
			}
		}
	}
}

// shown is how many lines that differ are shown.
const shown = 12

// difference returns the lines that only one of two states has, "" for none.
func difference(want, got []string) string {
	if slices.Equal(want, got) {
		return ""
	}
	var b strings.Builder
	n := 0
	for _, side := range []struct {
		mark         string
		these, those []string
	}{{"-", want, got}, {"+", got, want}} {
		counts := map[string]int{}
		for _, line := range side.those {
			counts[line]++
		}
		for _, line := range side.these {
			if counts[line]--; counts[line] < 0 {
				if n++; n <= 2*shown {
					fmt.Fprintf(&b, "%s %.500s\n", side.mark, line)
				}
			}
		}
	}
	if n == 0 {
		return "the same lines in another order"
	}
	fmt.Fprintf(&b, "%d lines differ", n)
	return b.String()
}
