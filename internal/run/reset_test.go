package run_test

import (
	"context"
	"iter"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/hosted"
	"rollbook/internal/plan"
	"rollbook/internal/run"
)

// reset asks for a reset of the flow of a kind.
func (w *world) reset(t *testing.T, kind flow.ProvisioningFlowType) {
	t.Helper()
	config, err := w.flows.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range config.ProvisioningFlows {
		if f.Type != kind {
			continue
		}
		if err := w.flows.ResetProvisioningFlow(t.Context(), f.FlowSet, f.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// accountOf returns an account by its user name.
func (w *world) accountOf(t *testing.T, name string) hosted.User {
	t.Helper()
	u, err := w.directory.User(t.Context(), name+"@harbor.example")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// What somebody deleted is made again by a reset of its flow, once, and by no
// other run; what is there already is not made twice.
func TestResetMakesAgainWhatIsGone(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		want := w.state(t)
		nickname := w.object(t, "k-302").MailNickname
		teacher := w.accountOf(t, "grace.whitfield")
		remove := func() {
			byHand(t, w, hosted.Effect{Kind: hosted.DeleteGroup, ID: w.object(t, "k-302").ID})
			byHand(t, w, hosted.Effect{Kind: hosted.DeleteUser, ID: w.accountOf(t, "grace.whitfield").ID})
		}
		remove()
		if got := w.sync(t); len(got.Findings) != 2 || got.Applied.Users+got.Applied.Groups != 0 {
			t.Errorf("without a reset: findings %v, applied %+v", got.Findings, got.Applied)
		}

		w.reset(t, flow.ClassGroupProvisioningFlow)
		got := w.sync(t)
		if len(got.Findings) != 1 || got.Findings[0].Rule != plan.AccountGone || got.Applied.Groups != 1 || got.Applied.Users != 0 {
			t.Errorf("class groups reset: findings %v, applied %+v", got.Findings, got.Applied)
		}
		if again := w.object(t, "k-302").MailNickname; again != nickname {
			t.Errorf("the group's nickname is %q, and was %q", again, nickname)
		}

		w.reset(t, flow.UserProvisioningFlow)
		got = w.sync(t)
		if len(got.Findings) != 0 || got.Applied.Users != 1 || got.Applied.Groups != 0 || got.Run.Status != run.Completed {
			t.Errorf("users reset: findings %v, applied %+v, %s", got.Findings, got.Applied, got.Run.Status)
		}
		if again := w.accountOf(t, "grace.whitfield"); again.ID == teacher.ID {
			t.Error("the account was not made again")
		}
		wantSame(t, "state after both resets", want, w.state(t))

		remove()
		if got := w.sync(t); len(got.Findings) != 2 || got.Applied.Users+got.Applied.Groups != 0 {
			t.Errorf("a reset was done twice: findings %v, applied %+v", got.Findings, got.Applied)
		}
	})
}

// A reset with nothing amiss changes nothing.
func TestResetOfWhatIsRight(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		want := w.state(t)
		w.reset(t, flow.UserProvisioningFlow)
		w.reset(t, flow.ClassGroupProvisioningFlow)
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
		wantSame(t, "state", want, w.state(t))
	})
}

// A reset compares with the directory itself, whatever the directory says of
// who wrote to it.
func TestResetTrustsNoMark(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.Target = &unmoved{Target: w.target()}
		w.sync(t)
		want := w.groups(t)
		group := w.object(t, "k-302")
		byHand(t, w, hosted.Effect{Kind: hosted.ChangeMembers, ID: group.ID, Remove: group.Memberships[:2]})
		if got := w.sync(t); got.Applied.Memberships != 0 {
			t.Fatalf("the run noticed by itself: %+v", got.Applied)
		}
		w.reset(t, flow.ClassGroupProvisioningFlow)
		w.sync(t)
		wantSame(t, "groups", want, w.groups(t))
	})
}

// unmoved is a directory that does not notice when another hand writes to it.
type unmoved struct{ directory.Target }

func (u *unmoved) Since(ctx context.Context, m directory.Mark, kinds []directory.Kind) iter.Seq2[directory.Observed, error] {
	if m == "" {
		return u.Target.Since(ctx, m, kinds)
	}
	return func(yield func(directory.Observed, error) bool) { yield(directory.Observed{Mark: m}, nil) }
}

// A dry run shows what a reset would do and leaves it to be done; and a reset
// that was cut off is done by the next run.
func TestResetIsNotLost(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		want := w.state(t)
		byHand(t, w, hosted.Effect{Kind: hosted.DeleteGroup, ID: w.object(t, "k-302").ID})
		w.reset(t, flow.ClassGroupProvisioningFlow)
		for _, opts := range []run.Options{{Path: w.path, DryRun: true}, {Path: w.path, DryRun: true}} {
			if got, err := w.Run(t.Context(), opts); err != nil || got.Plan.Groups.Create != 1 {
				t.Errorf("dry run: %+v, %v", got.Plan, err)
			}
		}
		for _, stage := range []string{"match", "plan", "apply"} {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := w.Run(ctx, run.Options{Path: w.path, Progress: stopper{at: stage, cancel: cancel}})
			cancel()
			if err == nil {
				t.Fatalf("the run was not stopped at %s", stage)
			}
		}
		if got := w.sync(t); len(got.Findings) != 0 {
			t.Errorf("findings %v", got.Findings)
		}
		wantSame(t, "state", want, w.state(t))
	})
}
