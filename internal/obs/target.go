package obs

import (
	"context"
	"iter"
	"sync"

	"rollbook/internal/directory"
)

// Target is a directory whose changes are counted.
type Target struct {
	directory.Target
	Metrics *Metrics
}

// what is a change as it is counted.
type what struct {
	kind directory.Kind
	verb directory.Verb
}

// Apply implements directory.Target.
func (t Target) Apply(ctx context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	var mu sync.Mutex
	open := map[int64]what{} // without a final outcome
	seen := func(yield func(directory.Change) bool) {
		for c := range changes {
			mu.Lock()
			open[c.Seq] = what{c.Ref.Kind, c.Verb}
			mu.Unlock()
			if !yield(c) {
				return
			}
		}
	}
	return t.Target.Apply(ctx, seen, func(outcomes ...directory.Outcome) error {
		mu.Lock()
		for _, o := range outcomes {
			if o.State != directory.Part {
				w := open[o.Seq]
				delete(open, o.Seq)
				t.Metrics.changes.WithLabelValues(string(w.kind), string(w.verb), outcome(o)).Inc()
			}
		}
		mu.Unlock()
		return report(outcomes...)
	})
}

// outcome returns what became of a change in a word.
func outcome(o directory.Outcome) string {
	switch {
	case o.State == directory.Accepted:
		return "accepted"
	case o.Err != nil:
		return directory.Code(o.Err)
	case len(o.Refused) > 0:
		return "refused" // some of its links were
	}
	return "done"
}
