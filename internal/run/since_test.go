package run_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/hosted"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// somewhat is a roster that counts how often only some of its people were read.
type somewhat struct {
	plan.Roster
	some atomic.Int64
}

func (s *somewhat) RecordsOf(ctx context.Context, source int, kind roster.Kind, ids []roster.ID) iter.Seq2[roster.Record, error] {
	if kind == roster.KindPerson {
		s.some.Add(1)
	}
	return s.Roster.RecordsOf(ctx, source, kind, ids)
}

// vary makes the district say otherwise, in the way of a number.
func (w *world) vary(t *testing.T, way int) {
	t.Helper()
	switch way {
	case 0:
		w.dropPerson(t, "p-1008")
	case 1:
		w.dropPerson(t, "p-2003")
	case 2: // somebody stays enrolled who has no role anymore
		w.edit(t, "roles.csv", "p-1006,s-120,teacher", "p-1006,s-120,other")
	case 3:
		w.edit(t, "users.csv", "bbell27,Ben,Bell", "bbell27,Benjamin,Bell")
	case 4:
		w.edit(t, "users.csv", "p-2007,", "p-2999,new.pupil,New,Pupil,new.pupil@harbor.example,,\np-2007,")
		w.edit(t, "roles.csv", "p-2007,", "p-2999,s-110,student,y-2027,03,true,,\np-2007,")
		w.edit(t, "enrollments.csv", "k-202,p-2001,student", "k-202,p-2999,student\nk-202,p-2001,student")
	case 5:
		w.edit(t, "classes.csv", "Biology - Period 2", "Biology for all")
	case 6: // a class ends
		w.edit(t, "classes.csv", "World History - Period 3,y-2027", "World History - Period 3,t-0")
		w.edit(t, "academicSessions.csv", "t-1,", "t-0,Over,term,2027,2026-08-15,2026-10-15\nt-1,")
	case 7:
		w.edit(t, "enrollments.csv", "k-302,p-3004,student\n", "")
	case 8:
		w.edit(t, "courses.csv", "Mathematics 3,", "Mathematics III,")
	case 10: // a role begins, and another one ends
		w.edit(t, "roles.csv", "p-2004,s-110,student,y-2027,03,true,,", "p-2004,s-110,student,y-2027,03,true,2026-11-27,2026-12-09")
	case 11: // a class takes place from one day to another
		w.edit(t, "academicSessions.csv", "t-1,", "t-3,Short,term,2027,2026-11-26,2026-12-04\nt-1,")
		w.edit(t, "classes.csv", "Mathematics 3 - Whitfield,y-2027", "Mathematics 3 - Whitfield,t-3")
	case 9: // a newcomer with the name of somebody else's account
		w.edit(t, "users.csv", "p-2007,", "p-2998,Mei.Tanaka,Mei,Another,,,\np-2007,")
		w.edit(t, "roles.csv", "p-2007,", "p-2998,s-110,student,y-2027,03,true,,\np-2007,")
	}
}

const ways = 12

// tonight makes the district say what it says in some ways.
func (w *world) tonight(t *testing.T, in []int) {
	t.Helper()
	if err := os.RemoveAll(w.path); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(w.path, os.DirFS(filepath.Join("..", "..", "examples", "district"))); err != nil {
		t.Fatal(err)
	}
	for _, way := range in {
		w.vary(t, way)
	}
}

// meddle does by hand what may come between two nights.
func (w *world) meddle(t *testing.T, target *picky, what int) {
	t.Helper()
	target.refuse, target.refuseLinks = nil, nil
	switch what {
	case 0:
		target.refuseLinks = refuseSome("", directory.ClassGroup, "k-302", "k-202")
	case 1:
		target.refuse = refuseSome(directory.Create, directory.Account, "")
	case 2:
		for u, err := range w.directory.Users(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if u.Anchor == hosted.UserAnchor("p-2002") {
				byHand(t, w, hosted.Effect{Kind: hosted.DeleteUser, ID: u.ID})
			}
		}
	case 3, 7, 8, 9:
		w.now = w.now.AddDate(0, 0, 1)
	case 10: // within these weeks roles, a term and the day of a class begin and end
		w.now = w.now.AddDate(0, 0, 7)
	case 4:
		w.owners(t, "aide")
	case 5:
		w.owners(t, "teacher")
	case 6: // what the next feed brings is stored, and the run cut off
		ctx, cancel := context.WithCancel(t.Context())
		var seen []string
		_, err := w.Run(ctx, run.Options{Path: w.path, Progress: &stopper{at: "match", cancel: cancel, seen: &seen}})
		if cancel(); err == nil && slices.Contains(seen, "match") {
			t.Fatal("the run was not cut off")
		}
	}
}

