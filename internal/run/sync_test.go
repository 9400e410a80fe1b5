package run_test

import (
	"os"
	"path/filepath"
	"testing"

	"rollbook/internal/feed"
	"rollbook/internal/flow"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// onEveryEngine runs a test in a new world on each database engine.
func onEveryEngine(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) { test(t, newWorld(t, db)) })
}

// counts is what a run planned and applied, without the hash.
type counts struct {
	Plan    ledger.Counts
	Applied run.Applied
	Status  run.Status
}

func countsOf(r run.Result) counts {
	return counts{r.Plan.Counts, r.Applied, r.Run.Status}
}

func wantCounts(t *testing.T, want counts, got run.Result) {
	t.Helper()
	wantSame(t, "counts", want, countsOf(got))
}

// district is what the first run of the example makes.
var district = counts{
	ledger.Counts{Accounts: ledger.ObjectCounts{Create: 37}, Groups: ledger.ObjectCounts{Create: 8}, Memberships: ledger.LinkCounts{Add: 75}},
	run.Applied{Users: 37, Groups: 8, Memberships: 75},
	run.Completed,
}

func TestSyncAndAgain(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		wantCounts(t, district, w.sync(t))
		got := w.groups(t)
		if k201 := got["k-201"]; k201.Owners != "grace.whitfield" || k201.Name != "Reading 3 - Whitfield" || len(got) != 8 {
			t.Errorf("%d groups, one of them %+v", len(got), k201)
		}
		before := w.dump(t, "run", "finding")
		again := w.sync(t)
		wantCounts(t, counts{Status: run.Completed}, again)
		for name, f := range again.Feed {
			if f.Unchanged != f.Rows || f.Deactivated > 0 {
				t.Errorf("%s: %+v, want everything unchanged", name, *f)
			}
		}
		wantSame(t, "tables after the same feed again", before, w.dump(t, "run", "finding"))
	})
}

func TestDryRun(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		check := func() {
			t.Helper()
			before := w.dump(t)
			dry, err := w.Run(t.Context(), run.Options{Path: w.path, DryRun: true})
			if err != nil {
				t.Fatal(err)
			}
			wantSame(t, "tables after a dry run", before, w.dump(t))
			done := w.sync(t)
			wantSame(t, "plan of the dry run and of the run", []any{dry.Plan.Counts, dry.Plan.Hash}, []any{done.Plan.Counts, done.Plan.Hash})
			wantSame(t, "feed of the dry run and of the run", dry.Feed, done.Feed)
			if (dry.Applied != run.Applied{}) || done.Plan.Hash == "" {
				t.Errorf("the dry run applied %+v; hash %q", dry.Applied, done.Plan.Hash)
			}
		}
		check()
		w.nextNight(t)
		check()
		check()
	})
}

// nextNight has a pupil moved, a class renamed, a teacher gone and a pupil come.
func (w *world) nextNight(t *testing.T) {
	t.Helper()
	w.edit(t, "enrollments.csv", "k-201,p-2001,student", "k-204,p-2001,student")
	w.edit(t, "classes.csv", "Biology - Period 2", "Biology for all")
	w.dropPerson(t, "p-1008")
	w.edit(t, "users.csv", "p-2001,", "p-2999,new.pupil,New,Pupil,new.pupil@harbor.example,,\np-2001,")
	w.edit(t, "roles.csv", "p-2001,", "p-2999,s-110,student,y-2027,03,true,,\np-2001,")
	w.edit(t, "enrollments.csv", "k-202,p-2001,student", "k-202,p-2999,student\nk-202,p-2001,student")
}

func TestExactlyTheEffectsOfAChange(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*testing.T, *world)
		want   counts
	}{
		"a pupil moved": {
			func(t *testing.T, w *world) {
				w.edit(t, "enrollments.csv", "k-201,p-2001,student", "k-204,p-2001,student")
			},
			counts{ledger.Counts{Memberships: ledger.LinkCounts{Add: 1, Remove: 1}}, run.Applied{Memberships: 2}, run.Completed},
		},
		"a class renamed": {
			func(t *testing.T, w *world) { w.edit(t, "classes.csv", "Biology - Period 2", "Biology for all") },
			counts{ledger.Counts{Groups: ledger.ObjectCounts{Update: 1}}, run.Applied{Groups: 1}, run.Completed},
		},
		"a teacher gone": {
			func(t *testing.T, w *world) { w.dropPerson(t, "p-1008") },
			counts{ledger.Counts{Memberships: ledger.LinkCounts{Remove: 1}}, run.Applied{Memberships: 1}, run.Completed},
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, w *world) {
				w.sync(t)
				test.change(t, w)
				wantCounts(t, test.want, w.sync(t))
				wantCounts(t, counts{Status: run.Completed}, w.sync(t))
			})
		})
	}
}

