package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"rollbook/internal/feed"
)

// hostile does what a terminal must not do: it moves, erases, turns the direction
// of text, and begins lines. Values of a feed may hold some of it.
const hostile = "a\x1b[2J\x00b\u009b2J\u202ec\u2028d"

// gentle is what of that a value may hold, that ends up in the directory.
const gentle = "a\u202eb\u200b"

// hostileFeed is the example district with hostile values.
func hostileFeed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/district")); err != nil {
		t.Fatal(err)
	}
	for file, row := range map[string]string{
		"orgs.csv":        hostile + "," + hostile + ",school,\n",
		"users.csv":       hostile + "," + hostile + ",,,,,\np-1001,second,,,,,\nu" + gentle + ",user.gentle,F" + gentle + ",G" + gentle + ",,,\n",
		"roles.csv":       hostile + ",s-110," + hostile + ",,,,,\nu" + gentle + ",s-110,teacher,y-2027,,,,\n",
		"classes.csv":     "k" + gentle + ",s-110,Title" + gentle + ",y-2027,,\n",
		"enrollments.csv": hostile + "," + hostile + "," + hostile + "\nk" + gentle + ",u" + gentle + ",teacher\nk-" + gentle + ",none" + gentle + ",student\n",
	} {
		path := filepath.Join(dir, file)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(text, row...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// say runs a command and returns what it wrote.
func say(t *testing.T, data string, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	execute(t.Context(), streams{in: strings.NewReader(""), out: &out, err: &out}, append(args, "--data", data), func(string) string { return "" })
	return out.String()
}

// TestNothingFromOutsideMovesOnATerminal has every command say something hostile.
func TestNothingFromOutsideMovesOnATerminal(t *testing.T) {
	t.Parallel()
	dir, data := hostileFeed(t), filepath.Join(t.TempDir(), "data")
	archive := filepath.Join(t.TempDir(), "feed.zip")
	writeZip(t, archive, hostile+".csv")
	for _, c := range []struct {
		name string
		args []string
		want string // part of what came from outside
	}{
		{"check", []string{"check", dir}, `\u202e`},
		{"check an archive", []string{"check", archive}, `\x1b[2J`},
		{"a file that is not there", []string{"check", "no" + hostile}, `\x1b[2J`},
		{"an unknown flag", []string{"check", "--" + hostile}, `\x1b[2J`},
		{"an unknown command", []string{hostile}, `\x1b[2J`},
		{"sync", []string{"sync", dir, "--domain", "harbor.example"}, `\x1b[2J`},
		{"findings", []string{"findings"}, `\x1b[2J`},
		{"a run that is not there", []string{"findings", hostile}, `\x1b[2J`},
		{"groups", []string{"groups"}, `"Title` + `a\u202eb\u200b`},
		{"a class that is not there", []string{"groups", "--class", hostile}, `\x1b[2J`},
		{"users", []string{"users"}, `a\u202eb\u200b`},
		{"client add", []string{"client", "add", "c" + gentle, "--permission", "User.Read.All"}, ""},
		{"client list", []string{"client", "list"}, ""},
		{"client remove", []string{"client", "remove", hostile}, ""},
		{"token", []string{"token", "--permission", hostile}, `\x1b[2J`},
	} {
		got := say(t, data, c.args...)
		if at := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); at >= 0 {
			t.Errorf("%s writes %q", c.name, got[at:min(at+60, len(got))])
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s does not show %s:\n%s", c.name, c.want, got)
		}
	}
}

func writeZip(t *testing.T, path, name string) {
	t.Helper()
	var text bytes.Buffer
	w := zip.NewWriter(&text)
	if _, err := w.Create(name); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAValueForgesNoLine shows findings whose parts end their line and go on with
// one that looks like ours.
func TestAValueForgesNoLine(t *testing.T) {
	t.Parallel()
	const forged = "x\nfindings  none"
	var out bytes.Buffer
	err := printFindings(&out, []feed.Finding{
		{Severity: feed.Error, Rule: forged, File: forged, Line: 1, Column: 1, Record: forged, Message: forged, Hint: forged},
	}, everyFinding)
	if err != nil {
		t.Fatal(err)
	}
	const quoted = `"x\nfindings  none"`
	want := "findings  1 error\n  error        " + quoted + ":1:1  " + quoted + ": " + quoted + "\n               " + quoted + " (" + quoted + ")\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}
