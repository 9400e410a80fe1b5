package sds_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/roster"
)

// sound is the smallest feed with classes.
func sound() map[string]string {
	return map[string]string{
		"orgs.csv":        "sourcedId,name,type\nS,School,school\n",
		"users.csv":       "sourcedId,username,email,phone\nP,pat,pat@school.example,+15550100\nQ,quinn,,\n",
		"roles.csv":       "userSourcedId,orgSourcedId,role,grade,roleStartDate,roleEndDate\nP,S,teacher,,,\nQ,S,student,09,,\n",
		"classes.csv":     "sourcedId,orgSourcedId,title\nK,S,Algebra\n",
		"enrollments.csv": "classSourcedId,userSourcedId,role\nK,P,teacher\nK,Q,student\n",
	}
}

func writeFiles(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// found is what a test says of a finding: the hint must contain a text.
type found struct {
	Severity     feed.Severity
	Rule         feed.Rule
	File         string
	Line, Column int
	Record       string
	Rows         int
	hint         string
}

func checkFindings(t *testing.T, want []found, got []feed.Finding) {
	t.Helper()
	var seen []found
	for i, f := range got {
		seen = append(seen, found{f.Severity, f.Rule, f.File, f.Line, f.Column, f.Record, f.Rows, ""})
		if i < len(want) && !strings.Contains(f.Message+" "+f.Hint, want[i].hint) {
			t.Errorf("%q, %q: want it to say %q", f.Message, f.Hint, want[i].hint)
		}
		if f.Message == "" || f.Hint == "" {
			t.Errorf("%+v lacks a message or a hint", f)
		}
	}
	for i := range want {
		want[i].hint = ""
	}
	if diff := cmp.Diff(want, seen, cmp.AllowUnexported(found{})); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestSoundFeed(t *testing.T) {
	t.Parallel()
	got := read(t, writeFiles(t, sound()))
	checkFindings(t, nil, got.Findings)
	if len(got.Rows) != 8 {
		t.Errorf("%d rows, want 8", len(got.Rows))
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x,S,student,,,\n", 200_000)
	for name, c := range map[string]struct {
		file, content string // empty content: the file is missing
		as            string // written under another name
		want          found
	}{
		"missing":             {file: "users.csv", want: found{Rule: feed.RuleFileNotFound, hint: "Check that the export finished"}},
		"other case":          {file: "users.csv", as: "Users.csv", content: "sourcedId,username\n", want: found{Rule: feed.RuleFileNotFound, hint: "There is a Users.csv"}},
		"older format":        {file: "orgs.csv", as: "School.csv", content: "x\n", want: found{Rule: feed.RuleFormatUnread, hint: "SDS V1"}},
		"half of classes":     {file: "enrollments.csv", want: found{Rule: feed.RuleFileNotFound, hint: "belong together"}},
		"no rows":             {file: "roles.csv", content: "userSourcedId,orgSourcedId,role\n", want: found{Rule: feed.RuleFileEmpty, hint: "header and no rows"}},
		"blank rows":          {file: "roles.csv", content: "userSourcedId,orgSourcedId,role\n\n\n", want: found{Rule: feed.RuleFileEmpty, hint: "header and no rows"}},
		"no bytes":            {file: "roles.csv", content: "\n", want: found{Rule: feed.RuleFileEmpty, hint: "not even a header"}},
		"no header":           {file: "roles.csv", content: "P,S,teacher\n", want: found{Rule: feed.RuleHeaderMissing, Line: 1, hint: "None of the headers"}},
		"header missing":      {file: "users.csv", content: "sourcedId,email\nP,\n", want: found{Rule: feed.RuleHeaderMissing, Line: 1, hint: "username is missing"}},
		"semicolons":          {file: "users.csv", content: "sourcedId;username\nP;p\n", want: found{Rule: feed.RuleHeaderMissing, Line: 1, hint: "semicolons"}},
		"tabs":                {file: "users.csv", content: "sourcedId\tusername\nP\tp\n", want: found{Rule: feed.RuleHeaderMissing, Line: 1, hint: "tabs"}},
		"note first":          {file: "orgs.csv", content: "sep=,\nsourcedId,name,type\n", want: found{Rule: feed.RuleHeaderMissing, Line: 1, hint: "note to spreadsheets"}},
		"returns alone":       {file: "orgs.csv", content: "sourcedId\rS\r", want: found{Rule: feed.RuleFileUnreadable, Line: 1, hint: "carriage return"}},
		"header twice":        {file: "users.csv", content: "sourcedId,username,sourcedId\nP,p,P\n", want: found{Rule: feed.RuleHeaderDuplicate, Line: 1, Column: 20, hint: "sourcedId"}},
		"windows-1252":        {file: "users.csv", content: "sourcedId,username\nP,p\nQ,Zo\xe9\n", want: found{Rule: feed.RuleEncodingInvalid, Line: 3, Column: 5, hint: "'é'"}},
		"windows-1252 at end": {file: "users.csv", content: "sourcedId,username\nP,p\nQ,Zo\xe9", want: found{Rule: feed.RuleEncodingInvalid, Line: 3, Column: 5, hint: "Windows-1252"}},
		"windows-1252 far":    {file: "roles.csv", content: "userSourcedId,orgSourcedId,role,grade,roleStartDate,roleEndDate\n" + long + "Ren\xe9,S,student\n", want: found{Rule: feed.RuleEncodingInvalid, Line: 200_002, Column: 4, hint: "Windows-1252"}},
		"utf-16":              {file: "users.csv", content: "\xff\xfes\x00o\x00u\x00", want: found{Rule: feed.RuleEncodingInvalid, Line: 1, Column: 1, hint: "UTF-16"}},
		"utf-16 unmarked":     {file: "users.csv", content: "\x00s\x00o\x00u\x00r", want: found{Rule: feed.RuleEncodingInvalid, Line: 1, Column: 1, hint: "UTF-16"}},
		"quote in header":     {file: "orgs.csv", content: "sourcedId,\"name,type\nS,School,school\n", want: found{Rule: feed.RuleQuoteUnterminated, Line: 1, Column: 11}},
		"quote to the end":    {file: "orgs.csv", content: "sourcedId,name,type\nS,\"School,school\nT,Two,school\n", want: found{Rule: feed.RuleQuoteUnterminated, Line: 2, Column: 3, hint: "opened here"}},
		"quote on last line":  {file: "orgs.csv", content: "sourcedId,name,type\nS,\"Schö\"\"ol,school", want: found{Rule: feed.RuleQuoteUnterminated, Line: 2, Column: 3}},
		"quote to the next":   {file: "orgs.csv", content: "sourcedId,name,type\nR,\"Red\",school\nS,\"School,school\nT,\"Two\",school\n", want: found{Rule: feed.RuleQuoteUnterminated, Line: 3, Column: 3}},
		"quote without end":   {file: "roles.csv", content: "userSourcedId,orgSourcedId,role,grade,roleStartDate,roleEndDate\n\"P,S,student,,,\n" + long, want: found{Rule: feed.RuleQuoteUnterminated, Line: 2, Column: 1}},
		"quote inside":        {file: "orgs.csv", content: "sourcedId,name,type\nS,The \"Old\" School,school\n", want: found{Rule: feed.RuleQuoteMisplaced, Line: 2, Column: 7, hint: "double"}},
		"quote inside quotes": {file: "orgs.csv", content: "sourcedId,name,type\nS,\"The \"Old\" School\",school\n", want: found{Rule: feed.RuleQuoteMisplaced, Line: 2, Column: 8}},
		"row without end":     {file: "orgs.csv", content: "sourcedId,name,type\n" + strings.ReplaceAll(long, "\n", " "), want: found{Rule: feed.RuleFileUnreadable, Line: 2, hint: "longer than"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := sound()
			delete(files, c.file)
			c.want.Severity = feed.Catastrophic
			c.want.File = c.file
			if c.as != "" {
				files[c.as] = c.content
			} else if c.content != "" {
				files[c.file] = c.content
			}
			got := read(t, writeFiles(t, files))
			checkFindings(t, []found{c.want}, got.Findings)
			if got.Calls[len(got.Calls)-1] != "Find" {
				t.Error("the feed was read on after the catastrophic finding")
			}
		})
	}
}

// dropped and left are severities of findings that cost one row, or one value.
func dropped(rule feed.Rule, line, column int, record, hint string) found {
	return found{Severity: feed.Error, Rule: rule, Line: line, Column: column, Record: record, Rows: 1, hint: hint}
}

func left(rule feed.Rule, line, column int, record, hint string) found {
	f := dropped(rule, line, column, record, hint)
	f.Severity = feed.Warning
	return f
}

func TestRows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, row string
		rows      int // that come nevertheless, in that file
		want      []found
	}{
		"empty":          {"orgs.csv", "X,,school", 1, []found{dropped(feed.RuleValueRequired, 3, 3, "X", "name is empty")}},
		"blank":          {"orgs.csv", "X,  ,school", 1, []found{dropped(feed.RuleValueRequired, 3, 3, "X", "name is empty")}},
		"nameless":       {"orgs.csv", ",N,school", 1, []found{dropped(feed.RuleValueRequired, 3, 1, "", "sourcedId")}},
		"two empty":      {"orgs.csv", "X,,", 1, []found{dropped(feed.RuleValueRequired, 3, 3, "X", "name is empty, and type is empty; the row is dropped")}},
		"unknown code":   {"orgs.csv", "X,N,shool", 1, []found{dropped(feed.RuleCodeUnknown, 3, 5, "X", "Is school meant?")}},
		"optional code":  {"roles.csv", "P,S,aide,1st,,", 3, []found{left(feed.RuleCodeUnknown, 4, 10, "P/S", "RefGradeLevel")}},
		"long id":        {"orgs.csv", strings.Repeat("i", 256) + ",N,school", 1, []found{dropped(feed.RuleValueInvalid, 3, 1, strings.Repeat("i", 80)+"…", "at most 255")}},
		"longest id":     {"orgs.csv", strings.Repeat("i", 255) + ",N,school", 2, nil},
		"too many":       {"orgs.csv", "X,Sun, Moon,school", 1, []found{dropped(feed.RuleColumnCount, 3, 0, "X", "comma in it must be in quotation marks")}},
		"too few":        {"orgs.csv", "X,Sun", 1, []found{dropped(feed.RuleColumnCount, 3, 0, "X", "comma is missing")}},
		"line break":     {"orgs.csv", "X,\"Sun\nMoon\",school", 1, []found{dropped(feed.RuleValueInvalid, 3, 3, "X", "line break")}},
		"optional break": {"users.csv", "X,x,\"a\nb\",", 2, []found{dropped(feed.RuleValueInvalid, 4, 5, "X", "line break")}},
		"return inside":  {"orgs.csv", "X,Sun\rMoon,school", 1, []found{dropped(feed.RuleValueInvalid, 3, 3, "X", "line break")}},
		"control":        {"orgs.csv", "X,Sun\x00,school", 1, []found{dropped(feed.RuleValueInvalid, 3, 3, "X", "control character")}},
		"high control":   {"orgs.csv", "X,Sun\u0092s,school", 1, []found{dropped(feed.RuleValueInvalid, 3, 3, "X", "control character")}},
		"control in id":  {"orgs.csv", "X\x1fY,N,school", 1, []found{dropped(feed.RuleValueInvalid, 3, 1, "X\x1fY", "control character")}},
		"email":          {"users.csv", "X,x,pat at school,", 3, []found{left(feed.RuleValueInvalid, 4, 5, "X", "name@example.org")}},
		"phone":          {"users.csv", "X,x,,(555) 010-0100", 3, []found{left(feed.RuleValueInvalid, 4, 6, "X", "+15551234567")}},
		"american date":  {"roles.csv", "P,S,aide,,08/15/2026,", 2, []found{dropped(feed.RuleValueInvalid, 4, 11, "P/S", "MM/DD/YYYY")}},
		"no such day":    {"roles.csv", "P,S,aide,,2026-02-30,", 2, []found{dropped(feed.RuleValueInvalid, 4, 11, "P/S", "no such day")}},
		"dates accepted": {"roles.csv", "P,S,aide,,20260815,2027-06-30T00:00:00Z", 3, nil},
		"reversed":       {"roles.csv", "P,S,aide,,2026-08-15,2026-08-14", 2, []found{dropped(feed.RulePeriodReversed, 4, 22, "P/S", "swapped")}},
		"after quotes":   {"users.csv", `"X","x, y",pat,`, 3, []found{left(feed.RuleValueInvalid, 4, 12, "X", "e-mail")}},
		"crlf":           {"orgs.csv", "X,N,school\r", 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := sound()
			files[c.file] += c.row + "\n"
			got := read(t, writeFiles(t, files))
			for i := range c.want {
				c.want[i].File = c.file
			}
			checkFindings(t, c.want, got.Findings)
			if n := count(got, c.file); n != c.rows {
				t.Errorf("%d rows of %s, want %d", n, c.file, c.rows)
			}
		})
	}
}

