package run_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/feed"
	"rollbook/internal/flow"
	"rollbook/internal/hosted"
	"rollbook/internal/plan"
	"rollbook/internal/run"
)

// picky is a directory that refuses some changes, the links of some, or everything.
type picky struct {
	directory.Target
	refuse      func(directory.Change) error
	refuseLinks func(directory.Change) error
	down        error
}

func (p *picky) Apply(ctx context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	if p.down != nil {
		return p.down
	}
	var refused []directory.Outcome
	links := map[int64][]directory.LinkFailure{}
	taken := func(yield func(directory.Change) bool) {
		for c := range changes {
			if p.refuse != nil {
				if err := p.refuse(c); err != nil {
					refused = append(refused, directory.Outcome{Seq: c.Seq, Ref: c.Ref, State: directory.Failed, Err: err})
					continue
				}
			}
			if p.refuseLinks != nil {
				if err := p.refuseLinks(c); err != nil {
					for _, l := range c.Links {
						links[c.Seq] = append(links[c.Seq], directory.LinkFailure{LinkChange: l, Err: err})
					}
					c.Links = nil
				}
			}
			if !yield(c) {
				return
			}
		}
	}
	err := p.Target.Apply(ctx, taken, func(outcomes ...directory.Outcome) error {
		for i := range outcomes {
			outcomes[i].Refused = links[outcomes[i].Seq]
		}
		return report(outcomes...)
	})
	return errors.Join(err, report(refused...))
}

// refuseSome refuses changes of a verb to objects of a kind, "" for any verb.
func refuseSome(verb directory.Verb, kind directory.Kind, anchors ...string) func(directory.Change) error {
	return func(c directory.Change) error {
		if verb != "" && c.Verb != verb || c.Ref.Kind != kind {
			return nil
		}
		for _, a := range anchors {
			if strings.HasSuffix(c.Ref.Anchor, a) {
				return directory.Invalid{Text: "it is refused"}
			}
		}
		return nil
	}
}

func TestFailedEffectsAreTriedAgain(t *testing.T) {
	for name, test := range map[string]struct {
		target picky
		failed int // changes, and those that cannot be done whole without them
	}{
		"an account":     {picky{refuse: refuseSome(directory.Create, directory.Account, "p-1003")}, 3},
		"a group":        {picky{refuse: refuseSome(directory.Create, directory.ClassGroup, "k-302")}, 1},
		"who is in it":   {picky{refuseLinks: refuseSome("", directory.ClassGroup, "k-302", "k-303")}, 2},
		"all the groups": {picky{refuse: refuseSome(directory.Create, directory.ClassGroup, "")}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, w *world) {
				target := test.target
				target.Target = w.target()
				w.Target = &target
				first := w.sync(t)
				if first.Applied.Failed != test.failed || first.Run.Status != run.CompletedWithErrors {
					t.Errorf("%d failed and the run is %s, want %d and completed with errors", first.Applied.Failed, first.Run.Status, test.failed)
				}
				second := w.sync(t)
				if second.Applied.Failed != test.failed || second.Run.Status != run.CompletedWithErrors {
					t.Errorf("refused again: %d failed and the run is %s", second.Applied.Failed, second.Run.Status)
				}
				target.refuse, target.refuseLinks = nil, nil
				third := w.sync(t)
				if third.Applied.Failed != 0 || third.Run.Status != run.Completed {
					t.Errorf("no longer refused: %+v, %s", third.Applied, third.Run.Status)
				}
				wantSame(t, "state", undisturbed(t, 1), w.state(t))
				wantCounts(t, counts{Status: run.Completed}, w.sync(t))
			})
		})
	}
}

// What another hand did is put right also where it does not succeed at once.
func TestAFailureToPutRightIsTriedAgain(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		want := w.groups(t)
		k302 := w.object(t, "k-302")
		byHand(t, w, hosted.Effect{Kind: hosted.ChangeMembers, ID: k302.ID, Remove: k302.Memberships[:2]})
		target := &picky{Target: w.target(), refuseLinks: refuseSome("", directory.ClassGroup, "k-302")}
		w.Target = target
		if got := w.sync(t); got.Applied.Failed != 1 {
			t.Errorf("applied %+v, want one failure", got.Applied)
		}
		target.refuseLinks = nil
		if got := w.sync(t); got.Applied.Memberships != 2 {
			t.Errorf("applied %+v, want the two put back", got.Applied)
		}
		wantSame(t, "groups", want, w.groups(t))
	})
}

