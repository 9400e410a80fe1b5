package odata_test

import (
	"strings"
	"testing"
	"time"

	"rollbook/internal/odata"
)

// zoo is a model without schools.
func zoo(tb testing.TB) *odata.Model {
	tb.Helper()
	m, err := odata.NewModel([]odata.Type{
		{Name: "zoo.entity", Abstract: true, Properties: []odata.Property{{Name: "id", Type: "Edm.String", Rule: odata.ServerSet}}},
		{Name: "zoo.animal", Base: "zoo.entity", Abstract: true, Properties: []odata.Property{
			{Name: "name", Type: "Edm.String", Rule: odata.Required},
			{Name: "nickname", Type: "Edm.String", Nullable: true},
			{Name: "born", Type: "Edm.DateTimeOffset", Nullable: true},
			{Name: "arrived", Type: "Edm.Date", Nullable: true},
			{Name: "legs", Type: "Edm.Int32"},
			{Name: "tame", Type: "Edm.Boolean", Nullable: true},
			{Name: "diet", Type: "zoo.diet", Nullable: true},
			{Name: "house", Type: "zoo.house", Nullable: true},
			{Name: "foods", Type: "Edm.String", Collection: true},
			{Name: "toys", Type: "zoo.toy", Collection: true},
			{Name: "passport", Type: "Edm.String", Rule: odata.Immutable, Nullable: true},
			{Name: "keeper", Type: "zoo.keeper", Navigation: true, Nullable: true},
			{Name: "secret", Type: "Edm.String", Rule: odata.Sealed, Nullable: true},
		}},
		{Name: "zoo.bird", Base: "zoo.animal", Properties: []odata.Property{{Name: "wingspan", Type: "Edm.Int64", Nullable: true}}},
		{Name: "zoo.cat", Base: "zoo.animal"},
		{Name: "zoo.house", Complex: true, Properties: []odata.Property{
			{Name: "number", Type: "Edm.Int32", Rule: odata.Required}, {Name: "color", Type: "Edm.String", Nullable: true},
			{Name: "garden", Type: "zoo.garden", Nullable: true},
		}},
		{Name: "zoo.garden", Complex: true, Properties: []odata.Property{{Name: "trees", Type: "Edm.Int32", Nullable: true}, {Name: "pond", Type: "Edm.Boolean", Nullable: true}}},
		{Name: "zoo.toy", Complex: true, Properties: []odata.Property{{Name: "label", Type: "Edm.String", Rule: odata.Required}}},
		{Name: "zoo.keeper", Base: "zoo.entity", Set: "keepers"},
	}, []odata.Enum{{Name: "zoo.diet", Members: []string{"plants", "meat"}}})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func robin(m *odata.Model) *odata.Object {
	return odata.New(m.Type("zoo.bird")).
		Set("id", odata.Text("1")).
		Set("name", odata.Text("Robin O'Hara")).
		Set("nickname", odata.Null()).
		Set("born", odata.Time(time.Date(2024, 5, 1, 12, 0, 0, 500, time.UTC))).
		Set("arrived", odata.Date("2024-06-02")).
		Set("legs", odata.Int(2)).
		Set("tame", odata.Bool(true)).
		Set("diet", odata.Text("plants")).
		Set("house", odata.Struct(odata.New(m.Type("zoo.house")).Set("number", odata.Int(7)))).
		Set("foods", odata.List(nil)).
		Set("toys", odata.List(nil)).
		Set("wingspan", odata.Int(22))
}

func TestFilter(t *testing.T) {
	t.Parallel()
	m := zoo(t)
	tests := map[string]bool{
		"name eq 'robin o''hara'": true,
		"NAME eq 'x'":             false,
		"name ne 'x'":             true,
		"nickname eq null":        true,
		"null_ eq null":           false, // no such property: an error
		"nickname ne null":        false,
		"nickname gt 'a'":         false,
		"legs eq 2":               true,
		"legs lt 2.5":             true,
		"legs ge 3":               false,
		"legs in (1, 2)":          true,
		"not (legs in (1,3))":     true,
		"not legs eq 2":           false,
		"tame eq true and legs eq 2 or name eq 'x'":   true,
		"name eq 'x' or tame eq false and legs eq 2":  false,
		"(name eq 'x' or tame eq true) and legs eq 2": true,
		"born gt 2024-05-01T12:00:00Z":                true,
		"born gt 2024-05-01T14:00:00+02:00":           true,
		"born lt '2024-05-02'":                        true,
		"born ge 2024-05-02":                          false,
		"arrived eq 2024-06-02":                       true,
		"arrived lt '2024-06-02'":                     false,
		"diet eq 'PLANTS'":                            true,
		"house/number eq 7":                           true,
		"house/color eq null":                         true,
		"house/garden/trees eq null":                  true,
		"startswith(name,'ROB')":                      true,
		"endswith(name, 'hara') eq true":              true,
		"contains(name,'zz') eq false":                true,
		"wingspan gt 20":                              true,
	}
	for text, want := range tests {
		e, err := odata.ParseFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		compiled, err := m.Compile(e, m.Type("zoo.animal"))
		if strings.HasPrefix(text, "null_") {
			if err == nil {
				t.Errorf("%s: no error", text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := odata.Holds(compiled, robin(m)); got != want {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

func TestFilterErrors(t *testing.T) {
	t.Parallel()
	m := zoo(t)
	tests := map[string]string{
		"":                                       "character 1",
		"name":                                   "character 5",
		"name eq":                                "character 8",
		"name eq x":                              "character 9",
		"name is 'x'":                            "character 6",
		"name eq 'x":                             "character 9",
		"name eq 'x' legs":                       "character 13",
		"(name eq 'x'":                           "character 13",
		"name in 'x'":                            "character 9",
		"name in ('x' 'y')":                      "character 14",
		"tolower(name) eq 'x'":                   "tolower",
		"foods/any(f:g eq 'x')":                  "on 'f'",
		"foods/any(f:name eq 'x')":               "on 'f'",
		"foods/any(f:f/a eq 'x')":                "plain value",
		"foods/any(f:f eq 1)":                    "compared with that value",
		"foods/any(f:f eq 'x'":                   "closing parenthesis",
		"foods/any(f eq 'x')":                    "c:c eq 'value'",
		"foods/all()":                            "all needs a condition",
		"toys/any(y:y eq 'x')":                   "compared",
		"toys/any(y:y/size eq 'x')":              "size",
		"toys/any(y:toys/any(z:z/label eq 'x'))": "within any",
		"name/any(n:n eq 'x')":                   "collection",
		"house/any(h:h/number eq 1)":             "collection",
		"startswith(name,1)":                     "character 17",
		"startswith(legs,'1')":                   "legs",
		"legs eq 'two'":                          "legs",
		"name eq 2":                              "name",
		"tame eq 'x'":                            "tame",
		"born eq 'yesterday'":                    "born",
		"house eq null":                          "house",
		"foods eq 'x'":                           "foods",
		"secret eq 'x'":                          "secret",
		"keeper eq 'x'":                          "keeper",
		"1 eq 1":                                 "character 1",
		"name eq ü":                              "character 9",
		strings.Repeat("(", 100) + "name eq 'x'": "levels",
		strings.Repeat("not ", 100) + "name eq 'x'":          "levels",
		strings.Repeat("name eq 'x' or ", 500) + "legs eq 1": "terms",
		"legs in (" + strings.Repeat("1,", 500) + "1)":       "values",
		"name eq '" + strings.Repeat("x", 10000) + "'":       "bytes",
	}
	for text, want := range tests {
		e, err := odata.ParseFilter(text)
		if err == nil {
			_, err = m.Compile(e, m.Type("zoo.animal"))
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v does not speak of %q", text, err, want)
		}
	}
}

func TestAny(t *testing.T) {
	t.Parallel()
	m := zoo(t)
	bird := robin(m).
		Set("foods", odata.Texts([]string{"Seeds", "worms"})).
		Set("toys", odata.List([]odata.Value{odata.Struct(odata.New(m.Type("zoo.toy")).Set("label", odata.Text("bell")))}))
	cat := odata.New(m.Type("zoo.cat")).Set("name", odata.Text("Tom"))
	for text, want := range map[string][2]bool{
		"foods/any(f:f eq 'seeds')":                                     {true, false},
		"foods/any(f: f eq 'x' or startswith(f,'wor'))":                 {true, false},
		"foods/any(c:c ne 'seeds')":                                     {true, false},
		"foods/any(c:c in ('x','worms')) and name ne 'Tom'":             {true, false},
		"not foods/any(f:f eq 'seeds')":                                 {false, true},
		"not(foods/any(f:f eq 'seeds'))":                                {false, true},
		"foods/any(f:f eq 'seeds') eq false":                            {false, true},
		"foods/any()":                                                   {true, false},
		"foods/all(f:contains(f,'s'))":                                  {true, true},
		"foods/all(f:f eq 'seeds')":                                     {false, true},
		"toys/any(y:y/label eq 'bell')":                                 {true, false},
		"toys/any(y:y/label eq 'ball') or born gt 2024-01-01T00:00:00Z": {true, false},
		"foods/any() or born gt 2024-01-01T00:00:00Z":                   {true, false},
	} {
		e, err := odata.ParseFilter(text)
		if err == nil {
			e, err = m.Compile(e, m.Type("zoo.animal"))
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := [2]bool{odata.Holds(e, bird), odata.Holds(e, cat)}; got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{
		"name eq 'x' and not (legs in (1,2) or startswith(name,'a'))", "born gt 2024-05-01T12:00:00Z", "house/garden/trees eq null",
		"id eq 01919191-0000-7000-8000-000000000001", "legs lt -2.5e3", "contains(name,'''') eq false", "((((", "not not not",
		"foods/any(f:f eq 'x' or startswith(f,'y'))", "toys/all(t:t/label ne null)", "foods/any()", "foods/any(:", "foods/any(f:f/any(",
	} {
		f.Add(seed)
	}
	m := zoo(f)
	bird := robin(m)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := odata.ParseFilter(text)
		if err != nil {
			return
		}
		if compiled, err := m.Compile(e, m.Type("zoo.animal")); err == nil {
			odata.Holds(compiled, bird)
			odata.Holds(compiled, odata.New(m.Type("zoo.cat")))
		}
	})
}
