package embedded

import (
	"context"
	"fmt"
)

// indexFor makes the indexes that the legs of a list are read along and that a
// load would rather not fill: when somebody first asks, which takes a second at
// a million rows.
func (d *Directory) indexFor(ctx context.Context, table string, parts []leg) error {
	if err := d.indexToRead(ctx); err != nil || !d.indexed.Load() {
		return err
	}
	for _, part := range parts {
		sql := ""
		if table == "directory_user" {
			switch part.column {
			case "given_folded":
				sql = "CREATE INDEX IF NOT EXISTS directory_user_given ON directory_user (given_folded)"
			case "surname_folded":
				sql = "CREATE INDEX IF NOT EXISTS directory_user_surname ON directory_user (surname_folded)"
			case "account_enabled":
				sql = "CREATE INDEX IF NOT EXISTS directory_user_enabled ON directory_user (account_enabled)"
			}
		}
		if sql == "" {
			continue
		}
		if _, done := d.made.Load(sql); done {
			continue
		}
		if err := d.exec(ctx, sql); err != nil {
			return fmt.Errorf("index directory: %w", err)
		}
		d.made.Store(sql, true)
	}
	return nil
}
