package run_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rollbook/internal/ledger"
	"rollbook/internal/run"
)

// slate takes notes, and remembers when they came.
type slate struct {
	ledger.Ledger
	began time.Time
	after []time.Duration
	many  []int
	err   error
}

func (s *slate) Note(_ context.Context, _ int64, notes []ledger.Noted) error {
	s.after, s.many = append(s.after, time.Since(s.began)), append(s.many, len(notes))
	return s.err
}

// What became of changes is noted at the latest a tenth of a second after it is
// known, and together where much comes.
func TestNotesAreWrittenInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slate{began: time.Now()}
		n := run.StartNotes(t.Context(), s, 1)
		for range 3 { // each 60 ms after the one before
			if err := n.Add(make([]ledger.Noted, 10)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(60 * time.Millisecond)
		}
		synctest.Wait()
		for range 5 {
			if err := n.Add(make([]ledger.Noted, 1000)); err != nil {
				t.Fatal(err)
			}
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		wantSame(t, "notes", []int{20, 2010, 2000, 1000}, s.many)
		if s.after[0] != 100*time.Millisecond {
			t.Errorf("the first were written after %v", s.after[0])
		}
	})
}

func TestNotesThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slate{err: errors.New("the disk is full")}
		n := run.StartNotes(t.Context(), s, 1)
		if err := n.Add(make([]ledger.Noted, 5000)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := n.Add(make([]ledger.Noted, 1)); !errors.Is(err, s.err) {
			t.Errorf("error %v, want that of the write before", err)
		}
		if err := n.Close(); !errors.Is(err, s.err) || len(s.many) != 1 {
			t.Errorf("error %v after %d writes, want that of the first, and no other", err, len(s.many))
		}
	})
}
