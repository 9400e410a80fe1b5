package store

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// InLists yields lists of parameters, "($1, $2, …)", and their values, which
// together hold all keys. They have one of a few lengths, so that statements
// stay prepared: the last key fills a list up.
func InLists[T string | int64](keys []T) iter.Seq2[string, []any] {
	return func(yield func(string, []any) bool) {
		for part := range slices.Chunk(keys, longestList) {
			if !yield(inList(part)) {
				return
			}
		}
	}
}

const longestList = 512

func inList[T string | int64](keys []T) (string, []any) {
	size := longestList
	for _, smaller := range []int{1, 8, 64, 128} {
		if len(keys) <= smaller {
			size = smaller
			break
		}
	}
	args := make([]any, size)
	for i := range args {
		args[i] = keys[min(i, len(keys)-1)]
	}
	return "(" + Parameters(1, size) + ")", args
}

// Parameters returns "$first, $first+1, …".
func Parameters(first, count int) string {
	var list strings.Builder
	for i := range count {
		if i > 0 {
			list.WriteString(", ")
		}
		fmt.Fprintf(&list, "$%d", first+i)
	}
	return list.String()
}
