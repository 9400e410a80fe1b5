package tables

import (
	"context"
	"fmt"

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
	id, anchor, name *places
}

func newNums(size int64) nums {
	return nums{id: newPlaces(size), anchor: newPlaces(size), name: newPlaces(size)}
}

func loadKnown(ctx context.Context, tx store.Tx, s state, hash hasher) (*known, error) {
	k := &known{version: s.version, users: newNums(s.nextUser), groups: newNums(s.nextGroup)}
	if err := k.users.load(ctx, tx, hash, "SELECT num, id, anchor, upn_folded FROM directory_user"); err != nil {
		return nil, err
	}
	if err := k.groups.load(ctx, tx, hash, "SELECT num, id, anchor, '' FROM directory_group"); err != nil {
		return nil, err
	}
	return k, nil
}

func (n nums) load(ctx context.Context, tx store.Tx, hash hasher, sql string) error {
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
		n.id.set(hash.key(id), num)
		if anchor != nil {
			n.anchor.set(hash.key(*anchor), num)
		}
		if name != "" {
			n.name.set(hash.key(name), num)
		}
	}
	return rows.Err()
}

// follow brings what is known to the version that a batch has written.
func (k *known) follow(b *batch) {
	k.users.follow(b.users.lookups)
	k.groups.follow(b.groups.lookups)
	k.version = b.state.version
}

func (n nums) follow(t lookups) {
	n.id.follow(t.id.written)
	n.anchor.follow(t.anchor.written)
	n.name.follow(t.name.written)
}
