package feed_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/roster"
)

// fallen returns a statement in which the row of an enrollment fell, and tells what it
// tells.
func (s statement) fallen(which enrollment, tells feed.Fallen) statement {
	s = s.without(func(r feedtest.Row) bool { return r.Value == any(which) })
	tells.Part = feed.Enrollments
	s.dropped = append(s.dropped[:len(s.dropped):len(s.dropped)], tells)
	return s
}

// standing returns who is in a class and how that is known: "goes on", "ended" or
// "frozen".
func (m *memory) standing(t *testing.T, class string) map[string]string {
	t.Helper()
	roll, err := roster.DecodeRoll(m.record(t, roster.KindClass, class).Split()[roster.RollPart], nil)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range roll {
		how := "goes on"
		switch {
		case e.Ended != 0:
			how = "ended"
		case e.Frozen != 0:
			how = "frozen"
		}
		all[m.records[roster.KindPerson][e.Person].Key+" "+e.Role] = how
	}
	return all
}

// A row that fell excuses what goes missing on the night on which it comes, as far as
// it may be about it.
func TestWhatAFallenRowMayBeAbout(t *testing.T) {
	t.Parallel()
	ana, ben := enrolled("K1", "ana", "student"), enrolled("K1", "ben", "student")
	for name, test := range map[string]struct {
		tells feed.Fallen
		ben   string // who is missing without a word of him
		ana   string
	}{
		"class and person":  {feed.Fallen{Class: "K1", Key: "ana", Words: "1"}, "ended", "frozen"},
		"the class":         {feed.Fallen{Class: "K1", Words: "2"}, "frozen", "frozen"},
		"the person":        {feed.Fallen{Class: "ZZ", Key: "ana", Words: "3"}, "ended", "frozen"},
		"nothing":           {feed.Fallen{Words: "4"}, "frozen", "frozen"},
		"another class":     {feed.Fallen{Class: "K2", Words: "5"}, "ended", "ended"},
		"another pair":      {feed.Fallen{Class: "K2", Key: "ana", Words: "6"}, "ended", "ended"},
		"a column too few":  {feed.Fallen{Class: "K1", Key: "student", Shifted: true, Words: "7"}, "frozen", "frozen"},
		"a column too many": {feed.Fallen{Class: "K1", Key: "ana", Shifted: true, Words: "8"}, "ended", "frozen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			m.load(t, school())
			broken := school().fallen(ana, test.tells).without(func(r feedtest.Row) bool { return r.Value == any(ben) })
			want := map[string]string{"teacher teacher": "goes on", "ana student": test.ana, "ben student": test.ben}
			for range 2 {
				m.load(t, broken)
				if diff := cmp.Diff(want, m.standing(t, "K1")); diff != "" {
					t.Errorf("K1 (-want +got):\n%s", diff)
				}
			}
			if m.changes != 0 {
				t.Errorf("the same feed again changes %d records", m.changes)
			}
			m.load(t, school())
			want = map[string]string{"teacher teacher": "goes on", "ana student": "goes on", "ben student": "goes on"}
			if diff := cmp.Diff(want, m.standing(t, "K1")); diff != "" {
				t.Errorf("K1 after it was mended (-want +got):\n%s", diff)
			}
		})
	}
}

// A row that is always wrong excuses nothing; once it was mended, one in the same words
// is a new one.
func TestARowThatIsAlwaysWrong(t *testing.T) {
	t.Parallel()
	vacant := feed.Fallen{Part: feed.Enrollments, Class: "K1", Words: "K1,,teacher"}
	always := school()
	always.dropped = []feed.Fallen{vacant}
	m := newMemory()
	m.load(t, school())
	m.load(t, always)
	without := always.without(func(r feedtest.Row) bool { return r.Value == any(enrolled("K1", "ana", "student")) })
	for _, step := range []struct {
		feed statement
		ana  string
	}{
		{without, "ended"},             // the row stood before
		{always, "goes on"},            //
		{school(), "goes on"},          // the row is gone
		{without, "frozen"},            // it is new again
		{without, "frozen"},            // for as long as it stands
		{always, "goes on"},            // what it excused is back: the row is a new one
		{without, "ended"},             // and excused nothing on the night on which it came
		{school(), "goes on"},          //
		{without, "frozen"},            //
		{withoutRow(without), "ended"}, // the row went, and what it excused did not return
	} {
		m.load(t, step.feed)
		if got := m.standing(t, "K1")["ana student"]; got != step.ana {
			t.Errorf("feed %d: ana's enrollment %s, want %s", m.number, got, step.ana)
		}
	}
}

func withoutRow(s statement) statement {
	s.dropped = nil
	return s
}

