package run

import (
	"context"
	"time"

	"rollbook/internal/ledger"
)

// What became of changes is noted together: at most so many, and so late.
const (
	notesTogether = 2000
	notesWithin   = 100 * time.Millisecond
)

// notes writes what became of changes into the ledger, in a goroutine of its own,
// while the target works on.
type notes struct {
	noted chan []ledger.Noted
	ended chan struct{} // closed when the last note is written
	dead  chan struct{} // closed when a write failed
	err   error         // of that write; read after dead or ended
}

func startNotes(ctx context.Context, l ledger.Ledger, plan int64) *notes {
	n := &notes{noted: make(chan []ledger.Noted, 1), ended: make(chan struct{}), dead: make(chan struct{})}
	go func() {
		defer close(n.ended)
		n.write(func(together []ledger.Noted) error { return l.Note(ctx, plan, together) })
	}()
	return n
}

// write writes what comes, until no more does.
func (n *notes) write(note func([]ledger.Noted) error) {
	var together []ledger.Noted
	var late <-chan time.Time
	flush := func() {
		if len(together) > 0 && n.err == nil {
			if n.err = note(together); n.err != nil {
				close(n.dead)
			}
		}
		together, late = nil, nil
	}
	for {
		select {
		case some, more := <-n.noted:
			if !more {
				flush()
				return
			}
			if together = append(together, some...); len(together) >= notesTogether {
				flush()
			} else if late == nil {
				late = time.After(notesWithin)
			}
		case <-late:
			flush()
		}
	}
}

// add takes what became of changes. It returns the error of an earlier write.
func (n *notes) add(noted []ledger.Noted) error {
	if len(noted) == 0 {
		return nil
	}
	select {
	case <-n.dead:
		return n.err
	default:
	}
	select {
	case <-n.dead:
		return n.err
	case n.noted <- noted:
		return nil
	}
}

// close waits until everything is written.
func (n *notes) close() error {
	close(n.noted)
	<-n.ended
	return n.err
}
