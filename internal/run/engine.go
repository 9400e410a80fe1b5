package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/feed"
	"rollbook/internal/flow"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

// Engine does runs. One process at a time may use it to do one: callers see to
// that with a lease.
type Engine struct {
	Configuration Configuration
	Feeds         Feeds
	// Roster returns the roster that streams make up, where pending with the feeds
	// that are being read laid over it.
	Roster    func(streams Streams, pending bool) plan.Roster
	Ledger    ledger.Ledger
	Standings Standings
	Runs      Runs
	Marks     Marks
	Inbox     Inbox
	// Target is the directory that is written to, and TargetID its number in the ledger.
	Target   directory.Target
	TargetID ledger.Target
	// External says that the target is another one than the hosted directory: its first
	// plan waits for a person, and what it cannot keep is not planned.
	External bool
	Vault    feed.Vault
	// Unseal returns a secret that was sealed; nil where none is needed.
	Unseal func(sealed string) (string, error)
	// Open opens the feed in a folder or archive. classes says that the feed
	// must hold classes.
	Open func(path string, lists *vocab.Lists) (OpenFeed, error)
	Now  func() time.Time
	// Sleep returns when so much time has passed, or ctx is done: it is asked for
	// where reads of the target lag behind.
	Sleep func(ctx context.Context, d time.Duration) error
	Zone  *time.Location // in which days are counted; nil for UTC
	NewID func() string  // a UUID that grows with time
	Watch Watcher        // nil for nobody

	// MostRequests is how many runs may be asked for within 12 hours, those that
	// failed not counted; 0 for any number.
	MostRequests int

	requests sync.Mutex // held while a run is asked for
}

// OpenFeed is a feed in files that are open.
type OpenFeed interface {
	feed.Source
	io.Closer
}

// Options say what a run is to do.
type Options struct {
	// Path is a folder or archive with a feed; "" takes what was uploaded.
	Path string
	// Flow is the name or the ID of the inbound flow that Path is the feed of; ""
	// where one flow alone takes feeds.
	Flow string
	// DryRun stops before anything takes effect, in the roster or the directory.
	DryRun bool
	// AcceptClock takes the clock for right, however far it is from the last run's.
	AcceptClock bool
	// AtRest is how long the files of Path must have been still before they are read;
	// 0 for any time. They are waited for, and refused where they change while they are
	// read.
	AtRest time.Duration
	// Follow plans what was read before, and reads no feed.
	Follow bool
	// Keep keeps the plan, to be read and applied later.
	Keep     bool
	Progress Progress

	decision *Decision       // on a plan that is to be made again
	rollback *ledger.Undoing // what is to be taken back; nil for a plan of the roster
}

// stored reports whether the run is about what was read before, and reads no feed.
func (o Options) stored() bool { return o.Follow || o.decision != nil || o.rollback != nil }

// Result is what a run did.
type Result struct {
	Run      ResultRun                   `json:"run"`
	Feed     map[string]*feed.FileReport `json:"feed"`
	Findings []feed.Finding              `json:"findings"`
	Plan     PlanSummary                 `json:"plan"`
	Applied  Applied                     `json:"applied"`
	Stages   []Stage                     `json:"stages"`
	Skipped  []Skipped                   `json:"skipped,omitempty"` // flows that were not done
	// Held is the plan that waits for a person; nil for none.
	Held *Held `json:"held,omitempty"`
	// Undoing says what the plan of a rollback takes back; nil for any other.
	Undoing *ledger.Undoing `json:"-"`
	// NotProvisioned counts what was read and is not provisioned, by reason.
	NotProvisioned map[plan.Reason]int `json:"notProvisioned,omitempty"`
	// Frozen counts what stays as it was, because what the feeds say of it cannot be read.
	Frozen feed.Frozen `json:"-"`
	// Refused are the names of the inbound flows whose feeds could not be used.
	Refused []string `json:"refused,omitempty"`
	// Targets are what the run did to the directories beside the hosted one.
	Targets []TargetResult `json:"-"`
	// Recovered counts what was left of an earlier run's plan, and done first.
	Recovered Applied `json:"-"`
}

// TargetResult is what a run did to one of several directories.
type TargetResult struct {
	Name   string
	Result Result
	Err    error // why nothing was done, or not all
}

// PlanSummary says what a plan does.
type PlanSummary struct {
	ledger.Counts
	Hash  string       `json:"hash"`
	ID    int64        `json:"id,omitzero"` // 0 for one that is not kept
	State ledger.State `json:"state,omitempty"`
}

// ResultRun names a run.
type ResultRun struct {
	ID     string `json:"id"`
	Status Status `json:"status"`
}

