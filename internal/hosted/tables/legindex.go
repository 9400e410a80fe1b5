package tables

import (
	"context"
	"fmt"
)

// indexFor makes the indexes that the legs of a list are read along and that a
// load would rather not fill: when somebody first asks, which takes a second at
// a million rows.
func (d *Directory) indexFor(ctx context.Context, table string, parts []leg) error {
	if err := d.indexToRead(ctx); err != nil || table != "directory_user" {
		return err
	}
	for _, part := range parts {
		if err := d.indexUsersBy(ctx, part.column); err != nil {
			return err
		}
	}
	return nil
}

// indexUsersBy makes the index of a column, if it is one of those that are made
// when they are first wanted.
func (d *Directory) indexUsersBy(ctx context.Context, column string) error {
	name := listIndex(column)
	if _, made := d.made.Load(column); name == "" || made || !d.usersIndexed.Load() {
		return nil
	}
	if err := d.exec(ctx, "CREATE INDEX IF NOT EXISTS "+name+" ON directory_user ("+column+")"); err != nil {
		return fmt.Errorf("index directory: %w", err)
	}
	d.made.Store(column, true)
	return nil
}

// listIndex returns the name of the index of a column that only lists are read
// along, "" for other columns.
func listIndex(column string) string {
	switch column {
	case "display_folded":
		return "directory_user_display"
	case "given_folded":
		return "directory_user_given"
	case "surname_folded":
		return "directory_user_surname"
	case "mail_folded":
		return "directory_user_mail"
	case "account_enabled":
		return "directory_user_enabled"
	}
	return ""
}
