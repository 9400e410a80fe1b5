package odata_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/odata"
)

func TestParsePath(t *testing.T) {
	t.Parallel()
	name := func(n string) odata.Segment { return odata.Segment{Name: n} }
	key := func(n, k string) odata.Segment { return odata.Segment{Name: n, Parens: true, HasKey: true, Key: k} }
	tests := map[string][]odata.Segment{
		"":                          nil,
		"/":                         nil,
		"/years":                    {name("years")},
		"years//x/":                 {name("years"), name("x")},
		"/years('x')":               {key("years", "x")},
		"/years(%27x%27)/a":         {key("years", "x"), name("a")},
		"/years(id='x')":            {key("years", "x")},
		"/years(x)":                 {key("years", "x")},
		"/users('o''neil@x')":       {key("users", "o'neil@x")},
		"/users/o'neil@x/a":         {name("users"), name("o'neil@x"), name("a")},
		"/users('a/b')/c":           {key("users", "a/b"), name("c")},
		"/users('a%2Fb')/c":         {key("users", "a/b"), name("c")},
		"/users('a/b":               {name("users('a"), name("b")},
		"/a/$count":                 {name("a"), name("$count")},
		"/a/%24ref":                 {name("a"), name("$ref")},
		"/a/x.y.start()":            {name("a"), {Name: "x.y.start", Parens: true}},
		"/f(r=true)":                {{Name: "f", Parens: true, Args: []odata.Arg{{Name: "r", Value: "true"}}}},
		"/f(r=@p,s='a,b')":          {{Name: "f", Parens: true, Args: []odata.Arg{{Name: "r", Value: "@p"}, {Name: "s", Value: "'a,b'"}}}},
		"/a/microsoft.graph.x.y/$c": {name("a"), name("microsoft.graph.x.y"), name("$c")},
	}
	for path, want := range tests {
		got, err := odata.ParsePath(path)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", path, err, diff)
		}
	}
	for _, path := range []string{"/a/%zz", "/a/x%00", "/a('%ff')", "/a('x','y')", strings.Repeat("/a", 100), strings.Repeat("a", 5000)} {
		if got, err := odata.ParsePath(path); err == nil {
			t.Errorf("%.20s: no error, but %v", path, got)
		}
	}
}

func FuzzParsePath(f *testing.F) {
	for _, seed := range []string{"/years('x')/a", "/f(r=@p,s='a,b')", "/users('a%2Fb')", "/a(%27", "/users('o''n')/$count", "/((='", "/a(id=')"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		segments, err := odata.ParsePath(path)
		if err != nil {
			return
		}
		for _, s := range segments {
			if s.Name == "" || s.HasKey && len(s.Args) > 0 {
				t.Errorf("%q: segment %+v", path, s)
			}
		}
	})
}

func TestParseQuery(t *testing.T) {
	t.Parallel()
	o, err := odata.ParseQuery("$select=a,b&%24top=3&orderby=a%20desc,b/c&$expand=n($levels=2),m&count=true&skip=2&@p=true&resetSession=1&$skiptoken=id-%27x%27")
	if err == nil {
		t.Fatalf("an option within $expand is taken: %+v", o)
	}
	o, err = odata.ParseQuery("$select=a,b&%24top=3&orderby=a%20desc,b/c&$expand=n($select=x,y),m&count=true&skip=2&@p=true&resetSession=1&$skiptoken=id-%27x%27&$search=%22q%22")
	if err != nil {
		t.Fatal(err)
	}
	want := &odata.Options{
		Select: []string{"a", "b"}, Top: 3, Skip: 2, Count: true, SkipToken: "id-'x'", Search: "q",
		OrderBy: []odata.Order{{Property: "a", Descending: true}, {Property: "b/c"}},
		Expand: []odata.Expand{
			{Navigation: "n", Options: odata.Options{Top: -1, Select: []string{"x", "y"}}}, {Navigation: "m", Options: odata.Options{Top: -1}},
		},
		Args: []odata.Arg{{Name: "@p", Value: "true"}, {Name: "resetSession", Value: "1"}},
	}
	if diff := cmp.Diff(want, o, cmpopts.IgnoreUnexported(odata.Options{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, query := range []string{
		"$top=x", "$top=-1", "$top=99999999999", "$top=1&top=2", "$count=maybe", "$select=a%20b", "$orderby=a%20up", "$orderby=a,b,c,d,e,f",
		"$expand=a(b", "$expand=a($select=b", "$expand=a($select=b;select=c)", "$expand=a($expand=b)", "$expand=a($top=x)", "$apply=x", "$filter=", "$select=%zz", "%zz=1", "$search=a%00", "$skiptoken=%ff", "%00=1", "$expand=(", strings.Repeat("a", 20000),
	} {
		if _, err := odata.ParseQuery(query); err == nil {
			t.Errorf("%.30s: no error", query)
		}
	}
}

func TestSearchIsOnePhrase(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"math": "math", ` "math AND NOT x" `: "math AND NOT x", `"say \"x\" OR y"`: `say \"x\" OR y`, "android or not": "android or not", "NOTES,ANDREW": "NOTES,ANDREW",
	} {
		o, err := odata.ParseQuery("$search=" + url.QueryEscape(value))
		if err != nil || o.Search != want {
			t.Errorf("%s: %+v, %v, want %s", value, o, err, want)
		}
	}
	for _, value := range []string{"math AND NOT x", "NOT x", `"a" OR "b"`, `("a b") AND c`, "(NOT\tx)", "a AND"} {
		for _, query := range []string{"search=" + url.QueryEscape(value), "$expand=n($search=" + url.QueryEscape(value) + ";$top=1)"} {
			if _, err := odata.ParseQuery(query); err == nil || !strings.Contains(err.Error(), "one phrase") {
				t.Errorf("%s: %v", query, err)
			}
		}
	}
}

func TestNumbersNameTheirBound(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"$skip=9999999999999", "$top=2147483648", "$skip=-1"} {
		if _, err := odata.ParseQuery(query); err == nil || !strings.Contains(err.Error(), "from 0 to 2147483647,") {
			t.Errorf("%s: %v", query, err)
		}
	}
	if o, err := odata.ParseQuery("$skip=2147483647"); err != nil || o.Skip != 2147483647 {
		t.Error(o, err)
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{"$select=a&$top=1", "expand=a($select=b,c),d", "%24filter=a%20eq%20'x'", "$orderby=a desc", "$skiptoken=id-'x'", "&&=&a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if o, err := odata.ParseQuery(query); err == nil && o.Top < -1 {
			t.Errorf("%q: top %d", query, o.Top)
		}
	})
}
