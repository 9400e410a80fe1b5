package sds_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/feed/sds"
	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

// FuzzRead reads any bytes as users.csv. Whatever they are, the answer is rows
// that are canonical and findings that add up.
func FuzzRead(f *testing.F) {
	for _, content := range []string{
		"sourcedId,username\nP,pat\n", "\ufeffsourcedId,username,email\r\nP,pat,PAT@SCHOOL.example\r\n",
		"sourcedId,username\nP,\"pat\nQ,quinn\n", "sourcedId,username\nP,\"p\"at\"\n", "sourcedId;username\nP;pat\n",
		"sourcedId,username\nP,\xe9\n", "\xff\xfes\x00", "sourcedId,username\n,\nP\nP,q,r\n\"P\n\",\x00\n",
		"sourcedId,username,sourcedId\n", "sourcedId,username,phone\nP,p,+1\nQ,\"q\"\"\",\n",
	} {
		f.Add([]byte(content))
	}
	dir := writeFiles(f, sound()) // once a worker, which tries one input at a time
	lists := vocab.NewLists(vocab.Seed())
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, "users.csv"), content, 0o644); err != nil {
			t.Fatal(err)
		}
		source, err := sds.Open(dir, sds.Options{Lists: lists})
		if err != nil {
			t.Fatal(err)
		}
		defer source.Close()
		got := &feedtest.Recorder{}
		if err := source.Read(t.Context(), got); err != nil {
			t.Fatal(err)
		}
		checkAnswer(t, content, got)
	})
}

func checkAnswer(t *testing.T, content []byte, got *feedtest.Recorder) {
	t.Helper()
	catastrophic, lost := 0, 0
	for _, f := range got.Findings {
		if f.Message == "" || f.Hint == "" || f.File == "" {
			t.Errorf("%+v does not say what, where or what to do", f)
		}
		if lines := strings.Count(string(content), "\n") + 1; f.Line > lines {
			t.Errorf("%+v is beyond line %d", f, lines)
		}
		switch f.Severity {
		case feed.Catastrophic:
			catastrophic++
		case feed.Error:
			lost += f.Rows
		default: // a warning loses nothing
		}
	}
	if catastrophic > 1 || catastrophic == 1 && got.Calls[len(got.Calls)-1] != "Find" {
		t.Errorf("%d catastrophic findings, last call %s", catastrophic, got.Calls[len(got.Calls)-1])
	}
	for _, v := range got.Values(feed.People) {
		checkPerson(t, v.(roster.Person))
	}
	if catastrophic > 0 {
		return
	}
	if want := records(content); want >= 0 && lost+len(got.Values(feed.People)) != want {
		t.Errorf("%d rows lost and %d read of %d", lost, len(got.Values(feed.People)), want)
	}
}

// records counts the rows of a file, or returns -1 where it has none to count.
func records(content []byte) int {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(content), "\ufeff")))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		return -1
	}
	rows := 0
	for _, row := range all[min(1, len(all)):] {
		if strings.TrimSpace(strings.Join(row, "")) != "" { // rows of commas alone are nothing
			rows++
		}
	}
	return rows
}

func checkPerson(t *testing.T, p roster.Person) {
	t.Helper()
	values := []string{p.SourcedID, p.Username, p.GivenName, p.FamilyName, p.Email, p.Phone, p.SMS, p.ActiveDirectoryMatchID, p.Password}
	for _, v := range values {
		if !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) || v != strings.TrimSpace(v) {
			t.Errorf("a value is not canonical: %q", v)
		}
	}
	if slices.Contains(values[:2], "") || len(p.SourcedID) > 255 {
		t.Errorf("a row without what it must have: %+v", p)
	}
}

// TestEndlessRowIsNotHeld reads a file of one endless row and sees that far
// less than the file was ever in memory. It measures, so it runs alone.
func TestEndlessRowIsNotHeld(t *testing.T) {
	files := sound()
	files["users.csv"] = "sourcedId,username\nP,\"" + strings.Repeat("a\n", 20*sds.MaxRow)
	dir := writeFiles(t, files)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := read(t, dir)
	runtime.ReadMemStats(&after)
	if len(got.Findings) != 1 || got.Findings[0].Rule != feed.RuleQuoteUnterminated || got.Findings[0].Line != 2 {
		t.Errorf("findings: %+v", got.Findings)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 32*sds.MaxRow {
		t.Errorf("%d bytes were allocated for a row of at most %d", allocated, sds.MaxRow)
	}
}
