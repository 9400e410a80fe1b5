package run

import (
	"context"
	"errors"

	"rollbook/internal/feed"
	"rollbook/internal/flow"
	"rollbook/internal/roster"
)

// ErrNotFound says that there is no run with an ID.
var ErrNotFound = errors.New("no such run")

// ErrIndexDamaged says that what is known of a source cannot be gone by: the index of
// its roster was damaged. The next Feeds.Begin makes it anew.
var ErrIndexDamaged = errors.New("the index of the roster is damaged")

// Configuration is read once, at the start of a run.
type Configuration interface {
	Snapshot(ctx context.Context) (flow.Snapshot, error)
}

// Feed is a feed while it is read.
type Feed interface {
	feed.Known
	feed.Changes
	// Number is the number that the feed has once it is stored.
	Number() roster.FeedNumber
	// Finish writes out what Put and Deactivate still hold back.
	Finish(ctx context.Context) error
	// Store makes the feed take effect, whole: when it returns an error, the
	// feed either has taken effect or will not, and Recover finds out which. stored
	// is false where the feed said what the one before it said.
	Store(ctx context.Context, run string, report *feed.Report) (stored bool, err error)
	// Changed returns the IDs of the records of a kind that were put or
	// deactivated: all that Store changed, and no others. They MUST be ascending,
	// each once, and belong to the caller.
	Changed(kind roster.Kind) []roster.ID
	// Drop forgets the feed.
	Drop(ctx context.Context) error
}

// Feeds keeps feeds.
type Feeds interface {
	// Begin begins the next feed of a stream. Feeds of several streams may be
	// begun one after the other before any of them is stored.
	Begin(ctx context.Context, stream roster.Stream) (Feed, error)
	// Recover finishes the feeds that were complete when a run was cut off, and
	// drops what is left of those that were not. No feed may be begun.
	Recover(ctx context.Context) error
	// Totals returns what a stream says, nothing before its first feed.
	Totals(ctx context.Context, stream roster.Stream) (feed.Totals, error)
	// Latest returns the number of the latest feed of each stream of a source
	// system that has one, by inbound flow.
	Latest(ctx context.Context, source int) (map[string]roster.FeedNumber, error)
	// Disagreements returns records of a source system, at most so many, of which its
	// streams say different things, in the order of their kinds and IDs.
	Disagreements(ctx context.Context, source int, most int) ([]Disagreement, error)
}

// Disagreement is a record of which two streams say different things.
type Disagreement struct {
	Kind roster.Kind
	Key  string
}

// Streams are the streams that make up the rosters of source systems: by the
// source system's number, the inbound flows in the order of precedence.
type Streams map[int][]string

// Standings keeps how people stood when nothing was left to do.
type Standings interface {
	// Settle keeps how the people of a source stand in a state of everything that
	// a plan depends on, in place of what was kept before.
	Settle(ctx context.Context, source int, state string, standings []byte) error
	// Settled returns how the people of a source stood in a state, nil where that
	// is not kept.
	Settled(ctx context.Context, source int, state string) ([]byte, error)
}

// Runs keeps runs and their findings.
type Runs interface {
	Put(ctx context.Context, r Run) error
	Run(ctx context.Context, id string) (Run, error)
	// Runs returns the latest runs, newest first.
	Runs(ctx context.Context) ([]Run, error)
	// Unfinished returns the runs that were requested or interrupted, oldest first.
	Unfinished(ctx context.Context) ([]Run, error)
	PutFindings(ctx context.Context, run string, findings []feed.Finding) error
	Findings(ctx context.Context, run string) ([]feed.Finding, error)
}

// Marks remembers short texts from run to run.
type Marks interface {
	// Mark returns the text of a name, and "" for none.
	Mark(ctx context.Context, name string) (string, error)
	SetMark(ctx context.Context, name, text string) error
}

// Inbox is where uploaded feeds arrive.
type Inbox interface {
	// Next returns the newest feed of a connector that no run took yet.
	Next(ctx context.Context, connector string) (path, upload string, found bool, err error)
	// Taken says that a run took the feed.
	Taken(ctx context.Context, upload string) error
	// Rejected returns why the feed of a connector that was checked last was
	// refused, and "" where it was not, or no check is known.
	Rejected(ctx context.Context, connector string) (why string, err error)
}

// Progress shows how far the work is.
type Progress interface {
	// Stage begins a stage; total is 0 where it is not known.
	Stage(name string, total int64)
	// Add counts pieces of the stage that are done.
	Add(n int64)
	// Done ends the last stage.
	Done()
}