func byHand(t *testing.T, w *world, e hosted.Effect) {
	t.Helper()
	if _, err := w.directory.Change(t.Context(), e); err != nil {
		t.Fatalf("by hand: %v", err)
	}
}

func TestWhatWasDeletedByHandIsReportedEveryTime(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		byHand(t, w, hosted.Effect{Kind: hosted.DeleteGroup, ID: w.object(t, "k-302").ID})
		for range 3 {
			got := w.sync(t)
			if len(got.Findings) != 1 || got.Findings[0].Rule != plan.GroupGone || got.Findings[0].Record != "k-302" ||
				got.Run.Status != run.CompletedWithErrors {
				t.Errorf("status %s, findings %+v; want that the group is gone", got.Run.Status, got.Findings)
			}
			if len(w.groups(t)) != 7 {
				t.Error("the group was made again")
			}
			kept, err := w.Runs.Findings(t.Context(), got.Run.ID)
			if err != nil {
				t.Fatal(err)
			}
			wantSame(t, "findings that are kept", got.Findings, kept)
		}
	})
}

func TestADirectoryThatIsDown(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		down := errors.New("no route")
		target := &picky{Target: w.target(), down: down}
		w.Target = target
		w.edit(t, "enrollments.csv", "k-303,p-1008,teacher", "k-303,p-1008,teacher\nk-303,p-nobody,student")
		got, err := w.Run(t.Context(), run.Options{Path: w.path})
		if !errors.Is(err, down) || got.Run.Status != run.Failed {
			t.Fatalf("run: %v, %s; want it failed", err, got.Run.Status)
		}
		target.down = nil
		if err := w.Recover(t.Context(), stopper{}); err != nil {
			t.Fatal(err)
		}
		r, err := w.Runs.Run(t.Context(), got.Run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != run.CompletedWithErrors || r.End == nil || r.BlockingError != nil {
			t.Errorf("the run that was finished is %+v", r)
		}
		findings, err := w.Runs.Findings(t.Context(), r.ID)
		if err != nil || len(findings) != 1 || findings[0].Rule != feed.RuleReferenceMissing {
			t.Errorf("its findings are %+v, %v", findings, err)
		}
		if r.Totals.People != 40 || len(r.Totals.Unmatched) == 0 {
			t.Errorf("its totals are %+v", r.Totals)
		}
		wantNothingLeft(t, w)
		if got := w.groups(t); len(got) != 8 || got["k-302"].Owners == "" {
			t.Errorf("groups %+v, want all of them", got)
		}
	})
}

func TestRequestedRuns(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		byHand(t, w, hosted.Effect{Kind: hosted.ChangeMembers, ID: w.object(t, "k-302").ID, Remove: w.object(t, "k-302").Memberships[:1]})
		for range 2 {
			if err := w.Request(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if pending, err := w.Pending(t.Context()); !pending || err != nil {
			t.Fatalf("pending %v, %v", pending, err)
		}
		stopped, cancel := context.WithCancel(t.Context())
		w.Target = &picky{Target: w.target(), refuse: func(directory.Change) error { cancel(); return nil }}
		if err := w.Work(stopped); err == nil {
			t.Error("Work was stopped and returned no error")
		}
		w.Target = w.target()
		if err := w.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantNothingLeft(t, w)
		runs, err := w.Runs.Runs(t.Context())
		if err != nil || len(runs) != 2 {
			t.Fatalf("%d runs, %v; want the first and one for both requests", len(runs), err)
		}
		if r := runs[0]; r.Status != run.Completed || r.Requested || r.End == nil {
			t.Errorf("the requested run is %+v", r)
		}
		wantSame(t, "state", undisturbed(t, 1), w.state(t))
	})
}

func TestARequestedRunThatWasCutOffEarlyIsBegunAgain(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		if err := w.Request(t.Context()); err != nil {
			t.Fatal(err)
		}
		stopped, cancel := context.WithCancel(t.Context())
		w.Inbox = inbox{path: w.path, looked: cancel}
		if err := w.Work(stopped); !errors.Is(err, context.Canceled) {
			t.Errorf("Work was stopped and returned %v", err)
		}
		w.nextNight(t)
		w.Inbox = inbox{path: w.path, looked: func() {}}
		if err := w.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		runs, err := w.Runs.Runs(t.Context())
		if err != nil || len(runs) != 2 || runs[0].Status != run.Completed {
			t.Fatalf("runs %+v, %v; want two, both completed", runs, err)
		}
		wantSame(t, "state", undisturbed(t, 2), w.state(t))
	})
}

