package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollbook/internal/feed"
	"rollbook/internal/roster"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func feedsOf(db store.DB) store.Feeds {
	return store.Feeds{DB: db, Now: func() time.Time { return time.Unix(1_800_000_000, 0) }}
}

// fataler is what a test and a property test have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// change is one call of feed.Changes: without a body the record, which must be
// known, is deactivated.
type change = roster.Record

// alone is the only stream of a source system.
func alone(source int) roster.Stream { return roster.Stream{Source: source, Flow: "flow"} }

// write begins the next feed of a source system's only stream and hands it changes.
func write(t fataler, db store.DB, source int, changes []change) run.Feed {
	t.Helper()
	f, err := begin(db, alone(source), changes)
	if err != nil {
		t.Fatalf("write a feed: %v", err)
	}
	return f
}

func begin(db store.DB, stream roster.Stream, changes []change) (run.Feed, error) {
	ctx := context.Background()
	f, err := feedsOf(db).Begin(ctx, stream)
	if err != nil {
		return nil, err
	}
	known := map[roster.Kind]map[roster.ID]roster.Entry{}
	for _, c := range changes {
		if c.Body == nil {
			if known[c.Kind] == nil {
				if known[c.Kind], err = entriesOf(f, c.Kind); err != nil {
					return f, err
				}
			}
			e := known[c.Kind][c.ID]
			e.Active = false
			err = f.Deactivate(ctx, c.Kind, e)
		} else {
			err = f.Put(ctx, c)
		}
		if err != nil {
			return f, err
		}
	}
	return f, nil
}

// entriesOf returns what is known of the records of a kind.
func entriesOf(f run.Feed, kind roster.Kind) (map[roster.ID]roster.Entry, error) {
	entries := map[roster.ID]roster.Entry{}
	for e, err := range f.Entries(context.Background(), kind) {
		if err != nil {
			return nil, err
		}
		entries[e.ID] = e
	}
	return entries, nil
}

func report(orgs int) *feed.Report {
	return &feed.Report{Parts: []feed.Part{feed.Orgs}, Totals: feed.Totals{Orgs: feed.Count{Active: orgs}}}
}

// stored writes a feed and stores it.
func stored(t fataler, db store.DB, source int, changes []change) {
	t.Helper()
	if _, err := write(t, db, source, changes).Store(context.Background(), "run", report(1)); err != nil {
		t.Fatalf("store: %v", err)
	}
}

// read returns the records of a source, of every kind in the order of IDs.
func read(t fataler, r store.Roster, source int) []roster.Record {
	t.Helper()
	var all []roster.Record
	r.Streams = run.Streams{source: {alone(source).Flow}}
	for _, kind := range roster.Kinds() {
		for record, err := range r.Records(context.Background(), source, kind) {
			if err != nil {
				t.Fatalf("records: %v", err)
			}
			record.Body = append([]byte{}, record.Body...)
			record.Feed = 0 // the one that a pending record has once it is stored
			all = append(all, record)
		}
	}
	return all
}

// drawFeed draws the changes of a feed on a roster that holds the known records,
// each once, in the order of a feed: by kind, new ones with the next ID.
func drawFeed(t *rapid.T, known map[roster.Kind]int) []change {
	var changes []change
	for _, kind := range []roster.Kind{roster.KindOrg, roster.KindPerson, roster.KindClass} {
		for id := 1; id <= known[kind]; id++ {
			switch rapid.SampledFrom([]string{"put", "deactivate", "leave"}).Draw(t, "what") {
			case "put":
				changes = append(changes, drawRecord(t, kind, id))
			case "deactivate":
				changes = append(changes, change{Kind: kind, ID: roster.ID(id)})
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "new") {
			known[kind]++
			changes = append(changes, drawRecord(t, kind, known[kind]))
		}
	}
	return changes
}

func drawRecord(t *rapid.T, kind roster.Kind, id int) change {
	body := rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "body")
	return change{
		Kind: kind, ID: roster.ID(id), Key: fmt.Sprint("key-", id), Digests: roster.Digests{roster.Sum(body)},
		Active: rapid.Bool().Draw(t, "active"), Body: body,
	}
}

