package run

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rollbook/internal/feed"
	"rollbook/internal/feed/atrest"
	"rollbook/internal/flow"
	"rollbook/internal/roster"
)

// inbound is an inbound flow with what it refers to.
type inbound struct {
	flow      flow.InboundFlow
	connector flow.Connector
	source    flow.SourceSystem
	year      flow.Year
	activity  int // its place among the run's activities
}

// stream returns the stream that the flow's feeds are of.
func (in inbound) stream() roster.Stream {
	return roster.Stream{Source: in.source.Number, Flow: in.flow.ID}
}

// ErrNoInboundFlow says that no flow can take a feed.
var ErrNoInboundFlow = errors.New("no inbound flow is active today: make one, or move the expiration of one that expired")

// ErrOnlyOneRoster says that all flows that could take a feed are of a kind
// that runs cannot do yet.
var ErrOnlyOneRoster = errors.New("the inbound flows that are active today are of OneRoster APIs, which cannot be read yet: make one of uploaded files")

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
	}
	if err := p.chooseFed(); err != nil {
		return err
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

// takeFeeds reads and stores what arrived for each flow. One that is refused keeps
// none of the others back: its stream goes on saying what it said before.
func (p *pass) takeFeeds(ctx context.Context) error {
	if p.opts.DryRun { // any other run has recovered by now
		if err := p.Feeds.Recover(ctx); err != nil {
			return err
		}
	}
	for _, in := range p.inbound {
		if p.opts.stored() {
			break // it is about what was read before
		}
		path, upload, err := p.arrived(ctx, in)
		if err != nil {
			return err
		}
		if path == "" {
			totals, err := p.Feeds.Totals(ctx, in.stream())
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
	}
	feed.SortFindings(p.result.Findings)
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

// arrived returns where the feed of a flow is, and the upload that brought it; ""
// where none has arrived.
func (p *pass) arrived(ctx context.Context, in inbound) (path, upload string, err error) {
	switch {
	case p.opts.Path != "" && in.flow.ID == p.fed:
		return p.opts.Path, "", nil
	case p.Inbox == nil:
		return "", "", nil
	}
	path, upload, found, err := p.Inbox.Next(ctx, in.connector.ID)
	if err != nil {
		return "", "", fmt.Errorf("look for uploads: %w", err)
	}
	if !found {
		return "", "", nil
	}
	return path, upload, nil
}

// takeFeed reads one feed, and once more where the index of what is known was found
// damaged: by then it is another one.
func (p *pass) takeFeed(ctx context.Context, in inbound, path string) error {
	err := p.readFeed(ctx, in, path)
	if errors.Is(err, ErrIndexDamaged) {
		err = p.readFeed(ctx, in, path)
	}
	return err
}

// readFeed reads one feed, and stores it unless it is refused or this is a dry run.
func (p *pass) readFeed(ctx context.Context, in inbound, path string) (err error) {
	p.begin(stageCheck, 0)
	before, err := p.awaitRest(ctx, path)
	if errors.Is(err, atrest.ErrRestless) {
		p.refuseRestless(in, "the files went on changing for "+atrest.Most.String())
		return nil
	}
	if err != nil {
		return err
	}
	source, err := p.Open(path, p.config.Lists)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	f, err := p.Feeds.Begin(ctx, in.stream())
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
	if changed, err := p.changedMeanwhile(path, before); err != nil || changed {
		if changed {
			p.refuseRestless(in, "the files changed while they were read")
		}
		return errors.Join(err, f.Drop(context.WithoutCancel(ctx)))
	}
	p.report(in, report)
	p.run.Fed = true
	switch {
	case !report.Usable():
		p.refuse(in, report)
		return f.Drop(ctx)
	case p.opts.DryRun:
		p.feeding[in.stream()] = f
		return errors.Join(p.noteFed(ctx, in.flow.ID, fedOf(in.source.Number, report)), f.Finish(ctx))
	}
	p.begin(stageStore, 0)
	if err := p.noteFed(ctx, in.flow.ID, fedOf(in.source.Number, report)); err != nil {
		return errors.Join(err, f.Drop(context.WithoutCancel(ctx)))
	}
	stored, err := f.Store(ctx, p.run.ID, report)
	if stored {
		p.taken[in.source.Number] = append(p.taken[in.source.Number], f)
	}
	return err
}

// allRefused reports whether the run was refused, or the feeds of all inbound
// flows, so that there is nothing to go on with.
func (p *pass) allRefused() bool {
	return p.result.ClockIsFar() || len(p.result.Refused) > 0 && len(p.result.Refused) == len(p.inbound)
}

// refuse records that a feed cannot be used.
func (p *pass) refuse(in inbound, r *feed.Report) {
	f := r.Findings[0]
	a := &p.run.Activities[in.activity]
	a.Status = ActivityFailed
	a.BlockingError = &BlockingError{Code: string(f.Rule), Message: fmt.Sprintf("%s: %s", f.File, f.Message), Target: a.FlowID}
	p.result.Refused = append(p.result.Refused, a.DisplayName)
}

// report takes what a feed held into the result and the activity. Where there are
// several flows, the files of each are named after it.
func (p *pass) report(in inbound, r *feed.Report) {
	folder := ""
	if len(p.inbound) > 1 {
		folder = in.flow.DisplayName + "/"
	}
	for name, file := range r.Files {
		p.result.Feed[folder+name] = file
	}
	for _, f := range r.Findings {
		f.File = folder + f.File
		p.result.Findings = append(p.result.Findings, f)
	}
	p.result.Frozen = p.result.Frozen.With(r.Frozen)
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
