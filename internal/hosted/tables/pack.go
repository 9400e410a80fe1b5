package tables

import (
	"encoding/binary"
	"errors"
)

var errPacked = errors.New("packed memberships are damaged")

// pack writes ascending numbers as varints of the differences between them: two
// bytes a member where those of a class were not created together.
func pack(sorted []int64) []byte {
	packed := make([]byte, 0, 3*len(sorted))
	last := int64(0)
	for _, num := range sorted {
		packed = binary.AppendUvarint(packed, uint64(num-last))
		last = num
	}
	return packed
}

func unpack(packed []byte) ([]int64, error) {
	var sorted []int64
	last := int64(0)
	for len(packed) > 0 {
		difference, size := binary.Uvarint(packed)
		if size <= 0 {
			return nil, errPacked
		}
		last += int64(difference)
		sorted = append(sorted, last)
		packed = packed[size:]
	}
	return sorted, nil
}
