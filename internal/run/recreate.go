package run

import (
	"context"
	"errors"
	"fmt"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// StillThereError says that an object was not deleted, so that none is made anew.
type StillThereError struct{ Key string }

func (e *StillThereError) Error() string {
	return fmt.Sprintf("what the directory has of %s is still there: nothing is made anew", e.Key)
}

// NoRecordError says that no record has a name, or that several have.
type NoRecordError struct {
	Key  string
	Many bool
}

func (e *NoRecordError) Error() string {
	if e.Many {
		return fmt.Sprintf("several people and classes are called %s: say which with SOURCE:ID", e.Key)
	}
	return fmt.Sprintf("there is no person and no class %s", e.Key)
}

// Recreate has the account of a person or the group of a class made anew by the next
// run, where somebody deleted it. key is a sourcedId, or SOURCE:ID with the number of
// the source system.
func (e *Engine) Recreate(ctx context.Context, key string) (ledger.Record, error) {
	record, err := e.FindRecord(ctx, key)
	if err != nil {
		return ledger.Record{}, err
	}
	sources, err := e.sources(ctx)
	if err != nil {
		return ledger.Record{}, err
	}
	seen, err := plan.Observe(ctx, e.Target, e.Ledger, e.TargetID, sources, "")
	if err != nil {
		return ledger.Record{}, err
	}
	if _, gone := seen.Gone(record); !gone {
		return ledger.Record{}, &StillThereError{key}
	}
	if err := e.Ledger.Forget(ctx, e.TargetID, []ledger.Record{record}); err != nil {
		return ledger.Record{}, err
	}
	return record, e.Marks.SetMark(ctx, markSettled, "") // there is something to do
}

// FindRecord returns the person or class that has a sourcedId, or SOURCE:ID with the
// number of the source system. Of two that have one, it is the one of which the target
// holds something, if that is one alone.
func (e *Engine) FindRecord(ctx context.Context, key string) (ledger.Record, error) {
	sources, err := e.sources(ctx)
	if err != nil {
		return ledger.Record{}, err
	}
	var found, held []ledger.Record
	for _, source := range sources {
		for kind, record := range map[directory.Kind]roster.Kind{directory.Account: roster.KindPerson, directory.ClassGroup: roster.KindClass} {
			ids, err := e.idsOf(ctx, source, record, key)
			if err != nil {
				return ledger.Record{}, err
			}
			for _, id := range ids {
				found = append(found, ledger.Record{Kind: kind, Source: source, ID: id})
			}
			for object, err := range e.Ledger.ObjectsOf(ctx, e.TargetID, kind, source, ids) {
				if err != nil {
					return ledger.Record{}, err
				}
				held = append(held, object.Record)
			}
		}
	}
	switch {
	case len(held) == 1:
		return held[0], nil
	case len(found) == 1:
		return found[0], nil
	}
	return ledger.Record{}, &NoRecordError{key, len(found) > 1}
}

// FindRecordOf returns the person or class of FindRecord, by the kind of its object.
func (e *Engine) FindRecordOf(ctx context.Context, kind directory.Kind, key string) (ledger.Record, error) {
	record, err := e.FindRecord(ctx, key)
	if err == nil && record.Kind != kind {
		return ledger.Record{}, &NoRecordError{Key: key}
	}
	return record, err
}

// sources returns the numbers of the source systems.
func (e *Engine) sources(ctx context.Context) ([]int, error) {
	config, err := e.Configuration.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	var sources []int
	for _, s := range config.SourceSystems {
		sources = append(sources, s.Number)
	}
	return sources, nil
}

// idsOf returns the record of a kind that has a sourcedId, if there is one.
func (e *Engine) idsOf(ctx context.Context, source int, kind roster.Kind, key string) (ledger.IDs, error) {
	for r, err := range e.Roster(nil, false).Records(ctx, source, kind) {
		if err != nil {
			return nil, err
		}
		if r.Key == key || fmt.Sprintf("%d:%s", source, r.Key) == key {
			return ledger.IDs{r.ID}, nil
		}
	}
	return nil, nil
}

// IsNotThere reports whether Recreate failed as there is nothing to make anew.
func IsNotThere(err error) bool {
	_, none := errors.AsType[*NoRecordError](err)
	_, there := errors.AsType[*StillThereError](err)
	return none || there
}