// Applied counts the effects that were done.
type Applied struct {
	Users       int `json:"users"`
	Groups      int `json:"groups"`
	Memberships int `json:"memberships"`
	Failed      int `json:"failed"`
}

// Stage says how long a part of the run took.
type Stage struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// Unusable reports whether a feed was refused, of which nothing was stored, or the
// run itself. Where there was nothing to go on with, the run failed, and changed
// nothing.
func (r Result) Unusable() bool {
	return slices.ContainsFunc(r.Findings, func(f feed.Finding) bool { return f.Severity == feed.Catastrophic })
}

// Request records the wish for a run, which Work does. While one waits, a
// further wish is the same wish. It returns a TooManyRequests where there were
// as many as there may be.
func (e *Engine) Request(ctx context.Context) error {
	e.requests.Lock()
	defer e.requests.Unlock()
	waiting, err := e.Runs.Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if r.Requested {
			return nil
		}
	}
	watch := e.watched(Options{})
	if err := e.mayRequest(ctx); err != nil {
		watch.Refused(ctx, err)
		return err
	}
	r := Run{ID: e.NewID(), Status: Running, Requested: true, Start: e.Now().UTC()}
	if err := e.Runs.Put(ctx, r); err != nil {
		return err
	}
	watch.Requested(ctx, r)
	return nil
}

// Pending reports whether a run was asked for or was cut off.
func (e *Engine) Pending(ctx context.Context) (bool, error) {
	waiting, err := e.Runs.Unfinished(ctx)
	return len(waiting) > 0, err
}

// Work finishes the run that was cut off, then does those that were asked for.
// What ended the process twice in one place is given up instead.
func (e *Engine) Work(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, e.endAttempt(ctx)) }()
	if err := e.beginAgain(ctx); err != nil {
		return err
	}
	if err := e.Recover(ctx, noProgress{}); err != nil {
		return err
	}
	waiting, err := e.Runs.Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if err := e.noteAttempt(ctx, attempt{Runs: []string{r.ID}}); err != nil {
			return err
		}
		r.Requested, r.Restart = false, true
		if _, err := e.do(ctx, r, Options{Progress: noProgress{}}); err != nil && ctx.Err() != nil {
			return err // it was stopped; the next Work goes on with it
		}
	}
	return nil
}

// Run does one run now. It returns an error where the run could not be done; a
// feed that is refused is a result.
func (e *Engine) Run(ctx context.Context, opts Options) (Result, error) {
	if opts.Progress == nil {
		opts.Progress = noProgress{}
	}
	var recovered Applied
	if !opts.DryRun {
		var err error
		if recovered, err = e.recover(ctx, opts.Progress); err != nil {
			return Result{}, err
		}
	}
	result, err := e.do(ctx, Run{ID: e.NewID(), Status: Running, Start: e.Now().UTC()}, opts)
	result.Recovered = recovered
	if !opts.DryRun {
		err = errors.Join(err, e.endAttempt(ctx))
	}
	return result, err
}

// do does a run and keeps its record.
func (e *Engine) do(ctx context.Context, r Run, opts Options) (Result, error) {
	r.Activities, r.Totals = nil, Totals{} // of an attempt that was cut off
	p := &pass{Engine: e, opts: opts, run: r, matched: map[string]roles{}, accounts: map[int]ledger.AccountIDs{}, since: map[int]plan.Since{},
		stand: map[int][]byte{}, taken: map[int][]Feed{}, feeding: map[roster.Stream]Feed{}, result: Result{
			Run: ResultRun{ID: r.ID}, Feed: map[string]*feed.FileReport{},
		}}
	watch := e.watched(opts)
	watch.Begun(ctx, p.run)
	if err := p.save(ctx); err != nil {
		watch.Stopped(ctx, p.run, err)
		return Result{}, err
	}
	err := p.do(ctx)
	opts.Progress.Done()
	if err != nil && ctx.Err() != nil && !opts.DryRun {
		watch.Stopped(ctx, p.run, err)
		return p.result, fmt.Errorf("the run was stopped; the next one goes on from here: %w", err)
	}
	p.end(err)
	// The record is kept also when the run was stopped or failed.
	if saved := p.save(context.WithoutCancel(ctx)); saved != nil {
		err = errors.Join(err, saved)
		watch.Stopped(ctx, p.run, err)
		return p.result, err
	}
	watch.Ended(ctx, p.run, p.result)
	if p.applied != 0 {
		err = errors.Join(err, p.Ledger.Close(context.WithoutCancel(ctx), p.applied))
	}
	return p.result, err
}

