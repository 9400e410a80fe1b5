package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/roster"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// wantIndexed fails the test where the roster and what the next feed is compared
// with are not the same, record by record.
func wantIndexed(t fataler, db store.DB, source int) {
	t.Helper()
	var blocks int
	err := db.ReadRow(context.Background(), `SELECT COUNT(*) FROM roster_index WHERE source = $1 AND NOT COALESCE(
		(SELECT indexed FROM feed WHERE source = $1 ORDER BY number DESC LIMIT 1), FALSE)`, []any{source}, &blocks)
	if err != nil || blocks > 0 {
		t.Fatalf("%d blocks of an index that is not complete, %v", blocks, err)
	}
	compareIndex(t, db, source)
}

// compareIndex is wantIndexed, and has the index made where there is none.
func compareIndex(t fataler, db store.DB, source int) {
	t.Helper()
	f, err := feedsOf(db).Begin(context.Background(), alone(source))
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	for _, kind := range roster.Kinds() {
		var want []roster.Entry
		for e, err := range store.EntriesOfRoster(context.Background(), db, alone(source), kind) {
			if err != nil {
				t.Fatalf("entries of the roster: %v", err)
			}
			want = append(want, e)
		}
		if got := lastEntries(t, f, kind); !slices.Equal(want, got) {
			t.Fatalf("%s in the roster and in its index (-roster +index):\n%s", kind, cmp.Diff(want, got))
		}
	}
}

// lastEntries returns the entries of a kind in the order in which they came
// first, as they came last.
func lastEntries(t fataler, f run.Feed, kind roster.Kind) []roster.Entry {
	t.Helper()
	var entries []roster.Entry
	at := map[roster.ID]int{}
	for e, err := range f.Entries(context.Background(), kind) {
		if err != nil {
			t.Fatalf("entries of the index: %v", err)
		}
		if i, ok := at[e.ID]; ok {
			entries[i] = e
			continue
		}
		at[e.ID] = len(entries)
		entries = append(entries, e)
	}
	return entries
}

// forgetIndex leaves a source as versions without an index left it.
func forgetIndex(t *testing.T, db store.DB, source int) {
	t.Helper()
	for _, sql := range []string{
		`DELETE FROM roster_index WHERE source = $1`,
		`UPDATE feed SET indexed = FALSE WHERE source = $1`,
	} {
		err := db.Write(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), sql, source)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// An index that was cut off while it was made is made from the beginning.
func TestAnIndexIsMadeWhereThereIsNone(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		const many = 5_001 // two blocks
		stored(t, db, 1, people(many, "a"))
		stored(t, db, 1, []change{{Kind: roster.KindPerson, ID: 3}})
		cut := 0
		for {
			forgetIndex(t, db, 1)
			cut++
			dying := &mortal{DB: db}
			dying.left.Store(int64(cut))
			_, err := feedsOf(dying).Begin(t.Context(), alone(1))
			if err == nil {
				break
			}
			compareIndex(t, db, 1)
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
		}
		wantIndexed(t, db, 1)
		if cut < 5 {
			t.Errorf("the index was made in %d writes, want one for each block and two that say whether it is complete", cut-1)
		}
	})
}

// What later feeds changed does not pile up: once it is much, the index begins anew.
func TestAnIndexOfManyFeedsBeginsAnew(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		const many = 5_001
		stored(t, db, 1, people(many, "a"))
		var got []int
		for _, body := range []string{"b", "c", "d", "e"} {
			stored(t, db, 1, people(many, body))
			var blocks int
			if err := db.ReadRow(t.Context(), `SELECT COUNT(*) FROM roster_index WHERE feed > 0`, nil, &blocks); err != nil {
				t.Fatal(err)
			}
			got = append(got, blocks)
			wantIndexed(t, db, 1)
		}
		if diff := cmp.Diff([]int{2, 4, 2, 4}, got); diff != "" {
			t.Errorf("blocks of later feeds after each (-want +got):\n%s", diff)
		}
	})
}

// Two sources have the same keys and IDs, and each an index of its own.
func TestEachSourceHasItsIndex(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		stored(t, db, 1, people(3, "a"))
		stored(t, db, 2, people(4, "b"))
		stored(t, db, 2, people(2, "c"))
		if err := write(t, db, 3, people(5_001, "d")).Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
		for source := range 4 {
			wantIndexed(t, db, source)
		}
	})
}

// FuzzUnpackEntries: a damaged block is an error, and what a block says is what it
// was packed from.
func FuzzUnpackEntries(f *testing.F) {
	f.Add(byte(roster.KindOrg), store.PackEntries(roster.KindOrg, []roster.Entry{{ID: 1, Key: "d-100", Active: true}, {ID: 300, Key: ""}}))
	f.Add(byte(roster.KindPerson), store.PackEntries(roster.KindPerson, []roster.Entry{{ID: 7, Key: "p-1", Digests: roster.Digests{{1}, {}, {3}}}}))
	f.Add(byte(roster.KindClass), []byte{5, 1, 200})
	f.Fuzz(func(t *testing.T, kind byte, packed []byte) {
		var entries []roster.Entry
		err := store.UnpackEntries(roster.Kind(kind), packed, func(e roster.Entry) bool {
			entries = append(entries, e)
			return true
		})
		if err != nil {
			return
		}
		var again []roster.Entry
		err = store.UnpackEntries(roster.Kind(kind), store.PackEntries(roster.Kind(kind), entries), func(e roster.Entry) bool {
			again = append(again, e)
			return true
		})
		if diff := cmp.Diff(entries, again); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	})
}
