package feed_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/roster"
)

// twoStreams are the streams of one source system, in the order of precedence.
type twoStreams [2]*memory

func newTwoStreams() twoStreams {
	s := twoStreams{newMemory(), newMemory()}
	s[0].elsewhere, s[1].elsewhere = []*memory{s[1]}, []*memory{s[0]}
	return s
}

// load loads a feed of one stream, with the number that follows those of both.
func (s twoStreams) load(t *rapid.T, stream int, said statement) {
	s[stream].number = max(s[0].number, s[1].number)
	if report := s[stream].load(t, said); len(report.Findings) > 0 {
		t.Fatalf("findings: %+v", report.Findings)
	}
}

// union returns the roster that the streams make up.
func (s twoStreams) union(t *rapid.T) *memory {
	union := newMemory()
	for _, kind := range roster.Kinds() {
		union.records[kind] = map[roster.ID]roster.Record{}
		for _, id := range slices.Concat(slices.Collect(maps.Keys(s[0].records[kind])), slices.Collect(maps.Keys(s[1].records[kind]))) {
			var said []roster.Record
			for _, stream := range s {
				if r, ok := stream.records[kind][id]; ok {
					said = append(said, r)
				}
			}
			if len(said) == 2 && said[0].Key != said[1].Key {
				t.Fatalf("%s %d is %q in one stream and %q in the other", kind, id, said[0].Key, said[1].Key)
			}
			var err error
			if union.records[kind][id], err = feed.Union(said); err != nil {
				t.Fatal(err)
			}
		}
	}
	return union
}

// asOne returns the statement that two streams make together: a record, role or
// demographics that both say, the first one says.
func asOne(first, second statement) statement {
	type identity struct {
		part        feed.Part
		person, key string
	}
	said := map[identity]bool{}
	together := statement{District: feedtest.District{Parts: feed.Parts()}}
	for _, r := range slices.Concat(first.Rows, second.Rows) {
		id := identity{r.Part, r.Person, fmt.Sprint(r.Value)}
		switch v := r.Value.(type) {
		case roster.Org:
			id.key = v.SourcedID
		case roster.Session:
			id.key = v.SourcedID
		case roster.Person:
			id.key = v.SourcedID
		case roster.Class:
			id.key = v.SourcedID
		case roster.Affiliation:
			id.key = fmt.Sprint(v.OrgSourcedID, "/", v.Role, "/", v.SessionSourcedID)
		case roster.Demographics:
			id.key = ""
		}
		if !said[id] {
			said[id] = true
			together.Rows = append(together.Rows, r)
		}
	}
	return together
}

// Whatever two streams said before, and in whatever order their feeds came, the
// roster says in the end what one feed says that holds the last of both.
func TestTwoStreamsAreReadAsOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		streams, last := newTwoStreams(), [2]statement{}
		for i := range rapid.IntRange(2, 5).Draw(t, "feeds") {
			stream := i // each has one at least
			if i > 1 {
				stream = rapid.IntRange(0, 1).Draw(t, "stream")
			}
			last[stream] = drawSchool(t, fmt.Sprint("feed ", i))
			streams.load(t, stream, last[stream])
		}
		one := newMemory()
		one.load(t, asOne(last[0], last[1]))
		if diff := cmp.Diff(one.active(t), streams.union(t).active(t)); diff != "" {
			t.Fatalf("active (-one +two):\n%s", diff)
		}
	})
}

// A record that leaves one stream and not the other stays, with the ID that it
// had from the beginning, and is gone with the last.
func TestARecordIsGoneWhenNoStreamSaysIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		streams := newTwoStreams()
		streams.load(t, 0, drawSchool(t, "first"))
		streams.load(t, 1, drawSchool(t, "second"))
		before := streams.union(t).names(t)
		left := rapid.IntRange(0, 1).Draw(t, "left")
		streams.load(t, left, lone("D", "Z"))
		for name, id := range streams.union(t).names(t) {
			if was, known := before[name]; known && was != id {
				t.Fatalf("%s had the ID %d and has %d", name, was, id)
			}
		}
		want := streams[1-left].active(t)
		got := streams.union(t).active(t)
		for _, line := range want {
			if !slices.Contains(got, line) && left == 1 {
				t.Fatalf("the other stream still says %s", line)
			}
		}
		streams.load(t, 1-left, lone("D", "Z"))
		for kind, records := range streams.union(t).records {
			for _, r := range records {
				if r.Active && r.Key != "D" && r.Key != "Z" {
					t.Fatalf("%s %s is active, and no stream says it", kind, r.Key)
				}
			}
		}
	})
}

// lone is a school with one organization and session.
func lone(org, session string) statement {
	return statement{District: feedtest.District{Parts: feed.Parts(), Rows: []feedtest.Row{
		{Part: feed.Orgs, Value: roster.Org{SourcedID: org, Name: "alone"}},
		{Part: feed.Sessions, Value: roster.Session{SourcedID: session, Title: "alone"}},
	}}}
}

// names returns the IDs of all records by kind and key.
func (m *memory) names(t *rapid.T) map[string]roster.ID {
	names := map[string]roster.ID{}
	for kind, records := range m.records {
		for id, r := range records {
			name := kind.String() + " " + r.Key
			if _, twice := names[name]; twice {
				t.Fatalf("%s has two IDs", name)
			}
			names[name] = id
		}
	}
	return names
}

func TestUnion(t *testing.T) {
	t.Parallel()
	class := func(active bool, number roster.FeedNumber, title string, roll ...roster.Enrollment) roster.Record {
		contents := roster.Contents{roster.Class{OrgSourcedID: "S", Title: title}.Encode(nil), roster.Roll(roll).Encode(nil)}
		return roster.Record{Kind: roster.KindClass, ID: 7, Key: "K", Active: active, Feed: number, Body: contents.Join(roster.KindClass, nil)}
	}
	in := func(person roster.ID, since, ended roster.FeedNumber) roster.Enrollment {
		return roster.Enrollment{Person: person, Role: "student", Since: since, Ended: ended}
	}
	for name, test := range map[string]struct {
		said []roster.Record
		want roster.Record
	}{
		"alone":                    {[]roster.Record{class(true, 3, "a", in(1, 1, 0))}, class(true, 3, "a", in(1, 1, 0))},
		"the first wins":           {[]roster.Record{class(true, 3, "a"), class(true, 5, "b")}, class(true, 5, "a")},
		"while it says it":         {[]roster.Record{class(false, 3, "a"), class(true, 2, "b")}, class(true, 3, "b")},
		"no stream says it":        {[]roster.Record{class(false, 3, "a"), class(false, 5, "b")}, class(false, 5, "a")},
		"one is not stored yet":    {[]roster.Record{class(true, 3, "a"), class(true, 0, "b")}, class(true, 0, "a")},
		"each has people":          {[]roster.Record{class(true, 3, "a", in(1, 1, 0)), class(true, 2, "a", in(2, 2, 0))}, class(true, 3, "a", in(1, 1, 0), in(2, 2, 0))},
		"in the class for one":     {[]roster.Record{class(true, 3, "a", in(1, 1, 3)), class(true, 2, "a", in(1, 2, 0))}, class(true, 3, "a", in(1, 1, 0))},
		"in the class for neither": {[]roster.Record{class(true, 3, "a", in(1, 2, 3)), class(true, 4, "a", in(1, 1, 4))}, class(true, 4, "a", in(1, 1, 4))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := feed.Union(test.said)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("union (-want +got):\n%s", diff)
			}
		})
	}
}
