package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

// nicknames picks mail nicknames that no other group of Rollbook's has. Those
// in use are read when the first is picked: most plans make no group.
type nicknames struct {
	groups iter.Seq2[ledger.Object, error]
	used   map[string]bool // in lower case: mail addresses are compared so
}

// mostNickname is the longest mail nickname (Entra ID: mailNickname).
const mostNickname = 64

func (n *nicknames) load() error {
	if n.used != nil {
		return nil
	}
	n.used = map[string]bool{}
	for group, err := range n.groups {
		if err != nil {
			return err
		}
		n.note(group)
	}
	return nil
}

// note notes the nickname that a group has.
func (n *nicknames) note(group ledger.Object) {
	if name, ok := group.Written.Get(directory.MailNickname); ok {
		n.used[strings.ToLower(name)] = true
	}
}

// pick returns the nickname of a class that has none yet: "Section_" and what
// of its identifier may stand in an address, with a short hash where two
// identifiers would become one.
func (n *nicknames) pick(sourcedID string) (string, error) {
	if err := n.load(); err != nil {
		return "", err
	}
	name := "Section_" + strings.Map(addressable, sourcedID)
	if len(name) > mostNickname {
		name = name[:mostNickname]
	}
	if n.used[strings.ToLower(name)] || name == "Section_" {
		sum := sha256.Sum256([]byte(sourcedID))
		suffix := "-" + hex.EncodeToString(sum[:4])
		name = name[:min(len(name), mostNickname-len(suffix))] + suffix
	}
	n.used[strings.ToLower(name)] = true
	return name, nil
}

func addressable(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '.', r == '_', r == '-':
		return r
	}
	return -1
}
