package tables_test

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"rollbook/internal/hosted/tables"
)

// TestPlaces compares places with a map, through growth, keys that lead
// nowhere any more, and what one takes over from another.
func TestPlaces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		places, model := tables.NewPlaces(), map[string]int64{}
		few := rapid.IntRange(1, 400).Draw(t, "texts")
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			batch := places.Beside()
			for range rapid.IntRange(0, 300).Draw(t, "sets") {
				text := strconv.Itoa(rapid.IntRange(0, few).Draw(t, "text"))
				num := rapid.Int64Range(0, 1000).Draw(t, "num")
				batch.Set(text, num)
				model[text] = num
			}
			places.Follow(batch)
		}
		for i := range few + 1 {
			text := strconv.Itoa(i)
			want, known := model[text]
			if got, ok := places.Get(text); got != want || ok != known {
				t.Fatalf("%s leads to %d (%t), want %d (%t)", text, got, ok, want, known)
			}
		}
	})
}
