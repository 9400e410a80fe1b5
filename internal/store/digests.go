package store

import (
	"fmt"

	"rollbook/internal/roster"
)

// joinDigests returns the digests of the parts that a kind has, as they are stored.
func joinDigests(kind roster.Kind, digests roster.Digests) []byte {
	joined := make([]byte, 0, len(digests)*len(roster.Digest{}))
	for _, d := range digests[:kind.Parts()] {
		joined = append(joined, d[:]...)
	}
	return joined
}

func splitDigests(joined []byte, digests *roster.Digests) error {
	const size = len(roster.Digest{})
	if len(joined)%size != 0 || len(joined) > size*len(digests) {
		return fmt.Errorf("the digests of a record have %d bytes", len(joined))
	}
	*digests = roster.Digests{}
	for i := range len(joined) / size {
		digests[i] = roster.Digest(joined[i*size : (i+1)*size])
	}
	return nil
}
