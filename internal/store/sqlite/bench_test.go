package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"rollbook/internal/store"
)

func BenchmarkPointRead(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "a.db"))
	execute(b, db, "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT)")
	execute(b, db, "INSERT INTO thing VALUES (1, 'a'), (2, 'b')")
	for b.Loop() {
		var name string
		err := db.Read(b.Context(), func(tx store.Tx) error {
			return tx.QueryRow(b.Context(), "SELECT name FROM thing WHERE id = $1", 2).Scan(&name)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "a.db"))
	execute(b, db, "CREATE TABLE thing (id BIGINT PRIMARY KEY, number BIGINT)")
	execute(b, db, "INSERT INTO thing VALUES (1, 1)")
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			execute(b, db, "UPDATE thing SET number = number + $1", 1)
		}
	})
	b.Run("32 together", func(b *testing.B) {
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				execute(b, db, "UPDATE thing SET number = number + $1", 1)
			}
		})
	})
}

func BenchmarkCopyIn(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "a.db"))
	execute(b, db, "CREATE TABLE thing (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT, d TEXT, e TEXT, f TEXT, g BOOLEAN, h BIGINT)")
	columns := []string{"id", "a", "b", "c", "d", "e", "f", "g", "h"}
	id := 0
	for b.Loop() {
		err := db.Write(b.Context(), func(tx store.Tx) error {
			row := make([]any, len(columns))
			_, err := tx.CopyIn(b.Context(), "thing", columns, func(yield func([]any) bool) {
				for range 10_000 {
					id++
					text := fmt.Sprintf("some text %d", id)
					copy(row, []any{id, text, text, text, text, text, text, true, id})
					if !yield(row) {
						return
					}
				}
			})
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(id)/b.Elapsed().Seconds(), "rows/s")
}
