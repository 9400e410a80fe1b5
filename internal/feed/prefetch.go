package feed

import (
	"context"

	"rollbook/internal/roster"
)

// prefetch reads what is known beside the reading of the feed, kind by kind in
// the order in which it is needed.
type prefetch struct {
	kinds  map[roster.Kind]chan fetched
	cancel context.CancelFunc
	ended  chan struct{}
}

type fetched struct {
	index *index
	err   error
}

func newPrefetch(ctx context.Context, known Known) *prefetch {
	ctx, cancel := context.WithCancel(ctx)
	p := &prefetch{kinds: map[roster.Kind]chan fetched{}, cancel: cancel, ended: make(chan struct{})}
	for _, kind := range roster.Kinds() {
		p.kinds[kind] = make(chan fetched, 1)
	}
	go func() {
		defer close(p.ended)
		for _, kind := range roster.Kinds() {
			x, err := fetch(ctx, known, kind)
			p.kinds[kind] <- fetched{x, err}
		}
	}()
	return p
}

// take returns what is known of a kind. It may be called once for each.
func (p *prefetch) take(kind roster.Kind) (*index, error) {
	f := <-p.kinds[kind]
	return f.index, f.err
}

// stop ends the reading.
func (p *prefetch) stop() {
	p.cancel()
	<-p.ended
}

func fetch(ctx context.Context, known Known, kind roster.Kind) (*index, error) {
	last, err := known.Last(ctx)
	if err != nil {
		return nil, err
	}
	x := newIndex(kind, last.Totals.room(kind))
	x.numbers.elsewhere = known.Elsewhere(ctx, kind)
	for entry, err := range known.Entries(ctx, kind) {
		if err != nil {
			return nil, err
		}
		x.add(entry)
	}
	return x, nil
}
