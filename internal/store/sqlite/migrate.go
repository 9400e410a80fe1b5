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

func migrate(ctx context.Context, dataSource string) error {
	connector, err := modernc.NewConnector(dataSource + "&_txlock=immediate")
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	db.SetMaxOpenConns(1)
	steps, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	// Where other processes do the same, who comes second at a step fails, and finds it
	// done: that can be so once a step.
	for range steps {
		if err = migrateOnce(ctx, db); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return migrateOnce(ctx, db)
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
