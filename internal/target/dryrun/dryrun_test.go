package dryrun_test

import (
	"errors"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/target/dryrun"
	"rollbook/internal/target/targettest"
)

func TestNothingIsWritten(t *testing.T) {
	t.Parallel()
	m := targettest.NewMemory()
	read := 0
	err := dryrun.Target{Target: m}.Apply(t.Context(), func(yield func(directory.Change) bool) {
		read++
		yield(directory.Change{Verb: directory.Create, Ref: directory.Ref{Kind: directory.ClassGroup, Anchor: "Section_k"}})
	}, func(...directory.Outcome) error { return nil })
	if !errors.Is(err, dryrun.ErrReadOnly) || read > 0 || len(m.Objects(directory.ClassGroup)) > 0 {
		t.Errorf("error %v; %d changes were read; there is %v", err, read, m.Objects(directory.ClassGroup))
	}
}