func count(got *feedtest.Recorder, file string) int {
	n := 0
	for _, row := range got.Rows {
		if row.File == file {
			n++
		}
	}
	return n
}

func TestUnrecognizedHeaders(t *testing.T) {
	t.Parallel()
	for header, want := range map[string][]found{
		"metadata.house": nil,
		"userName":       {{feed.Warning, feed.RuleHeaderUnrecognized, "users.csv", 1, 20, "", 0, "Nothing needs to be done"}},
		"Email":          {{feed.Warning, feed.RuleHeaderUnrecognized, "users.csv", 1, 20, "", 0, `"Email" is read as email`}},
		" e-mails":       {{feed.Warning, feed.RuleHeaderUnrecognized, "users.csv", 1, 20, "", 0, `" e-mails" is read as email`}},
		"emial":          {{feed.Warning, feed.RuleHeaderUnrecognized, "users.csv", 1, 20, "", 0, `"emial" is meant to be email`}},
	} {
		files := sound()
		files["users.csv"] = "\ufeffsourcedId,username," + header + ",\nP,pat,pat@x.example,\nQ,quinn,,\n"
		got := read(t, writeFiles(t, files))
		checkFindings(t, want, got.Findings)
		if n := count(got, "users.csv"); n != 2 {
			t.Errorf("%s: %d users, want 2", header, n)
		}
		mail := got.Values(feed.People)[0].(roster.Person).Email
		if read := strings.Contains(header, "mail") || header == "Email"; (mail != "") != read {
			t.Errorf("%s: the e-mail is %q", header, mail)
		}
	}
}

