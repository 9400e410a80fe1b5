package odata_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"rollbook/internal/odata"
)

func seal(secret string) (string, error) { return "sealed:" + secret, nil }

func write(o *odata.Object, declared *odata.Type) string {
	return string(new(odata.Encoder).Append(nil, o, declared))
}

func TestDecode(t *testing.T) {
	t.Parallel()
	m := zoo(t)
	animal := m.Type("zoo.animal")
	body := `{"NAME":"Tom","born":"2024-05-01T14:00:00.1234567+02:00","arrived":"2024-06-02T00:00:00Z","legs":4,"Diet":"MEAT","id":"ignored",
		"house":{"@odata.type":"zoo.house","Number":3,"garden":{"trees":2}},"foods":["a"],"toys":[{"label":"ball"}],"nickname":null,
		"keeper@odata.bind":"https://elsewhere.example/v9/keepers('k1')","secret":"hush","secret@odata.context":"x","@odata.etag":"y","@odata.type":"#Zoo.Cat"}`
	p, err := m.ParsePayload([]byte(body), seal)
	if err != nil {
		t.Fatal(err)
	}
	o, err := p.ForCreate(animal)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"@odata.type":"#zoo.cat","name":"Tom","nickname":null,"born":"2024-05-01T12:00:00.1234567Z","arrived":"2024-06-02","legs":4,"tame":null,"diet":"meat",` +
		`"house":{"number":3,"color":null,"garden":{"trees":2,"pond":null}},"foods":["a"],"toys":[{"label":"ball"}],"passport":null,"secret":"***************"}`
	if got := write(o, animal); got != want {
		t.Error(cmp.Diff(want, got))
	}
	if o.Get("keeper").Text() != "k1" || o.Get("secret").Text() != "sealed:hush" {
		t.Errorf("keeper %v, secret %v", o.Get("keeper").Text(), o.Get("secret").Text())
	}
}

// What a database cannot hold is refused before it meets one.
func TestTextWithNULIsRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"name":"a\u0000b"}`, `{"a\u0000b":1}`, `{"foods":["\u0000"]}`} {
		_, err := zoo(t).ParsePayload([]byte(body), seal)
		if refused, ok := errors.AsType[*odata.Error](err); !ok || refused.Status != 400 {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	m := zoo(t)
	tests := map[string]string{
		"keepers/k1": "k1", "keepers('k1')": "k1", "/a/b/keepers(%27k1%27)": "k1", "https://x.example/v1/KEEPERS/k1?x=y": "k1", "keepers(id='k1')": "k1",
		"": "", "k1": "", "keepers": "", "cages/k1": "", "keepers()": "", "https://x.example": "", "%zz/k1": "", "keepers('')": "",
	}
	for address, want := range tests {
		p, err := m.ParsePayload([]byte(`{"keeper@odata.bind":"`+address+`"}`), seal)
		if err != nil {
			t.Fatal(err)
		}
		o, err := p.ForUpdate(m.Type("zoo.cat"))
		if want == "" {
			if err == nil {
				t.Errorf("%q: no error", address)
			}
			continue
		}
		if err != nil || o.Get("keeper").Text() != want {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestModelErrors(t *testing.T) {
	t.Parallel()
	for name, types := range map[string][]odata.Type{
		"base":     {{Name: "a.b", Base: "a.c"}},
		"property": {{Name: "a.b", Properties: []odata.Property{{Name: "x", Type: "a.c"}}}},
	} {
		if _, err := odata.NewModel(types, nil); err == nil || !strings.Contains(err.Error(), "a.c") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever a PATCH says, it is taken or refused as a bad request; what is taken
// leaves an entity that is complete, is written as JSON, and is the same when
// the PATCH comes again.
func FuzzPatch(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"name":"x"}`, `{"house":{"number":1,"garden":null}}`, `{"toys":[{"label":"a"}],"foods":[]}`, `{"@odata.type":"#zoo.animal"}`,
		`{"keeper@odata.bind":"keepers/1","keeper":{"id":"2"}}`, `{"born":"0001-01-01","arrived":"2024-02-29"}`, `{"secret":"***","name":null}`,
		`{"name":"\ud83d\ude00","NAME":1}`, `{"legs":1e2}`, `{"legs":-0}`, `[[[[`, `{"a":{"a":{"a":1}}}`,
	} {
		f.Add([]byte(seed))
	}
	m := zoo(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		stored := robin(m)
		once, err := patch(m, stored, body)
		if err != nil {
			if refused, ok := errors.AsType[*odata.Error](err); !ok || refused.Status != 400 || refused.Code == "" || refused.Message == "" {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		if err := once.Complete(); err != nil {
			t.Fatalf("not complete: %v", err)
		}
		text := write(once, once.Type)
		if !jsontext.Value(text).IsValid() {
			t.Fatalf("not JSON: %s", text)
		}
		twice, err := patch(m, once, body)
		if err != nil || write(twice, twice.Type) != text {
			t.Fatalf("a second time: %v\n%s", err, text)
		}
		if got := write(stored, stored.Type); got != write(robin(m), stored.Type) {
			t.Fatalf("the stored entity was changed: %s", got)
		}
	})
}

func patch(m *odata.Model, stored *odata.Object, body []byte) (*odata.Object, error) {
	p, err := m.ParsePayload(body, seal)
	if err != nil {
		return nil, err
	}
	o, err := p.ForUpdate(stored.Type)
	if err != nil {
		return nil, err
	}
	merged, err := odata.Merge(stored, o)
	if err != nil {
		return nil, err
	}
	return merged, merged.Complete()
}
