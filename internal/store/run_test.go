package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/feed"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func TestRuns(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		ctx, runs := t.Context(), store.Runs{DB: db}
		end := time.Date(2026, 11, 23, 6, 1, 2, 3000, time.UTC)
		done := run.Run{
			ID: "1", Status: run.CompletedWithErrors, Start: end.Add(-time.Minute), End: &end,
			BlockingError: &run.BlockingError{Code: "c", Message: "m", Target: "t"},
			Activities: []run.Activity{{
				ID: "a", FlowID: "f", DisplayName: "Rosters", Inbound: true, Status: run.ActivityCompleted,
				Inbounds: &run.InboundCounts{
					People: run.Count{Active: 3, Inactive: 1}, Matched: []run.RoleCount{{Role: "student", Count: 2}}, Errors: 1, Warnings: 2,
				},
			}},
			Totals: run.Totals{Organizations: 1, People: 3, Groups: 1, Memberships: 4, Errors: 1},
		}
		running := run.Run{ID: "2", Status: run.Running, Start: end}
		requested := run.Run{ID: "3", Status: run.Running, Requested: true, Start: end}
		for _, r := range []run.Run{{ID: "1", Status: run.Running}, requested, running, done} {
			if err := runs.Put(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		same := func(what string, want []run.Run, got []run.Run, err error) {
			t.Helper()
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
				t.Errorf("%s (-want +got):\n%s%v", what, diff, err)
			}
		}
		one, err := runs.Run(ctx, "1")
		same("the run", []run.Run{done}, []run.Run{one}, err)
		all, err := runs.Runs(ctx)
		same("runs, newest first", []run.Run{requested, running, done}, all, err)
		left, err := runs.Unfinished(ctx)
		same("unfinished runs, oldest first", []run.Run{running, requested}, left, err)
		if _, err := runs.Run(ctx, "4"); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("a run that is not there: %v", err)
		}
	})
}

func TestFindings(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		ctx, runs := t.Context(), store.Runs{DB: db}
		var many []feed.Finding
		for i := range 20 {
			many = append(many, feed.Finding{
				Severity: feed.Error, Rule: feed.RuleDuplicate, File: "users.csv", Line: i, Column: 3, Record: fmt.Sprint(i), Message: "m", Hint: "h", Rows: 2,
			})
		}
		for _, want := range [][]feed.Finding{many, many[5:7], nil} {
			if err := runs.PutFindings(ctx, "1", want); err != nil {
				t.Fatal(err)
			}
			got, err := runs.Findings(ctx, "1")
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
				t.Errorf("findings (-want +got):\n%s%v", diff, err)
			}
		}
		if err := runs.PutFindings(ctx, "2", many); err != nil {
			t.Fatal(err)
		}
		if got, err := runs.Findings(ctx, "1"); len(got) > 0 || err != nil {
			t.Errorf("findings of another run: %v, %v", got, err)
		}
	})
}

func TestMarks(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		marks := store.Marks{DB: db}
		want := func(text string) {
			t.Helper()
			if got, err := marks.Mark(t.Context(), "m"); got != text || err != nil {
				t.Errorf("mark %q, %v; want %q", got, err, text)
			}
		}
		want("")
		for _, text := range []string{"one", "two", ""} {
			if err := marks.SetMark(t.Context(), "m", text); err != nil {
				t.Fatal(err)
			}
			want(text)
		}
	})
}
