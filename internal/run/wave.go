package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// puller takes blocks one after the other.
type puller struct {
	block *block // the present one; nil at the end
	err   error
	next  func() (*block, error, bool)
	stop  func()
}

func newPuller(blocks iter.Seq2[*block, error]) *puller {
	p := &puller{}
	p.next, p.stop = iter.Pull2(blocks)
	p.advance()
	return p
}

func (p *puller) more() bool { return p.block != nil && p.err == nil }

func (p *puller) advance() { p.block, p.err, _ = p.next() }

// wave is the part of a plan whose changes do not depend on each other, while it
// is applied.
type wave struct {
	*applier
	notes *notes

	mu       sync.Mutex // outcomes may come from several goroutines
	handed   map[int64]*handed
	open     []directory.Outcome      // of which nobody knows whether they are final
	nameless map[string]ledger.Object // by anchor: new objects of which the target did not tell the ID
}

// handed is a change that was handed over, and has no final outcome yet.
type handed struct {
	ledger.Left
	held    ledger.Object
	links   []directory.LinkChange // as they were handed over
	ids     []roster.ID            // of the records that the links lead to
	missing []ledger.Links         // links to records of which the target holds nothing
	parts   []directory.Outcome    // that came before the final one
}

var errNotTaken = errors.New("it did not take all changes")

// wave applies the blocks of one wave, of which the first is the present one.
func (a *applier) wave(ctx context.Context, blocks *puller) error {
	w := &wave{applier: a, handed: map[int64]*handed{}, nameless: map[string]ledger.Object{}, notes: startNotes(ctx, a.Ledger, a.plan.ID)}
	number, refused := blocks.block.wave, error(nil)
	changes := func(yield func(directory.Change) bool) {
		for ; refused == nil && blocks.more() && blocks.block.wave == number; blocks.advance() {
			refused = w.handOver(ctx, blocks.block, yield)
		}
	}
	failed := errors.Join(a.Target.Apply(ctx, changes, w.report), ctx.Err())
	if failed == nil && refused == nil {
		failed = w.settle()
	}
	noted := w.notes.close()
	if failed == nil && len(w.handed) > 0 {
		failed = fmt.Errorf("it did not say what became of %d changes", len(w.handed))
	}
	if err := errors.Join(failed, refused, noted); err != nil {
		return fmt.Errorf("write to the directory: %w", err)
	}
	if err := w.identify(ctx); err != nil {
		return fmt.Errorf("find the IDs of what was made: %w", err)
	}
	return blocks.err
}

// handOver hands the changes of a block over, once the ledger knows.
func (w *wave) handOver(ctx context.Context, b *block, yield func(directory.Change) bool) error {
	if err := w.Ledger.HandOver(ctx, w.plan.ID, b.left[len(b.left)-1].Seq, w.Now()); err != nil {
		return err
	}
	for _, left := range b.left {
		h := &handed{Left: left, held: b.held[holder(left.Change)]}
		change, err := w.resolve(ctx, h)
		if err != nil {
			return err
		}
		w.mu.Lock()
		w.handed[left.Seq] = h
		w.mu.Unlock()
		if change.Verb != directory.Create && change.Ref.ID == "" && change.Ref.At == "" {
			waits := directory.Outcome{Seq: left.Seq, Ref: change.Ref, State: directory.Failed, Err: directory.Waits{For: change.Ref}}
			if err := w.report(waits); err != nil {
				return err
			}
			continue
		}
		if !yield(change) {
			return errNotTaken
		}
	}
	return nil
}

// holder is the record that holds the object of a change before it.
func holder(c ledger.Change) ledger.Record {
	r := c.Record
	if c.From != 0 {
		r.ID = c.From
	}
	return r
}

