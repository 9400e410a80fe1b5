package run

import (
	"context"

	"rollbook/internal/ledger"
)

// unkept is the plan of a dry run, of which only the counts and hashes are wanted.
type unkept struct {
	target ledger.Target
	tally  ledger.Tally
}

func (*unkept) ID() int64 { return 0 }

func (u *unkept) Add(_ context.Context, c ledger.Change) error {
	_, _, err := u.tally.Add(c)
	return err
}

func (u *unkept) Parts() []ledger.Part { return u.tally.Parts(ledger.Planned) }

func (u *unkept) Finish(_ context.Context, s ledger.State, g ledger.Guard) (ledger.Plan, []ledger.Part, error) {
	parts := u.tally.Parts(s)
	return ledger.Plan{
		Target: u.target, Purpose: ledger.ForFeed, State: s, Counts: u.tally.Counts, Guard: g,
		Hash: ledger.HashOf(u.target, ledger.ForFeed, parts),
	}, parts, nil
}

func (*unkept) Drop() {}
