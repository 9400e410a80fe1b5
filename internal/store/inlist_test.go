package store_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rollbook/internal/store"
)

// TestInLists: the lists hold every key, and nothing else, in one of a few
// lengths, with a parameter for each value.
func TestInLists(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keys := make([]int64, rapid.IntRange(0, 1200).Draw(t, "keys"))
		for i := range keys {
			keys[i] = int64(i)
		}
		held := map[any]bool{}
		for list, args := range store.InLists(keys) {
			if !slices.Contains([]int{1, 8, 64, 128, 512}, len(args)) {
				t.Errorf("a list of %d", len(args))
			}
			if want := len(args); strings.Count(list, "$") != want || !strings.HasSuffix(list, "$"+strconv.Itoa(want)+")") {
				t.Errorf("%d values for %s", want, list)
			}
			for _, arg := range args {
				held[arg] = true
			}
		}
		for _, key := range keys {
			if !held[key] {
				t.Errorf("%d is in no list", key)
			}
		}
		if len(held) != len(keys) {
			t.Errorf("%d values for %d keys", len(held), len(keys))
		}
	})
}