// resolve turns a planned change into one that the target understands: records
// become the objects that it holds of them.
func (w *wave) resolve(ctx context.Context, h *handed) (directory.Change, error) {
	c := directory.Change{
		Seq: h.Seq, Wave: h.Wave, Verb: h.Verb, Set: h.Set, Was: h.Was, Handle: h.Handle,
		Ref: directory.Ref{Kind: h.Record.Kind, Anchor: h.Anchor, ID: h.ObjectID, At: h.held.At},
	}
	if h.Change.Password != "" && h.Verb == directory.Create {
		c.Secret = func(ctx context.Context) (string, error) { return w.password(ctx, h.Change) }
	}
	if !h.Tried.IsZero() {
		// It may have waited long in the target after it was handed over: nothing is
		// proved of it before so much time has passed from now on.
		c.Tried = w.began
	}
	size := h.Size()
	if size == 0 {
		return c, nil
	}
	h.links, h.ids = make([]directory.LinkChange, 0, size), make([]roster.ID, 0, size)
	for _, l := range h.Change.Links {
		missing := ledger.Links{Relation: l.Relation, Remove: l.Remove, Because: l.Because}
		for _, id := range l.IDs {
			account, err := w.people.account(ctx, h.Record.Source, id)
			if err != nil {
				return c, err
			}
			if l.Remove && l.Because == ledger.BecauseRelinked {
				if account != "" { // the account was not given away: its links stay
					missing.IDs = append(missing.IDs, id)
				}
				continue
			}
			if account == "" {
				if !l.Remove { // what is not there is in no group
					missing.IDs = append(missing.IDs, id)
				}
				continue
			}
			to := directory.Ref{Kind: l.Relation.To(), ID: account}
			h.links = append(h.links, directory.LinkChange{Link: directory.Link{Relation: l.Relation, To: to}, Remove: l.Remove})
			h.ids = append(h.ids, id)
		}
		if len(missing.IDs) > 0 {
			h.missing = append(h.missing, missing)
		}
	}
	c.Links = h.links
	return c, nil
}

// report takes outcomes from the target.
func (w *wave) report(outcomes ...directory.Outcome) error {
	noted := make([]ledger.Noted, 0, len(outcomes))
	w.mu.Lock()
	for _, o := range outcomes {
		h := w.handed[o.Seq]
		switch {
		case h == nil: // it was not handed over, or is final
		case o.State == directory.Part:
			h.parts = append(h.parts, o)
		case open(o):
			w.open = append(w.open, o)
		default:
			delete(w.handed, o.Seq)
			noted = append(noted, w.note(h, o))
		}
	}
	w.mu.Unlock()
	return w.notes.add(noted)
}

// open reports whether a change may still be done: whoever goes on with a plan
// that was stopped tries it again, and only where nobody stopped it, it failed.
func open(o directory.Outcome) bool {
	var unknown directory.Unknown
	var busy directory.Busy
	return o.State == directory.Failed && (errors.As(o.Err, &unknown) || errors.As(o.Err, &busy))
}

// settle notes the changes that may have been done, once all others are.
func (w *wave) settle() error {
	var noted []ledger.Noted
	for _, o := range w.open {
		h := w.handed[o.Seq]
		delete(w.handed, o.Seq)
		noted = append(noted, w.note(h, o))
	}
	return w.notes.add(noted)
}

// outcome returns what became of a change, as the ledger keeps it.
func (h *handed) outcome(o directory.Outcome) ledger.Outcome {
	for _, part := range h.parts {
		o.Made = o.Made || part.Made
		o.Set, o.Was = o.Set.Over(part.Set), part.Was.Over(o.Was)
		o.Links, o.Refused = append(o.Links, part.Links...), append(o.Refused, part.Refused...)
		o.Kept = o.Kept.Over(part.Kept)
	}
	out := ledger.Outcome{Seq: o.Seq, State: o.State, ID: o.Ref.ID, At: o.Ref.At, Made: o.Made, Handle: o.Handle}
	out.Code, out.Message = failure(o.Err)
	out.Refused = h.refused(o.Refused)
	out.Set, out.Was = o.Set, o.Was
	if !h.Tried.IsZero() && o.State == directory.Done {
		out.Set, out.Was = h.Set, h.Was // what is so now, and was not seen to be, is our doing
	}
	out.Kept = o.Kept
	asked := o.State == directory.Done && len(h.missing) == 0 && !h.finds() && slices.Equal(out.Set, h.Set) && slices.Equal(out.Was, h.Was)
	whole := len(o.Links) == len(h.links)
	if !asked || !whole {
		h.sort(&out, o)
		whole = linked(out.Links) == len(h.links)
	}
	if asked && whole {
		out.AsAsked, out.Set, out.Was, out.Links = true, nil, nil, nil
	}
	return out
}

