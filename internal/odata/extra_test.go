package odata_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/odata"
)

// pupils is a model of a type that has members beyond those that are always there.
func pupils(t *testing.T) *odata.Model {
	t.Helper()
	m, err := odata.NewModel([]odata.Type{{
		Name: "s.pupil",
		Properties: []odata.Property{
			{Name: "id", Type: "Edm.String", Rule: odata.ServerSet}, {Name: "name", Type: "Edm.String", Nullable: true},
		},
		Extra: []odata.Property{
			{Name: "phones", Type: "Edm.String", Collection: true, Nullable: true},
			{Name: "made", Type: "Edm.DateTimeOffset", Nullable: true, Rule: odata.ServerSet},
			{Name: "license", Type: "Edm.Untyped", Nullable: true, Refused: "there are none", Passes: "free"},
		},
		Open: func(name string) *odata.Property {
			if !strings.HasPrefix(name, "x_") {
				return nil
			}
			return &odata.Property{Name: name, Type: "Edm.Untyped", Nullable: true}
		},
	}, {Name: "s.boarder", Base: "s.pupil", Properties: []odata.Property{{Name: "house", Type: "Edm.String", Nullable: true}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func parsed(t *testing.T, m *odata.Model, body string) (*odata.Object, error) {
	t.Helper()
	p, err := m.ParsePayload([]byte(body), nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.ForUpdate(m.Type("s.boarder"))
}

func TestExtraMembers(t *testing.T) {
	t.Parallel()
	m := pupils(t)
	for _, test := range []struct{ body, selected, want string }{
		{`{"name":"A","PHONES":["1"]}`, "", `{"name":"A","house":null}`},
		{`{"PHONES":["1"]}`, "phones", `{"phones":["1"]}`},
		{`{"made":"2020-01-01T00:00:00Z"}`, "made,phones", `{"made":null,"phones":null}`},
		{`{"license":null}`, "license", `{"license":null}`},
		{`{"license":"FREE"}`, "license", `{"license":null}`},
		{`{"license":[]}`, "license", `{"license":null}`},
		{`{"x_a":7,"x_b":["1","2"],"x_c":null}`, "x_a,x_b,x_c,x_d", `{"x_a":7,"x_b":["1","2"],"x_c":null,"x_d":null}`},
	} {
		o, err := parsed(t, m, test.body)
		if err != nil {
			t.Errorf("%s: %v", test.body, err)
			continue
		}
		e := odata.Encoder{Metadata: odata.MetadataNone}
		if test.selected != "" {
			e.Select = strings.Split(test.selected, ",")
		}
		if got := string(e.Append(nil, o, o.Type)); got != test.want {
			t.Errorf("%s: %s, want %s", test.body, got, test.want)
		}
	}
}

func TestExtraMembersRefused(t *testing.T) {
	t.Parallel()
	m := pupils(t)
	for body, want := range map[string]string{
		`{"license":"gold"}`:    "The property 'license' of 's.boarder' cannot be set here: there are none.",
		`{"license":{"sku":1}}`: "The property 'license' of 's.boarder' cannot be set here: there are none.",
		`{"phones":"1"}`:        "The property 'phones' must be an array, not a string.",
		`{"x_a":{}}`:            "The property 'x_a' must be a string, an integer, true or false, or an array of strings, not an object.",
		`{"phone":"1"}`:         "The property 'phone' does not exist on type 's.boarder'.",
	} {
		if _, err := parsed(t, m, body); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

// A patch changes them, and the tag of an entity changes with them.
func TestExtraMembersMerged(t *testing.T) {
	t.Parallel()
	m := pupils(t)
	stored, err := parsed(t, m, `{"name":"A","phones":["1"],"x_a":1}`)
	if err != nil {
		t.Fatal(err)
	}
	patch, err := parsed(t, m, `{"phones":["2"],"x_b":true}`)
	if err != nil {
		t.Fatal(err)
	}
	merged, err := odata.Merge(stored, patch)
	if err != nil {
		t.Fatal(err)
	}
	e := odata.Encoder{Metadata: odata.MetadataNone, Select: []string{"name", "phones", "x_a", "x_b"}}
	want := []string{`{"name":"A","phones":["1"],"x_a":1,"x_b":null}`, `{"name":"A","phones":["2"],"x_a":1,"x_b":true}`}
	if diff := cmp.Diff(want, []string{string(e.Append(nil, stored, stored.Type)), string(e.Append(nil, merged, merged.Type))}); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if stored.ETag() == merged.ETag() {
		t.Error("the tag is the same")
	}
}
