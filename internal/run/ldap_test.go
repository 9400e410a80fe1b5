package run_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/store/ledgerstore"
	"rollbook/internal/target"
	"rollbook/internal/target/ldapserver"
	"rollbook/internal/target/openldap"
	"rollbook/internal/target/openldap/ldaptest"
	"rollbook/internal/target/retry"
)

// toLDAP has an engine write to a branch of an OpenLDAP server.
func (w *world) toLDAP(t *testing.T, b ldaptest.Branch) {
	t.Helper()
	w.toLDAPAt(t, b, b.URL)
}

// toLDAPAt is toLDAP by another way to the server.
func (w *world) toLDAPAt(t *testing.T, b ldaptest.Branch, url string) {
	t.Helper()
	opened, err := openldap.Open(openldap.Settings{Settings: ldapserver.Settings{
		URL: url, BindDN: ldaptest.Admin, People: ldapserver.Branch{Base: b.People}, Groups: ldapserver.Branch{Base: b.Groups},
	}}, ldaptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	w.Target = retry.Target{Target: opened, Policy: retry.Usual(), Clock: target.System{}}
	w.External = true
}

// entries are what a branch holds.
func entries(t *testing.T, b ldaptest.Branch) []string {
	t.Helper()
	var all []string
	for _, base := range []string{b.People, b.Groups} {
		found, err := b.Dial(t).SearchWithPaging(ldap.NewSearchRequest(base, ldap.ScopeSingleLevel, ldap.NeverDerefAliases, 0, 0, false,
			"(objectClass=*)", nil, nil), 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range found.Entries {
			var values []string
			for _, a := range e.Attributes {
				slices.Sort(a.Values)
				values = append(values, a.Name+"="+strings.Join(a.Values, "|"))
			}
			slices.Sort(values)
			text := e.DN + ": " + strings.Join(values, "; ")
			text = strings.ReplaceAll(strings.ReplaceAll(text, b.People, "PEOPLE"), b.Groups, "GROUPS")
			all = append(all, text)
		}
	}
	slices.Sort(all)
	return all
}

// firstNight fills a branch, and makes the next night.
func firstNight(t *testing.T) (*world, ldaptest.Branch) {
	t.Helper()
	w, b := newWorld(t, dbtest.SQLite(t)), ldaptest.Open(t)
	w.toLDAP(t, b)
	held := w.sync(t)
	if held.Held == nil {
		t.Fatal("the first plan for a directory of one's own does not wait")
	}
	w.approve(t, held.Held.Plan)
	w.nextNight(t)
	w.edit(t, "users.csv", "bbell27", "bbell28") // a rename is two calls
	return w, b
}

// A night that is killed before any of its writes leads, with the next run, to what an
// undisturbed one leads to in a directory of one's own.
func TestKilledWhileWritingToLDAP(t *testing.T) {
	t.Parallel()
	w, b := firstNight(t)
	w.sync(t)
	want := entries(t, b)
	if len(want) < 40 || !slices.ContainsFunc(want, func(e string) bool { return strings.HasPrefix(e, "uid=bbell28@") }) {
		t.Fatalf("the night came to %d entries: %s", len(want), want)
	}
	for n := int64(1); !t.Failed(); n += 2 * stride() {
		w, b := firstNight(t)
		dying := &mortal{DB: w.db}
		dying.left.Store(n)
		w.startAs("01", dying)
		w.toLDAP(t, b)
		if _, err := w.Run(t.Context(), run.Options{Path: w.path}); err == nil && dying.left.Load() > 0 {
			return
		}
		w.startAs("02", w.db)
		w.toLDAP(t, b)
		w.sync(t)
		wantSame(t, fmt.Sprintf("entries after a death at write %d", n), want, entries(t, b))
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
	}
}

// ours are the links of groups that are known as put there by Rollbook, and as found.
func (w *world) ours(t *testing.T) []string {
	t.Helper()
	var all []string
	for o, err := range (ledgerstore.Ledger{DB: w.db}).Objects(t.Context(), ledger.Hosted, directory.ClassGroup, 1) {
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range o.Links {
			all = append(all, fmt.Sprint(o.Record.ID, " ", l.Relation, " ours ", l.IDs, " found ", l.Found))
		}
	}
	slices.Sort(all)
	return all
}

// A night on which the server is gone after any of the calls, also between the two of a
// rename, and with the answer to the last one lost, leads with the next run to what an
// undisturbed one leads to; and what Rollbook put there is known as its own.
func TestTheServerGoesAwayAtAnyCall(t *testing.T) {
	t.Parallel()
	w, b := firstNight(t)
	w.sync(t)
	want, ours := entries(t, b), w.ours(t)
	for _, lose := range []bool{false, true} {
		t.Run(fmt.Sprint("answer lost ", lose), func(t *testing.T) {
			t.Parallel()
			for n := 1; !t.Failed(); n += int(stride()) {
				w, b := firstNight(t)
				proxy := ldaptest.NewProxy(t, b.URL, n, lose)
				w.startAs("01", w.db)
				w.toLDAPAt(t, b, proxy.URL)
				_, err := w.Run(t.Context(), run.Options{Path: w.path})
				if !proxy.Died() {
					if n < 10 || err != nil {
						t.Errorf("a night takes %d calls, %v", n, err)
					}
					return
				}
				w.startAs("02", w.db)
				w.toLDAP(t, b)
				w.sync(t)
				what := fmt.Sprintf("once the server was gone after %d calls: ", n)
				wantSame(t, what+"entries", want, entries(t, b))
				wantSame(t, what+"links", ours, w.ours(t))
				wantCounts(t, counts{Status: run.Completed}, w.sync(t))
			}
		})
	}
}
