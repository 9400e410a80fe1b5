package plan

import (
	"context"
	"iter"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// Roster is what the school says. It MUST be safe to read by another goroutine
// than that which uses the Held and the Directory.
type Roster interface {
	// Records yields the records of a kind in the order of their IDs. A record
	// is valid until the next one is yielded.
	Records(ctx context.Context, source int, kind roster.Kind) iter.Seq2[roster.Record, error]
	// RecordsOf yields those that have one of the IDs, which are ascending.
	RecordsOf(ctx context.Context, source int, kind roster.Kind, ids []roster.ID) iter.Seq2[roster.Record, error]
}

// Held is what the targets hold by the ledger (ledger.Holdings). It MUST be safe
// to read by another goroutine than that which uses the Roster and the Directory.
type Held interface {
	Objects(ctx context.Context, t ledger.Target, k directory.Kind, source int) iter.Seq2[ledger.Object, error]
	ObjectsOf(ctx context.Context, t ledger.Target, k directory.Kind, source int, of ledger.IDs) iter.Seq2[ledger.Object, error]
}

// Directory is what planning asks of a target (directory.Target).
type Directory interface {
	Since(ctx context.Context, m directory.Mark, kinds []directory.Kind) iter.Seq2[directory.Observed, error]
	Find(ctx context.Context, k directory.Kind, keys []directory.Key) iter.Seq2[directory.Found, error]
}

// Changes takes the changes of a plan. A dry run keeps none of them.
type Changes interface {
	Add(ctx context.Context, c ledger.Change) error
}
