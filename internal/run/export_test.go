package run

import (
	"context"

	"rollbook/internal/ledger"
)

// Notes writes what became of changes.
type Notes struct{ notes *notes }

// StartNotes begins to write.
func StartNotes(ctx context.Context, l ledger.Ledger, plan int64) Notes {
	return Notes{startNotes(ctx, l, plan)}
}

// Add takes what became of changes.
func (n Notes) Add(noted []ledger.Noted) error { return n.notes.add(noted) }

// Close waits until everything is written.
func (n Notes) Close() error { return n.notes.close() }
