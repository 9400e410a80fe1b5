package obs_test

import (
	"context"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/obs"
	"rollbook/internal/target/targettest"
)

// TestCountedTarget has the suite of all directories run on one that is counted.
func TestCountedTarget(t *testing.T) {
	t.Parallel()
	targettest.Run(t, func(*testing.T) directory.Target {
		return obs.Target{Target: targettest.NewMemory(), Metrics: obs.NewMetrics()}
	})
}

// applied applies effects in one of the two ways there are.
type applied func(ctx context.Context, t directory.Target, effects []directory.Effect) ([]directory.Outcome, error)

func TestEffectsAreCounted(t *testing.T) {
	t.Parallel()
	user := func(anchor, name string) directory.Effect {
		return directory.Effect{Kind: directory.CreateUser, Anchor: anchor, User: &directory.User{UserPrincipalName: name, DisplayName: name}}
	}
	effects := []directory.Effect{
		user("a", "ana@school.example"), user("b", "ben@school.example"), user("c", "ANA@school.example"),
		{Kind: directory.UpdateUser, Anchor: "d", ID: "00000000-0000-0000-0000-00000000000d", Set: map[string]*string{}},
	}
	for name, apply := range map[string]applied{
		"apply": func(ctx context.Context, t directory.Target, effects []directory.Effect) ([]directory.Outcome, error) {
			return t.Apply(ctx, "1", effects)
		},
		"prepare": func(ctx context.Context, t directory.Target, effects []directory.Effect) ([]directory.Outcome, error) {
			apply, err := directory.Prepare(ctx, t, "1", effects)
			if err != nil {
				return nil, err
			}
			return apply(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := obs.NewMetrics()
			outcomes, err := apply(t.Context(), obs.Target{Target: targettest.NewMemory(), Metrics: m}, effects)
			if err != nil || len(outcomes) != len(effects) {
				t.Fatalf("got %v, %v", outcomes, err)
			}
			wantCounted(t, m, "rollbook_effects", map[string]float64{
				`rollbook_effects_total{kind="createUser",outcome="done"}`:     2,
				`rollbook_effects_total{kind="createUser",outcome="conflict"}`: 1,
				`rollbook_effects_total{kind="updateUser",outcome="notFound"}`: 1,
			})
		})
	}
}
