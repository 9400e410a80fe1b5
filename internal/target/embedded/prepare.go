package embedded

import (
	"context"
	"fmt"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/store"
)

// Prepare implements directory.Preparer: it works out what is to be written
// from the state that the batches before will have left, while those are being
// written. Where the directory turns out to be otherwise in the end, because
// somebody changed it or one of them failed, the batch is worked out anew, in
// the transaction that writes it.
func (d *Directory) Prepare(ctx context.Context, _ string, effects []directory.Effect) (directory.Prepared, error) {
	if err := d.turn.lock(ctx); err != nil {
		return nil, fmt.Errorf("prepare for directory: %w", err)
	}
	defer d.turn.unlock()
	b, err := d.workOut(ctx, effects)
	if err != nil {
		return nil, fmt.Errorf("prepare for directory: %w", err)
	}
	if b != nil {
		d.prepared = append(d.prepared, b)
	}
	return func(ctx context.Context) ([]directory.Outcome, error) {
		if b == nil {
			return d.Apply(ctx, "", effects)
		}
		outcomes, err := d.applyPrepared(ctx, b, effects)
		if err != nil {
			return nil, fmt.Errorf("apply to directory: %w", err)
		}
		return outcomes, nil
	}, nil
}

// workOut returns the batch as it is to be written, or nil where it must wait
// for those before: objects cannot be looked up yet without loading all of
// them, or what was worked out before is outdated.
func (d *Directory) workOut(ctx context.Context, effects []directory.Effect) (*batch, error) {
	b := newBatch(d.newID, d.now(), len(effects))
	ready := false
	err := d.db.Read(ctx, func(tx store.Tx) (err error) {
		if ready, err = d.beginAfter(ctx, tx, b, effects); err != nil || !ready {
			return err
		}
		return b.load(ctx, tx, effects, d.prepared...)
	})
	if err != nil || !ready {
		return nil, err
	}
	return b, b.tryAll(effects)
}

// beginAfter begins a batch with the state that the prepared ones before leave,
// and reports whether there is such a state.
func (d *Directory) beginAfter(ctx context.Context, tx store.Tx, b *batch, effects []directory.Effect) (bool, error) {
	stored, err := readState(ctx, tx)
	if err != nil {
		return false, err
	}
	b.state = stored
	if last := len(d.prepared) - 1; last >= 0 {
		b.state = d.prepared[last].state
	}
	b.base = b.state.version
	known := stored.version
	if d.known != nil {
		known = d.known.version
	}
	switch {
	case !d.leadsOn(stored.version), !d.leadsOn(known), len(d.prepared) == 0 && known != stored.version:
		return false, nil
	case d.known != nil:
		b.users.lookups, b.groups.lookups = d.known.users.lookups(), d.known.groups.lookups()
	case d.worthLoading(stored):
		return false, nil
	default:
		d.debt += lookupsOf(effects)
		if err := b.find(ctx, tx, effects); err != nil {
			return false, err
		}
	}
	for _, before := range d.prepared {
		b.users.follow(before.users.lookups)
		b.groups.follow(before.groups.lookups)
	}
	return true, nil
}

// leadsOn reports whether the prepared batches that are not written in a version
// of the directory can follow on it.
func (d *Directory) leadsOn(version int64) bool {
	if len(d.prepared) == 0 {
		return true
	}
	for _, b := range d.prepared {
		if b.stale {
			return false
		}
	}
	return version == d.prepared[0].base || slices.ContainsFunc(d.prepared, func(b *batch) bool { return version == b.state.version })
}

// outdate makes the prepared batches be worked out anew.
func (d *Directory) outdate() {
	for _, b := range d.prepared {
		b.stale = true
	}
}

// follow makes lookups find what the batch before is going to write.
func (l *lookups) follow(before lookups) {
	l.id, l.anchor, l.name = l.id.after(before.id), l.anchor.after(before.anchor), l.name.after(before.name)
}

// after returns the lookup as it is once another one was written.
func (l lookup) after(before lookup) lookup {
	if len(before.written) == 0 {
		return l
	}
	stored := l.stored
	l.stored = func(key string) int64 {
		if num, ok := before.written[key]; ok {
			return num
		}
		return stored(key)
	}
	return l
}

// applyPrepared writes a batch that was worked out.
func (d *Directory) applyPrepared(ctx context.Context, b *batch, effects []directory.Effect) ([]directory.Outcome, error) {
	if err := d.writing.lock(ctx); err != nil {
		return nil, err
	}
	defer d.writing.unlock()
	if err := d.indexBefore(ctx, effects); err != nil {
		return nil, err
	}
	worked := d.isNext(b)
	var done *batch
	err := d.db.WriteBulk(ctx, func(tx store.Tx) error {
		s, err := readState(ctx, tx)
		if err != nil {
			return err
		}
		if worked && s.version == b.base {
			done = b
			return b.flush(ctx, tx)
		}
		done, err = d.applyAnew(ctx, tx, effects)
		return err
	})
	d.end(b, done, err)
	if err != nil {
		return nil, err
	}
	return done.outcomes, nil
}

// isNext reports whether a batch was worked out from what was applied last.
func (d *Directory) isNext(b *batch) bool {
	d.turn <- struct{}{}
	defer d.turn.unlock()
	return slices.Index(d.prepared, b) == 0 && !b.stale
}

// applyAnew is apply for a batch that was prepared in vain.
func (d *Directory) applyAnew(ctx context.Context, tx store.Tx, effects []directory.Effect) (*batch, error) {
	if err := d.turn.lock(ctx); err != nil {
		return nil, err
	}
	defer d.turn.unlock()
	return d.apply(ctx, tx, effects)
}

// end takes over what became of a prepared batch. What was prepared after it
// holds only if it was done as it was worked out.
func (d *Directory) end(b, done *batch, err error) {
	d.turn <- struct{}{}
	defer d.turn.unlock()
	at := slices.Index(d.prepared, b)
	d.prepared = slices.Delete(d.prepared, 0, at+1)
	if err != nil || done != b {
		d.outdate()
	}
	switch {
	case err == nil:
		d.advance(done)
	case done != b:
		d.known = nil // it may be of a state that did not come to be
	}
}
