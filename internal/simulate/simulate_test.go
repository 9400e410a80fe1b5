package simulate_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/feed/sds"
	"rollbook/internal/roster"
	"rollbook/internal/simulate"
	"rollbook/internal/vocab"
)

func small(t *testing.T) simulate.Options {
	t.Helper()
	scale, err := simulate.ParseScale("S")
	if err != nil {
		t.Fatal(err)
	}
	return simulate.Options{Scale: scale, Seed: 7, Today: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
}

// write writes a district and reads it back.
func write(t *testing.T, opts simulate.Options) (string, *feedtest.Recorder) {
	t.Helper()
	dir := t.TempDir()
	if _, err := simulate.Write(t.Context(), dir, opts); err != nil {
		t.Fatal(err)
	}
	source, err := sds.Open(dir, sds.Options{Lists: vocab.NewLists(vocab.Seed())})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	recorder := &feedtest.Recorder{}
	if err := source.Read(t.Context(), recorder); err != nil {
		t.Fatal(err)
	}
	return dir, recorder
}

func TestDistrictsAreClean(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		for _, next := range []bool{false, true} {
			opts := small(t)
			opts.Seed, opts.Next = seed, next
			_, got := write(t, opts)
			if len(got.Findings) > 0 {
				t.Errorf("seed %d, next %t: %v", seed, next, got.Findings[0])
			}
			checkSound(t, got)
		}
	}
}

// ledger checks what no single row shows.
type ledger struct {
	t         *testing.T
	known     map[feed.Part]map[string]bool
	usernames map[string]bool
	students  map[string]bool
	classes   map[string]int // of each person, without the club of the following night
}

func (l *ledger) add(part feed.Part, key string) {
	if l.known[part] == nil {
		l.known[part] = map[string]bool{}
	}
	if l.known[part][key] {
		l.t.Errorf("part %d has %q twice", part, key)
	}
	l.known[part][key] = true
}

func (l *ledger) refer(part feed.Part, keys ...string) {
	for _, key := range keys {
		if key != "" && !l.known[part][key] {
			l.t.Errorf("part %d has no %q", part, key)
		}
	}
}

func (l *ledger) row(row feedtest.Row) {
	switch v := row.Value.(type) {
	case roster.Org:
		l.add(feed.Orgs, v.SourcedID)
		l.refer(feed.Orgs, v.ParentSourcedID)
	case roster.Session:
		l.add(feed.Sessions, v.SourcedID)
	case roster.Course:
		l.add(feed.Courses, v.SourcedID)
		l.refer(feed.Orgs, v.OrgSourcedID)
		l.refer(feed.Sessions, v.SchoolYearSourcedID)
	case roster.Person:
		l.add(feed.People, v.SourcedID)
		if l.usernames[v.Username] || strings.ContainsAny(v.Username, "@ ") || !ascii(v.Username) {
			l.t.Errorf("user name %q is not unique, or not plain", v.Username)
		}
		l.usernames[v.Username] = true
	case roster.Affiliation:
		l.refer(feed.People, row.Person)
		l.refer(feed.Orgs, v.OrgSourcedID)
		l.students[row.Person] = v.Role == "student"
	case roster.Class:
		l.add(feed.Classes, v.SourcedID)
		l.refer(feed.Orgs, v.OrgSourcedID)
		l.refer(feed.Courses, v.CourseSourcedID)
		l.refer(feed.Sessions, v.SessionSourcedIDs...)
	case feedtest.Enrollment:
		l.enrollment(v)
	}
}

func (l *ledger) enrollment(v feedtest.Enrollment) {
	l.add(feed.Enrollments, v.Class+" "+v.Person+" "+v.Role)
	l.refer(feed.Classes, v.Class)
	l.refer(feed.People, v.Person)
	if !strings.HasSuffix(v.Class, "-CLUB") {
		l.classes[v.Person]++
	}
}

