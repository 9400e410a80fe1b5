package run_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/store/ledgerstore"
	"rollbook/internal/target/limit"
	"rollbook/internal/target/retry"
	"rollbook/internal/target/targettest"
)

// weakWorld is a world that writes to a directory with every weakness, as one that
// is far away is written to.
type weakWorld struct {
	*world
	weak  *targettest.Weak
	clock *targettest.Clock
}

func newWeakWorld(t *testing.T, seed int) *weakWorld {
	weak := targettest.Worst()
	weak.Folds, weak.Seed = directory.GivenName, uint64(seed)
	return newWorldWith(t, weak)
}

func newPerfectWorld(t *testing.T) *weakWorld { return newWorldWith(t, targettest.Weaknesses{}) }

func newWorldWith(t *testing.T, weak targettest.Weaknesses) *weakWorld {
	t.Helper()
	w := &weakWorld{world: newWorld(t, dbtest.SQLite(t))}
	w.clock = &targettest.Clock{Begin: w.now}
	w.weak = targettest.NewWeak(weak, w.clock)
	w.reach()
	return w
}

// reach lets the engine write to the weak directory.
func (w *weakWorld) reach() {
	policy := retry.Usual()
	policy.Most = 50 // it fails more often than not
	w.Target = retry.Target{Target: limit.New(w.weak, 50, w.clock), Policy: policy, Clock: w.clock}
	w.Now, w.Sleep = w.clock.Now, w.clock.Sleep
}

// there is what is really in the directory, and what the ledger holds of it, by
// anchor. Mail is kept in lower case by some.
func (w *weakWorld) there(t *testing.T) []string {
	t.Helper()
	anchors := map[string]string{}
	var all []string
	for _, kind := range directory.Kinds() {
		for _, o := range w.weak.Server().Objects(kind) {
			anchors[o.Ref.ID] = o.Ref.Anchor
			var links []string
			for _, l := range o.Links {
				links = append(links, fmt.Sprint(l.Relation, " ", anchors[l.To.ID]))
			}
			slices.Sort(links)
			all = append(all, strings.ToLower(fmt.Sprint(o.Ref.Anchor, " ", o.Values, " ", links)))
		}
		for o, err := range (ledgerstore.Ledger{DB: w.db}).Objects(t.Context(), ledger.Hosted, kind, 1) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprint("held: ", anchors[o.ID], " ", o.Made, " ", o.Written, " ", o.Links))
		}
	}
	slices.Sort(all)
	return all
}

// nights are what happens before each night.
var nights = []func(t *testing.T, w *weakWorld){
	func(*testing.T, *weakWorld) {},
	func(t *testing.T, w *weakWorld) {
		w.nextNight(t)
		for _, kind := range directory.Kinds() { // and hands write to the first of each
			o := w.weak.Server().Objects(kind)[0]
			changeByHand(t, w, directory.Change{Verb: directory.Update, Ref: o.Ref, Set: directory.Values{}.With(directory.DisplayName, "By hand")})
			if len(o.Links) > 0 {
				changeByHand(t, w, directory.Change{Verb: directory.Update, Ref: o.Ref, Links: []directory.LinkChange{{Link: o.Links[0], Remove: true}}})
			}
		}
	},
	func(t *testing.T, w *weakWorld) { // hands link people before the school does
		w.edit(t, "users.csv", "p-2001,aarcon27,Alma", "p-2001,aarcon27,ALMA")
		for _, person := range []string{"p-3010", "p-3011", "p-3012", "p-3013", "p-3014"} {
			w.edit(t, "enrollments.csv", "k-301,p-3001,student", "k-301,p-3001,student\nk-301,"+person+",student")
			to := directory.Link{Relation: directory.Member, To: w.ref(directory.Account, person)}
			changeByHand(t, w, directory.Change{Verb: directory.Update, Ref: w.ref(directory.ClassGroup, "k-301"), Links: []directory.LinkChange{{Link: to}}})
		}
	},
	func(t *testing.T, w *weakWorld) { // who was linked by hand stays
		for _, person := range []string{"p-3010", "p-3011", "p-3012", "p-3013", "p-3014", "p-3007"} {
			w.drop(t, "enrollments.csv", "k-301,"+person+",student")
		}
	},
}

