package embedded

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"

	"rollbook/internal/store"
)

// known is where every object of one version of the directory is: the num for
// each ID, anchor and name. A million accounts take 150 MB.
type known struct {
	version       int64
	users, groups nums
}

// nums leads from keys to nums.
type nums struct {
	id, anchor, name map[key]int64
}

// key stands for an ID, an anchor or a name: a UUID as it is, of other text 16
// bytes of a hash, which in practice no two share.
type key [16]byte

func keyOf(text string) key {
	if len(text) == 36 {
		if parsed, err := uuid.Parse(text); err == nil && parsed.String() == text {
			return key(parsed)
		}
	}
	sum := sha256.Sum256([]byte(text))
	return key(sum[:16])
}

func newNums(size int64) nums {
	return nums{
		id:     make(map[key]int64, size),
		anchor: make(map[key]int64, size),
		name:   make(map[key]int64, size),
	}
}

func loadKnown(ctx context.Context, tx store.Tx, s state) (*known, error) {
	k := &known{version: s.version, users: newNums(s.nextUser), groups: newNums(s.nextGroup)}
	if err := k.users.load(ctx, tx, "SELECT num, id, anchor, upn_folded FROM directory_user"); err != nil {
		return nil, err
	}
	if err := k.groups.load(ctx, tx, "SELECT num, id, anchor, '' FROM directory_group"); err != nil {
		return nil, err
	}
	return k, nil
}

func (n nums) load(ctx context.Context, tx store.Tx, sql string) error {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return fmt.Errorf("load directory: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var num int64
		var id, name string
		var anchor *string
		if err := rows.Scan(&num, &id, &anchor, &name); err != nil {
			return fmt.Errorf("load directory: %w", err)
		}
		n.id[keyOf(id)] = num
		if anchor != nil {
			n.anchor[keyOf(*anchor)] = num
		}
		if name != "" {
			n.name[keyOf(name)] = num
		}
	}
	return rows.Err()
}

// advance takes over what a batch has written.
func (n nums) advance(t lookups) {
	advance(n.id, t.id.written)
	advance(n.anchor, t.anchor.written)
	advance(n.name, t.name.written)
}

func advance(known map[key]int64, written map[string]int64) {
	for text, num := range written {
		if num == 0 {
			delete(known, keyOf(text))
		} else {
			known[keyOf(text)] = num
		}
	}
}