// owners makes those of a role the owners of all groups, which are also to say
// their course.
func (w *world) owners(t *testing.T, role string) {
	t.Helper()
	config, err := w.flows.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range config.ProvisioningFlows {
		if f.ClassGroup == nil {
			continue
		}
		_, err := w.flows.UpdateProvisioningFlow(t.Context(), f.FlowSet, f.ID, func(f flow.ProvisioningFlow) (flow.ProvisioningFlow, error) {
			group := *f.ClassGroup
			group.AdditionalAttributes = []string{"courseTitle"}
			group.EnrollmentMappings.OwnerEnrollmentMappings = []flow.ReferenceValue{{Code: role}}
			f.ClassGroup = &group
			return f, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// forgetful does not know of any night before that nothing was left to do, so
// that everything is looked at.
type forgetful struct{ run.Marks }

func (f forgetful) Mark(ctx context.Context, name string) (string, error) {
	if name == "settled" {
		return "", nil
	}
	return f.Marks.Mark(ctx, name)
}

// Night after night an installation that looks only at what changed holds what
// one does that looks at everything: the same plans, findings, counts, memory and
// directory.
func TestNightsAreTheSameFromWhatChanged(t *testing.T) {
	t.Parallel()
	var some atomic.Int64
	t.Run("nights", func(t *testing.T) {
		for seed := range uint64(10) {
			t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
				t.Parallel()
				some.Add(compareNights(t, rand.New(rand.NewPCG(seed, 0))))
			})
		}
	})
	if n := some.Load(); n < 8 {
		t.Errorf("%d plans looked only at what changed, want more", n)
	}
}

func compareNights(t *testing.T, random *rand.Rand) int64 {
	t.Helper()
	some := &somewhat{}
	quick, whole := newWorld(t, dbtest.SQLite(t)), newWorld(t, dbtest.SQLite(t))
	union := quick.Roster
	quick.Roster = func(streams run.Streams, pending bool) plan.Roster {
		some.Roster = union(streams, pending)
		return some
	}
	whole.Marks = forgetful{whole.Marks}
	worlds, targets := []*world{quick, whole}, []*picky{{Target: quick.target()}, {Target: whole.target()}}
	quick.Target, whole.Target = targets[0], targets[1]
	quick.unguard(t)
	whole.unguard(t)
	in := map[int]bool{}
	for night := range 10 {
		for range random.IntN(3) {
			way := random.IntN(ways)
			in[way] = !in[way]
		}
		what := random.IntN(15)
		var results []any
		for i, w := range worlds {
			var say []int
			for way := range ways {
				if in[way] {
					say = append(say, way)
				}
			}
			w.tonight(t, say)
			w.meddle(t, targets[i], what)
			got := w.sync(t)
			got.Stages, got.Plan.ID, got.Plan.State = nil, 0, ""
			kept, err := w.Runs.Run(t.Context(), got.Run.ID)
			if err != nil {
				t.Fatal(err)
			}
			results = append(results, []any{got, kept, w.settledRows(t), w.dump(t, unlike()...)})
		}
		wantSame(t, fmt.Sprintf("night %d in %v after %d", night, in, what), results[1], results[0])
		if t.Failed() {
			break
		}
	}
	return some.some.Load()
}

// unlike are the tables that differ where nobody planned because nothing was to be
// done, and who did not know that made an empty plan, or was cut off at it.
func unlike() []string {
	return []string{"plan", "plan_part", "plan_change", "plan_outcome", "setting", "run"}
}

func (w *world) settledRows(t *testing.T) (rows []string) {
	t.Helper()
	err := w.db.Read(t.Context(), func(tx store.Tx) (err error) {
		rows, err = rowsOf(t.Context(), tx, "settled", "source:i standings:b")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
