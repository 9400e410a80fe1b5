package sds_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/feed/sds"
	"rollbook/internal/vocab"
)

// tells returns what is told of files that are not read: their names and hints.
func tells(t *testing.T, path string, sent bool) map[string]string {
	t.Helper()
	source, err := sds.Open(path, sds.Options{Lists: vocab.NewLists(vocab.Seed()), Sent: sent})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	got := &feedtest.Recorder{}
	if err := source.Read(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, f := range got.Findings {
		if f.Rule == feed.RuleFileUnexpected && f.Severity == feed.Warning {
			told[f.File] = f.Hint
		}
	}
	return told
}

func TestOtherFiles(t *testing.T) {
	t.Parallel()
	files := sound()
	for _, name := range []string{"Courses.csv", "course.csv", "userflags.CSV", "readme.txt", "student.csv", strings.Repeat("x", 200)} {
		files[name] = ""
	}
	dir := writeFiles(t, files)
	const capitals, nothing = "Capital letters matter in file names. Rename it to ", "It is no file of SDS V2.1, and nothing is lost if it is left out."
	meant := map[string]string{
		"Courses.csv":   capitals + "courses.csv.",
		"course.csv":    "It may be meant to be courses.csv: rename it if so.",
		"userflags.CSV": capitals + "userFlags.csv.",
		"student.csv":   "It belongs to the older format SDS V1. Export in format SDS V2.1, or remove it.",
	}
	if diff := cmp.Diff(meant, tells(t, dir, false)); diff != "" {
		t.Errorf("in a folder (-want +got):\n%s", diff)
	}
	every := maps.Clone(meant)
	every["readme.txt"], every[strings.Repeat("x", 200)] = nothing, nothing
	if diff := cmp.Diff(every, tells(t, dir, true)); diff != "" {
		t.Errorf("in a folder that was sent (-want +got):\n%s", diff)
	}
}

func TestFilesBesideAnArchive(t *testing.T) {
	t.Parallel()
	archive := writeArchive(t, soundEntries())
	if err := os.WriteFile(filepath.Join(filepath.Dir(archive), "Users.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if told := tells(t, archive, false); len(told) != 0 {
		t.Errorf("of the files beside an archive that lies somewhere, %v is told", told)
	}
	if told := slices.Collect(maps.Keys(tells(t, archive, true))); !slices.Equal(told, []string{"Users.csv"}) {
		t.Errorf("of those beside one that was sent, %v is told, want Users.csv", told)
	}
}

func TestMistypedNamesOfMissingFiles(t *testing.T) {
	t.Parallel()
	files := sound()
	files["Users.csv"], files["org.csv"] = files["users.csv"], files["orgs.csv"]
	delete(files, "users.csv")
	delete(files, "orgs.csv")
	got := read(t, writeFiles(t, files))
	if len(got.Findings) != 1 {
		t.Fatalf("findings %+v, want one", got.Findings)
	}
	want := "There is a Users.csv. Capital letters matter in file names. Rename it to users.csv. " +
		"There is a org.csv. It may be meant to be orgs.csv: rename it if so."
	if got.Findings[0].Rule != feed.RuleFileNotFound || got.Findings[0].Hint != want {
		t.Errorf("got %+v, want the hint %q", got.Findings[0], want)
	}
}
