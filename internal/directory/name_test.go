package directory_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"rollbook/internal/directory"
)

func TestUserNameProblem(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"dan.eck", "dan.eck@north.example", "O'Neil_2-x@n.example", "a!#^~b", strings.Repeat("a", 64), "x@localhost", "1@2.example",
	} {
		if problem := directory.UserNameProblem(name); problem != "" {
			t.Errorf("%q: %s", name, problem)
		}
	}
	for name, says := range map[string]string{
		"":                         "nothing",
		"@north.example":           "nothing",
		"josé.núñez":               `'é'`,
		"eva fox@north.example":    `' '`,
		"finn&gray":                `'&'`,
		"gina.hall.":               "dot",
		"gina.hall.@north.example": "dot",
		"a+b@north.example":        `'+'`,
		"a@north@example":          "domain",
		"a@":                       "domain",
		"a@-x.example":             "domain",
		"a@nörth.example":          "domain",
		strings.Repeat("a", 65):    "64",
		strings.Repeat("a", 64) + "@" + strings.Repeat("b", 60): "113",
	} {
		if problem := directory.UserNameProblem(name); !strings.Contains(problem, says) {
			t.Errorf("%q: %q, want something about %s", name, problem, says)
		}
	}
}

func TestDisplayNameOf(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Art", strings.Repeat("é", 256)} {
		if got := directory.DisplayNameOf(name); got != name {
			t.Errorf("%q became %q", name, got)
		}
	}
	if got := directory.DisplayNameOf(strings.Repeat("é", 300)); utf8.RuneCountInString(got) != 256 {
		t.Errorf("300 characters became %d", utf8.RuneCountInString(got))
	}
}
