package vocab

import "strings"

// comparableLength is how long a text may be to be near another: the comparison takes
// the product of both lengths, and nobody mistypes a longer one.
const comparableLength = 64

// Distance is how many bytes must be inserted, removed or replaced to make one
// text of another, letter case aside. It tells what somebody meant who wrote
// what is in no list. A text of more than 64 bytes is as far as it is long.
func Distance(a, b string) int {
	if len(a) > comparableLength || len(b) > comparableLength {
		return max(len(a), len(b))
	}
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := corner
			if a[i] != b[j] {
				next = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
