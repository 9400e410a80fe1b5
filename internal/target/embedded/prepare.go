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
	p := &pending{effects: effects}
	d.line.add(p)
	if err := d.catchUp(ctx); err != nil {
		return nil, fmt.Errorf("prepare for directory: %w", err)
	}
	return func(ctx context.Context) ([]directory.Outcome, error) {
		done, err := d.applyPending(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("apply to directory: %w", err)
		}
		return done.outcomes, nil
	}, nil
}

// catchUp works out what is pending and not worked out, as far as it is known
// what went before.
func (d *Directory) catchUp(ctx context.Context) error {
	for {
		p, before := d.line.next()
		if p == nil {
			return nil
		}
		b, err := d.workOut(ctx, p.effects, before)
		if err != nil || b == nil || !d.line.worked(p, b, before) {
			return err
		}
	}
}

// workOut returns what effects come to after batches that are not written, or
// nil where the objects cannot be looked up without loading all of them.
func (d *Directory) workOut(ctx context.Context, effects []directory.Effect, before []*batch) (*batch, error) {
	b := newBatch(d.newID, d.now(), len(effects))
	ready := false
	err := d.db.Read(ctx, func(tx store.Tx) (err error) {
		if ready, err = d.beginAfter(ctx, tx, b, effects, before); err != nil || !ready {
			return err
		}
		return b.load(ctx, tx, effects, before...)
	})
	if err != nil || !ready {
		return nil, err
	}
	return b, b.tryAll(effects)
}

// beginAfter begins a batch with the state that the ones before leave, and
// reports whether that can be told.
func (d *Directory) beginAfter(ctx context.Context, tx store.Tx, b *batch, effects []directory.Effect, before []*batch) (bool, error) {
	stored, err := readState(ctx, tx)
	if err != nil {
		return false, err
	}
	b.state = stored
	if last := len(before) - 1; last >= 0 {
		b.state = before[last].state
	}
	b.base = b.state.version
	known := d.current()
	switch {
	case !leadOn(before, stored.version), known != nil && !leadOn(before, known.version):
		return false, nil
	case known != nil && len(before) == 0 && known.version != stored.version:
		return false, nil
	case known != nil:
		b.users.lookups, b.groups.lookups = known.users.lookups(d.hash), known.groups.lookups(d.hash)
	case d.worthLoading(stored):
		return false, nil
	default:
		d.debt += lookupsOf(effects)
		if err := b.find(ctx, tx, d.hash, effects); err != nil {
			return false, err
		}
	}
	for _, one := range before {
		b.users.follow(one.users.lookups)
		b.groups.follow(one.groups.lookups)
	}
	return true, nil
}

// leadOn reports whether batches lead on from a version of the directory: it is
// that before them, or some of them are written in it.
func leadOn(batches []*batch, version int64) bool {
	return len(batches) == 0 || version == batches[0].base ||
		slices.ContainsFunc(batches, func(b *batch) bool { return version == b.state.version })
}

// applyPending applies effects as they were worked out, or anew where the
// directory is otherwise.
func (d *Directory) applyPending(ctx context.Context, p *pending) (*batch, error) {
	if err := d.writing.lock(ctx); err != nil {
		return nil, err
	}
	defer d.writing.unlock()
	if err := d.indexBefore(ctx, p.effects); err != nil {
		return nil, err
	}
	b := d.line.start(p)
	if b == nil {
		// Whoever prepares now waits: then there is something to go on from.
		if err := d.turn.lock(ctx); err != nil {
			return nil, err
		}
		defer d.turn.unlock()
	}
	var done *batch
	err := d.db.WriteBulk(ctx, func(tx store.Tx) (err error) {
		if err := tx.Lock(ctx, "directory_state"); err != nil {
			return err
		}
		done, err = d.applyAs(ctx, tx, b, p.effects)
		return err
	})
	d.line.end(b, done, err)
	return done, err
}

// applyAs writes a batch as it was worked out, or works it out anew.
func (d *Directory) applyAs(ctx context.Context, tx store.Tx, b *batch, effects []directory.Effect) (*batch, error) {
	if b == nil {
		return d.apply(ctx, tx, effects)
	}
	s, err := readState(ctx, tx)
	if err != nil {
		return b, err
	}
	if s.version == b.base {
		return b, b.flush(ctx, tx)
	}
	if err := d.turn.lock(ctx); err != nil {
		return b, err
	}
	defer d.turn.unlock()
	return d.apply(ctx, tx, effects)
}
