package vocab_test

import (
	"strings"
	"testing"

	"rollbook/internal/vocab"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"student", "Student", 0},
		{"studnet", "student", 2},
		{"student", "students", 1},
		{"", "aide", 4},
		{"kitten", "sitting", 3},
		{strings.Repeat("x", 1_000_000), "aide", 1_000_000},
	} {
		if got := vocab.Distance(c.a, c.b); got != c.want {
			t.Errorf("Distance(%.10q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := vocab.Distance(c.b, c.a); got != c.want {
			t.Errorf("Distance(%q, %.10q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
