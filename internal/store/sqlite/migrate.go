package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	modernc "modernc.org/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// attempts is how often the schema is brought up to date where another process
// is doing the same: the one that comes second fails, and finds it done.
const attempts = 3

func migrate(ctx context.Context, dataSource string) error {
	connector, err := modernc.NewConnector(dataSource + "&_txlock=immediate")
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	db.SetMaxOpenConns(1)
	for attempt := 1; ; attempt++ {
		err = migrateOnce(ctx, db)
		if err == nil || attempt == attempts || ctx.Err() != nil {
			return err
		}
	}
}

func migrationFiles() (fs.FS, error) { return fs.Sub(migrations, "migrations") }

func migrateOnce(ctx context.Context, db *sql.DB) error {
	files, err := migrationFiles()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
