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
		Select: []string{"a", "b"}, Top: 3, Skip: 2, Count: true, SkipToken: "id-'x'", Search: odata.Phrase("q"),
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

func TestSearch(t *testing.T) {
	t.Parallel()
	type (
		and = odata.SearchAnd
		or  = odata.SearchOr
		not = odata.SearchNot
	)
	phrase := func(text string) odata.Search { return odata.Phrase(text) }
	for value, want := range map[string]odata.Search{
		"":                       nil,
		`""`:                     nil,
		"math":                   phrase("math"),
		`"math`:                  phrase("math"),
		` "math AND NOT x" `:     phrase("math AND NOT x"),
		`"say \"x\" OR y"`:       phrase(`say "x" OR y`),
		"android or not":         phrase("android or not"),
		"NOTES,ANDREW":           phrase("NOTES,ANDREW"),
		`"mail:a" OR "mail:b c"`: or{phrase("mail:a"), phrase("mail:b c")},
		`a OR b c AND d`:         or{phrase("a"), and{phrase("b c"), phrase("d")}},
		`("a" OR "b") AND NOT c`: and{or{phrase("a"), phrase("b")}, not{phrase("c")}},
		`"a" "b"`:                and{phrase("a"), phrase("b")},
		`"a" b ("c")`:            and{and{phrase("a"), phrase("b")}, phrase("c")},
	} {
		o, err := odata.ParseQuery("$search=" + url.QueryEscape(value))
		if err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		if diff := cmp.Diff(want, o.Search); diff != "" {
			t.Errorf("%s (-want +got)\n%s", value, diff)
		}
	}
	for value, want := range map[string]string{
		"a AND": "expected on each side", "OR a": "expected on each side", "NOT": "expected on each side", "(a": "closing parenthesis", "a)": "not expected",
		strings.Repeat("NOT ", 20) + "a": "levels", strings.Repeat(`"a" OR `, 60) + "a": "more than 20",
	} {
		for _, query := range []string{"search=" + url.QueryEscape(value), "$expand=n($search=" + url.QueryEscape(value) + ")"} {
			if _, err := odata.ParseQuery(query); err == nil || !strings.Contains(err.Error(), want) && !strings.HasPrefix(query, "$expand") {
				t.Errorf("%s: %v does not speak of %q", value, err, want)
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
