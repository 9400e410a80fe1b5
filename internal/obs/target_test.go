package obs_test

import (
	"context"
	"slices"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/obs"
	"rollbook/internal/target/targettest"
)

// TestCountedTarget has the suite of all directories run on one that is counted.
func TestCountedTarget(t *testing.T) {
	t.Parallel()
	targettest.Run(t, func(*testing.T) (directory.Target, targettest.Hand) {
		m := targettest.NewMemory()
		return obs.Target{Target: m, Metrics: obs.NewMetrics()}, func(_ context.Context, c directory.Change) error { return m.ByHand(c).Err }
	})
}

func TestChangesAreCounted(t *testing.T) {
	t.Parallel()
	account := func(anchor, name string) directory.Change {
		return directory.Change{
			Verb: directory.Create, Ref: directory.Ref{Kind: directory.Account, Anchor: anchor},
			Set: directory.Values{{Property: directory.UserPrincipalName, Text: name}},
		}
	}
	group := directory.Change{Verb: directory.Create, Ref: directory.Ref{Kind: directory.ClassGroup, Anchor: "k"}}
	group.Links = []directory.LinkChange{{Link: directory.Link{Relation: directory.Member, To: directory.Ref{Kind: directory.Account, ID: "nobody"}}}}
	changes := []directory.Change{
		account("a", "ana@school.example"), account("b", "ben@school.example"), account("c", "ANA@school.example"), group,
		{Verb: directory.Update, Ref: directory.Ref{Kind: directory.Account, ID: "d"}},
	}
	for i := range changes {
		changes[i].Seq = int64(i + 1)
	}
	m, reported := obs.NewMetrics(), 0
	err := obs.Target{Target: targettest.NewMemory(), Metrics: m}.Apply(t.Context(), slices.Values(changes), func(o ...directory.Outcome) error {
		reported += len(o)
		return nil
	})
	if err != nil || reported != len(changes) {
		t.Fatalf("%d outcomes were reported, %v", reported, err)
	}
	wantCounted(t, m, "rollbook_changes", map[string]float64{
		`rollbook_changes_total{kind="account",outcome="done",verb="create"}`:       2,
		`rollbook_changes_total{kind="account",outcome="conflict",verb="create"}`:   1,
		`rollbook_changes_total{kind="account",outcome="notFound",verb="update"}`:   1,
		`rollbook_changes_total{kind="classGroup",outcome="refused",verb="create"}`: 1,
	})
}
