package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rollbook/internal/directory"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

func drawPeople(t *rapid.T, label string) plan.People {
	p := plan.People(rapid.SliceOfDistinct(rapid.Map(rapid.Uint32Min(1), func(n uint32) roster.ID { return roster.ID(n) }), rapid.ID[roster.ID]).Draw(t, label))
	slices.Sort(p)
	return p
}

func TestPeople(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, q := drawPeople(t, "p"), drawPeople(t, "q")
		decoded, err := plan.DecodePeople(p.Encode(nil))
		if err != nil || !slices.Equal(decoded, p) {
			t.Fatalf("%v came back as %v, %v", p, decoded, err)
		}
		if rest := p.Without(q); slices.ContainsFunc(rest, func(id roster.ID) bool { return slices.Contains(q, id) || !slices.Contains(p, id) }) {
			t.Fatalf("%v without %v is %v", p, q, rest)
		}
		if after := p.After(q, p); !slices.Equal(after, q) {
			t.Fatalf("all removed and %v added is %v", q, after)
		}
	})
}

func FuzzDecodePeople(f *testing.F) {
	f.Add(plan.People{1, 2, 300}.Encode(nil))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := plan.DecodePeople(body)
		if err == nil && !slices.IsSorted(p) {
			t.Errorf("%x is %v, which is not sorted", body, p)
		}
	})
}

func drawProperties(t *rapid.T, label string) plan.Properties {
	var p plan.Properties
	names := rapid.OneOf(rapid.SampledFrom([]string{"anchor", "displayName", "classCode"}), rapid.StringMatching(`[a-z]{2,8}`))
	for _, name := range rapid.SliceOfDistinct(names, rapid.ID[string]).Draw(t, label) {
		p = plan.Properties{{Name: name, Value: rapid.String().Draw(t, label)}}.Over(p)
	}
	return p
}

// TestLine sees that the journal gives back the effects that it was given.
func TestLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := plan.Effect{
			Kind: directory.UpdateUser, Source: 3, Object: 4,
			Anchor: rapid.String().Draw(t, "anchor"), ObjectID: rapid.String().Draw(t, "id"),
			Properties: drawProperties(t, "properties"), Was: drawProperties(t, "was"),
			AddOwners: drawPeople(t, "add owners"), AddMembers: drawPeople(t, "add members"),
			RemoveOwners: drawPeople(t, "remove owners"), RemoveMembers: drawPeople(t, "remove members"),
		}
		line := plan.Line{Kind: want.Kind, Source: want.Source, Object: want.Object, Body: string(want.AppendBody(nil))}
		got, err := line.Effect()
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
		line.Body = line.Body[:rapid.IntRange(0, len(line.Body)-1).Draw(t, "cut")]
		if e, err := line.Effect(); err == nil {
			t.Fatalf("a body that was cut off is %+v", e)
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add(plan.Effect{Anchor: "user_1", Properties: plan.Properties{{Name: "mail", Value: "a@b"}}, AddMembers: plan.People{1, 300}}.AppendBody(nil))
	f.Add([]byte{0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := plan.Line{Body: string(body)}.Effect()
		if err != nil {
			return
		}
		again, err := plan.Line{Body: string(e.AppendBody(nil))}.Effect()
		if diff := cmp.Diff(e, again); diff != "" || err != nil {
			t.Errorf("%x is %+v, which comes back otherwise: %v\n%s", body, e, err, diff)
		}
	})
}

// TestSheets sees that lines come back from their sheets as they were written,
// and nothing from a sheet that is not whole.
func TestSheets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var want, got []plan.Effect
		var sheets []plan.Sheet
		w := plan.NewWriter(func(_ context.Context, s plan.Sheet) error {
			sheets = append(sheets, s)
			return nil
		})
		for range rapid.IntRange(1, 400).Draw(t, "effects") {
			e := plan.Effect{
				Kind: directory.UpdateGroup, Source: rapid.IntRange(1, 3).Draw(t, "source"), Object: roster.ID(rapid.Uint32().Draw(t, "object")),
				Anchor: strings.Repeat("a", rapid.SampledFrom([]int{0, 10, 2000}).Draw(t, "anchor")),
			}
			want = append(want, e)
			if err := w.Add(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		var last int64
		for _, s := range sheets {
			lines, err := s.Unpack()
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range lines {
				e, err := l.Effect()
				if err != nil || last != 0 && l.Seq != last+1 {
					t.Fatalf("line %d after %d: %v", l.Seq, last, err)
				}
				got, last = append(got, e), l.Seq
			}
			if last != s.Last {
				t.Fatalf("the last line is %d, want %d", last, s.Last)
			}
			s.Body = s.Body[:rapid.IntRange(0, len(s.Body)-1).Draw(t, "cut")]
			if _, err := s.Unpack(); err == nil {
				t.Fatal("a sheet that was cut off is unpacked")
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("effects (-want +got):\n%s", diff)
		}
	})
}

func FuzzSheet(f *testing.F) {
	w := plan.NewWriter(func(_ context.Context, s plan.Sheet) error {
		f.Add(s.Body, s.Lines)
		return nil
	})
	for id := range roster.ID(3) {
		if err := w.Add(f.Context(), plan.Effect{Kind: directory.ChangeMembers, Source: 1, Object: id, AddMembers: plan.People{id + 1}}); err != nil {
			f.Fatal(err)
		}
	}
	if _, err := w.Finish(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, n int) {
		lines, err := plan.Sheet{Last: 100, Lines: n, Body: body}.Unpack()
		if err == nil && (len(lines) != n || n > len(body)) {
			t.Errorf("%x is %d lines, want %d", body, len(lines), n)
		}
	})
}

// TestWhatWasWrittenBefore reads what other versions of the program have kept: a
// letter that moved would have every account in the directory compared with
// values of another property.
func TestWhatWasWrittenBefore(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]plan.Properties{
		"a\x1fuser_1\x1ec\x1fAnn\x1e":          {{Name: "anchor", Value: "user_1"}, {Name: "displayName", Value: "Ann"}},
		"j\x1fstudent\x1ek\x1f1\x1ev\x1fX\x1e": {{Name: "primaryRole", Value: "student"}, {Name: "externalId", Value: "1"}, {Name: "classCode", Value: "X"}},
		"anchor\x1fuser_1\x1email\x1f\x1e":     {{Name: "anchor", Value: "user_1"}, {Name: "mail", Value: ""}},
	} {
		if diff := cmp.Diff(want, plan.DecodeProperties(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	name := rapid.StringMatching(`[a-z]{2,8}`)
	rapid.Check(t, func(t *rapid.T) {
		var p plan.Properties
		for _, n := range rapid.SliceOfDistinct(name, rapid.ID[string]).Draw(t, "names") {
			p = plan.Properties{{Name: n, Value: rapid.StringMatching(`[^\x00-\x1f]*`).Draw(t, "value")}}.Over(p)
		}
		if diff := cmp.Diff(p, plan.DecodeProperties(p.Encode())); diff != "" {
			t.Fatalf("text (-want +got):\n%s", diff)
		}
	})
}
