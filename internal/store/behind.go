package store

// Behind writes batches one after the other while the caller makes the next
// one. At most one batch waits, so that memory stays bounded.
type Behind[T any] struct {
	batches chan []T
	failed  chan struct{} // closed when a write failed
	ended   chan struct{} // closed when the last write ended
	err     error         // of the first write that failed; read after failed or ended
}

// WriteBehind begins to write behind the caller, who MUST call Close.
func WriteBehind[T any](write func(batch []T) error) *Behind[T] {
	b := &Behind[T]{batches: make(chan []T, 1), failed: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(b.ended)
		for batch := range b.batches {
			if b.err != nil {
				continue // so that nobody waits for a place
			}
			if b.err = write(batch); b.err != nil {
				close(b.failed)
			}
		}
	}()
	return b
}

// Put hands over a batch. It returns the error of an earlier one that failed.
func (b *Behind[T]) Put(batch []T) error {
	select {
	case <-b.failed:
		return b.err
	case b.batches <- batch:
		return nil
	}
}

// Close waits until everything is written.
func (b *Behind[T]) Close() error {
	close(b.batches)
	<-b.ended
	return b.err
}
