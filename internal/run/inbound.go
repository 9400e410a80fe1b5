package run

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rollbook/internal/feed"
	"rollbook/internal/flow"
)

// inbound is an inbound flow that a run takes, with what it refers to.
type inbound struct {
	flow      flow.InboundFlow
	connector flow.Connector
	source    flow.SourceSystem
	year      flow.Year
	activity  int // its place among the run's activities
}

// ErrNoInboundFlow says that no flow can take a feed.
var ErrNoInboundFlow = errors.New("no inbound flow is active today: make one, or move the expiration of one that expired")

// ErrOnlyOneRoster says that all flows that could take a feed are of a kind
// that runs cannot do yet.
var ErrOnlyOneRoster = errors.New("the inbound flows that are active today are of OneRoster APIs, which cannot be read yet: make one of uploaded files")

// ErrSeveralInboundFlows says that it is not clear which flow a feed is for.
var ErrSeveralInboundFlows = errors.New("several inbound flows are active, and a folder can only be one flow's feed: upload it to its connector instead")

// chooseInbound finds the inbound flows that a run takes today.
func (p *pass) chooseInbound() error {
	now := p.Now()
	for _, f := range p.config.InboundFlows {
		if !f.Runs(now) {
			continue
		}
		if !f.Executable() {
			p.skipInbound(f)
			continue
		}
		in, err := p.resolve(f)
		if err != nil {
			return err
		}
		in.activity = len(p.run.Activities)
		p.run.Activities = append(p.run.Activities, Activity{
			ID: p.NewID(), FlowID: f.ID, DisplayName: f.DisplayName, Inbound: true, Status: ActivityInProgress,
		})
		p.noteRules(in.source)
		p.inbound = append(p.inbound, in)
	}
	switch {
	case len(p.inbound) == 0 && len(p.run.Activities) > 0:
		return ErrOnlyOneRoster
	case len(p.inbound) == 0:
		return ErrNoInboundFlow
	case len(p.inbound) > 1 && p.opts.Path != "":
		return ErrSeveralInboundFlows
	}
	for _, f := range p.config.ProvisioningFlows {
		p.addOutbound(f)
	}
	return nil
}

func (p *pass) resolve(f flow.InboundFlow) (inbound, error) {
	in := inbound{flow: f}
	c := slices.IndexFunc(p.config.Connectors, func(c flow.Connector) bool { return c.ID == f.DataConnector })
	y := slices.IndexFunc(p.config.Years, func(y flow.Year) bool { return y.ID == f.Year })
	if c < 0 || y < 0 {
		return in, fmt.Errorf("the inbound flow %q refers to a connector or year that is not there", f.DisplayName)
	}
	in.connector, in.year = p.config.Connectors[c], p.config.Years[y]
	s := slices.IndexFunc(p.config.SourceSystems, func(s flow.SourceSystem) bool { return s.ID == in.connector.SourceSystem })
	if s < 0 {
		return in, fmt.Errorf("the connector %q refers to a source system that is not there", in.connector.DisplayName)
	}
	in.source = p.config.SourceSystems[s]
	return in, nil
}

// takeFeeds reads and stores what arrived for each flow.
func (p *pass) takeFeeds(ctx context.Context) error {
	for _, in := range p.inbound {
		path, upload := p.opts.Path, ""
		if path == "" && p.Inbox != nil {
			var found bool
			var err error
			if path, upload, found, err = p.Inbox.Next(ctx, in.connector.ID); err != nil {
				return fmt.Errorf("look for uploads: %w", err)
			}
			if !found {
				path = ""
			}
		}
		if path == "" {
			totals, err := p.Feeds.Totals(ctx, in.source.Number)
			if err != nil {
				return err
			}
			p.count(in, totals)
			if err := p.noteRejected(ctx, in); err != nil {
				return err
			}
			continue // the stored roster is what there is
		}
		if err := p.takeUpload(ctx, in, path, upload); err != nil {
			return err
		}
		if p.result.Unusable() {
			return nil
		}
	}
	return nil
}

