package embedded

import (
	"slices"
	"sync"

	"rollbook/internal/directory"
)

// line holds the effects that were prepared and not applied yet, in their
// order. Nobody holds it for long: who writes must not wait for who works out
// what is to be written next.
type line struct {
	mu      sync.Mutex
	pending []*pending
	written []*batch // since known was last brought up to date
	doubt   bool     // known may be of a state that did not come to be
}

// pending are effects that were prepared.
type pending struct {
	effects  []directory.Effect
	batch    *batch // what they come to; nil where that is not known, or no longer
	applying bool
}

func (l *line) add(p *pending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending = append(l.pending, p)
}

// next returns the first that is not worked out, and what the ones before it
// come to; nil where there is none, or where that is not known.
func (l *line) next() (p *pending, before []*batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.pending {
		switch {
		case p.batch != nil:
			before = append(before, p.batch)
		case p.applying:
			return nil, nil
		default:
			return p, before
		}
	}
	return nil, nil
}

// worked takes what effects come to after batches, and reports whether that is
// still so.
func (l *line) worked(p *pending, b *batch, before []*batch) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.applying {
		return false
	}
	for _, one := range before {
		if one.outdated {
			return false
		}
	}
	p.batch = b
	return true
}

// start returns what effects that are to be applied now come to, nil where that
// is not known.
func (l *line) start(p *pending) *batch {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := slices.Index(l.pending, p); at > 0 {
		l.outdate() // those before were given up
		l.pending = slices.Delete(l.pending, 0, at)
	}
	p.applying = true
	return p.batch
}

// end takes over what became of the first that was pending: b is how it was
// worked out, and done how it was done. What was worked out after it holds only
// if both are the same.
func (l *line) end(b, done *batch, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b == nil || done != b || err != nil {
		l.outdate()
	}
	l.pending = slices.Delete(l.pending, 0, 1)
	l.note(b, done, err)
}

// other takes over what was done beside the line.
func (l *line) other(done *batch, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.note(nil, done, err)
}

func (l *line) note(b, done *batch, err error) {
	switch {
	case err == nil:
		l.written = append(l.written, done)
	case done != b:
		l.doubt = true
	}
}

// outdate has what is pending be worked out anew.
func (l *line) outdate() {
	for _, p := range l.pending {
		if p.batch != nil {
			p.batch.outdated = true
		}
		p.batch = nil
	}
}

// news returns what was written since it was last asked, and whether what is
// known is in doubt.
func (l *line) news() (written []*batch, doubt bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	written, doubt = l.written, l.doubt
	l.written, l.doubt = nil, false
	return written, doubt
}
