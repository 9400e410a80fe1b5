package ldapserver

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"rollbook/internal/directory"
)

// pack is how many changes are looked up together before they are done side by side.
const pack = 200

// Apply implements directory.Target. What the changes are to is read in a few calls for
// many of them; then each takes one call, and a rename one more.
func (t *Target) Apply(ctx context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	var some []directory.Change
	for c := range changes {
		if some = append(some, c); len(some) < pack && ctx.Err() == nil {
			continue
		}
		if err := t.applyPack(ctx, some, report); err != nil {
			return err
		}
		some = nil
	}
	return errors.Join(t.applyPack(ctx, some, report), ctx.Err())
}

// applyPack does a pack: the accounts before the groups, which hold where accounts stand.
// Once something fails that makes going on senseless, the rest is not tried.
func (t *Target) applyPack(ctx context.Context, changes []directory.Change, report func(...directory.Outcome) error) error {
	var failed error
	for _, kind := range directory.Kinds() {
		some := slices.DeleteFunc(slices.Clone(changes), func(c directory.Change) bool { return c.Ref.Kind != kind })
		if len(some) == 0 {
			continue
		}
		outcomes, err := untried(some, failed), error(nil)
		if failed == nil {
			outcomes, err = t.applyKind(ctx, some)
		}
		failed = errors.Join(failed, err, report(outcomes...))
	}
	return errors.Join(failed, ctx.Err())
}

// untried are the outcomes of changes that were not tried.
func untried(changes []directory.Change, why error) []directory.Outcome {
	outcomes := make([]directory.Outcome, len(changes))
	for i, c := range changes {
		outcomes[i] = directory.Outcome{Seq: c.Seq, Ref: c.Ref, State: directory.Failed, Err: directory.Busy{All: true, Text: fmt.Sprintf("it was not tried: %v", why)}}
	}
	return outcomes
}

// applyKind does changes to objects of one kind, some at a time.
func (t *Target) applyKind(ctx context.Context, changes []directory.Change) ([]directory.Outcome, error) {
	known, err := t.known(ctx, changes)
	if err != nil {
		return untried(changes, err), err
	}
	if err := t.clear(ctx, changes, known); err != nil {
		return untried(changes, err), err
	}
	outcomes := make([]directory.Outcome, len(changes))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(side, len(changes)) {
		workers.Go(func() {
			for i := range next {
				outcomes[i] = t.apply(ctx, changes[i], known)
			}
		})
	}
	for i := range changes {
		next <- i
	}
	close(next)
	workers.Wait()
	return outcomes, nil
}

// known are the objects that changes are to, or may be in the way of.
type known struct {
	byID     map[string]entry
	byAnchor map[directory.Kind]map[string]entry
}

// find returns the object that a change is to: by its ID, or by the anchor of one without.
func (k known) find(ref directory.Ref) (is entry, there bool) {
	if ref.ID == "" && ref.Anchor != "" {
		is, there = k.byAnchor[ref.Kind][ref.Anchor]
		return is, there
	}
	is, there = k.byID[ref.ID]
	return is, there
}

// known reads what the changes of a pack are to, and who is linked by them.
func (t *Target) known(ctx context.Context, changes []directory.Change) (known, error) {
	k := known{map[string]entry{}, map[directory.Kind]map[string]entry{}}
	ids, anchors := map[directory.Kind][]string{}, map[directory.Kind][]string{}
	var linked []string
	for _, c := range changes {
		if c.Ref.ID != "" {
			ids[c.Ref.Kind] = append(ids[c.Ref.Kind], c.Ref.ID)
		} else if c.Ref.Anchor != "" {
			anchors[c.Ref.Kind] = append(anchors[c.Ref.Kind], c.Ref.Anchor)
		}
		if anchor, set := c.Set.Get(directory.Anchor); set && anchor != "" {
			anchors[c.Ref.Kind] = append(anchors[c.Ref.Kind], anchor)
		}
		for _, l := range c.Links {
			if _, met := t.people.dn(l.To.ID); !met {
				linked = append(linked, l.To.ID)
			}
		}
	}
	for _, kind := range directory.Kinds() {
		k.byAnchor[kind] = map[string]entry{}
		byAnchor := Equals(t.layout.kind(kind).Attributes[directory.Anchor])
		for _, look := range []struct {
			filter func(string) string
			values []string
		}{{t.layout.byID, ids[kind]}, {byAnchor, anchors[kind]}} {
			entries, err := t.lookUp(ctx, kind, look.filter, look.values)
			if err != nil {
				return k, err
			}
			for _, e := range entries {
				k.byID[t.layout.id(e)] = e
				if anchor := t.layout.ref(e).Anchor; anchor != "" {
					k.byAnchor[kind][anchor] = e
				}
			}
		}
	}
	return k, t.meetSome(ctx, linked)
}

// meetSome finds where people stand. Where they are many, everybody is read.
func (t *Target) meetSome(ctx context.Context, ids []string) error {
	if len(ids) > page {
		return t.meet(ctx)
	}
	entries, err := t.lookUp(ctx, directory.Account, t.layout.byID, ids)
	for _, e := range entries {
		t.people.put(t.layout.id(e), e.DN)
	}
	return err
}

// apply does one change.
func (t *Target) apply(ctx context.Context, c directory.Change, k known) directory.Outcome {
	w := write{Target: t, change: c, known: k, out: directory.Outcome{Seq: c.Seq, Ref: c.Ref, State: directory.Done}}
	if err := ctx.Err(); err != nil {
		w.fail(failure(c.Ref, err))
		return w.out
	}
	is, there := k.find(c.Ref)
	switch {
	case c.Verb == directory.Delete:
		w.delete(ctx, is, there)
	case there:
		w.update(ctx, is)
	case c.Verb == directory.Create && c.Ref.ID == "":
		w.create(ctx)
	default:
		w.fail(directory.NotFound{Ref: c.Ref})
	}
	return w.out
}
