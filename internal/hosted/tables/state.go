package tables

import (
	"context"
	"fmt"
	"time"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// state is the one row of directory_state.
type state struct {
	version                     int64
	nextUser, nextGroup         int64
	usersIndexed, groupsIndexed bool
}

func readState(ctx context.Context, tx store.Tx) (state, error) {
	var s state
	err := tx.QueryRow(ctx, `SELECT version, next_user, next_group, users_indexed, groups_indexed FROM directory_state`).
		Scan(&s.version, &s.nextUser, &s.nextGroup, &s.usersIndexed, &s.groupsIndexed)
	if err != nil {
		return s, fmt.Errorf("read state of directory: %w", err)
	}
	return s, nil
}

func (s state) write(ctx context.Context, tx store.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE directory_state SET version = $1, next_user = $2, next_group = $3`,
		s.version, s.nextUser, s.nextGroup)
	if err != nil {
		return fmt.Errorf("write state of directory: %w", err)
	}
	return nil
}

// On SQLite, indexes in random order cost ten times what the rows do. So a
// first load fills tables without them, and they are made when it is over: when
// a batch creates fewer objects than bulk, or somebody wants to read and no bulk
// was loaded for a while. Those that only lists need are made when one is asked
// for (indexFor).
const (
	bulk        = 1000
	loadIsOver  = 10 * time.Second
	indexUsers  = "UPDATE directory_state SET users_indexed = TRUE"
	indexGroups = "UPDATE directory_state SET groups_indexed = TRUE"
)

// indexes returns the statements that make them, each of which is a transaction
// of its own: it holds up other writers for a second at a million rows.
func userIndexes() []string {
	return []string{
		"CREATE UNIQUE INDEX IF NOT EXISTS directory_user_anchor ON directory_user (anchor)",
		"CREATE UNIQUE INDEX IF NOT EXISTS directory_user_upn ON directory_user (upn_folded)",
		indexUsers,
	}
}

func groupIndexes() []string {
	return []string{
		"CREATE UNIQUE INDEX IF NOT EXISTS directory_group_anchor ON directory_group (anchor)",
		"CREATE INDEX IF NOT EXISTS directory_group_display ON directory_group (display_folded)",
		"CREATE INDEX IF NOT EXISTS directory_group_nickname ON directory_group (nickname_folded)",
		indexGroups,
	}
}

// indexBefore makes the indexes of the tables that hold something and of which
// the effects are no load.
func (d *Directory) indexBefore(ctx context.Context, effects []hosted.Effect) error {
	if d.indexed.Load() {
		return nil
	}
	users, groups := 0, 0
	for _, effect := range effects {
		switch effect.Kind {
		case hosted.CreateUser:
			users++
		case hosted.CreateGroup:
			groups++
		default: // the others make nothing
		}
	}
	if users >= bulk || groups >= bulk {
		d.lastBulk.Store(d.now().Unix())
	}
	return d.index(ctx, users < bulk, groups < bulk)
}

// indexToRead makes the indexes unless objects are being loaded. Reading is
// slow then, but right.
func (d *Directory) indexToRead(ctx context.Context) error {
	if d.indexed.Load() || d.now().Unix()-d.lastBulk.Load() < int64(loadIsOver/time.Second) {
		return nil
	}
	return d.index(ctx, true, true)
}

func (d *Directory) index(ctx context.Context, users, groups bool) error {
	var s state
	err := d.db.Read(ctx, func(tx store.Tx) (err error) {
		s, err = readState(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	var statements []string
	if users && !s.usersIndexed && s.nextUser > 1 {
		statements = append(statements, userIndexes()...)
	}
	if groups && !s.groupsIndexed && s.nextGroup > 1 {
		statements = append(statements, groupIndexes()...)
	}
	for _, sql := range statements {
		if err := d.exec(ctx, sql); err != nil {
			return fmt.Errorf("index directory: %w", err)
		}
	}
	d.indexed.Store(s.usersIndexed && s.groupsIndexed)
	d.usersIndexed.Store(s.usersIndexed)
	return nil
}

// unindexed reports whether a table that holds something has no indexes yet.
func (s state) unindexed() bool {
	return !s.usersIndexed && s.nextUser > 1 || !s.groupsIndexed && s.nextGroup > 1
}

func (d *Directory) exec(ctx context.Context, sql string) error {
	return d.db.Write(store.Unaudited(ctx), func(tx store.Tx) error {
		_, err := tx.Exec(ctx, sql)
		return err
	})
}
