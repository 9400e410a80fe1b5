package plan

import (
	"context"
	"iter"
)

// ahead reads a sequence in a goroutine of its own, a block at a time, while the
// caller works on what came before: what is decoded from the database takes one
// processor, and what is made of it another.
type ahead[T any] struct {
	blocks <-chan block[T]
	cancel context.CancelFunc
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

// readAhead begins to read. keep returns an element as it may be kept when the
// next one is yielded. The caller must call stop.
func readAhead[T any](ctx context.Context, read func(context.Context) iter.Seq2[T, error], keep func(T) T) ahead[T] {
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
	return ahead[T]{blocks, cancel}
}

// stop ends the reading, at the end of the sequence or before.
func (a ahead[T]) stop() {
	a.cancel()
	for range a.blocks { // until the goroutine has ended
		continue
	}
}

// all yields the elements, and stops.
func (a ahead[T]) all(yield func(T, error) bool) {
	defer a.stop()
	for b := range a.blocks {
		for _, element := range b.elements {
			if !yield(element, nil) {
				return
			}
		}
		if b.err != nil {
			var none T
			yield(none, b.err)
			return
		}
	}
}