// What a dry run reads over the roster is what storing the feed makes of it.
func TestPendingIsWhatTheMergeMakes(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		source := 0
		rapid.Check(t, func(t *rapid.T) {
			source++
			known := map[roster.Kind]int{}
			stored(t, db, source, append(drawFeed(t, known), drawRecord(t, roster.KindSession, 1)))
			before := read(t, store.Roster{DB: db}, source)
			f := write(t, db, source, drawFeed(t, known))
			if err := f.Finish(context.Background()); err != nil {
				t.Fatalf("finish: %v", err)
			}
			pending := read(t, store.Roster{DB: db, Pending: true}, source)
			if diff := cmp.Diff(before, read(t, store.Roster{DB: db}, source)); diff != "" {
				t.Fatalf("the roster before the feed is stored (-want +got):\n%s", diff)
			}
			if _, err := f.Store(context.Background(), "run", report(2)); err != nil {
				t.Fatalf("store: %v", err)
			}
			if diff := cmp.Diff(pending, read(t, store.Roster{DB: db}, source)); diff != "" {
				t.Fatalf("pending and merged (-pending +merged):\n%s", diff)
			}
			wantIndexed(t, db, source)
		})
	})
}

func TestEntries(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		ctx := t.Context()
		stored(t, db, 1, []change{
			{Kind: roster.KindPerson, ID: 1, Key: "ana", Digests: digests("a"), Active: true, Body: []byte("a")},
			{Kind: roster.KindPerson, ID: 2, Key: "ben", Digests: digests("b", "r", "d"), Active: true, Body: []byte("b")},
			{Kind: roster.KindClass, ID: 1, Key: "art", Digests: digests("c", "e"), Active: true, Body: []byte("c")},
		})
		stored(t, db, 1, []change{{Kind: roster.KindPerson, ID: 2}})
		f := write(t, db, 1, nil)
		var entries []roster.Entry
		for _, kind := range []roster.Kind{roster.KindPerson, roster.KindClass} {
			for e, err := range f.Entries(ctx, kind) {
				if err != nil {
					t.Fatal(err)
				}
				entries = append(entries, e)
			}
		}
		want := []roster.Entry{
			{ID: 1, Key: "ana", Digests: digests("a"), Active: true},
			{ID: 2, Key: "ben", Digests: digests("b", "r", "d"), Active: true},
			{ID: 2, Key: "ben", Digests: digests("b", "r", "d")}, // as the later feed left it
			{ID: 1, Key: "art", Digests: digests("c", "e"), Active: true},
		}
		if diff := cmp.Diff(want, entries); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
	})
}

// digests returns those of a record with these parts.
func digests(parts ...string) (d roster.Digests) {
	for i, part := range parts {
		d[i] = roster.Sum([]byte(part))
	}
	return d
}

// Many contents are read at once, whatever the number, each for its record.
func TestBodies(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		const many = 203
		records := people(many, "")
		for i := range records {
			records[i].Body = fmt.Append(nil, "body ", i+1)
		}
		stored(t, db, 1, records)
		f := write(t, db, 1, nil)
		read := func(ids ...roster.ID) (bodies []string, err error) {
			err = f.Bodies(t.Context(), roster.KindPerson, ids, func(body []byte) error {
				bodies = append(bodies, string(body))
				return nil
			})
			return bodies, err
		}
		for step := 1; step <= many; step++ {
			var ids []roster.ID
			var want []string
			for id := step; id <= many; id += step {
				ids, want = append(ids, roster.ID(id)), append(want, fmt.Sprint("body ", id))
			}
			got, err := read(ids...)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("every %d. body: %v (-want +got):\n%s", step, err, diff)
			}
		}
		if _, err := read(many, many+1); !errors.Is(err, store.ErrNoRows) {
			t.Errorf("the content of a record that is not there: %v", err)
		}
		if got, err := read(); len(got) > 0 || err != nil {
			t.Errorf("no contents: %q, %v", got, err)
		}
	})
}

func TestFeedNumbers(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		ctx := t.Context()
		one := []change{{Kind: roster.KindOrg, ID: 1, Key: "S", Active: true, Body: []byte("s")}}
		version := func(want roster.FeedNumber) {
			t.Helper()
			if got, err := feedsOf(db).Latest(ctx, 1); got[alone(1).Flow] != want || err != nil {
				t.Errorf("latest feeds %v, %v; want %d", got, err, want)
			}
		}
		version(0)
		stored(t, db, 1, one)
		version(1)
		stored(t, db, 1, nil) // says what the one before said
		version(1)
		f := write(t, db, 1, one)
		if last, err := f.Last(ctx); f.Number() != 2 || len(last.Parts) != 1 || last.Totals.Orgs.Active != 1 || err != nil {
			t.Errorf("number %d, last %+v, %v", f.Number(), last, err)
		}
		if _, err := f.Store(ctx, "run", report(7)); err != nil {
			t.Fatal(err)
		}
		version(2)
		if last, err := write(t, db, 1, nil).Last(ctx); last.Totals.Orgs.Active != 7 || err != nil {
			t.Errorf("last %+v, %v", last, err)
		}
	})
}

