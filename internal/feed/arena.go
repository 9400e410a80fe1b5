package feed

import "encoding/binary"

// arena keeps millions of short contents in few large pieces of memory, which
// the garbage collector need not look into.
type arena struct {
	chunks [][]byte
}

// place is where a content is; 0 is that of no content.
type place uint64

const bytesInChunk = 1 << 20

// add keeps a copy of a content.
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
	return place(last+1)<<32 | place(offset)
}

// get returns a content, which MUST NOT be modified.
func (a *arena) get(p place) []byte {
	if p == 0 {
		return nil
	}
	rest := a.chunks[p>>32-1][p&(1<<32-1):]
	length, size := binary.Uvarint(rest)
	return rest[size : size+int(length)]
}