// Required headers that are spelled otherwise are read as well, unless two could be
// meant.
func TestHeadersThatAreSpelledOtherwise(t *testing.T) {
	t.Parallel()
	for header, read := range map[string]bool{"SourcedId,user name": true, "SourcedId,username": true, "SOURCED_ID,sourced id,username": false} {
		files := sound()
		files["users.csv"] = header + "\nP,p,p\n"
		if strings.Count(header, ",") == 1 {
			files["users.csv"] = header + "\nP,p\nQ,q\n"
		}
		if got := count(readFiles(t, files), "users.csv") == 2; got != read {
			t.Errorf("%s is read: %v, want %v", header, got, read)
		}
	}
}

// A file that ends in the middle of a row is no feed; one that only lacks the last line
// end is.
func TestFilesThatAreCutOff(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]bool{
		"S,School,school\nT,Two,school": false,
		"S,School,school\nT,Two,scho":   true,
		"S,School,school\nT,Tw":         true,
		"S,School,school\nT,Tw\n":       false, // a row that is wrong
	} {
		files := sound()
		files["orgs.csv"] = "sourcedId,name,type\n" + name
		got := readFiles(t, files)
		refused := slices.ContainsFunc(got.Findings, func(f feed.Finding) bool { return f.Rule == feed.RuleFileCutOff && f.Line == 3 })
		if refused != cut {
			t.Errorf("%q: cut off %v, want %v: %+v", name, refused, cut, got.Findings)
		}
	}
}

