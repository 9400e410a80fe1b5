package doctest_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/doctest"
)

func TestParse(t *testing.T) {
	t.Parallel()
	page := strings.ReplaceAll(`# A page

'''console
$ rollbook check \
    feed
2 rows
…
$ true
'''

Some JSON, which nobody runs:

'''json
{}
'''

'''sh
cat >x <<END
y
END
'''

'''console
$ rollbook serve &
listening
'''

<!-- noexec: it asks for a password -->
'''console noexec
$ ssh school
'''
`, "'''", "```")
	got, err := doctest.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	want := []doctest.Step{
		{Line: 4, Command: "rollbook check \\\n    feed", Want: []string{"2 rows", "…"}},
		{Line: 8, Command: "true"},
		{Line: 18, Command: "cat >x <<END\ny\nEND"},
		{Line: 24, Command: "rollbook serve &", Want: []string{"listening"}, Background: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]string{
		"'''console noexec\n$ x\n'''":       `line 1: "console noexec" needs its reason above it: <!-- noexec: why -->`,
		"\n'''bash\nx\n'''":                 `line 2: commands are in blocks named console or sh, not "bash"`,
		"'''console\nrollbook\n'''":         `line 1: a console block begins with a command after a dollar and a space, not with "rollbook"`,
		"text\n\n'''console\n$ x\noutput\n": `line 3: the block is not closed`,
	} {
		_, err := doctest.Parse(strings.ReplaceAll(page, "'''", "```"))
		if err == nil || err.Error() != want {
			t.Errorf("Parse(%q) = %v, want %s", page, err, want)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want, got string
		matches   bool
	}{
		{"a\nb", "a\nb\n", true},
		{"a\nb", "a\n", false},
		{"a", "a\nb\n", false},
		{"a\n…", "a\nb\nc\n", true},
		{"a\n…\nc", "a\nc\n", true},
		{"a\n…\nc", "a\nb\nd\n", false},
		{"…", "", true},
		{"a … c … e", "a b c d e", true},
		{"a … c … e", "a b d e", false},
		{"aa…aa", "aaa", false},
		{"took 1.5 s", "took 320ms", true},
		{`"id": "018f7d4c-0000-7000-8000-000000000001"`, `"id": "deadbeef-1234-7000-8000-0123456789ab"`, true},
		{"2026-01-01T00:00:00Z", "2027-09-08T07:06:05.123456Z", true},
		{"12 users", "13 users", false},
	} {
		if got := doctest.Match(strings.Split(c.want, "\n"), c.got); got != c.matches {
			t.Errorf("Match(%q, %q) = %t, want %t", c.want, c.got, got, c.matches)
		}
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, err := doctest.Start(t.TempDir(), t.TempDir(), os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		step  doctest.Step
		fails string
	}{
		{doctest.Step{Command: "greeting=hello"}, ""},
		{doctest.Step{Command: "echo $greeting", Want: []string{"hello"}}, ""},
		{doctest.Step{Command: "echo $greeting", Want: []string{"bye"}}, "something else than the page shows"},
		{doctest.Step{Command: "{ sleep 0.1; echo up; exec sleep 60; } &", Want: []string{"up"}, Background: true}, ""},
		{doctest.Step{Command: "cat", Want: nil}, ""},
		{doctest.Step{Command: "false || echo status $?", Want: []string{"status 1"}}, ""},
		{doctest.Step{Line: 7, Command: "echo oops >&2; x=$(false | cat)\ntrue"}, "line 7: the command fails"},
		{doctest.Step{Command: "true"}, "has ended"},
	} {
		err := s.Run(ctx, c.step)
		if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: %v, want %q", c.step.Command, err, c.fails)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsServers(t *testing.T) {
	t.Parallel()
	s, err := doctest.Start(t.TempDir(), t.TempDir(), os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	// The pipe has an end for as long as the server lives.
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	server := fmt.Sprintf("{ echo up; exec sleep 600; } 4>/proc/%d/fd/%d &", os.Getpid(), write.Fd())
	if err := s.Run(t.Context(), doctest.Step{Command: server, Want: []string{"up"}, Background: true}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(write.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(read); err != nil {
		t.Error(err)
	}
}
