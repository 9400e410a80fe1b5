package graph_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// exchange is a line of testdata/exchanges.json; README.md beside it says more.
type exchange struct {
	Name     string         `json:"name"`
	Restates []string       `json:"restates"`
	Method   string         `json:"method"`
	Path     string         `json:"path"`
	Body     jsontext.Value `json:"body"`
	Status   int            `json:"status"`
	Expect   jsontext.Value `json:"expect"`
	Absent   []string       `json:"absent"`
	Save     string         `json:"save"`
	Location string         `json:"location"`
}

func readExchanges(t *testing.T) []exchange {
	t.Helper()
	data, err := os.ReadFile("testdata/exchanges.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []exchange
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// The API takes what published clients send and answers what they rely on.
func TestExchanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	known := map[string]string{"host": w.url}
	fill := func(s string) string {
		for name, id := range known {
			s = strings.ReplaceAll(s, "{"+name+"}", id)
		}
		return s
	}
	for _, x := range readExchanges(t) {
		a := w.call(x.Method, fill(x.Path), fill(string(x.Body)))
		if x.Save != "" {
			known[x.Save] = a.id()
		}
		if a.status != x.Status {
			t.Fatalf("%s: status %d, want %d\n%s", x.Name, a.status, x.Status, a.text)
		}
		if x.Expect != nil {
			var want any
			if err := json.Unmarshal([]byte(fill(string(x.Expect))), &want); err != nil {
				t.Fatal(err)
			}
			if got := common(a.body, want); !cmp.Equal(want, got) {
				t.Errorf("%s: (-want +got)\n%s\n%s", x.Name, cmp.Diff(want, got), a.text)
			}
		}
		for _, path := range x.Absent {
			if v := a.member(path); v != nil {
				t.Errorf("%s: the answer has %s: %v", x.Name, path, v)
			}
		}
		if got := a.header.Get("Location"); x.Location != "" && got != fill(x.Location) {
			t.Errorf("%s: Location %q, want %q", x.Name, got, fill(x.Location))
		}
		if a.status == 204 || a.status == 202 {
			if a.text != "" || a.header.Get("Content-Type") != "" {
				t.Errorf("%s: an answer without content has some: %q %v", x.Name, a.text, a.header)
			}
		}
	}
	if w.runs.started != 2 {
		t.Errorf("%d runs were started, want 2", w.runs.started)
	}
	if want := fmt.Sprint([]string{known["connector"], known["connector"], known["connector"], known["connector"]}); fmt.Sprint(w.uploads.validated) != want {
		t.Errorf("validated %v, want %v", w.uploads.validated, want)
	}
}

// Every published example is restated by an exchange, or tested elsewhere.
func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/published.txt")
	if err != nil {
		t.Fatal(err)
	}
	open := map[string]bool{}
	for row := range strings.Lines(string(data)) {
		name, elsewhere, _ := strings.Cut(row, "#")
		open[strings.TrimSpace(name)] = elsewhere == ""
	}
	for _, x := range readExchanges(t) {
		for _, name := range x.Restates {
			if _, known := open[name]; !known {
				t.Errorf("%s restates %s, which is not in the list", x.Name, name)
			}
			open[name] = false
		}
	}
	for name, missing := range open {
		if missing {
			t.Errorf("no exchange restates %s", name)
		}
	}
}

// common returns of got what want speaks of.
func common(got, want any) any {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			return nil
		}
		kept := map[string]any{}
		for name := range want {
			if v, ok := got[name]; ok {
				kept[name] = common(v, want[name])
			}
		}
		return kept
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return got
		}
		kept := make([]any, len(list))
		for i := range list {
			kept[i] = common(list[i], want[i])
		}
		return kept
	}
	return got
}