// checkSound checks that identifiers and user names are unique, references
// resolve, nobody is in a class twice in one role, and students are in 6 to 8
// classes.
func checkSound(t *testing.T, got *feedtest.Recorder) {
	t.Helper()
	l := &ledger{
		t: t, known: map[feed.Part]map[string]bool{}, usernames: map[string]bool{}, students: map[string]bool{},
		classes: map[string]int{},
	}
	for _, row := range got.Rows {
		l.row(row)
	}
	for person, is := range l.students {
		if n := l.classes[person]; is && (n < 6 || n > 8) {
			t.Errorf("student %s is in %d classes", person, n)
		}
	}
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

func TestScaleIsKept(t *testing.T) {
	t.Parallel()
	opts := small(t)
	_, got := write(t, opts)
	if n := len(got.Values(feed.People)); n != opts.Scale.Users {
		t.Errorf("%d users, want %d", n, opts.Scale.Users)
	}
	if n := len(got.Values(feed.Classes)); n != opts.Scale.Classes {
		t.Errorf("%d classes, want %d", n, opts.Scale.Classes)
	}
	if n, want := len(got.Values(feed.Enrollments)), opts.Scale.Users*15/2; n < want*95/100 || n > want*105/100 {
		t.Errorf("%d enrollments, want about %d", n, want)
	}
}

func TestSameSeedSameDistrict(t *testing.T) {
	t.Parallel()
	a, _ := write(t, small(t))
	b, _ := write(t, small(t))
	other := small(t)
	other.Seed++
	c, _ := write(t, other)
	files, err := filepath.Glob(filepath.Join(a, "*.csv"))
	if err != nil || len(files) != 9 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if diff := cmp.Diff(content(t, a, name), content(t, b, name)); diff != "" {
			t.Errorf("%s differs with the same seed", name)
		}
	}
	if content(t, a, "users.csv") == content(t, c, "users.csv") {
		t.Error("another seed gives the same users")
	}
}

func content(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestNextNightChangesAboutOnePercent(t *testing.T) {
	t.Parallel()
	opts := small(t)
	before, _ := write(t, opts)
	opts.Next = true
	after, _ := write(t, opts)
	for name, most := range map[string]float64{
		"orgs.csv": 0, "academicSessions.csv": 0, "courses.csv": 0, "users.csv": 0.02, "classes.csv": 0.02, "enrollments.csv": 0.02,
	} {
		gone, come, all := changed(content(t, before, name), content(t, after, name))
		share := float64(gone+come) / float64(all)
		if share > most || most > 0 && (gone == 0 || come == 0) {
			t.Errorf("%s: %d lines gone, %d come of %d", name, gone, come, all)
		}
	}
}

// changed counts the lines that only one of two files has.
func changed(a, b string) (gone, come, all int) {
	count := map[string]int{}
	for line := range strings.Lines(a) {
		count[line]++
		all++
	}
	for line := range strings.Lines(b) {
		count[line]--
	}
	for _, n := range count {
		gone, come = gone+max(n, 0), come+max(-n, 0)
	}
	return gone, come, all
}

func TestTermsHoldToday(t *testing.T) {
	t.Parallel()
	for _, day := range []string{"2026-08-01", "2026-12-31", "2027-01-31", "2027-02-01", "2027-07-31"} {
		today, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		opts := small(t)
		opts.Today = today
		_, got := write(t, opts)
		current := map[string]bool{}
		for _, v := range got.Values(feed.Sessions) {
			s := v.(roster.Session)
			current[s.SourcedID] = roster.DateOf(today, time.UTC).Within(s.Start, s.End)
		}
		for _, v := range got.Values(feed.Classes) {
			c := v.(roster.Class)
			if !current[c.SessionSourcedIDs[0]] && !current[c.SessionSourcedIDs[len(c.SessionSourcedIDs)-1]] {
				t.Fatalf("%s: class %s is not current", day, c.SourcedID)
			}
		}
	}
}