// inbox holds one upload that is there each time.
type inbox struct {
	path   string
	looked func()
}

func (i inbox) Next(context.Context, string) (path, upload string, found bool, err error) {
	i.looked()
	return i.path, "upload", true, nil
}
func (inbox) Taken(context.Context, string) error              { return nil }
func (inbox) Rejected(context.Context, string) (string, error) { return "", nil }

func TestRunsKeepTheirStatistics(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.edit(t, "enrollments.csv", "k-303,p-1008,teacher", "k-303,p-1008,teacher\nk-303,p-nobody,student\nk-303,p-1008,teacher")
		first := w.sync(t)
		if first.Run.Status != run.CompletedWithErrors {
			t.Errorf("status %s", first.Run.Status)
		}
		w.dropPerson(t, "p-1008")
		w.drop(t, "enrollments.csv", "p-nobody")
		second := w.sync(t)
		r, err := w.Runs.Run(t.Context(), second.Run.ID)
		if err != nil {
			t.Fatal(err)
		}
		matched := []run.RoleCount{
			{Role: "aide", Count: 1}, {Role: "officeStaff", Count: 1}, {Role: "principal", Count: 2},
			{Role: "student", Count: 26}, {Role: "substitute", Count: 1}, {Role: "teacher", Count: 5},
		}
		if len(r.Activities) != 3 {
			t.Fatalf("%d activities, want those of the inbound flow and both provisioning flows", len(r.Activities))
		}
		wantSame(t, "inbound", &run.InboundCounts{
			Organizations: run.Count{Active: 3}, People: run.Count{Active: 39, Inactive: 1}, Groups: run.Count{Active: 8},
			Memberships: run.Count{Active: 74, Inactive: 1}, Matched: matched,
		}, r.Activities[0].Inbounds)
		wantSame(t, "totals", run.Totals{Organizations: 3, People: 39, Groups: 8, Memberships: 74, Matched: matched}, r.Totals)
		for _, a := range r.Activities {
			if a.Status != run.ActivityCompleted {
				t.Errorf("activity %s is %s", a.DisplayName, a.Status)
			}
		}
		r, err = w.Runs.Run(t.Context(), first.Run.ID)
		if err != nil || r.Totals.Errors != 1 || r.Totals.Warnings != 1 || r.Activities[0].Status != run.ActivityCompletedWithErrors {
			t.Errorf("the first run: %+v, %v", r, err)
		}
	})
}

func TestWithoutAnInboundFlow(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		config, err := w.flows.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		past := w.now.AddDate(0, 0, -1)
		_, err = w.flows.UpdateInboundFlow(t.Context(), config.InboundFlows[0].ID, func(f flow.InboundFlow) (flow.InboundFlow, error) {
			f.ExpirationDateTime = &past
			return f, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Run(t.Context(), run.Options{Path: w.path})
		if !errors.Is(err, run.ErrNoInboundFlow) || got.Run.Status != run.Failed {
			t.Errorf("run: %v, %s", err, got.Run.Status)
		}
		r, err := w.Runs.Run(t.Context(), got.Run.ID)
		if err != nil || r.BlockingError == nil || r.BlockingError.Code != "noInboundFlow" {
			t.Errorf("the run is kept as %+v, %v", r, err)
		}
	})
}

// A plan that was cut off does not make the next run forget what it ran into.
func TestWhatWasDeletedIsReportedAfterAPlanWasCutOff(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		byHand(t, w, hosted.Effect{Kind: hosted.DeleteGroup, ID: w.object(t, "k-302").ID})
		w.nextNight(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if _, err := w.Run(ctx, run.Options{Path: w.path, Progress: stopper{at: "apply", cancel: cancel}}); err == nil {
			t.Fatal("the run was not stopped")
		}
		got := w.sync(t)
		if len(got.Findings) != 1 || got.Findings[0].Rule != plan.GroupGone {
			t.Errorf("findings %+v, want that the group is gone", got.Findings)
		}
		runs, err := w.Runs.Runs(t.Context())
		if err != nil || len(runs) != 3 || runs[1].Status != run.CompletedWithErrors {
			t.Errorf("runs %+v, %v; want the one that was cut off completed with errors", runs, err)
		}
	})
}
