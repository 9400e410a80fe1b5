package roster_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollbook/internal/roster"
)

func text(t *rapid.T, name string) string {
	return rapid.StringMatching(`[A-Za-zÀ-ÿ0-9 .'-]{0,12}`).Draw(t, name)
}

func day(t *rapid.T, name string) roster.Date {
	if rapid.Bool().Draw(t, name+" absent") {
		return 0
	}
	d, err := roster.ParseDate(rapid.StringMatching(`20[0-9]{2}-0[1-9]-[012][1-8]`).Draw(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func list(t *rapid.T, name string) []string {
	items := rapid.SliceOfN(rapid.StringMatching(`[a-z0-9]{1,6}`), 0, 3).Draw(t, name)
	if len(items) == 0 {
		return nil
	}
	return items
}

func TestRecordsSurviveEncoding(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := text(t, "key")
		course := roster.Course{
			SourcedID: key, OrgSourcedID: text(t, "org"), Title: text(t, "title"), Code: text(t, "code"),
			SchoolYearSourcedID: text(t, "year"), Subjects: list(t, "subjects"), Grades: list(t, "grades"),
		}
		gotCourse, err := roster.DecodeCourse(key, course.Encode(nil))
		if diff := cmp.Diff(course, gotCourse); diff != "" || err != nil {
			t.Fatalf("course: %v\n%s", err, diff)
		}
		session := roster.Session{
			SourcedID: key, Title: text(t, "title"), Type: text(t, "type"),
			SchoolYear: rapid.IntRange(0, 2100).Draw(t, "year"), Start: day(t, "start"), End: day(t, "end"),
		}
		gotSession, err := roster.DecodeSession(key, session.Encode(nil))
		if diff := cmp.Diff(session, gotSession); diff != "" || err != nil {
			t.Fatalf("session: %v\n%s", err, diff)
		}
		affiliations := roster.Affiliations{
			{OrgSourcedID: "A", Role: text(t, "role"), Grade: text(t, "grade"), IsPrimary: roster.True, Start: day(t, "start")},
			{OrgSourcedID: "B", Role: "student", SessionSourcedID: text(t, "session"), End: day(t, "end"), Ended: 3},
		}
		gotAffiliations, err := roster.DecodeAffiliations(affiliations.Encode(nil))
		if diff := cmp.Diff(affiliations, gotAffiliations); diff != "" || err != nil {
			t.Fatalf("affiliations: %v\n%s", err, diff)
		}
		details := roster.Details{
			Demographics: &roster.Demographics{Sex: text(t, "sex"), BirthDate: day(t, "birth"), Races: list(t, "races")},
			Flags:        list(t, "flags"),
			Contacts:     []roster.Contact{{PersonSourcedID: "P", Relationship: "parent"}},
		}
		gotDetails, err := roster.DecodeDetails(details.Encode(nil))
		if diff := cmp.Diff(details, gotDetails); diff != "" || err != nil {
			t.Fatalf("details: %v\n%s", err, diff)
		}
	})
}

func TestRollSurvivesPacking(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		roll := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) roster.Enrollment {
			return roster.Enrollment{
				Person: roster.ID(rapid.Uint32().Draw(t, "person")),
				Role:   rapid.SampledFrom([]string{"student", "teacher", "substitute"}).Draw(t, "role"),
				Since:  roster.FeedNumber(rapid.Uint32Range(1, 400).Draw(t, "since")),
				Ended:  roster.FeedNumber(rapid.Uint32Range(0, 400).Draw(t, "ended")),
			}
		}), 1, 40).Draw(t, "roll")
		want := roster.Roll(roll)
		want.Sort()
		want = slices.CompactFunc(want, func(a, b roster.Enrollment) bool { return a.Compare(b) == 0 })
		got, err := roster.DecodeRoll(want.Encode(nil), nil)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("roll: %v\n%s", err, diff)
		}
		if want.Digest() != got.Digest() {
			t.Fatal("a roll that was packed and unpacked has another digest")
		}
	})
}

func TestRollDigestSeesOnlyWhoIsThereNow(t *testing.T) {
	t.Parallel()
	now := roster.Roll{{Person: 1, Role: "student", Since: 1}, {Person: 2, Role: "teacher", Since: 1}}
	later := roster.Roll{
		{Person: 1, Role: "student", Since: 2},
		{Person: 2, Role: "substitute", Since: 1, Ended: 2},
		{Person: 2, Role: "teacher", Since: 3},
	}
	if now.Digest() != later.Digest() {
		t.Error("history changed the digest")
	}
	other := roster.Roll{{Person: 1, Role: "student", Since: 1}, {Person: 2, Role: "substitute", Since: 1}}
	if now.Digest() == other.Digest() {
		t.Error("another role has the same digest")
	}
}

func FuzzDecodeRoll(f *testing.F) {
	f.Add(roster.Roll{{Person: 7, Role: "student", Since: 1}}.Encode(nil))
	f.Fuzz(func(t *testing.T, body []byte) {
		roll, err := roster.DecodeRoll(body, nil)
		if err == nil && len(roll) > len(body) {
			t.Fatalf("%d enrollments out of %d bytes", len(roll), len(body))
		}
	})
}

func TestDate(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"2026-02-29", "2026-13-01", "2026-1-01", "26-01-01", "2026/01/01", "2026-01-0x", ""} {
		if d, err := roster.ParseDate(s); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", s, d)
		}
	}
	leap, err := roster.ParseDate("2028-02-29")
	if err != nil || leap.String() != "2028-02-29" {
		t.Errorf("ParseDate(2028-02-29) = %v, %v", leap, err)
	}
	if !leap.Within(leap, leap) || leap.Within(leap+1, 0) || !leap.Within(0, 0) {
		t.Error("both ends of a span must be included, and an absent one must not bound")
	}
}

func TestPartsSurviveJoining(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(roster.Kinds()).Draw(t, "kind")
		var want roster.Contents
		for part := range kind.Parts() {
			want[part] = []byte(text(t, "part"))
		}
		// The last part need not be text: a roll is not.
		want[kind.Parts()-1] = rapid.SliceOf(rapid.Byte()).Draw(t, "last part")
		got := roster.Record{Kind: kind, Body: want.Join(kind, nil)}.Split()
		for part := range want {
			if string(got[part]) != string(want[part]) {
				t.Fatalf("part %d of a %s is %q, want %q", part, kind, got[part], want[part])
			}
		}
	})
}

func TestSplitOfFewerParts(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{"": {"", "", ""}, "a": {"a", "", ""}, "a\x1db": {"a", "b", ""}} {
		got := roster.Record{Kind: roster.KindPerson, Body: []byte(body)}.Split()
		for part := range want {
			if string(got[part]) != want[part] {
				t.Errorf("part %d of %q is %q, want %q", part, body, got[part], want[part])
			}
		}
	}
}