// pass is one run while it is done.
type pass struct {
	*Engine
	opts     Options
	run      Run
	result   Result
	problems feed.Bounded
	gone     bool // the plan ran into accounts or groups that were deleted
	config   flow.Snapshot
	inbound  []inbound                 // that the run takes
	matched  map[string]roles          // by inbound flow: as the run leaves them
	accounts map[int]ledger.AccountIDs // by source: of the people, as the plan found them
	seen     plan.Observation          // of the target, before the plan is made
	resets   map[string]string         // by provisioning flow: those that were asked for, done or not
	settled  map[int]roster.FeedNumber // by source: nothing but feeds came since
	until    roster.Date               // the first day on which that need not hold any more
	day      roster.Date               // that is planned for
	turns    []roster.Date             // by source that was planned: the same of what the run leaves
	since    map[int]plan.Since        // by source: what came, where that is known
	stand    map[int][]byte            // by source: how people stand as the run leaves them
	taken    map[int][]Feed            // by source: what was stored, until it is known what came
	feeding  map[roster.Stream]Feed    // of a dry run, until they are forgotten
	streams  Streams                   // that the plan is made of
	fed      string                    // the inbound flow that a path is the feed of
	applied  int64                     // the plan that was applied to its end
	last     last                      // what was applied last
	fedBy    map[string]fed            // by inbound flow: its latest feed
	left     map[plan.Reason]int       // what is not provisioned
	relinked int                       // people who have the account of a record that is gone
	began    time.Time                 // of the stage
	stage    string
}

// save keeps the run's record and findings. A dry run leaves none. The findings
// come first: once a run has ended, nobody looks after it anymore.
func (p *pass) save(ctx context.Context) error {
	if p.opts.DryRun {
		return nil
	}
	findings := slices.Concat(p.result.Findings, p.problems.Findings())
	if err := p.Runs.PutFindings(ctx, p.run.ID, findings); err != nil {
		return fmt.Errorf("keep the findings of the run: %w", err)
	}
	if err := p.Runs.Put(ctx, p.run); err != nil {
		return fmt.Errorf("keep the record of the run: %w", err)
	}
	return nil
}

// begin begins a stage and ends the one before.
func (p *pass) begin(stage string, total int) {
	now := p.Now()
	if p.stage != "" {
		p.took(p.stage, now.Sub(p.began).Seconds())
	}
	p.stage, p.began = stage, now
	if stage != "" {
		p.opts.Progress.Stage(stage, int64(total))
	}
}

// took adds to how long a stage took, which may come several times.
func (p *pass) took(stage string, seconds float64) {
	for i, s := range p.result.Stages {
		if s.Name == stage {
			p.result.Stages[i].Seconds += seconds
			return
		}
	}
	p.result.Stages = append(p.result.Stages, Stage{stage, seconds})
}

// The stages.
const (
	stageResume = "resume"
	stageWait   = "wait"
	stageCheck  = "check"
	stageStore  = "store"
	stageMatch  = "match"
	stagePlan   = "plan"
	stageApply  = "apply"
)

func (p *pass) do(ctx context.Context) error {
	var err error
	// Today is one day for all of a run, however long it takes.
	p.day = roster.DateOf(p.Now(), p.zone())
	if p.config, err = p.Configuration.Snapshot(ctx); err != nil {
		return err
	}
	if refused, err := p.checkClock(ctx); err != nil || refused {
		return err
	}
	if err := p.findResets(ctx); err != nil {
		return err
	}
	if err := p.chooseInbound(); err != nil {
		return err
	}
	defer p.forget(ctx)
	p.fedBy = map[string]fed{}
	if err := p.recallMark(ctx, markFed, &p.fedBy); err != nil {
		return err
	}
	if err := p.takeFeeds(ctx); err != nil || p.allRefused() {
		return err
	}
	if err := errors.Join(p.findStreams(ctx), p.tellDisagreements(ctx)); err != nil {
		return err
	}
	if err := p.observe(ctx); err != nil {
		return err
	}
	if err := p.recallLast(ctx); err != nil {
		return err
	}
	switch {
	case p.opts.decision != nil:
		return p.decide(ctx, *p.opts.decision)
	case p.opts.rollback != nil:
		return p.keepRollback(ctx, *p.opts.rollback)
	}
	unchanged, err := p.nothingToPlan(ctx)
	if err != nil || unchanged {
		return err
	}
	return p.planAndApply(ctx)
}

// forget drops what a dry run wrote aside.
func (p *pass) forget(ctx context.Context) {
	for _, f := range p.feeding {
		// What cannot be dropped now is dropped when the next feed begins.
		_ = f.Drop(context.WithoutCancel(ctx))
	}
}

// noProgress shows nothing.
type noProgress struct{}

func (noProgress) Stage(string, int64) {}
func (noProgress) Add(int64)           {}
func (noProgress) Done()               {}
