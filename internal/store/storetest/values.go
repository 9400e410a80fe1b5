package storetest

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/store"
)

func testUnique(t *testing.T, b bench) {
	b.exec("CREATE UNIQUE INDEX thing_name ON thing (name)")
	b.exec("INSERT INTO thing (id, name) VALUES (1, 'a')")
	for _, sql := range []string{
		"INSERT INTO thing (id, name) VALUES (1, 'b')",
		"INSERT INTO thing (id, name) VALUES (2, 'a')",
	} {
		err := b.db.Write(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), sql)
			return err
		})
		b.fails(store.ErrUnique, err)
	}
	err := b.db.Write(t.Context(), func(tx store.Tx) error {
		var id int
		return tx.QueryRow(t.Context(), "INSERT INTO thing (id) VALUES (1) RETURNING id").Scan(&id)
	})
	b.fails(store.ErrUnique, err)
}

// testNoRows tests that the transaction goes on after a row that is not there.
func testNoRows(t *testing.T, b bench) {
	b.write(func(tx store.Tx) error {
		var id int
		b.fails(store.ErrNoRows, tx.QueryRow(t.Context(), "SELECT id FROM thing").Scan(&id))
		return insert(t.Context(), tx, 1)
	})
	b.has(1)
}

func testRowsLeftOpen(t *testing.T, b bench) {
	fill(b, 10)
	err := b.db.Read(t.Context(), func(tx store.Tx) error {
		rows, err := tx.Query(t.Context(), "SELECT id FROM thing")
		if err != nil {
			return err
		}
		defer rows.Close()
		rows.Next()
		_, err = tx.Query(t.Context(), "SELECT id FROM thing")
		return err
	})
	if err == nil {
		t.Error("a statement was run while rows were open")
	}
	b.read(func(tx store.Tx) error {
		_, err := tx.Query(t.Context(), "SELECT id FROM thing")
		return err // and the rows are left open
	})
	b.has(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
}

func testParameters(t *testing.T, b bench) {
	b.exec("INSERT INTO thing (id, name, number) VALUES ($2, $1, $2)", "twice", 7)
	var id, number int
	var name string
	b.read(func(tx store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT id, name, number FROM thing WHERE number = $1 AND id = $1", 7).
			Scan(&id, &name, &number)
	})
	if id != 7 || name != "twice" || number != 7 {
		t.Errorf("got %d, %q, %d", id, name, number)
	}
}

func testRowsChanged(t *testing.T, b bench) {
	fill(b, 10)
	b.write(func(tx store.Tx) error {
		changed, err := tx.Exec(t.Context(), "UPDATE thing SET name = 'x' WHERE id > $1", 4)
		if changed != 6 {
			t.Errorf("got %d rows changed, want 6", changed)
		}
		return err
	})
}

// value is a row of the table thing.
type value struct {
	Name   *string
	Flag   *bool
	Number *int64
	Data   []byte
}

func ptr[T any](value T) *T { return &value }

// trip writes the values and returns what is read again.
func (b bench) trip(args ...any) value {
	b.t.Helper()
	b.exec("DELETE FROM thing")
	b.exec("INSERT INTO thing (id, name, flag, number, data) VALUES (1, $1, $2, $3, $4)", args...)
	var got value
	b.read(func(tx store.Tx) error {
		return tx.QueryRow(b.t.Context(), "SELECT name, flag, number, data FROM thing").
			Scan(&got.Name, &got.Flag, &got.Number, &got.Data)
	})
	return got
}

func testRoundTrip(t *testing.T, b bench) {
	for _, want := range []value{
		{ptr(""), ptr(false), ptr(int64(0)), []byte{}},
		{ptr("Ünïcode 🎓 'quoted'"), ptr(true), ptr(int64(math.MaxInt64)), []byte{0, 255, 0}},
		{ptr("007"), ptr(true), ptr(int64(math.MinInt64)), []byte("text")},
	} {
		got := b.trip(*want.Name, *want.Flag, *want.Number, want.Data)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	var name string
	var flag bool
	var number int
	b.trip("plain", true, -5, nil)
	b.read(func(tx store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT name, flag, number FROM thing WHERE flag AND flag = $1", true).
			Scan(&name, &flag, &number)
	})
	if name != "plain" || !flag || number != -5 {
		t.Errorf("got %q, %t, %d", name, flag, number)
	}
}

func testNull(t *testing.T, b bench) {
	if diff := cmp.Diff(value{}, b.trip(nil, nil, nil, nil)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	err := b.db.Read(t.Context(), func(tx store.Tx) error {
		var name string
		return tx.QueryRow(t.Context(), "SELECT name FROM thing").Scan(&name)
	})
	if err == nil || errors.Is(err, store.ErrNoRows) {
		t.Errorf("NULL into a string: got %v", err)
	}
}

func testLargeBlob(t *testing.T, b bench) {
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<19) // 8 MiB
	if got := b.trip(nil, nil, nil, want); !bytes.Equal(want, got.Data) {
		t.Errorf("got %d other bytes", len(got.Data))
	}
}

func testCopyIn(t *testing.T, b bench) {
	for _, count := range []int{0, 1, 7, 8, 63, 64, 65, 199, 200, 201, 1000, 12_345} {
		b.exec("DELETE FROM thing")
		b.write(func(tx store.Tx) error {
			row := make([]any, 3) // is used for every row
			got, err := tx.CopyIn(t.Context(), "thing", []string{"id", "name", "flag"}, func(yield func([]any) bool) {
				for id := range count {
					row[0], row[1], row[2] = id, "name", id%2 == 0
					if !yield(row) {
						return
					}
				}
			})
			if got != int64(count) {
				t.Errorf("CopyIn returned %d, want %d", got, count)
			}
			return err
		})
		b.has(slices.Collect(func(yield func(int) bool) {
			for id := 0; id < count && yield(id); id++ {
			}
		})...)
	}
}

func testCopyUnique(t *testing.T, b bench) {
	b.exec("INSERT INTO thing (id) VALUES (3)")
	err := b.db.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.CopyIn(t.Context(), "thing", []string{"id"}, slices.Values([][]any{{1}, {2}, {3}}))
		return err
	})
	b.fails(store.ErrUnique, err)
	b.has(3)
}

func testCopyOfWrongWidth(t *testing.T, b bench) {
	err := b.db.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.CopyIn(t.Context(), "thing", []string{"id", "name"}, slices.Values([][]any{{1, "a"}, {2}}))
		return err
	})
	if err == nil {
		t.Error("a row with too few values was taken")
	}
	b.has()
}

// testReadRow tests that a row read by itself is what was written last.
func testReadRow(t *testing.T, b bench) {
	const query = "SELECT id FROM thing WHERE id = $1"
	var id int
	b.fails(store.ErrNoRows, b.db.ReadRow(t.Context(), query, []any{7}, &id))
	b.write(func(tx store.Tx) error { return insert(t.Context(), tx, 7) })
	if err := b.db.ReadRow(t.Context(), query, []any{7}, &id); err != nil || id != 7 {
		t.Errorf("ReadRow scanned %d, %v, want 7", id, err)
	}
	if err := b.db.ReadRow(t.Context(), "SELECT nothing FROM nowhere", nil, &id); err == nil {
		t.Error("a query that cannot be run has no error")
	}
}
