package odata_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/odata"
)

// herd are animals of which some have the same name or the same number of legs, or
// no nickname.
func herd(m *odata.Model) []*odata.Object {
	var all []*odata.Object
	for i := range 7 {
		o := odata.New(m.Type("zoo.cat")).
			Set("id", odata.Text(fmt.Sprint(i))).Set("name", odata.Text(fmt.Sprint("n'", i/2))).
			Set("legs", odata.Int(int64(i%3))).Set("nickname", odata.Null())
		if i > 2 {
			o.Set("nickname", odata.Text(fmt.Sprint("N", i%2)))
		}
		all = append(all, o)
	}
	return all
}

// Pages show every entity once, in the order of the whole, whatever their size, and
// the last one leads nowhere.
func TestPagesShowEverythingOnce(t *testing.T) {
	t.Parallel()
	m := zoo(t)
	for _, order := range []string{"", "name", "name desc", "legs,name desc", "nickname desc", "nickname"} {
		want := shownIn(t, m, order, 100)[0]
		for size := 1; size <= 8; size++ {
			pages := shownIn(t, m, order, size)
			if len(pages) != (len(want)+size-1)/size {
				t.Errorf("by %q, %d a page: %d pages: %v", order, size, len(pages), pages)
			}
			var got []string
			for _, page := range pages {
				got = append(got, page...)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("by %q, %d a page (-want +got)\n%s", order, size, diff)
			}
		}
	}
}

// shownIn returns the ids on each page.
func shownIn(t *testing.T, m *odata.Model, order string, size int) [][]string {
	t.Helper()
	o := &odata.Options{Top: -1}
	if order != "" {
		var err error
		if o, err = odata.ParseQuery("$orderby=" + url.QueryEscape(order)); err != nil {
			t.Fatal(err)
		}
	}
	var pages [][]string
	for range 20 {
		page, err := m.Select(herd(m), m.Type("zoo.animal"), o, []odata.Order{{Property: "id"}}, size)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, object := range page.Objects {
			ids = append(ids, object.Get("id").Text())
		}
		pages = append(pages, ids)
		if page.Next == "" {
			return pages
		}
		o.SkipToken = page.Next
	}
	t.Fatalf("by %q, %d a page: no end after %v", order, size, pages)
	return nil
}