func readFiles(t *testing.T, files map[string]string) *feedtest.Recorder {
	t.Helper()
	return read(t, writeFiles(t, files))
}

func TestManyFindings(t *testing.T) {
	t.Parallel()
	files := sound()
	files["orgs.csv"] += strings.Repeat("X,,school\n", 1000) + strings.Repeat("Y,N,barn\n", 500)
	got := read(t, writeFiles(t, files))
	rows, barns := 0, 0
	for _, f := range got.Findings {
		rows += f.Rows
		if f.Rule == feed.RuleCodeUnknown {
			barns++
		}
	}
	if len(got.Findings) != 102 || rows != 1500 || barns != 1 {
		t.Errorf("%d findings for %d rows, %d about the code; want 102 for 1500, and 1", len(got.Findings), rows, barns)
	}
	if last := got.Findings[100]; last.Rows != 900 || last.Line != 103 || last.Record != "" {
		t.Errorf("the finding for the rest is %+v", last)
	}
	if len(got.Dropped) != 1500 {
		t.Errorf("%d rows dropped, want 1500", len(got.Dropped))
	}
}

func TestDatesOfOneWrongFormAreOneFinding(t *testing.T) {
	t.Parallel()
	files := sound()
	for range 300 {
		files["roles.csv"] += "P,S,teacher,,8/15/2026,\nP,S,teacher,,8/16/2026,\n"
	}
	got := read(t, writeFiles(t, files))
	if len(got.Findings) != 1 || got.Findings[0].Rows != 600 {
		t.Errorf("%d findings: %+v", len(got.Findings), got.Findings[0])
	}
}

func TestStrayFilesInFolder(t *testing.T) {
	t.Parallel()
	files := sound()
	files["Courses.csv"] = "sourcedId\n"
	files["readme.txt"] = "ours"
	files["Student.csv"] = "x\n"
	got := read(t, writeFiles(t, files))
	checkFindings(t, []found{
		{feed.Warning, feed.RuleFileUnexpected, "Courses.csv", 0, 0, "", 0, "Rename it to courses.csv"},
		{feed.Warning, feed.RuleFileUnexpected, "Student.csv", 0, 0, "", 0, "SDS V1"},
	}, got.Findings)
}

func TestFolderHoldsNoFile(t *testing.T) {
	t.Parallel()
	dir := writeFiles(t, sound())
	if err := os.Remove(filepath.Join(dir, "users.csv")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "users.csv")); err != nil {
		t.Skip(err)
	}
	got := read(t, dir)
	checkFindings(t, []found{{feed.Catastrophic, feed.RuleFileUnreadable, "users.csv", 0, 0, "", 0, "link"}}, got.Findings)
}
