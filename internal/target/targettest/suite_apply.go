package targettest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"rollbook/internal/directory"
)

func testFailuresAreApart(_ *testing.T, b bench) {
	b.done(account("taken"))
	bad := account("bad", "userPrincipalName", "taken@school.example")
	outcomes := b.try(account("ana"), bad, group("k1"), update(directory.Ref{Kind: directory.Account, ID: absent}, "displayName", "X"), account("ben"))
	for i, want := range []directory.OutcomeState{directory.Done, directory.Failed, directory.Done, directory.Failed, directory.Done} {
		if outcomes[i].State != want {
			b.t.Errorf("change %d: %+v, want state %d", i+1, outcomes[i], want)
		}
	}
}

func testApplyNothing(_ *testing.T, b bench) {
	if outcomes := b.try(); len(outcomes) != 0 {
		b.t.Errorf("outcomes %v of nothing", outcomes)
	}
	ana := b.done(account("ana")).Ref
	if out := b.done(update(ana)); len(out.Set)+len(out.Links) > 0 || out.Made {
		b.t.Errorf("a change of nothing: %+v", out)
	}
}

func testMany(_ *testing.T, b bench) {
	var changes []directory.Change
	for i := range b.many {
		changes = append(changes, account(fmt.Sprint("p", i)))
	}
	var links []directory.LinkChange
	for _, out := range b.try(changes...) {
		if !out.Made {
			b.t.Fatalf("outcome %+v", out)
		}
		links = append(links, link(directory.Member, out.Ref))
	}
	k1 := b.done(group("k1", links...))
	if len(k1.Links) != len(links) || len(b.object(k1.Ref.ID).Links) != len(links) {
		b.t.Errorf("%d links were made, want %d", len(k1.Links), len(links))
	}
}

// Every change that was read has an outcome, also when there is no more time.
func testStopped(t *testing.T, b bench) {
	ctx, cancel := context.WithCancel(t.Context())
	read, final := map[int64]bool{}, map[int64]bool{}
	err := b.target.Apply(ctx, func(yield func(directory.Change) bool) {
		for i := range int64(10_000) {
			c := account(fmt.Sprint("p", i))
			c.Seq = i + 1
			read[c.Seq] = true
			if i == 100 {
				cancel()
			}
			if !yield(c) {
				return
			}
		}
	}, func(outcomes ...directory.Outcome) error {
		for _, o := range outcomes {
			final[o.Seq] = final[o.Seq] || o.State != directory.Part
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was stopped", err)
	}
	for seq := range read {
		if !final[seq] {
			t.Fatalf("change %d was read, and has no outcome", seq)
		}
	}
}

func testReportFails(t *testing.T, b bench) {
	full := errors.New("nowhere to write")
	n := 0
	err := b.target.Apply(t.Context(), func(yield func(directory.Change) bool) {
		for n < 20_000 {
			n++
			c := account(fmt.Sprint("p", n))
			c.Seq = int64(n)
			if !yield(c) {
				return
			}
		}
	}, func(...directory.Outcome) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("error %v, want that of report", err)
	}
	if n == 20_000 {
		t.Error("all changes were tried, though nothing could be reported")
	}
}
