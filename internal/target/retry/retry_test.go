package retry_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/directory"
	"rollbook/internal/target/limit"
	"rollbook/internal/target/retry"
	"rollbook/internal/target/targettest"
)

// around returns a directory with weaknesses as it is used.
func around(weak *targettest.Weak, clock *targettest.Clock) directory.Target {
	policy := retry.Usual()
	policy.Most = 50 // it fails more often than not
	return retry.Target{Target: limit.New(weak, 50, clock), Policy: policy, Clock: clock}
}

// What is asked again passes the suite on a directory that has every weakness but
// that it loses answers: what was so before, nobody can tell then.
func TestWeakDirectory(t *testing.T) {
	t.Parallel()
	weak := targettest.Worst()
	weak.Lost = 0
	targettest.RunSlow(t, func(*testing.T) (directory.Target, targettest.Hand, targettest.Settle) {
		clock := &targettest.Clock{Begin: time.Unix(1_800_000_000, 0)}
		w := targettest.NewWeak(weak, clock)
		return around(w, clock), func(_ context.Context, c directory.Change) error { return w.ByHand(c) }, w.Settle
	})
}

// apply hands changes over, and returns the final outcomes by number. It fails the
// test where a change has two, or none.
func apply(t *testing.T, target directory.Target, changes ...directory.Change) map[int64]directory.Outcome {
	t.Helper()
	final := map[int64]directory.Outcome{}
	err := target.Apply(t.Context(), slices.Values(changes), func(outcomes ...directory.Outcome) error {
		for _, o := range outcomes {
			if _, twice := final[o.Seq]; twice {
				t.Errorf("change %d has two final outcomes", o.Seq)
			}
			final[o.Seq] = o
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(final) != len(changes) {
		t.Fatalf("%d outcomes of %d changes", len(final), len(changes))
	}
	return final
}

func account(seq int64, name string) directory.Change {
	return directory.Change{
		Seq: seq, Verb: directory.Create, Ref: directory.Ref{Kind: directory.Account, Anchor: directory.Account.Anchor(name)},
		Set: directory.Values{}.With(directory.Anchor, directory.Account.Anchor(name)).With(directory.UserPrincipalName, name+"@school.example").With(directory.Mail, name+"@Mail.example"),
	}
}

func group(seq int64, name string, members ...directory.Ref) directory.Change {
	c := directory.Change{
		Seq: seq, Verb: directory.Create, Ref: directory.Ref{Kind: directory.ClassGroup, Anchor: directory.ClassGroup.Anchor(name)},
		Set: directory.Values{}.With(directory.DisplayName, name),
	}
	for _, m := range members {
		c.Links = append(c.Links, directory.LinkChange{Link: directory.Link{Relation: directory.Member, To: directory.Ref{Kind: m.Kind, ID: m.ID}}})
	}
	return c
}

// Whatever the server does, nothing is made twice, and the outcomes say what was
// made and linked as if nothing had happened.
func TestNothingTwice(t *testing.T) {
	t.Parallel()
	worst := targettest.Worst()
	worst.LaterIDs = false // so that the test need not look IDs up
	for _, weak := range []targettest.Weaknesses{
		{Lag: time.Minute, Lost: 3}, {Late: time.Minute, PackLinks: 2}, {Busy: 2}, {Crowded: 3}, {PackLinks: 1, Lost: 3}, {Apart: true, Busy: 2}, {Folds: directory.Mail}, worst,
	} {
		t.Run(fmt.Sprintf("%+v", weak), func(t *testing.T) { nothingTwice(t, weak) })
	}
}

func nothingTwice(t *testing.T, weak targettest.Weaknesses) {
	for offset := range 20 {
		clock := &targettest.Clock{Begin: time.Unix(1_800_000_000, 0)}
		w := targettest.NewWeak(weak, clock)
		target := around(w, clock)
		for range offset {
			apply(t, target, account(1, "other")) // the weaknesses come at other calls
		}
		people := make([]directory.Change, 20)
		for i := range people {
			people[i] = account(int64(i+1), string(rune('a'+i)))
		}
		var refs []directory.Ref
		outcomes := apply(t, target, people...)
		for _, c := range people {
			o := outcomes[c.Seq]
			if o.State != directory.Done || !o.Made || o.Ref.ID == "" {
				t.Fatalf("offset %d, %s: %+v", offset, c.Ref.Anchor, o)
			}
			if diff := cmp.Diff(c.Set, o.Set); diff != "" {
				t.Errorf("offset %d, %s: set (-want +got):\n%s", offset, c.Ref.Anchor, diff)
			}
			refs = append(refs, o.Ref)
		}
		groups := []directory.Change{group(1, "k1", refs...), group(2, "k2", refs[:7]...), group(3, "k3")}
		outcomes = apply(t, target, groups...)
		for _, c := range groups {
			o := outcomes[c.Seq]
			if o.State != directory.Done || !o.Made || len(o.Refused) > 0 {
				t.Fatalf("offset %d, %s: %+v", offset, c.Ref.Anchor, o)
			}
			byID := cmpopts.SortSlices(func(a, b directory.LinkChange) bool { return a.To.ID < b.To.ID })
			if diff := cmp.Diff(c.Links, o.Links, byID, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("offset %d, %s: links (-want +got):\n%s", offset, c.Ref.Anchor, diff)
			}
		}
		var sizes []int
		for _, o := range w.Server().Objects(directory.ClassGroup) {
			sizes = append(sizes, len(o.Links))
		}
		slices.Sort(sizes)
		if diff := cmp.Diff([]int{0, 7, 20}, sizes); diff != "" {
			t.Errorf("offset %d: groups on the server, by size (-want +got):\n%s", offset, diff)
		}
	}
}

// script is a directory that gives the outcomes that it was told to.
type script struct {
	directory.Target
	got  []directory.Change
	says func(try int, c directory.Change) directory.Outcome
}

func (s *script) Abilities(context.Context) (directory.Abilities, error) {
	return directory.Abilities{Lag: time.Hour}, nil
}

func (s *script) Apply(ctx context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	for c := range changes {
		s.got = append(s.got, c)
		o := s.says(len(s.got), c)
		o.Seq = c.Seq
		if err := report(o); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func failed(err error) directory.Outcome {
	return directory.Outcome{State: directory.Failed, Err: err}
}

// A directory that is busy for ever is asked so many times, ever more seldom, and
// no more changes are read meanwhile than may wait.
func TestBusyForEver(t *testing.T) {
	t.Parallel()
	clock := &targettest.Clock{Begin: time.Unix(1_800_000_000, 0)}
	began := clock.Now()
	s := &script{says: func(int, directory.Change) directory.Outcome { return failed(directory.Busy{}) }}
	target := retry.Target{Target: s, Clock: clock, Policy: retry.Policy{Most: 3, First: time.Second, Longest: time.Minute, Waiting: 2}}
	read := 0
	most := 0
	open := map[int64]bool{}
	err := target.Apply(t.Context(), func(yield func(directory.Change) bool) {
		for i := range int64(7) {
			read++
			open[i] = true
			most = max(most, len(open))
			if !yield(account(i, "a")) {
				return
			}
		}
	}, func(outcomes ...directory.Outcome) error {
		for _, o := range outcomes {
			delete(open, o.Seq)
			if busy := (directory.Busy{}); !errors.As(o.Err, &busy) {
				t.Errorf("outcome %+v, want that it was busy", o)
			}
		}
		return nil
	})
	if err != nil || read != 7 || len(open) != 0 {
		t.Errorf("error %v; %d changes were read, %d have no outcome", err, read, len(open))
	}
	if len(s.got) != 7*4 || most > 3 {
		t.Errorf("%d tries, want 28; %d changes were open at once, want at most 3", len(s.got), most)
	}
	if spent := clock.Now().Sub(began); spent < 7*time.Second {
		t.Errorf("it was left alone for %v", spent)
	}
}

// What an attempt did is not asked for again, and what it lost is looked up, not
// before reads can show it.
func TestGoesOn(t *testing.T) {
	t.Parallel()
	ana, ben := directory.Ref{Kind: directory.Account, ID: "1"}, directory.Ref{Kind: directory.Account, ID: "2"}
	c := group(1, "k", ana, ben)
	clock := &targettest.Clock{Begin: time.Unix(1_800_000_000, 0)}
	began := clock.Now()
	made := directory.Ref{Kind: directory.ClassGroup, Anchor: c.Ref.Anchor, ID: "7"}
	s := &script{says: func(try int, c directory.Change) directory.Outcome {
		switch try {
		case 1:
			return directory.Outcome{State: directory.Failed, Ref: made, Made: true, Set: c.Set, Links: c.Links[:1], Err: directory.Busy{After: time.Minute}}
		case 2:
			return failed(directory.Unknown{})
		}
		return directory.Outcome{State: directory.Done, Ref: made}
	}}
	target := retry.Target{Target: s, Clock: clock, Policy: retry.Usual()}
	got := apply(t, target, c)[1]
	want := directory.Outcome{Seq: 1, Ref: made, State: directory.Done, Made: true, Set: c.Set, Links: c.Links}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
	second := s.got[1]
	if second.Ref.ID != "7" || len(second.Set) > 0 || len(second.Links) != 1 || second.Links[0].To.ID != "2" || !second.Tried.IsZero() {
		t.Errorf("handed over again: %+v", second)
	}
	if third := s.got[2]; !third.Tried.Equal(began.Add(time.Minute)) || clock.Now().Sub(third.Tried) < time.Hour {
		t.Errorf("looked up: %+v at %v", third, clock.Now())
	}
}

// What cannot be done is told at once, and a link that is busy holds up no other.
func TestRefusedLinks(t *testing.T) {
	t.Parallel()
	c := group(1, "k", directory.Ref{ID: "1"}, directory.Ref{ID: "2"}, directory.Ref{ID: "3"})
	never := directory.LinkFailure{LinkChange: c.Links[0], Err: directory.NotFound{}}
	s := &script{says: func(try int, c directory.Change) directory.Outcome {
		if try == 1 {
			return directory.Outcome{State: directory.Done, Links: c.Links[2:], Refused: []directory.LinkFailure{never, {LinkChange: c.Links[1], Err: directory.Busy{}}}}
		}
		return directory.Outcome{State: directory.Done, Links: c.Links}
	}}
	got := apply(t, retry.Target{Target: s, Clock: &targettest.Clock{}, Policy: retry.Usual()}, c)[1]
	if len(s.got) != 2 || len(s.got[1].Links) != 1 || s.got[1].Links[0].To.ID != "2" {
		t.Errorf("handed over again: %+v", s.got[1:])
	}
	if len(got.Links) != 2 || len(got.Refused) != 1 || got.Refused[0].To.ID != "1" {
		t.Errorf("outcome %+v", got)
	}
	s.got, s.says = nil, func(int, directory.Change) directory.Outcome { return failed(directory.Denied{}) }
	if apply(t, retry.Target{Target: s, Clock: &targettest.Clock{}, Policy: retry.Usual()}, c); len(s.got) != 1 {
		t.Errorf("what is denied was tried %d times", len(s.got))
	}
}

// Who is stopped while it waits says what became of everything.
func TestStoppedWhileWaiting(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := &script{says: func(int, directory.Change) directory.Outcome {
		cancel()
		return directory.Outcome{State: directory.Failed, Ref: directory.Ref{ID: "7"}, Made: true, Err: directory.Busy{}}
	}}
	var told []directory.Outcome
	err := retry.Target{Target: s, Clock: &targettest.Clock{}, Policy: retry.Usual()}.Apply(ctx, slices.Values([]directory.Change{account(1, "a")}),
		func(outcomes ...directory.Outcome) error { told = append(told, outcomes...); return nil })
	if !errors.Is(err, context.Canceled) || len(told) != 1 || !told[0].Made || told[0].Ref.ID != "7" {
		t.Errorf("error %v, outcomes %+v", err, told)
	}
}
