package run

import (
	"context"
	"iter"
)

// ahead yields what seq yields, and has the next element made in a goroutine of
// its own while the caller works on the one before.
func ahead[T any](ctx context.Context, seq func(ctx context.Context) iter.Seq2[T, error]) iter.Seq2[T, error] {
	type element struct {
		value T
		err   error
	}
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		elements := make(chan element, 1)
		go func() {
			defer close(elements)
			for value, err := range seq(ctx) {
				select {
				case elements <- element{value, err}:
				case <-ctx.Done():
					return
				}
			}
		}()
		defer func() {
			cancel()
			for range elements { // until the goroutine has ended
				continue
			}
		}()
		for e := range elements {
			if !yield(e.value, e.err) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			var none T
			yield(none, err)
		}
	}
}
