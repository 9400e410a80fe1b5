package feed

import "encoding/binary"

// arena keeps millions of short contents in few large pieces of memory, which
// the garbage collector need not look into.
type arena struct {
	chunks [][]byte
}

// place is where a content is: its chunk, from 1, and below that where in the
// chunk it begins. 0 is the place of no content.
type place uint64

const (
	bitsOfOffset = 20
	bytesInChunk = 1 << bitsOfOffset
)

// add keeps a copy of a content. One too long for a chunk has a larger one for
// itself, which it begins.
func (a *arena) add(content []byte) place {
	need := binary.MaxVarintLen64 + len(content)
	last := len(a.chunks) - 1
	if last < 0 || cap(a.chunks[last])-len(a.chunks[last]) < need {
		a.chunks = append(a.chunks, make([]byte, 0, max(bytesInChunk, need)))
		last++
	}
	offset := len(a.chunks[last])
	chunk := binary.AppendUvarint(a.chunks[last], uint64(len(content)))
	a.chunks[last] = append(chunk, content...)
	return place(last+1)<<bitsOfOffset | place(offset)
}

// get returns a content, which MUST NOT be modified.
func (a *arena) get(p place) []byte {
	if p == 0 {
		return nil
	}
	rest := a.chunks[p>>bitsOfOffset-1][p&(bytesInChunk-1):]
	length, size := binary.Uvarint(rest)
	return rest[size : size+int(length)]
}