func TestARefusedFeedLeavesEverything(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		before := w.dump(t, "run", "finding")
		w.nextNight(t)
		w.edit(t, "classes.csv", "sourcedId,orgSourcedId", "sourcedId,org")
		got := w.sync(t)
		if !got.Unusable() || got.Run.Status != run.Failed || len(got.Findings) != 1 || got.Findings[0].Rule != feed.RuleHeaderMissing {
			t.Errorf("status %s, findings %+v; want it refused for its header", got.Run.Status, got.Findings)
		}
		wantSame(t, "tables after a refused feed", before, w.dump(t, "run", "finding"))
		kept, err := w.Runs.Findings(t.Context(), got.Run.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, "findings that are kept", got.Findings, kept)
		w.edit(t, "classes.csv", "sourcedId,org,", "sourcedId,orgSourcedId,")
		if got := w.sync(t); got.Plan.Effects() != 6 {
			t.Errorf("%d effects after it was put right: %+v", got.Plan.Effects(), got.Plan)
		}
	})
}

func TestAFileThatIsMissingTheSecondTime(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		if err := os.Remove(filepath.Join(w.path, "userFlags.csv")); err != nil {
			t.Fatal(err)
		}
		before := w.dump(t, "run", "finding")
		got := w.sync(t)
		if len(got.Findings) != 1 || got.Findings[0].Rule != feed.RuleFileSetChanged || got.Run.Status != run.Failed {
			t.Errorf("status %s, findings %+v", got.Run.Status, got.Findings)
		}
		wantSame(t, "tables", before, w.dump(t, "run", "finding"))
	})
}

func TestTheFlowSteersTheNextRun(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.edit(t, "enrollments.csv", "k-302,p-1007,teacher", "k-302,p-1007,teacher\nk-302,p-1009,substitute")
		w.sync(t)
		config, err := w.flows.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range config.ProvisioningFlows {
			if f.ClassGroup == nil {
				continue
			}
			_, err := w.flows.UpdateProvisioningFlow(t.Context(), f.FlowSet, f.ID, func(f flow.ProvisioningFlow) (flow.ProvisioningFlow, error) {
				f.ClassGroup = &flow.ClassGroupConfiguration{
					AdditionalAttributes: []string{"courseTitle", "courseCode"},
					EnrollmentMappings: flow.EnrollmentMappings{
						OwnerEnrollmentMappings:  []flow.ReferenceValue{{Code: "teacher"}},
						MemberEnrollmentMappings: []flow.ReferenceValue{{Code: "substitute"}},
					},
				}
				return f, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		held := w.sync(t).Held
		if held == nil || !held.Doubt {
			t.Fatalf("held %+v, want that a configuration which takes out nearly everybody waits", held)
		}
		w.approve(t, held.Plan)
		wantSame(t, "group", seats{"Biology - Period 2", "daniel.brooks mei.tanaka", "omar.haddad"}, w.groups(t)["k-302"])
		wantSame(t, "group", seats{"Reading 3 - Whitfield", "grace.whitfield", ""}, w.groups(t)["k-201"])
		wantSame(t, "attributes", map[string]string{"courseTitle": "Biology", "courseCode": "BIO"}, w.object(t, "k-302").Attributes)
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
	})
}

func TestTimePasses(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.edit(t, "academicSessions.csv", "2030-07-31", "2026-12-01")
		w.edit(t, "academicSessions.csv", "2030-07-15", "2026-12-01")
		w.sync(t)
		w.now = w.now.AddDate(0, 0, 9)
		wantCounts(t, counts{Status: run.Completed}, w.sync(t)) // the calendar takes nobody out
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
	})
}
