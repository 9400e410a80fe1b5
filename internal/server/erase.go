package server

import (
	"context"
	"fmt"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/jobs"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
	"rollbook/internal/store"
)

// NotGoneError says why a person is not erased: the roster has them, or a directory does.
type NotGoneError struct{ Why string }

func (e *NotGoneError) Error() string { return e.Why }

// Erase forgets who a person was who is gone from the roster and from all directories: in
// the ledger, of which the hashes stay and verify, in findings, in the audit log and in the
// roster. It returns under which name the record stays.
func (p *Parts) Erase(ctx context.Context, key string) (name string, err error) {
	err = p.Leases.Do(ctx, jobs.RunLease, func(ctx context.Context) error {
		record, err := p.FindRecordOf(ctx, directory.Account, key)
		if err != nil {
			return err
		}
		who, err := p.gone(ctx, record)
		if err != nil {
			return err
		}
		erased := store.Person{Source: record.Source, ID: record.ID, Names: []string{who.SourcedID, who.Username}}
		for e, err := range p.Ledger().Changes(ctx, ledger.Query{Record: record}) {
			if err != nil {
				return err
			}
			if e.Record == record && e.Outcome != nil && e.Outcome.ID != "" && !slices.Contains(erased.Objects, e.Outcome.ID) {
				erased.Objects = append(erased.Objects, e.Outcome.ID)
			}
		}
		// Whoever is cut off begins again: what the person is known by goes last.
		if _, err := p.Flow.Withdraw(ctx, decidedOn(record)); err != nil {
			return err
		}
		if err := store.EraseMentions(ctx, p.DB, erased); err != nil {
			return err
		}
		if err := p.Ledger().Erase(ctx, record); err != nil {
			return err
		}
		name = "erased-" + p.Config.NewID()
		return store.EraseRecord(ctx, p.DB, erased, name)
	})
	return name, err
}

// gone returns who somebody was, or a NotGoneError.
func (p *Parts) gone(ctx context.Context, record ledger.Record) (roster.Person, error) {
	names, err := p.Names(ctx)
	if err != nil {
		return roster.Person{}, err
	}
	var who roster.Person
	for r, err := range names.roster().RecordsOf(ctx, record.Source, roster.KindPerson, []roster.ID{record.ID}) {
		if err != nil {
			return who, err
		}
		if r.Active {
			return who, &NotGoneError{fmt.Sprintf("%s is in the roster: who is there is not erased", r.Key)}
		}
		if who, err = roster.DecodePerson(r.Key, r.Split()[roster.Itself]); err != nil {
			return who, err
		}
	}
	numbers, err := p.numbers(ctx)
	if err != nil {
		return who, err
	}
	called, err := p.TargetNames(ctx)
	if err != nil {
		return who, err
	}
	for _, number := range numbers {
		for held, err := range p.Ledger().ObjectsOf(ctx, number, record.Kind, record.Source, ledger.IDs{record.ID}) {
			if err != nil {
				return who, err
			}
			return who, &NotGoneError{fmt.Sprintf("%s has the account %s in the directory %s: delete it there, and sync, before the person is erased", who.SourcedID, held.ID, called(number))}
		}
	}
	return who, nil
}
