package plan_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

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

func TestProperties(t *testing.T) {
	t.Parallel()
	name := rapid.StringMatching(`[a-z]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		var p plan.Properties
		for _, n := range rapid.SliceOfDistinct(name, rapid.ID[string]).Draw(t, "names") {
			p = plan.Properties{{Name: n, Value: rapid.StringMatching(`[^\x00-\x1f]*`).Draw(t, "value")}}.Over(p)
		}
		if diff := cmp.Diff(p, plan.DecodeProperties(p.Encode())); diff != "" {
			t.Fatalf("text (-want +got):\n%s", diff)
		}
		body, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back plan.Properties
		if err := json.Unmarshal(body, &back); err != nil || !bytes.Equal([]byte(back.Encode()), []byte(p.Encode())) {
			t.Fatalf("%s came back as %v, %v", body, back, err)
		}
	})
}
