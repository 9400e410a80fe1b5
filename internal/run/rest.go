package run

import (
	"context"
	"time"

	"rollbook/internal/feed"
	"rollbook/internal/feed/atrest"
)

// clock is the engine's time.
type clock struct{ *Engine }

// Now implements atrest.Clock.
func (c clock) Now() time.Time { return c.Engine.Now() }

// Sleep implements atrest.Clock.
func (c clock) Sleep(ctx context.Context, d time.Duration) error { return c.Engine.Sleep(ctx, d) }

// awaitRest waits until nobody writes to a feed any more, and returns how its files
// are. What was uploaded is complete.
func (p *pass) awaitRest(ctx context.Context, path string) (atrest.Snapshot, error) {
	if p.opts.AtRest == 0 || path != p.opts.Path {
		return nil, nil
	}
	return atrest.Wait(ctx, path, p.opts.AtRest, clock{p.Engine}, func() { p.begin(stageWait, 0) })
}

// changedMeanwhile reports whether the files of a feed are others than before.
func (p *pass) changedMeanwhile(path string, before atrest.Snapshot) (bool, error) {
	if before == nil {
		return false, nil
	}
	now, err := atrest.Look(path)
	return !now.Same(before), err
}

// refuseRestless refuses a feed that is still being written.
func (p *pass) refuseRestless(in inbound, what string) {
	report := &feed.Report{Files: map[string]*feed.FileReport{}, Findings: []feed.Finding{{
		Severity: feed.Catastrophic, Rule: feed.RuleFileNotAtRest, Message: what + ": half of them would say that the other half has left",
		Hint: "Start the sync once the export is complete. --at-rest says how long the files must have been still.",
	}}}
	p.report(in, report)
	p.refuse(in, report)
}
