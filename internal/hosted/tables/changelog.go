package tables

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// changesKept is for how long it can be told what changed.
const changesKept = 30 * 24 * time.Hour

// changed is what one version changed. It costs a row for each batch and a byte
// or two for each object, so a first load hardly notices.
type changed struct {
	version                int64
	own                    bool // Rollbook did it, and nobody asked for it
	users, groups, rosters []int64
	details
}

// details are what cannot be read from the tables any more.
type details struct {
	Users  []deleted `json:"users,omitempty"`
	Groups []deleted `json:"groups,omitempty"`
	Moves  []move    `json:"moves,omitempty"`
}

type deleted struct {
	Num   int64  `json:"num"`
	ID    string `json:"id"`
	Class bool   `json:"class,omitempty"` // it was the group of a class
}

// move is who came to a group as member and who went. A group that nobody
// belonged to before has none: all who are in it came.
type move struct {
	Group int64   `json:"group"`
	Came  []int64 `json:"came,omitempty"`
	Went  []int64 `json:"went,omitempty"`
}

// record returns what the batch changed, under the version that it reaches.
func (b *batch) record() changed {
	c := changed{version: b.state.version}
	for num, row := range b.users.rows {
		if row.dirty {
			c.users = append(c.users, num)
		}
		if row.deleted {
			c.Users = append(c.Users, deleted{Num: num, ID: row.value.ID})
		}
	}
	for num, row := range b.groups.rows {
		if row.dirty {
			c.groups = append(c.groups, num)
		}
		if row.deleted {
			_, _, class := row.value.Class()
			c.Groups = append(c.Groups, deleted{Num: num, ID: row.value.ID, Class: class})
		}
	}
	for num, within := range b.within {
		if !within.dirty {
			continue
		}
		c.rosters = append(c.rosters, num)
		if within.before != nil {
			c.Moves = append(c.Moves, within.moved(num))
		}
	}
	return c
}

func (m *memberships) moved(group int64) move {
	return move{Group: group, Came: without(m.members, m.before.members), Went: without(m.before.members, m.members)}
}

// without returns what is in a and not in b, both of which ascend.
func without(a, b []int64) []int64 {
	var rest []int64
	for _, num := range a {
		if _, found := slices.BinarySearch(b, num); !found {
			rest = append(rest, num)
		}
	}
	return rest
}

// row returns the row of directory_change, without the time.
func (c changed) row() ([]any, error) {
	var more any
	if len(c.Users)+len(c.Groups)+len(c.Moves) > 0 {
		text, err := json.Marshal(c.details)
		if err != nil {
			return nil, fmt.Errorf("changes of directory: %w", err)
		}
		more = string(text)
	}
	slices.Sort(c.users)
	slices.Sort(c.groups)
	slices.Sort(c.rosters)
	return []any{c.version, pack(c.users), pack(c.groups), pack(c.rosters), more}, nil
}

// logChange writes a row, and forgets those that are too old.
func logChange(ctx context.Context, tx store.Tx, row []any, own bool, now time.Time) error {
	_, err := tx.Exec(ctx, "INSERT INTO directory_change (version, users, sets, rosters, details, own, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		append(row[:len(row):len(row)], own, now.Unix())...)
	if err != nil {
		return fmt.Errorf("changes of directory: %w", err)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM directory_change WHERE changed_at < $1", now.Add(-changesKept).Unix()); err != nil {
		return fmt.Errorf("forget changes of directory: %w", err)
	}
	return nil
}

// eachChange calls each for the versions after one up to another, in their
// order. It returns hosted.ErrForgotten, having called each for some or none, where one
// of them is not known any more.
func eachChange(ctx context.Context, tx store.Tx, after, upTo int64, each func(changed) error) error {
	next := after + 1
	sql := "SELECT version, users, sets, rosters, details, own FROM directory_change WHERE version > $1 AND version <= $2 ORDER BY version"
	err := store.Each(ctx, tx, sql, []any{after, upTo}, func(row store.Row) error {
		c, err := scanChanged(row)
		if err != nil {
			return err
		}
		if c.version != next {
			return hosted.ErrForgotten
		}
		next++
		return each(c)
	})
	if err == nil && next != upTo+1 {
		err = hosted.ErrForgotten
	}
	return err
}

func scanChanged(row store.Row) (changed, error) {
	var c changed
	var users, groups, rosters []byte
	var more *string
	if err := row.Scan(&c.version, &users, &groups, &rosters, &more, &c.own); err != nil {
		return c, err
	}
	var err [4]error
	c.users, err[0] = unpack(users)
	c.groups, err[1] = unpack(groups)
	c.rosters, err[2] = unpack(rosters)
	if more != nil {
		err[3] = json.Unmarshal([]byte(*more), &c.details)
	}
	return c, errors.Join(err[:]...)
}
