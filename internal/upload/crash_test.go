package upload_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rollbook/internal/upload"
)

// crash runs the worker until the check of an upload ends the process.
func (w *world) crash(t *testing.T) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("the check did not end the process")
		}
	}()
	w.Service.Check = func(context.Context, string) (upload.Found, error) { panic("out of memory") }
	if err := w.Run(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAnUploadThatCrashesTwiceIsGivenUp(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		put(t, w.session(t, "c1"), "users.csv", "a")
		id, err := w.Validate(t.Context(), "c1")
		if err != nil {
			t.Fatal(err)
		}
		w.crash(t)
		w.crash(t)
		w.Service.Check = func(context.Context, string) (upload.Found, error) {
			t.Error("the upload is checked a third time")
			return upload.Found{}, nil
		}
		got := w.finish(t, id)
		if got.Status != "failed" || !strings.Contains(got.StatusDetail, "2 times") ||
			len(got.Errors) != 1 || got.Errors[0].Code != "validation-given-up" {
			t.Errorf("got %+v, want it given up", got)
		}
		w.session(t, "c2") // sweeps
		if left := w.onDisk(t); len(left) != 0 {
			t.Errorf("its files are left: %v", left)
		}
	})
}

func TestAnUploadIsCheckedAgainAfterOneCrash(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		check := w.Service.Check
		put(t, w.session(t, "c1"), "users.csv", "a")
		id, err := w.Validate(t.Context(), "c1")
		if err != nil {
			t.Fatal(err)
		}
		w.crash(t)
		w.Service.Check = check
		if got := w.finish(t, id); got.Status != "succeeded" {
			t.Errorf("got %+v", got)
		}
	})
}

// TestStoppedChecksAreNoCrashes stops the process in the check of an upload, as
// often as it takes to be given up if these were crashes.
func TestStoppedChecksAreNoCrashes(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		check := w.Service.Check
		put(t, w.session(t, "c1"), "users.csv", "a")
		id, err := w.Validate(t.Context(), "c1")
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			ctx, stop := context.WithCancel(t.Context())
			w.Service.Check = func(ctx context.Context, _ string) (upload.Found, error) {
				stop()
				return upload.Found{}, ctx.Err()
			}
			if err := w.Run(ctx); err != nil {
				t.Error(err)
			}
			if op, err := w.Operation(t.Context(), id); err != nil || op.Status != "notStarted" {
				t.Errorf("after a stop: %+v, %v", op, err)
			}
		}
		w.Service.Check = check
		if got := w.finish(t, id); got.Status != "succeeded" {
			t.Errorf("got %+v", got)
		}
	})
}

// TestWhoLostTheRightToCheckNotesNothing leaves the check to the process that has
// it now.
func TestWhoLostTheRightToCheckNotesNothing(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		put(t, w.session(t, "c1"), "users.csv", "a")
		id, err := w.Validate(t.Context(), "c1")
		if err != nil {
			t.Fatal(err)
		}
		ctx, lose := context.WithCancelCause(t.Context())
		w.Service.Check = func(ctx context.Context, _ string) (upload.Found, error) {
			lose(errors.New("another process took over"))
			return upload.Found{}, ctx.Err()
		}
		if err := w.Run(ctx); err != nil {
			t.Error(err)
		}
		if op, err := w.Operation(t.Context(), id); err != nil || op.Status != "running" {
			t.Errorf("got %+v, %v, want it running, as the other process has it", op, err)
		}
	})
}
