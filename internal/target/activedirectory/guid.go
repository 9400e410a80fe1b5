package activedirectory

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// guidText returns an objectGUID as text. The first three of its parts have their bytes in
// reverse ([MS-DTYP] 2.3.4.2).
func guidText(raw []byte) string {
	id, err := uuid.FromBytes(swapped(raw))
	if err != nil {
		return ""
	}
	return id.String()
}

// guidFilter returns an objectGUID as a filter looks for it. What is none finds nothing.
func guidFilter(text string) string {
	id, err := uuid.Parse(text)
	if err != nil {
		id = uuid.Nil
	}
	var escaped strings.Builder
	for _, b := range swapped(id[:]) {
		fmt.Fprintf(&escaped, `\%02x`, b)
	}
	return escaped.String()
}

// swapped turns the bytes of a GUID round that stand in another order in text.
func swapped(raw []byte) []byte {
	if len(raw) != len(uuid.UUID{}) {
		return nil
	}
	return append([]byte{raw[3], raw[2], raw[1], raw[0], raw[5], raw[4], raw[7], raw[6]}, raw[8:]...)
}
