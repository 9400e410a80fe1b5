package flow

import (
	"context"
	"slices"
)

// noun is what the part that all kinds of entity have in common needs to know
// of one of them.
type noun[E any] struct {
	kind Kind
	name string               // as messages call one
	list func(*Snapshot) *[]E // where a snapshot has them
	id   func(*E) *string

	// begin fills in what the service gives a new entity; nil for nothing but the ID.
	begin func(context.Context, *edit, *E) error
	// check brings an entity into its canonical form and returns what is wrong with it.
	check func(in *Snapshot, e *E) error
	// settle takes back what clients cannot change, moves the time of change,
	// and refuses a change of what may not change.
	settle func(ed *edit, old E, e *E) error
	// referrer names what refers to the entity and so keeps it from being
	// deleted; "" for nothing. It is nil where nothing can.
	referrer func(in *Snapshot, id string) string
}

// find returns the entity with the ID, and an Error of kind NotFound where
// there is none.
func (n noun[E]) find(in *Snapshot, id string) (E, error) {
	list := *n.list(in)
	i := n.index(list, id)
	if i < 0 {
		var none E
		return none, notFound(n.name, id)
	}
	return list[i], nil
}

func (n noun[E]) index(list []E, id string) int {
	return slices.IndexFunc(list, func(e E) bool { return *n.id(&e) == id })
}

// one returns the entity with the ID as it is now.
func one[E any](ctx context.Context, s *Service, n noun[E], id string) (E, error) {
	state, err := s.current(ctx)
	if err != nil {
		var none E
		return none, err
	}
	return n.find(state, id)
}

// all returns the entities of a kind as they are now, in the order of creation.
func all[E any](ctx context.Context, s *Service, n noun[E]) ([]E, error) {
	state, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(*n.list(state)), nil
}

// create makes a new entity in a change of its own.
func create[E any](ctx context.Context, s *Service, n noun[E], e E) (made E, err error) {
	err = s.change(ctx, func(ed *edit) error {
		made, err = insert(ctx, ed, n, e)
		return err
	})
	return made, err
}

// insert makes a new entity.
func insert[E any](ctx context.Context, ed *edit, n noun[E], e E) (E, error) {
	*n.id(&e) = ed.service.NewID()
	if n.begin != nil {
		if err := n.begin(ctx, ed, &e); err != nil {
			return e, err
		}
	}
	if err := n.check(&ed.state, &e); err != nil {
		return e, err
	}
	if err := observed(ctx, nil, e); err != nil {
		return e, err
	}
	return e, put(ctx, ed, n, e)
}

// update changes an entity. change sees its stored state, and no other change
// comes between.
func update[E any](ctx context.Context, s *Service, n noun[E], id string, change func(E) (E, error)) (made E, err error) {
	err = s.change(ctx, func(ed *edit) error {
		made, err = revise(ctx, ed, n, id, change)
		return err
	})
	return made, err
}

func revise[E any](ctx context.Context, ed *edit, n noun[E], id string, change func(E) (E, error)) (E, error) {
	old, err := n.find(&ed.state, id)
	if err != nil {
		return old, err
	}
	var own E // what the snapshot holds is shared; change may do as it likes with this one
	if err := ed.tx.Get(ctx, n.kind, id, &own); err != nil {
		return own, err
	}
	e, err := change(own)
	if err != nil {
		return e, err
	}
	*n.id(&e) = id
	if err := n.check(&ed.state, &e); err != nil {
		return e, err
	}
	if err := n.settle(ed, old, &e); err != nil {
		return e, err
	}
	if err := observed(ctx, old, e); err != nil {
		return e, err
	}
	return e, put(ctx, ed, n, e)
}

// put writes an entity and takes what was stored, which shares nothing with
// the caller's, into the state.
func put[E any](ctx context.Context, ed *edit, n noun[E], e E) error {
	id := *n.id(&e)
	if err := ed.tx.Put(ctx, n.kind, id, e); err != nil {
		return err
	}
	var stored E
	if err := ed.tx.Get(ctx, n.kind, id, &stored); err != nil {
		return err
	}
	list := n.list(&ed.state)
	if i := n.index(*list, id); i >= 0 {
		*list = slices.Clone(*list)
		(*list)[i] = stored
	} else {
		*list = append(slices.Clip(*list), stored)
	}
	return nil
}

// remove deletes an entity that nothing refers to.
func remove[E any](ctx context.Context, s *Service, n noun[E], id string) error {
	return s.change(ctx, func(ed *edit) error { return drop(ctx, ed, n, id) })
}

func drop[E any](ctx context.Context, ed *edit, n noun[E], id string) error {
	old, err := n.find(&ed.state, id)
	if err != nil {
		return err
	}
	if err := observed(ctx, old, nil); err != nil {
		return err
	}
	if n.referrer != nil {
		if by := n.referrer(&ed.state, id); by != "" {
			return conflict("", "the %s is in use by %s: delete or change that first", n.name, by)
		}
	}
	if err := ed.tx.Delete(ctx, n.kind, id); err != nil {
		return err
	}
	list := n.list(&ed.state)
	*list = slices.DeleteFunc(slices.Clone(*list), func(e E) bool { return *n.id(&e) == id })
	return nil
}
