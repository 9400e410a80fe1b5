package feed

import (
	"context"

	"rollbook/internal/roster"
)

// prefetch reads what is known beside the reading of the feed, kind by kind in
// the order in which it is needed.
type prefetch struct {
	kinds  map[roster.Kind]chan knownKind
	cancel context.CancelFunc
	ended  chan struct{}
}

// knownKind is all that is known of one kind.
type knownKind struct {
	index   *index         // of a kind that has keys
	entries []knownContent // of a kind that hangs on another
	err     error
}

// knownContent is what is known of a record that hangs on another.
type knownContent struct {
	id     roster.ID
	digest roster.Digest
}

func newPrefetch(ctx context.Context, known Known) *prefetch {
	ctx, cancel := context.WithCancel(ctx)
	p := &prefetch{kinds: map[roster.Kind]chan knownKind{}, cancel: cancel, ended: make(chan struct{})}
	for _, kind := range roster.Kinds() {
		p.kinds[kind] = make(chan knownKind, 1)
	}
	go func() {
		defer close(p.ended)
		for _, kind := range roster.Kinds() {
			p.kinds[kind] <- readKnown(ctx, known, kind)
		}
	}()
	return p
}

// take returns what is known of a kind. It may be called once for each.
func (p *prefetch) take(kind roster.Kind) knownKind { return <-p.kinds[kind] }

// stop ends the reading.
func (p *prefetch) stop() {
	p.cancel()
	<-p.ended
}

func readKnown(ctx context.Context, known Known, kind roster.Kind) (k knownKind) {
	hangs := kind == roster.KindAffiliations || kind == roster.KindDetails || kind == roster.KindRoll
	if !hangs {
		k.index = newIndex(kind)
	}
	for entry, err := range known.Entries(ctx, kind) {
		if err != nil {
			return knownKind{err: err}
		}
		if hangs {
			k.entries = append(k.entries, knownContent{entry.ID, entry.Digest})
		} else {
			k.index.add(entry)
		}
	}
	return k
}
