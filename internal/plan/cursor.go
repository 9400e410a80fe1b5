package plan

import (
	"context"
	"iter"

	"rollbook/internal/roster"
)

// cursor walks a sequence that is sorted by ID beside another one. A goroutine
// of its own reads the sequence ahead, a block at a time: what is decoded from
// two tables takes two processors.
type cursor[T any] struct {
	blocks <-chan block[T]
	cancel context.CancelFunc
	id     func(T) roster.ID

	block block[T] // the present one
	next  int      // the first element of it that was not passed
}

type block[T any] struct {
	elements []T
	err      error // after them
}

// blockSize is how many elements are handed over at once, and aheadBlocks how
// many blocks wait at most.
const (
	blockSize   = 256
	aheadBlocks = 2
)

// newCursor begins to read. keep returns an element as it may be kept when the
// next one is yielded. The caller must call stop.
func newCursor[T any](ctx context.Context, read func(context.Context) iter.Seq2[T, error], id func(T) roster.ID, keep func(T) T) *cursor[T] {
	ctx, cancel := context.WithCancel(ctx)
	blocks := make(chan block[T], aheadBlocks)
	go func() {
		defer close(blocks)
		b := block[T]{elements: make([]T, 0, blockSize)}
		for element, err := range read(ctx) {
			if err != nil {
				b.err = err
				break
			}
			if b.elements = append(b.elements, keep(element)); len(b.elements) < blockSize {
				continue
			}
			blocks <- b
			b.elements = make([]T, 0, blockSize)
		}
		blocks <- b
	}()
	return &cursor[T]{blocks: blocks, cancel: cancel, id: id}
}

// stop ends the reading, at the end of the sequence or before.
func (c *cursor[T]) stop() {
	c.cancel()
	for range c.blocks { // until the goroutine has ended
		continue
	}
}

// at returns the element with an ID, having passed those before it.
func (c *cursor[T]) at(id roster.ID) (T, bool, error) {
	var none T
	for {
		for ; c.next < len(c.block.elements); c.next++ {
			switch at := c.id(c.block.elements[c.next]); {
			case at == id:
				return c.block.elements[c.next], true, nil
			case at > id:
				return none, false, nil
			}
		}
		if c.block.err != nil {
			return none, false, c.block.err
		}
		var open bool
		if c.block, open = <-c.blocks; !open {
			return none, false, nil
		}
		c.next = 0
	}
}
