package simulate_test

import (
	"strings"
	"testing"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/roster"
)

// night is what a test compares of a district.
type night struct {
	titles   map[string]string   // of classes
	students map[string][]string // the classes of each
	leads    map[string]string   // the first teacher of each class
}

func nightOf(got *feedtest.Recorder) night {
	n := night{titles: map[string]string{}, students: map[string][]string{}, leads: map[string]string{}}
	for _, v := range got.Values(feed.Classes) {
		class := v.(roster.Class)
		n.titles[class.SourcedID] = class.Title
	}
	for _, v := range got.Values(feed.Enrollments) {
		e := v.(feedtest.Enrollment)
		if e.Role == "student" && !strings.HasSuffix(e.Class, "-CLUB") {
			n.students[e.Person] = append(n.students[e.Person], e.Class)
		}
		if e.Role == "teacher" && n.leads[e.Class] == "" {
			n.leads[e.Class] = e.Person
		}
	}
	return n
}

func TestNextNightHasEveryKindOfChange(t *testing.T) {
	t.Parallel()
	opts := small(t)
	_, got := write(t, opts)
	before := nightOf(got)
	opts.Next = true
	_, got = write(t, opts)
	after := nightOf(got)

	changes := map[string]int{"left": 0, "came": 0, "moved": 0, "renamed": 0, "swapped": 0, "class added": 0}
	for student, classes := range before.students {
		switch now, ok := after.students[student]; {
		case !ok:
			changes["left"]++
		case strings.Join(classes, " ") != strings.Join(now, " "):
			changes["moved"]++
		}
	}
	for student := range after.students {
		if _, ok := before.students[student]; !ok {
			changes["came"]++
		}
	}
	for class, title := range after.titles {
		was, ok := before.titles[class]
		switch {
		case !ok:
			changes["class added"]++
		case was != title:
			changes["renamed"]++
		case before.leads[class] != after.leads[class]:
			changes["swapped"]++
		}
	}
	for kind, n := range changes {
		if n == 0 || n > len(before.students)/25 {
			t.Errorf("%s: %d of %d students and %d classes", kind, n, len(before.students), len(before.titles))
		}
	}
}
