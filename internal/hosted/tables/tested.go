package tables

import (
	"cmp"
	"context"
	"errors"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// maxTested is how many objects a condition is asked of for one answer that needs
// all of them: a count, or a page in the order of IDs. A page that can go on where
// it stopped looks at maxScanned at a time.
const maxTested = 2_000_000

// tested returns the list with the tests of a condition, and the rest of the
// condition.
func (l list[T]) tested(f hosted.Filter) (list[T], hosted.Filter) {
	rest, tests := untested(f)
	if len(tests) > 0 {
		l.test = func(value T) bool {
			for _, t := range tests {
				if !t.Holds(value) {
					return false
				}
			}
			return true
		}
	}
	return l, rest
}

// untested returns a condition without its tests.
func untested(f hosted.Filter) (hosted.Filter, []hosted.Test) {
	switch f := f.(type) {
	case hosted.Test:
		return nil, []hosted.Test{f}
	case hosted.And:
		left, tests := untested(f.Left)
		right, more := untested(f.Right)
		switch {
		case left == nil:
			return right, append(tests, more...)
		case right == nil:
			return left, append(tests, more...)
		}
		return hosted.And{Left: left, Right: right}, append(tests, more...)
	}
	return f, nil
}

// rows returns how many rows to ask for where so many objects are wanted.
func (l list[T]) rows(size int) int {
	if l.test == nil {
		return size
	}
	return l.atMost() + 1
}

// atMost is how many objects are tested for one answer.
func (l list[T]) atMost() int { return cmp.Or(l.tests, maxTested) }

// each calls take for so many of the objects that a query returns, leaving out
// those that fail the test. Of too many that were looked at it returns
// hosted.ErrTooMany.
func (l list[T]) each(ctx context.Context, tx store.Tx, sql string, args []any, size int, take func(num int64, value T)) error {
	looked := 0
	err := store.Each(ctx, tx, sql, args, func(row store.Row) error {
		if size <= 0 {
			return errStop
		}
		num, value, err := l.scan(row)
		switch looked++; {
		case err != nil:
			return err
		case l.test == nil:
		case looked > l.atMost():
			return hosted.ErrTooMany
		case !l.test(value):
			return nil
		}
		size--
		take(num, value)
		return nil
	})
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}
