package server

import (
	"context"
	"fmt"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/ledger"
)

// HasAccountError says that a person has an account already, and needs no other one.
type HasAccountError struct{ Person, Account string }

func (e *HasAccountError) Error() string {
	return fmt.Sprintf("%s has the account %s: a link is for a person who has none", e.Person, e.Account)
}

// Link has a person be looked up by the user name of an account from now on, whatever the
// school says. It returns a HasAccountError where the hosted directory has an account of the
// person.
func (p *Parts) Link(ctx context.Context, person, userName, note, by string) (flow.Decision, error) {
	record, err := p.FindRecordOf(ctx, directory.Account, person)
	if err != nil {
		return flow.Decision{}, err
	}
	for held, err := range p.Ledger().ObjectsOf(ctx, ledger.Hosted, record.Kind, record.Source, ledger.IDs{record.ID}) {
		if err != nil {
			return flow.Decision{}, err
		}
		return flow.Decision{}, &HasAccountError{person, held.ID}
	}
	return p.decided(ctx, record, flow.Decision{As: flow.Link, UserName: userName, Note: note, By: by})
}

// Ignore has everything stay as it is of a person or class in all directories.
func (p *Parts) Ignore(ctx context.Context, key, note, by string) (flow.Decision, error) {
	record, err := p.FindRecord(ctx, key)
	if err != nil {
		return flow.Decision{}, err
	}
	return p.decided(ctx, record, flow.Decision{As: flow.Ignore, Note: note, By: by})
}

func (p *Parts) decided(ctx context.Context, record ledger.Record, d flow.Decision) (flow.Decision, error) {
	names, err := p.Names(ctx)
	if err != nil {
		return d, err
	}
	d.Record = decidedOn(record)
	if d.Record.SourcedID, err = names.sourcedID(ctx, record); err != nil {
		return d, err
	}
	return p.Flow.Decide(ctx, d)
}

// decidedOn tells a record from others as decisions do, without its name.
func decidedOn(record ledger.Record) flow.DecidedOn {
	return flow.DecidedOn{Source: record.Source, Class: record.Kind == directory.ClassGroup, Number: uint32(record.ID)}
}

// WithdrawDecision takes a decision back.
func (p *Parts) WithdrawDecision(ctx context.Context, d flow.Decision) error {
	_, err := p.Flow.Withdraw(ctx, d.Record)
	return err
}

// Decisions returns what was decided on people and classes.
func (p *Parts) Decisions(ctx context.Context) ([]flow.Decision, error) { return p.Flow.Decisions(ctx) }

// Withdraw takes back what was decided on a person or class, and reports whether anything
// was.
func (p *Parts) Withdraw(ctx context.Context, key string) (bool, error) {
	record, err := p.FindRecord(ctx, key)
	if err != nil {
		return false, err
	}
	return p.Flow.Withdraw(ctx, decidedOn(record))
}