// A record whose row is missing or fell stays as it was while rows refer to it, and
// these count.
func TestARecordWhoseRowIsMissing(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.load(t, school())
	broken := school().without(func(r feedtest.Row) bool {
		p, person := r.Value.(roster.Person)
		c, class := r.Value.(roster.Class)
		return person && p.SourcedID == "ben" || class && c.SourcedID == "K2" || r.Value == any(enrolled("K1", "ana", "student"))
	}).with(feed.Enrollments, "", enrolled("K2", "ben", "student"))
	got := m.load(t, broken)
	if len(got.Findings) != 2 {
		t.Errorf("findings %+v, want one for ben and one for K2", got.Findings)
	}
	if got.Frozen.People.Count != 1 || got.Frozen.Classes.Count != 1 || got.Frozen.Any() == false {
		t.Errorf("frozen %+v", got.Frozen)
	}
	ben := m.record(t, roster.KindPerson, "ben")
	if p, err := roster.DecodePerson("ben", ben.Split()[roster.Itself]); err != nil || !ben.Active || p.Frozen != 2 || p.GivenName != "Ben" {
		t.Errorf("ben is %+v, active %v, %v", p, ben.Active, err)
	}
	want := map[string]string{"teacher teacher": "goes on", "ben student": "goes on"}
	if diff := cmp.Diff(want, m.standing(t, "K2")); diff != "" {
		t.Errorf("K2 (-want +got):\n%s", diff)
	}
	if ana := m.standing(t, "K1")["ana student"]; ana != "ended" {
		t.Errorf("ana, who left readably, %s", ana)
	}
	if m.load(t, broken); m.changes != 0 {
		t.Errorf("the same feed again changes %d records", m.changes)
	}
	m.load(t, broken.without(func(r feedtest.Row) bool { return about(r, "ben") }))
	if ben := m.record(t, roster.KindPerson, "ben"); ben.Active {
		t.Error("ben is there, and no row names him")
	}
}

// A role that fell leaves it unknown whether its person has one.
func TestARoleThatFell(t *testing.T) {
	t.Parallel()
	roles := func(m *memory, person string) (frozen, active int) {
		as, err := roster.DecodeAffiliations(m.record(t, roster.KindPerson, person).Split()[roster.AffiliationsPart])
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range as.Active() {
			if active++; a.Frozen != 0 {
				frozen++
			}
		}
		return frozen, active
	}
	for name, test := range map[string]struct {
		tells    feed.Fallen
		ana, ben int // frozen
	}{
		"of ana":    {feed.Fallen{Part: feed.Affiliations, Key: "ana", Words: "1"}, 1, 0},
		"of nobody": {feed.Fallen{Part: feed.Affiliations, Words: "2"}, 1, 1},
	} {
		m := newMemory()
		m.load(t, school())
		broken := school().without(func(r feedtest.Row) bool {
			return r.Part == feed.Affiliations && (r.Person == "ana" || r.Person == "ben")
		})
		broken.dropped = []feed.Fallen{test.tells}
		m.load(t, broken)
		for person, want := range map[string]int{"ana": test.ana, "ben": test.ben, "teacher": 0} {
			if frozen, _ := roles(m, person); frozen != want {
				t.Errorf("%s: %d roles of %s are frozen, want %d", name, frozen, person, want)
			}
		}
		m.load(t, school())
		if frozen, active := roles(m, "ana"); frozen != 0 || active != 1 {
			t.Errorf("%s: after it was mended, %d of %d roles of ana are frozen", name, frozen, active)
		}
	}
}

// Where most rows of a feed fall, they are not told apart, and whatever is missing stays.
func TestMoreFallenRowsThanAreToldApart(t *testing.T) {
	t.Parallel()
	const many = 200_010
	m := newMemory()
	m.load(t, school())
	broken := school().without(func(r feedtest.Row) bool { return r.Value == any(enrolled("K1", "ana", "student")) })
	for i := range many {
		broken.dropped = append(broken.dropped, feed.Fallen{Part: feed.Enrollments, Class: "K2", Key: "ben", Words: fmt.Sprint(i)})
	}
	for range 2 {
		got := m.load(t, broken)
		if how := m.standing(t, "K1")["ana student"]; how != "frozen" {
			t.Errorf("ana's enrollment %s, want frozen", how)
		}
		if n := got.FallenSince(0); n != many {
			t.Errorf("%d rows fell, want %d", n, many)
		}
	}
	if m.changes != 0 {
		t.Errorf("the same feed again changes %d records", m.changes)
	}
	m.load(t, school())
	if how := m.standing(t, "K1")["ana student"]; how != "goes on" {
		t.Errorf("ana's enrollment %s after it was mended", how)
	}
}
