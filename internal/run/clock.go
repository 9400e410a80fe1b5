package run

import (
	"context"
	"fmt"
	"time"

	"rollbook/internal/feed"
)

// How far the clock may be from that of the last run. Sessions begin and end by the
// day, so that one night with a wrong clock can empty classes or fill those of
// another year.
const (
	clockBack  = time.Hour           // which clocks that are set, or are another machine's, differ by
	clockAhead = 21 * 24 * time.Hour // longer than the pauses within a school year
)

// clockFar is the rule of a clock that is too far from that of the last run.
const clockFar = "clock-far"

// markClock names when the last run began that was not refused for its clock.
const markClock = "clock"

// ClockIsFar reports whether the run was refused for its clock.
func (r Result) ClockIsFar() bool {
	return len(r.Findings) > 0 && r.Findings[0].Rule == clockFar
}

// AcceptClock takes the clock for right from now on, whatever that of the last run was.
func (e *Engine) AcceptClock(ctx context.Context) error {
	return e.Marks.SetMark(ctx, markClock, e.Now().UTC().Format(time.RFC3339))
}

// checkClock refuses the run where the clock is far from that of the last one, and
// reports whether it did.
func (p *pass) checkClock(ctx context.Context) (refused bool, err error) {
	if !p.opts.AcceptClock {
		last, err := p.lastClock(ctx)
		if err != nil {
			return false, err
		}
		if finding, far := clockFinding(last, p.Now().UTC()); far {
			p.result.Findings = append(p.result.Findings, finding)
			return true, nil
		}
	}
	if p.opts.DryRun {
		return false, nil
	}
	return false, p.AcceptClock(ctx)
}

// lastClock returns when the last run began, the zero time where there was none.
func (p *pass) lastClock(ctx context.Context) (time.Time, error) {
	text, err := p.Marks.Mark(ctx, markClock)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	last, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("read when the last run was: %w", err)
	}
	return last, nil
}

func clockFinding(last, now time.Time) (f feed.Finding, far bool) {
	f = feed.Finding{
		Severity: feed.Catastrophic, Rule: clockFar, Rows: 0,
		Hint: "Set the machine's clock right. If it is right, run once with --accept-clock (rollbook sync, or rollbook serve for runs through the API).",
	}
	switch {
	case last.IsZero():
		return f, false
	case now.Before(last.Add(-clockBack)):
		f.Message = fmt.Sprintf("the clock says %s, and the last run was at %s, which is later", now.Format(time.RFC3339), last.Format(time.RFC3339))
		return f, true
	case now.After(last.Add(clockAhead)):
		f.Message = fmt.Sprintf("the clock says %s, and the last run was at %s, more than %d days before", now.Format(time.RFC3339), last.Format(time.RFC3339), int(clockAhead.Hours()/24))
		return f, true
	}
	return f, false
}
