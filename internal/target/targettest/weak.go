package targettest

import (
	"context"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"rollbook/internal/directory"
)

// Weaknesses are what real directories do to who writes to them. The zero value is
// a directory without any. Which calls are hit is thrown with dice that fall the same
// way each time.
type Weaknesses struct {
	Seed      uint64             // of the dice
	Lag       time.Duration      // reads and searches show what was written so much later
	Late      time.Duration      // an object cannot be changed so soon after it was made
	Lost      int                // of so many calls, the answer of one is lost, and every other one of these was done
	Busy      int                // of so many calls, one is refused, without a word on when to come back
	Crowded   int                // of so many calls, one is refused, and all others for five seconds
	PackLinks int                // a call takes so many links: a change of more is several calls
	Apart     bool               // a create takes no links
	Folds     directory.Property // is kept in lower case; "" for none
	NoMarks   bool               // what changed since cannot be told
	LaterIDs  bool               // the answer to a create has no ID
	Pieces    bool               // a read tells an object in pieces
	Later     time.Duration      // a new object is said to be on its way for so long
}

// Worst are all weaknesses at once.
func Worst() Weaknesses {
	return Weaknesses{
		Lag: 30 * time.Second, Late: 10 * time.Second, Lost: 7, Busy: 5, Crowded: 41, PackLinks: 3,
		Apart: true, Folds: directory.Mail, NoMarks: true, LaterIDs: true, Pieces: true, Later: time.Second,
	}
}

// Weak is a directory.Target over a server with weaknesses. It does what an
// implementation can do about them by itself, and leaves the rest to who calls it:
// it never waits, and never tries again.
type Weak struct {
	weak  Weaknesses
	clock *Clock

	mu      sync.Mutex
	server  *Memory
	dice    *rand.Rand
	calls   int // that write
	crowded time.Time
	made    map[string]time.Time // by ID
	shown   map[string][]version // what reads show, by ID, oldest first
	named   map[string][]string  // the IDs of objects that had an anchor, some twice

	// Called is told the number of each call that writes, before it is done.
	Called func(call int)
}

var _ directory.Target = (*Weak)(nil)

// version is how an object was from some time on.
type version struct {
	from   time.Time
	object directory.Object
	gone   bool
}

// NewWeak returns an empty directory with weaknesses, which lives by a clock.
func NewWeak(w Weaknesses, clock *Clock) *Weak {
	return &Weak{weak: w, clock: clock, server: NewMemory(), dice: rand.New(rand.NewPCG(w.Seed, 0)), made: map[string]time.Time{}, shown: map[string][]version{}, named: map[string][]string{}}
}

// Calls returns how many calls wrote, or were to write.
func (w *Weak) Calls() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls
}

// Server is what is really there.
func (w *Weak) Server() *Memory { return w.server }

// Abilities implements directory.Target.
func (w *Weak) Abilities(context.Context) (directory.Abilities, error) {
	can := directory.Abilities{Kinds: everyKind(), Lag: w.weak.Lag, Pack: 1, Side: 1, Marks: directory.MarksWithDeletions}
	if w.weak.NoMarks {
		can.Marks = directory.NoMarks
	}
	for kind, k := range can.Kinds {
		if w.weak.LaterIDs {
			k.IDs = directory.IDLater
		}
		for relation, r := range k.Relations {
			if w.weak.PackLinks > 0 {
				r.InCreate = w.weak.PackLinks
			}
			if w.weak.Apart {
				r.InCreate = 0
			}
			k.Relations[relation] = r
		}
		can.Kinds[kind] = k
	}
	return can, nil
}

// Probe implements directory.Target.
func (w *Weak) Probe(context.Context) ([]directory.Problem, error) {
	return []directory.Problem{{Text: "It cannot be told without writing what may be written.", Proof: directory.CannotTell}}, nil
}

// visible returns what reads show now, by ID.
func (w *Weak) visible() map[string]directory.Object {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[string]directory.Object{}
	for id := range w.shown {
		if o, there := w.look(id); there {
			all[id] = o
		}
	}
	for id, o := range all {
		o.Links = slices.DeleteFunc(slices.Clone(o.Links), func(l directory.Link) bool { _, there := all[l.To.ID]; return !there })
		all[id] = o
	}
	return all
}

