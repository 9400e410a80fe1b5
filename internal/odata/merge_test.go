package odata_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollbook/internal/odata"
)

// Merging agrees with the plain rule on plain JSON: objects member by member,
// everything else replaced.
func TestMergeAgreesWithTheRule(t *testing.T) {
	t.Parallel()
	m := zoo(t)
	rapid.Check(t, func(t *rapid.T) {
		stored, change := drawAnimal(t, "stored"), drawAnimal(t, "change")
		stored["name"] = "x"
		leaveOut(t, change)
		if house, ok := change["house"].(map[string]any); ok {
			if old, ok := stored["house"].(map[string]any); !ok || old == nil {
				house["number"] = 1.0
			}
		}
		p, err := m.ParsePayload(encode(t, stored), seal)
		if err != nil {
			t.Fatal(err)
		}
		entity, err := p.ForCreate(m.Type("zoo.cat"))
		if err != nil {
			t.Fatal(err)
		}
		merged, err := patch(m, entity, encode(t, change))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(withNulls(mergeRule(stored, change)), decodeText(t, write(merged, m.Type("zoo.cat")))); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

// leaveOut takes members out of an object and of those inside it, in an order
// that a failing case can be found again with.
func leaveOut(t *rapid.T, object map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if inner, ok := object[name].(map[string]any); ok {
			leaveOut(t, inner)
		}
		if rapid.Bool().Draw(t, "leave out "+name) {
			delete(object, name)
		}
	}
}

func mergeRule(stored, change map[string]any) map[string]any {
	merged := maps.Clone(stored)
	for name, v := range change {
		inner, isObject := v.(map[string]any)
		old, wasObject := merged[name].(map[string]any)
		if isObject && wasObject {
			v = mergeRule(old, inner)
		}
		merged[name] = v
	}
	return merged
}

func drawAnimal(t *rapid.T, label string) map[string]any {
	word := rapid.SampledFrom([]string{"a", "ä", "\"", "日本", ""})
	optional := func(name string, v any) any {
		if rapid.Bool().Draw(t, label+" null "+name) {
			return nil
		}
		return v
	}
	garden := map[string]any{"trees": optional("trees", float64(rapid.IntRange(-9, 9).Draw(t, "trees"))), "pond": optional("pond", rapid.Bool().Draw(t, "pond"))}
	house := map[string]any{"number": float64(rapid.IntRange(0, 9).Draw(t, "number")), "color": optional("color", word.Draw(t, "color")), "garden": optional("garden", garden)}
	foods := []any{}
	for range rapid.IntRange(0, 3).Draw(t, "foods") {
		foods = append(foods, word.Draw(t, "food"))
	}
	return map[string]any{
		"name": word.Draw(t, "name"), "nickname": optional("nickname", word.Draw(t, "nickname")), "legs": float64(rapid.IntRange(0, 9).Draw(t, "legs")),
		"tame": optional("tame", rapid.Bool().Draw(t, "tame")), "house": optional("house", house), "foods": foods,
	}
}

// withNulls adds what is written as null because it was never set.
func withNulls(animal map[string]any) map[string]any {
	fill := func(o map[string]any, names ...string) {
		for _, name := range names {
			if _, ok := o[name]; !ok {
				o[name] = nil
			}
		}
	}
	fill(animal, "nickname", "born", "arrived", "tame", "diet", "house", "passport", "secret")
	if house, ok := animal["house"].(map[string]any); ok {
		fill(house, "color", "garden")
		if garden, ok := house["garden"].(map[string]any); ok {
			fill(garden, "trees", "pond")
		}
	}
	return animal
}

func encode(t *rapid.T, v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decodeText(t *rapid.T, text string) map[string]any {
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func TestMergeRules(t *testing.T) {
	t.Parallel()
	m := zoo(t)
	stored := robin(m).Set("passport", odata.Text("P1")).Set("secret", odata.Secret("sealed:s"))
	tests := []struct{ body, member, want string }{
		{`{"passport":"P1"}`, "passport", "P1"},
		{`{"passport":"P2"}`, "", "cannot be changed"},
		{`{"passport":null}`, "", "cannot be changed"},
		{`{"secret":"*****"}`, "secret", "sealed:s"},
		{`{"secret":"new"}`, "secret", "sealed:new"},
		{`{"secret":""}`, "", "empty"},
		{`{"nickname":"n"}`, "nickname", "n"},
		{`{"name":null}`, "", "null is not a valid value for the property 'name'"},
		{`{"house":{"number":null}}`, "", "null is not a valid value for the property 'house/number'"},
		{`{"house":null}`, "house", ""},
		{`{"toys":[{}]}`, "", "'toys/label' is required"},
		{`{"toys":[null]}`, "", "null is not"},
		{`{"@odata.type":"#zoo.animal","name":"n"}`, "name", "n"},
		{`{"@odata.type":"#zoo.cat","name":"n"}`, "", "zoo.cat"},
		{`{"name":"a","NAME":"b"}`, "", "twice"},
		{`{"@odata.type":7}`, "", "name of a type"},
	}
	for _, test := range tests {
		merged, err := patch(m, stored, []byte(test.body))
		if test.member == "" {
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v does not speak of %q", test.body, err, test.want)
			}
			continue
		}
		if err != nil || merged.Get(test.member).Text() != test.want {
			t.Errorf("%s: %v", test.body, err)
		}
	}
}
