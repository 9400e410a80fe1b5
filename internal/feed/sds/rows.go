package sds

import (
	"context"
	"errors"
	"io"
	"strings"

	"rollbook/internal/feed"
)

const (
	batchRows = 1000
	batches   = 4 // in flight between the two goroutines
)

// batch is a run of rows on its way from the goroutine that splits to the one
// that checks. It is recycled, so its slices stop growing early.
type batch struct {
	fields  []string
	columns []int32 // of fields, where the file has quotes; else empty
	rows    []span
	inspect bool  // values may hold control characters
	err     error // why there are no more rows, io.EOF included
}

// span is one row of a batch.
type span struct {
	line       int
	start, end int // in fields
	columns    int // where its columns begin in columns, or -1
}

// blank reports whether a row has no values at all.
func (b *batch) blank(s span) bool {
	for _, v := range b.fields[s.start:s.end] {
		if v != "" && strings.TrimSpace(v) != "" {
			return false
		}
	}
	return true
}

// read hands the rows of the file to the receiver, then the findings.
func (t *table) read(ctx context.Context, to feed.Receiver) error {
	ctx, stop := context.WithCancel(ctx)
	full, free := make(chan *batch, batches), make(chan *batch, batches)
	for range batches {
		free <- &batch{}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.split(ctx, full, free)
	}()
	r := newRow(t)
	err := t.hand(ctx, r, to, full, free)
	stop()
	<-done
	if _, refused := errors.AsType[*refusal](err); err == nil || refused {
		if failed := r.tally.flush(to); failed != nil {
			return failed
		}
	}
	return err
}

// split fills batches until the file or the context ends.
func (t *table) split(ctx context.Context, full chan<- *batch, free <-chan *batch) {
	for {
		var b *batch
		select {
		case b = <-free:
		case <-ctx.Done():
			return
		}
		t.fill(b)
		full <- b
		if b.err != nil {
			return
		}
	}
}

// fill reads the next rows into a batch.
func (t *table) fill(b *batch) {
	b.fields, b.columns, b.rows = b.fields[:0], b.columns[:0], b.rows[:0]
	for len(b.rows) < batchRows && b.err == nil {
		t.guard.rowStart = t.csv.InputOffset()
		record, err := t.csv.Read()
		if err != nil {
			b.err = err
			break
		}
		t.line, _ = t.csv.FieldPos(0)
		s := span{line: t.line, start: len(b.fields), end: len(b.fields) + len(record), columns: -1}
		b.fields = append(b.fields, record...)
		if t.guard.quoted {
			s.columns = len(b.columns)
			for i := range record {
				_, column := t.csv.FieldPos(i)
				b.columns = append(b.columns, int32(column))
			}
		}
		b.rows = append(b.rows, s)
	}
	b.inspect = t.guard.quoted || t.guard.unusual
}

// hand checks rows and calls the receiver, until the file ends.
func (t *table) hand(ctx context.Context, r *row, to feed.Receiver, full <-chan *batch, free chan<- *batch) error {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case r.batch = <-full:
			if err := r.takeAll(to); err != nil {
				return err
			}
			if end := r.batch.err; errors.Is(end, io.EOF) {
				return t.cutOff(r)
			} else if end != nil {
				return t.broken(end)
			}
			free <- r.batch
		}
	}
	return ctx.Err()
}