// look returns what reads show of an object now, and whether they show it.
func (w *Weak) look(id string) (directory.Object, bool) {
	until := w.clock.Now().Add(-w.weak.Lag)
	for _, v := range slices.Backward(w.shown[id]) {
		if !v.from.After(until) {
			return v.object, !v.gone
		}
	}
	return directory.Object{}, false
}

// Since implements directory.Target.
func (w *Weak) Since(ctx context.Context, mark directory.Mark, kinds []directory.Kind) iter.Seq2[directory.Observed, error] {
	if !w.weak.NoMarks && w.weak.Lag == 0 {
		return w.server.Since(ctx, mark, kinds)
	}
	return func(yield func(directory.Observed, error) bool) {
		if mark != "" {
			yield(directory.Observed{}, directory.Expired{Text: "it keeps no marks"})
			return
		}
		all := w.visible()
		for _, id := range slices.Sorted(maps.Keys(all)) {
			o := all[id]
			if !slices.Contains(kinds, o.Ref.Kind) {
				continue
			}
			for _, piece := range w.pieces(o) {
				if err := ctx.Err(); err != nil {
					yield(directory.Observed{}, err)
					return
				}
				if !yield(piece, nil) {
					return
				}
			}
		}
		yield(directory.Observed{Mark: "read"}, nil)
	}
}

// pieces returns how a read tells an object.
func (w *Weak) pieces(o directory.Object) []directory.Observed {
	var links []directory.LinkChange
	for _, l := range o.Links {
		links = append(links, directory.LinkChange{Link: l})
	}
	if !w.weak.Pieces || len(links) == 0 {
		return []directory.Observed{{Ref: o.Ref, Values: o.Values, Links: links, Whole: !w.weak.Pieces}}
	}
	half := (len(links) + 1) / 2
	return []directory.Observed{{Ref: o.Ref, Values: o.Values}, {Ref: o.Ref, Links: links[:half]}, {Ref: o.Ref, Links: links[half:]}}
}

// Find implements directory.Target.
func (w *Weak) Find(ctx context.Context, kind directory.Kind, keys []directory.Key) iter.Seq2[directory.Found, error] {
	return func(yield func(directory.Found, error) bool) {
		all := w.visible()
		ids := slices.Sorted(maps.Keys(all))
		for _, key := range keys {
			for _, id := range ids {
				if err := ctx.Err(); err != nil {
					yield(directory.Found{}, err)
					return
				}
				o := all[id]
				if o.Ref.Kind == kind && answers(o, key) && !yield(directory.Found{Key: key, Object: o}, nil) {
					return
				}
			}
		}
	}
}

// Apply implements directory.Target.
func (w *Weak) Apply(ctx context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	for c := range changes {
		var out directory.Outcome
		if err := ctx.Err(); err != nil {
			out = directory.Outcome{Seq: c.Seq, Ref: c.Ref, State: directory.Failed, Err: directory.Busy{Text: err.Error()}}
		} else {
			out = w.do(c)
		}
		if err := report(out); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// ByHand does what somebody else does on the server, without any of its weaknesses
// but that reads lag behind.
func (w *Weak) ByHand(c directory.Change) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.server.ByHand(w.folded(c))
	w.show(out.Ref.ID)
	return out.Err
}

// Settle lets pass as much time as reads lag behind.
func (w *Weak) Settle() { _ = w.clock.Sleep(context.Background(), w.weak.Lag+w.weak.Late) }

// folded returns a change with its values as the server keeps them.
func (w *Weak) folded(c directory.Change) directory.Change {
	if text, set := c.Set.Get(w.weak.Folds); set {
		c.Set = slices.Clone(c.Set).With(w.weak.Folds, strings.ToLower(text))
	}
	return c
}

// place is where the server keeps an object.
func place(id string) string { return "at/" + id }

// show notes how an object is from now on, for reads.
func (w *Weak) show(id string) {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	v := version{from: w.clock.Now()}
	if o := w.server.objects[id]; o != nil {
		v.object = w.server.copy(o)
		if w.weak.LaterIDs {
			v.object.Ref.At = place(id)
		}
		w.named[o.Ref.Anchor] = append(w.named[o.Ref.Anchor], id)
	} else {
		v.gone = true
	}
	w.shown[id] = append(w.shown[id], v)
}
