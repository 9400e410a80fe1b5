package plan

import "rollbook/internal/roster"

// cursor walks a sequence that is sorted by ID beside another one.
type cursor[T any] struct {
	ahead[T]
	id func(T) roster.ID

	block block[T] // the present one
	next  int      // the first element of it that was not passed
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