// What a feed changed is told in the order of IDs, whatever the order of its rows.
func TestAFeedTellsWhatItChanged(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		stored(t, db, 1, append(people(4, "a"), change{Kind: roster.KindClass, ID: 7, Key: "art", Active: true, Body: []byte{}}))
		b := people(5, "b")
		f := write(t, db, 1, []change{b[4], b[2], {Kind: roster.KindPerson, ID: 1}, {Kind: roster.KindClass, ID: 7}})
		if _, err := f.Store(t.Context(), "run", report(1)); err != nil {
			t.Fatal(err)
		}
		got := map[roster.Kind][]roster.ID{}
		for _, kind := range roster.Kinds() {
			if ids := f.Changed(kind); len(ids) > 0 {
				got[kind] = ids
			}
		}
		want := map[roster.Kind][]roster.ID{roster.KindPerson: {1, 3, 5}, roster.KindClass: {7}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("changed (-want +got):\n%s", diff)
		}
	})
}

func TestADroppedFeedLeavesNothing(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		for source, stage := range []string{"first", "later"} {
			if stage == "later" {
				stored(t, db, source, people(3, "a"))
			}
			before := read(t, store.Roster{DB: db}, source)
			f := write(t, db, source, people(6001, "b"))
			if err := f.Finish(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := f.Drop(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, pending := range []bool{false, true} {
				if diff := cmp.Diff(before, read(t, store.Roster{DB: db, Pending: pending}, source)); diff != "" {
					t.Errorf("%s feed, pending %v (-want +got):\n%s", stage, pending, diff)
				}
			}
			wantIndexed(t, db, source)
			stored(t, db, source, people(2, "c")) // the next begins as if that one had not been
		}
	})
}

// people are records of so many people with a body.
func people(n int, body string) []change {
	var changes []change
	for i := range n {
		changes = append(changes, change{
			Kind: roster.KindPerson, ID: roster.ID(i + 1), Key: fmt.Sprint("p-", i+1), Digests: digests(body), Active: true, Body: []byte(body),
		})
	}
	return changes
}

var errKilled = errors.New("the process was killed")

// mortal is a database whose process dies before it commits its nth write.
type mortal struct {
	store.DB
	left atomic.Int64
}

func (m *mortal) Write(ctx context.Context, fn func(store.Tx) error) error {
	if m.left.Add(-1) <= 0 {
		return errKilled
	}
	return m.DB.Write(ctx, fn)
}

func (m *mortal) WriteBulk(ctx context.Context, fn func(store.Tx) error) error {
	if m.left.Add(-1) <= 0 {
		return errKilled
	}
	return m.DB.WriteBulk(ctx, fn)
}

// A feed that was cut off at any piece has taken effect whole or not at all
// once it is recovered.
func TestAFeedIsCutOffAtEveryPiece(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		const many = 5_001 // two pieces
		next := append(people(many-1, "b"), change{Kind: roster.KindPerson, ID: many})
		seen := map[roster.FeedNumber]bool{}
		for source := 1; ; source++ {
			stored(t, db, source, people(many, "a"))
			before := read(t, store.Roster{DB: db}, source)
			dying := &mortal{DB: db}
			dying.left.Store(int64(source))
			f, err := begin(dying, alone(source), next)
			if err == nil {
				_, err = f.Store(t.Context(), "run", report(2))
			}
			if err == nil {
				break
			}
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			if err := feedsOf(db).Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
			latest, err := feedsOf(db).Latest(t.Context(), source)
			if err != nil {
				t.Fatal(err)
			}
			number := latest[alone(source).Flow]
			seen[number] = true
			wantWhole(t, db, source, number, before)
			wantIndexed(t, db, source)
		}
		if !seen[1] || !seen[2] {
			t.Errorf("feeds after recovery %v, want some that took effect and some that did not", seen)
		}
	})
}

func wantWhole(t *testing.T, db store.DB, source int, number roster.FeedNumber, before []roster.Record) {
	t.Helper()
	got := read(t, store.Roster{DB: db}, source)
	if number == 1 {
		if !reflect.DeepEqual(before, got) {
			t.Errorf("cut off at write %d: the roster is not as it was", source)
		}
	} else {
		for i, r := range got {
			last := i == len(got)-1
			if want := map[bool]string{false: "b", true: "a"}[last]; string(r.Body) != want || r.Active == last {
				t.Fatalf("cut off at write %d: record %d is %q, active %v", source, r.ID, r.Body, r.Active)
			}
		}
	}
	if !reflect.DeepEqual(got, read(t, store.Roster{DB: db, Pending: true}, source)) {
		t.Errorf("cut off at write %d: changes are left over", source)
	}
}
