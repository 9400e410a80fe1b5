package sds_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
)

// entry is one entry of an archive that a test makes.
type entry struct {
	name, content string
	header        zip.FileHeader
}

func soundEntries() []entry {
	var entries []entry
	for name, content := range sound() {
		entries = append(entries, entry{name: name, content: content})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return entries
}

func writeArchive(t *testing.T, entries []entry) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "feed.zip")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := zip.NewWriter(file)
	for _, e := range entries {
		header := e.header
		header.Name, header.Method = e.name, zip.Deflate
		out, err := w.CreateHeader(&header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write([]byte(e.content)); err != nil && e.content != "" {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestArchiveReadsAsFolder(t *testing.T) {
	t.Parallel()
	got := read(t, writeArchive(t, soundEntries()))
	want := read(t, writeFiles(t, sound()))
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(feedtest.Recorder{}, "At", "Fail")); diff != "" {
		t.Errorf("folder and archive (-folder +archive):\n%s", diff)
	}
}

func TestArchiveRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		extra []entry
		file  string
		rule  feed.Rule
		hint  string
	}{
		"macos":       {[]entry{{name: "__MACOSX/._users.csv"}, {name: "__MACOSX/._orgs.csv"}}, "__MACOSX/._users.csv", feed.RuleFileUnexpected, "macOS"},
		"ds_store":    {[]entry{{name: ".DS_Store"}}, ".DS_Store", feed.RuleFileUnexpected, "macOS"},
		"folder":      {[]entry{{name: "export/"}}, "export/", feed.RuleFileUnexpected, "not the folder"},
		"in a folder": {[]entry{{name: "export/users.csv"}}, "export/users.csv", feed.RuleFileUnexpected, "not the folder"},
		"backslash":   {[]entry{{name: `export\users.csv`}}, `export\users.csv`, feed.RuleFileUnexpected, "not the folder"},
		"traversal":   {[]entry{{name: "../users.csv"}}, "../users.csv", feed.RuleFileUnexpected, "at the top"},
		"unknown":     {[]entry{{name: "readme.txt"}}, "readme.txt", feed.RuleFileUnexpected, "Remove it"},
		"other case":  {[]entry{{name: "Courses.csv"}}, "Courses.csv", feed.RuleFileUnexpected, "courses.csv"},
		"twice":       {[]entry{{name: "users.csv"}}, "users.csv", feed.RuleFileUnexpected, "one of the two"},
		"encrypted":   {[]entry{{name: "courses.csv", header: zip.FileHeader{Flags: 1}}}, "courses.csv", feed.RuleFileUnreadable, "password"},
		"bomb":        {[]entry{{name: "courses.csv", content: strings.Repeat("0", 80<<20)}}, "courses.csv", feed.RuleFileUnreadable, "more than any roster"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := read(t, writeArchive(t, append(soundEntries(), c.extra...)))
			checkFindings(t, []found{{feed.Catastrophic, c.rule, c.file, 0, 0, "", 0, c.hint}}, got.Findings)
			if len(got.Rows) > 0 {
				t.Error("rows were handed on")
			}
		})
	}
}

func TestTooManyEntries(t *testing.T) {
	t.Parallel()
	got := read(t, writeArchive(t, slices.Repeat([]entry{{name: "users.csv"}}, 1001)))
	checkFindings(t, []found{{feed.Catastrophic, feed.RuleFileUnreadable, "feed.zip", 0, 0, "", 0, "1001 entries"}}, got.Findings)
}

func TestDamagedArchives(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(writeArchive(t, soundEntries()))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "feed.zip")
	refused := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		got := read(t, path)
		if len(got.Findings) != 1 || got.Findings[0].Severity != feed.Catastrophic {
			t.Errorf("%s: findings %+v, want one that is catastrophic", what, got.Findings)
		}
	}
	refused("not an archive", []byte("sourcedId,name,type\n"))
	refused("cut off", whole[:len(whole)-10])
	// The first entry begins after its header of 30 bytes and its name.
	torn := slices.Clone(whole)
	for i := range 8 {
		torn[30+len("classes.csv")+i] ^= 0x55
	}
	refused("torn", torn)
}