// ref names the object of a record on the server.
func (w *weakWorld) ref(kind directory.Kind, sourcedID string) directory.Ref {
	for _, o := range w.weak.Server().Objects(kind) {
		if o.Ref.Anchor == kind.Anchor(sourcedID) {
			return o.Ref
		}
	}
	return directory.Ref{}
}

func changeByHand(t *testing.T, w *weakWorld, c directory.Change) {
	t.Helper()
	if err := w.weak.ByHand(c); err != nil {
		t.Fatal(err)
	}
	w.weak.Settle()
}

// A directory that has every weakness comes to hold what a perfect one does, the
// ledger says the same of both, and a night after a night writes nothing.
func TestWeakDirectory(t *testing.T) {
	t.Parallel()
	perfect := newPerfectWorld(t)
	weak := make([]*weakWorld, 6)
	for seed := range weak {
		weak[seed] = newWeakWorld(t, seed)
	}
	for night, before := range nights {
		before(t, perfect)
		applied := perfect.sync(t).Applied
		want := map[string][]string{"": perfect.there(t)}
		for seed, w := range weak {
			before(t, w)
			what := fmt.Sprintf("night %d, seed %d", night, seed)
			if result := w.sync(t); result.Applied != applied {
				t.Fatalf("%s: %+v was applied to a weak directory, %+v to a perfect one: %+v", what, result.Applied, applied, result.Findings)
			}
			wantSame(t, what, want, map[string][]string{"": w.there(t)})
			calls := w.weak.Calls()
			w.sync(t)
			if again := w.weak.Calls() - calls; again > 0 {
				t.Errorf("%s: %d calls wrote when nothing had changed", what, again)
			}
		}
	}
}

// Killed at any call to a weak directory, the next run ends as if nothing had
// happened: nothing is made twice, and what was made and linked is ours.
func TestKilledBeforeAWeakDirectory(t *testing.T) {
	t.Parallel()
	perfect := newPerfectWorld(t)
	perfect.sync(t)
	want := map[string][]string{"": perfect.there(t)}
	for n := 1; !t.Failed(); n += 5 * int(stride()) {
		w := newWeakWorld(t, n)
		dying := &mortal{DB: w.db}
		dying.left.Store(1 << 40)
		w.weak.Called = func(call int) {
			if call == n {
				dying.left.Store(0)
			}
		}
		w.startAs("01", dying)
		w.reach()
		if _, err := w.Run(t.Context(), run.Options{Path: w.path}); err == nil {
			break
		}
		w.startAs("02", w.db)
		w.reach()
		w.sync(t)
		wantSame(t, fmt.Sprint("a death at call ", n), want, map[string][]string{"": w.there(t)})
	}
}

// What a directory takes on and does not do while it is asked is asked for once
// more at the end, and else fails, to be looked at by the next run.
func TestAccepted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		later time.Duration
		made  run.Applied
	}{
		{time.Hour, run.Applied{Users: 37, Groups: 8, Memberships: 75}},
		{24 * time.Hour, run.Applied{Users: 37, Groups: 8, Memberships: 75, Failed: 45}},
	} {
		w := newWorldWith(t, targettest.Weaknesses{Later: test.later})
		if got := w.sync(t).Applied; got != test.made {
			t.Errorf("later by %v: %+v, want %+v", test.later, got, test.made)
		}
		if again := w.sync(t); again.Applied != (run.Applied{}) || again.Run.Status != run.Completed {
			t.Errorf("later by %v, the night after: %+v", test.later, again)
		}
	}
}
