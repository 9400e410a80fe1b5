package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
// number of the source system; or, where none has, the person with a user name. Of
// several, it is the one of which the target holds something, if that is one alone.
func (e *Engine) FindRecord(ctx context.Context, key string) (ledger.Record, error) {
	for _, is := range []func(int, roster.Record) bool{hasKey(key), hasUserName(key)} {
		record, err := e.findRecord(ctx, key, is)
		if none, is := errors.AsType[*NoRecordError](err); !is || none.Many {
			return record, err
		}
	}
	return ledger.Record{}, &NoRecordError{Key: key}
}

// hasKey returns what tells the records of a key.
func hasKey(key string) func(int, roster.Record) bool {
	return func(source int, r roster.Record) bool {
		return r.Key == key || fmt.Sprintf("%d:%s", source, r.Key) == key
	}
}

// hasUserName returns what tells the people of a user name, whose domain the roster may lack.
func hasUserName(name string) func(int, roster.Record) bool {
	local, _, _ := strings.Cut(name, "@")
	return func(_ int, r roster.Record) bool {
		if r.Kind != roster.KindPerson {
			return false
		}
		who, err := roster.DecodePerson(r.Key, r.Split()[roster.Itself])
		theirs, _, full := strings.Cut(who.Username, "@")
		switch {
		case err != nil || theirs == "":
			return false
		case full && local != name: // both have a domain
			return strings.EqualFold(who.Username, name)
		}
		return strings.EqualFold(theirs, local)
	}
}

// findRecord returns the one record that is meant.
func (e *Engine) findRecord(ctx context.Context, key string, is func(int, roster.Record) bool) (ledger.Record, error) {
	sources, err := e.sources(ctx)
	if err != nil {
		return ledger.Record{}, err
	}
	var found, held []ledger.Record
	for _, source := range sources {
		for kind, record := range map[directory.Kind]roster.Kind{directory.Account: roster.KindPerson, directory.ClassGroup: roster.KindClass} {
			ids, err := e.idsOf(ctx, source, record, is)
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

// idsOf returns the records of a kind that are meant.
func (e *Engine) idsOf(ctx context.Context, source int, kind roster.Kind, is func(int, roster.Record) bool) (ledger.IDs, error) {
	var ids ledger.IDs
	for r, err := range e.Roster(nil, false).Records(ctx, source, kind) {
		if err != nil {
			return nil, err
		}
		if is(source, r) {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// IsNotThere reports whether Recreate failed as there is nothing to make anew.
func IsNotThere(err error) bool {
	_, none := errors.AsType[*NoRecordError](err)
	_, there := errors.AsType[*StillThereError](err)
	return none || there
}
