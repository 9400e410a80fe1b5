package tables

import (
	"context"
	"fmt"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// Apply does effects for Rollbook itself, in one transaction. A caller gives some
// thousand effects at a time: other writers wait meanwhile. Doing the same effects
// again changes nothing. Observe does not tell of what Apply did.
func (d *Directory) Apply(ctx context.Context, effects []hosted.Effect) ([]hosted.Outcome, error) {
	done, err := d.inTurn(ctx, effects, d.db.WriteBulk, d.apply)
	if err != nil {
		return nil, fmt.Errorf("apply to directory: %w", err)
	}
	return done.outcomes, nil
}

// inTurn has work make a batch of effects in a transaction, while nobody else in
// this process does, and takes over what it has written.
func (d *Directory) inTurn(ctx context.Context, effects []hosted.Effect,
	write func(context.Context, func(store.Tx) error) error,
	work func(context.Context, store.Tx, []hosted.Effect) (*batch, error),
) (*batch, error) {
	if err := d.turn.lock(ctx); err != nil {
		return nil, err
	}
	defer d.turn.unlock()
	if err := d.indexBefore(ctx, effects); err != nil {
		return nil, err
	}
	var done *batch
	err := write(ctx, func(tx store.Tx) (err error) {
		if err := tx.Lock(ctx, "directory_state"); err != nil {
			return err
		}
		done, err = work(ctx, tx, effects)
		return err
	})
	if err != nil {
		d.known = nil // it may be of a state that did not come to be
		return nil, err
	}
	if d.known != nil {
		d.known.follow(done)
	}
	return done, nil
}

// apply works out in memory what the effects do to the rows that they concern,
// and writes the result.
func (d *Directory) apply(ctx context.Context, tx store.Tx, effects []hosted.Effect) (*batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, err := d.begin(ctx, tx, effects)
	if err != nil {
		return nil, err
	}
	b.own = true
	if err := b.tryAll(effects); err != nil {
		return nil, err
	}
	return b, b.flush(ctx, tx)
}

// begin returns a batch that has read what the effects concern, and done nothing yet.
func (d *Directory) begin(ctx context.Context, tx store.Tx, effects []hosted.Effect) (*batch, error) {
	b := newBatch(d.newID, d.now(), len(effects))
	var err error
	if b.state, err = readState(ctx, tx); err != nil {
		return nil, err
	}
	if err := d.lookUp(ctx, tx, b, effects); err != nil {
		return nil, err
	}
	if err := b.load(ctx, tx, effects); err != nil {
		return nil, err
	}
	return b, nil
}

// lookupsWorthLoading is how many objects are loaded in the time of one lookup.
const lookupsWorthLoading = 3

// lookUp finds the objects that the effects name: in memory, where that is
// loaded or where so many were looked up by now that loading it costs less. A
// table without indexes leaves no choice.
func (d *Directory) lookUp(ctx context.Context, tx store.Tx, b *batch, effects []hosted.Effect) error {
	if d.known != nil && d.known.version != b.state.version {
		d.known = nil
	}
	d.debt += lookupsOf(effects)
	if d.known == nil && d.worthLoading(b.state) {
		var err error
		if d.known, err = loadKnown(ctx, tx, b.state, d.hash); err != nil {
			return err
		}
		d.debt = 0
	}
	if d.known != nil {
		b.users.lookups, b.groups.lookups = d.known.users.lookups(d.hash), d.known.groups.lookups(d.hash)
		return nil
	}
	return b.find(ctx, tx, d.hash, effects)
}

func lookupsOf(effects []hosted.Effect) int {
	n := 2 * len(effects)
	for _, effect := range effects {
		n += len(effect.Add) + len(effect.Remove)
	}
	return n
}

func (d *Directory) worthLoading(s state) bool {
	return s.unindexed() || int64(d.debt) > (s.nextUser+s.nextGroup)/lookupsWorthLoading
}