// uploadRejected is the rule of a run that has nothing to read of a connector
// whose last upload was refused.
const uploadRejected = "upload-rejected"

// noteRejected says of a flow that what was uploaded for it last was refused, so
// that a run which goes on with what there was is not taken for one that read it.
func (p *pass) noteRejected(ctx context.Context, in inbound) error {
	if p.Inbox == nil {
		return nil
	}
	why, err := p.Inbox.Rejected(ctx, in.connector.ID)
	if err != nil {
		return fmt.Errorf("look for uploads: %w", err)
	}
	if why == "" {
		return nil
	}
	message := fmt.Sprintf("the last upload to the connector %q was refused, and this run knows nothing of it: %s", in.connector.DisplayName, why)
	p.result.Findings = append(p.result.Findings, feed.Finding{
		Severity: feed.Error, Rule: uploadRejected, Message: message,
		Hint: "Correct the files and upload them all again. Until then runs go on with what was read last.",
	})
	a := &p.run.Activities[in.activity]
	a.Status = ActivityFailed
	a.BlockingError = &BlockingError{Code: "uploadRejected", Message: message, Target: in.connector.ID}
	return nil
}

// takeUpload reads one feed, and lets go of the upload that it is, if it is one.
// A refused upload is taken too: it would be refused again by every run until the
// next one comes.
func (p *pass) takeUpload(ctx context.Context, in inbound, path, upload string) error {
	if upload == "" || p.opts.DryRun {
		return p.takeFeed(ctx, in, path)
	}
	p.run.Upload = upload
	if err := p.save(ctx); err != nil {
		return err
	}
	if err := p.takeFeed(ctx, in, path); err != nil {
		return err
	}
	if err := p.Inbox.Taken(ctx, upload); err != nil {
		return fmt.Errorf("note that the upload was taken: %w", err)
	}
	p.run.Upload = ""
	return nil
}

// takeFeed reads one feed, and stores it unless it is refused or this is a dry run.
func (p *pass) takeFeed(ctx context.Context, in inbound, path string) (err error) {
	p.begin(stageCheck, 0)
	source, err := p.Open(path, p.config.Lists, p.wantsClasses())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	f, err := p.Feeds.Begin(ctx, in.source.Number)
	if err != nil {
		return err
	}
	reported := 0
	report, err := feed.Load(ctx, source, f, f, feed.Options{Number: f.Number(), Vault: p.Vault, Rows: func(n int) {
		p.opts.Progress.Add(int64(n - reported))
		reported = n
	}})
	if err != nil {
		return errors.Join(err, f.Drop(context.WithoutCancel(ctx)))
	}
	p.report(in, report)
	switch {
	case !report.Usable():
		return f.Drop(ctx)
	case p.opts.DryRun:
		p.feeding = f
		return f.Finish(ctx)
	}
	p.begin(stageStore, 0)
	p.taken[in.source.Number] = f
	return f.Store(ctx, p.run.ID, report)
}

// wantsClasses reports whether class groups are made of the feed's classes.
func (p *pass) wantsClasses() bool {
	return slices.ContainsFunc(p.config.ProvisioningFlows, func(f flow.ProvisioningFlow) bool { return f.ClassGroup != nil })
}

// report takes what a feed held into the result and the activity.
func (p *pass) report(in inbound, r *feed.Report) {
	for name, file := range r.Files {
		p.result.Feed[name] = file
	}
	p.result.Findings = append(p.result.Findings, r.Findings...)
	counts := p.count(in, r.Totals)
	for _, file := range r.Files {
		counts.Errors += file.Errors
		counts.Warnings += file.Warnings
	}
}

// count begins the statistics of a flow with what the roster holds.
func (p *pass) count(in inbound, t feed.Totals) *InboundCounts {
	counts := &InboundCounts{
		Organizations: Count(t.Orgs),
		People:        Count(t.People),
		Groups:        Count(t.Classes),
		Memberships:   Count(t.Enrollments),
	}
	p.run.Activities[in.activity].Inbounds = counts
	return counts
}
