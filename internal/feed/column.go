package feed

// column is a list of millions of values that never move: as it grows, nothing is
// copied, and nothing is there twice.
type column[T any] struct {
	chunks [][]T
}

const (
	bitsOfChunk   = 10
	valuesInChunk = 1 << bitsOfChunk
)

func (c *column[T]) add(value T) {
	last := len(c.chunks) - 1
	if last < 0 || len(c.chunks[last]) == valuesInChunk {
		c.chunks = append(c.chunks, make([]T, 0, valuesInChunk))
		last++
	}
	c.chunks[last] = append(c.chunks[last], value)
}

// at returns the value with a number, from 0, which may be changed.
func (c *column[T]) at(i int) *T { return &c.chunks[i>>bitsOfChunk][i&(valuesInChunk-1)] }
