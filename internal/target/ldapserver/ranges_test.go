package ldapserver_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"rollbook/internal/target/ldapserver"
)

// manyMembers is a server that gives at most so many values of an attribute at once, as
// Active Directory does.
type manyMembers struct {
	values []string
	most   int
	calls  int
}

func (m *manyMembers) read(attribute string) (*ldap.Entry, error) {
	m.calls++
	begin := 0
	if _, of, ranged := strings.Cut(attribute, ";range="); ranged {
		first, _, _ := strings.Cut(of, "-")
		begin, _ = strconv.Atoi(first)
	}
	if len(m.values)-begin <= m.most {
		name := fmt.Sprintf("member;range=%d-*", begin)
		if begin == 0 {
			name = "member"
		}
		return ldap.NewEntry("CN=k1", map[string][]string{name: m.values[begin:]}), nil
	}
	return ldap.NewEntry("CN=k1", map[string][]string{fmt.Sprintf("member;range=%d-%d", begin, begin+m.most-1): m.values[begin : begin+m.most], "member": {}}), nil
}

func TestRangesArePutTogether(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 1499, 1500, 1501, 3000, 4501} {
		server := &manyMembers{most: 1500}
		for i := range n {
			server.values = append(server.values, fmt.Sprint("CN=p", i))
		}
		e, err := server.read("member")
		if err != nil {
			t.Fatal(err)
		}
		if err := ldapserver.CompleteRanges(e, server.read); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range e.Attributes {
			if a.Name == "member" {
				got = append(got, a.Values...)
			}
		}
		if diff := cmp.Diff(server.values, got); diff != "" {
			t.Errorf("%d members: %s", n, diff)
		}
		if want := max(1, (n+1499)/1500); server.calls != want {
			t.Errorf("%d members took %d calls, want %d", n, server.calls, want)
		}
	}
}

// A server that gives the same range for ever is not asked for ever, and the group is not
// taken for one with fewer members.
func TestRangesThatGoNowhere(t *testing.T) {
	t.Parallel()
	stuck := func(string) (*ldap.Entry, error) {
		return ldap.NewEntry("CN=k1", map[string][]string{"member;range=0-1499": {"CN=p0"}}), nil
	}
	none := func(string) (*ldap.Entry, error) { return ldap.NewEntry("CN=k1", nil), nil }
	for name, read := range map[string]func(string) (*ldap.Entry, error){"the same": stuck, "nothing": none} {
		e, _ := stuck("member")
		if ldapserver.CompleteRanges(e, read) == nil {
			t.Errorf("%s: the group is taken for whole", name)
		}
	}
}
