package obs_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/obs"
	"rollbook/internal/run"
)

func TestRunsAreLogged(t *testing.T) {
	t.Parallel()
	ended := func(r run.Run, result run.Result) func(context.Context, obs.Runs) {
		return func(ctx context.Context, w obs.Runs) { w.Begun(ctx, r); w.Ended(ctx, r, result) }
	}
	why := &run.BlockingError{Code: "a-code", Message: "why it was"}
	for name, test := range map[string]struct {
		tell func(context.Context, obs.Runs)
		want string // the last line
		runs map[string]float64
	}{
		"requested": {
			func(ctx context.Context, w obs.Runs) { w.Requested(ctx, run.Run{ID: "r1"}) },
			`level=INFO msg="run requested" run=r1`, map[string]float64{},
		},
		"refused": {
			func(ctx context.Context, w obs.Runs) { w.Refused(ctx, errors.New("too many")) },
			`level=WARN msg="run refused" error="too many"`, map[string]float64{"rollbook_runs_refused_total": 1},
		},
		"begun": {
			func(ctx context.Context, w obs.Runs) { w.Begun(ctx, run.Run{ID: "r1"}) },
			`level=INFO msg="run begun" run=r1`, map[string]float64{"rollbook_runs_in_progress": 1},
		},
		"resumed": {
			func(ctx context.Context, w obs.Runs) { w.Resumed(ctx, run.Run{ID: "r1"}) },
			`level=INFO msg="run resumed" run=r1`, map[string]float64{"rollbook_runs_in_progress": 1},
		},
		"abandoned": {
			func(ctx context.Context, w obs.Runs) {
				w.Abandoned(ctx, run.Run{ID: "r1", Status: run.Failed, BlockingError: why})
			},
			`level=ERROR msg="run ended" run=r1 status=failed reason=a-code error="why it was"`,
			map[string]float64{`rollbook_runs_total{status="failed"}`: 1},
		},
		"stopped": {
			func(ctx context.Context, w obs.Runs) {
				w.Begun(ctx, run.Run{ID: "r1"})
				w.Stopped(ctx, run.Run{ID: "r1"}, context.Canceled)
			},
			`level=WARN msg="run stopped before its end; it goes on later" run=r1 error="context canceled"`, map[string]float64{},
		},
		"completed": {
			ended(run.Run{ID: "r1", Status: run.Completed}, run.Result{
				Applied: run.Applied{Users: 37, Groups: 8, Memberships: 75},
				Stages:  []run.Stage{{Name: "check", Seconds: 1}, {Name: "apply", Seconds: 0.5}},
			}),
			`level=INFO msg="run ended" run=r1 status=completed took=1.5s errors=0 warnings=0 users=37 groups=8 memberships=75 failed=0`,
			map[string]float64{
				`rollbook_runs_total{status="completed"}`: 1, `rollbook_run_duration_seconds_count`: 1, `rollbook_run_duration_seconds_sum`: 1.5,
				`rollbook_run_stage_seconds_total{stage="check"}`: 1, `rollbook_run_stage_seconds_total{stage="apply"}`: 0.5,
			},
		},
		"with findings": {
			ended(run.Run{ID: "r1", Status: run.CompletedWithErrors}, run.Result{Findings: []feed.Finding{
				{Severity: feed.Error, Rule: "x"}, {Severity: feed.Warning, Rule: "y"}, {Severity: feed.Warning, Rule: "y"},
			}}),
			`level=WARN msg="run ended" run=r1 status=completedWithErrors took=0s errors=1 warnings=2 users=0 groups=0 memberships=0 failed=0`,
			map[string]float64{
				`rollbook_runs_total{status="completedWithErrors"}`: 1, `rollbook_run_duration_seconds_count`: 1,
			},
		},
		"failed": {
			ended(run.Run{ID: "r1", Status: run.Failed, BlockingError: why}, run.Result{}),
			`level=ERROR msg="run ended" run=r1 status=failed reason=a-code error="why it was" took=0s errors=0 warnings=0 users=0 groups=0 memberships=0 failed=0`,
			map[string]float64{`rollbook_runs_total{status="failed"}`: 1, `rollbook_run_duration_seconds_count`: 1},
		},
		"a feed that is refused is not quoted": {
			ended(run.Run{ID: "r1", Status: run.Failed, BlockingError: why}, run.Result{Findings: []feed.Finding{{Severity: feed.Catastrophic, Rule: "a-code"}}}),
			`level=ERROR msg="run ended" run=r1 status=failed reason=a-code took=0s errors=1 warnings=0 users=0 groups=0 memberships=0 failed=0`,
			map[string]float64{`rollbook_runs_total{status="failed"}`: 1, `rollbook_run_duration_seconds_count`: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, text := logger()
			m := obs.NewMetrics()
			test.tell(t.Context(), obs.Runs{Log: log, Metrics: m})
			lines := strings.Split(strings.TrimSpace(text.String()), "\n")
			if diff := cmp.Diff(test.want, lines[len(lines)-1]); diff != "" {
				t.Errorf("the log (-want +got):\n%s", diff)
			}
			wantCounted(t, m, "rollbook_run", test.runs)
		})
	}
}

func TestFindingsAreCounted(t *testing.T) {
	t.Parallel()
	log, _ := logger()
	m := obs.NewMetrics()
	result := run.Result{Findings: []feed.Finding{{Severity: feed.Error, Rule: "x"}, {Severity: feed.Warning, Rule: "y"}, {Severity: feed.Warning, Rule: "y"}}}
	obs.Runs{Log: log, Metrics: m}.Ended(t.Context(), run.Run{}, result)
	wantCounted(t, m, "rollbook_findings", map[string]float64{
		`rollbook_findings_total{rule="x",severity="` + string(feed.Error) + `"}`:   1,
		`rollbook_findings_total{rule="y",severity="` + string(feed.Warning) + `"}`: 2,
	})
}
