package embedded

import (
	"context"
	"fmt"
	"hash/maphash"

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
	hash             hasher
	id, anchor, name map[key]int64
}

// key stands for an ID, an anchor or a name: 128 bits of hash, which in practice
// no two texts share, take half the memory of the text.
type key [2]uint64

type hasher [2]maphash.Seed

func newHasher() hasher { return hasher{maphash.MakeSeed(), maphash.MakeSeed()} }

func (h hasher) key(text string) key {
	return key{maphash.String(h[0], text), maphash.String(h[1], text)}
}

func newNums(size int64) nums {
	return nums{
		hash:   newHasher(),
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
		n.id[n.hash.key(id)] = num
		if anchor != nil {
			n.anchor[n.hash.key(*anchor)] = num
		}
		if name != "" {
			n.name[n.hash.key(name)] = num
		}
	}
	return rows.Err()
}

// advance takes over what a batch has written.
func (n nums) advance(t lookups) {
	n.hash.advance(n.id, t.id.written)
	n.hash.advance(n.anchor, t.anchor.written)
	n.hash.advance(n.name, t.name.written)
}

func (h hasher) advance(known map[key]int64, written map[string]int64) {
	for text, num := range written {
		if num == 0 {
			delete(known, h.key(text))
		} else {
			known[h.key(text)] = num
		}
	}
}