// finds reports whether links are to be added that were seen to be there.
func (h *handed) finds() bool {
	return slices.ContainsFunc(h.Change.Links, func(l ledger.Links) bool {
		return l.Because == ledger.BecauseFound || l.Because == ledger.BecauseRelinked
	})
}

// linked counts links.
func linked(links []ledger.Links) int {
	n := 0
	for _, l := range links {
		n += len(l.IDs)
	}
	return n
}

// sort tells the links that were changed from those that were so before, which are
// not ours. Of a change that was tried before nobody knows which those are: what
// the target was not seen to have counts as ours.
func (h *handed) sort(out *ledger.Outcome, o directory.Outcome) {
	type key struct {
		relation directory.Relation
		id       string
		remove   bool
	}
	changed, refused := map[key]bool{}, map[key]bool{}
	for _, l := range o.Links {
		changed[key{l.Relation, l.To.ID, l.Remove}] = true
	}
	for _, f := range o.Refused {
		refused[key{f.Relation, f.To.ID, f.Remove}] = true
	}
	at := 0
	out.Links, out.Found = nil, nil
	for _, l := range h.Change.Links {
		did, found := l, ledger.Linked{Relation: l.Relation}
		did.IDs = nil
		for ; at < len(h.ids) && l.IDs.Has(h.ids[at]) && h.links[at].Relation == l.Relation && h.links[at].Remove == l.Remove; at++ {
			k := key{l.Relation, h.links[at].To.ID, l.Remove}
			done := !refused[k] && o.State == directory.Done
			switch {
			case l.Because == ledger.BecauseRelinked && done:
				did.IDs = append(did.IDs, h.ids[at])
			case l.Because == ledger.BecauseFound && done: // also where a lost answer lets the target claim it
				found.Found = append(found.Found, h.ids[at])
			case changed[k], done && !h.Tried.IsZero():
				did.IDs = append(did.IDs, h.ids[at])
			case done && !l.Remove:
				found.Found = append(found.Found, h.ids[at])
			}
		}
		if len(did.IDs) > 0 {
			out.Links = append(out.Links, did)
		}
		if len(found.Found) > 0 {
			out.Found = append(out.Found, found)
		}
	}
}

// refused returns the links that could not be changed.
func (h *handed) refused(failures []directory.LinkFailure) []ledger.Refused {
	var refused []ledger.Refused
	for _, missing := range h.missing {
		code, message := failure(directory.Waits{For: directory.Ref{Kind: missing.Relation.To()}})
		refused = append(refused, ledger.Refused{Links: missing, Code: code, Message: message})
	}
	for _, f := range failures {
		at := slices.IndexFunc(h.links, func(l directory.LinkChange) bool {
			return l.Relation == f.Relation && l.Remove == f.Remove && l.To.ID == f.To.ID
		})
		if at < 0 {
			continue
		}
		code, message := failure(f.Err)
		links := ledger.Links{Relation: f.Relation, Remove: f.Remove, IDs: ledger.IDs{h.ids[at]}}
		last := len(refused) - 1
		if last >= 0 && refused[last].Code == code && refused[last].Links.Relation == f.Relation && refused[last].Links.Remove == f.Remove {
			refused[last].Links.IDs = refused[last].Links.IDs.With(links.IDs)
			continue
		}
		refused = append(refused, ledger.Refused{Links: links, Code: code, Message: message})
	}
	return refused
}
