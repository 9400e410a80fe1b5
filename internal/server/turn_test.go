package server_test

import (
	"context"
	"errors"
	"testing"

	"rollbook/internal/flow"
	"rollbook/internal/jobs"
	"rollbook/internal/run"
	"rollbook/internal/server"
)

// atWork has another process hold the lease of runs until release is called.
func atWork(t *testing.T, parts *server.Parts) (release func()) {
	t.Helper()
	begun, end, ended := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		ended <- parts.Leases.Do(context.WithoutCancel(t.Context()), jobs.RunLease, func(context.Context) error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	return func() {
		close(end)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// configured opens an installation that is configured for the example district.
func configured(t *testing.T) *server.Parts {
	t.Helper()
	cfg := testConfig(t)
	cfg.Now = inSchoolYear()
	parts := mustOpen(t, cfg)
	if err := flow.InstallDefaults(t.Context(), parts.Flow, flow.Defaults{Domain: "harbor.example", Today: cfg.Now()}); err != nil {
		t.Fatal(err)
	}
	return parts
}

func TestARunWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	parts := configured(t)
	release, told := atWork(t, parts), 0
	opts := run.Options{Path: "../../examples/district"}
	if _, err := parts.Run(t.Context(), opts); !isHeld(err) {
		t.Errorf("a run that does not wait: %v", err)
	}
	result, err := parts.RunInTurn(t.Context(), opts, func(held error) {
		if told++; told == 1 {
			release()
		}
		if !isHeld(held) {
			t.Errorf("it waits for %v", held)
		}
	})
	if err != nil || result.Run.Status != run.Completed || told != 1 {
		t.Errorf("a run that waits: %v, %s; told %d times", err, result.Run.Status, told)
	}
}

func TestARunThatWaitsCanBeStopped(t *testing.T) {
	t.Parallel()
	parts := configured(t)
	release := atWork(t, parts)
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := parts.RunInTurn(ctx, run.Options{Path: "../../examples/district"}, func(error) { cancel() })
	if !errors.Is(err, context.Canceled) || !isHeld(err) {
		t.Errorf("got %v, want what it waited for and that it was stopped", err)
	}
}

func isHeld(err error) bool {
	_, held := errors.AsType[*server.HeldError](err)
	return held
}
