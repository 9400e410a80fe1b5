package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"rollbook/internal/private"
	"rollbook/internal/store/schema"
)

const listTables = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`

// Look reads what the database file at path says of itself, and writes nothing to
// it. A file that is missing, or empty, says nothing. It returns schema.ErrNewer,
// ErrOlder or ErrForeign where Open would refuse the file.
func Look(ctx context.Context, path string) (schema.Known, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return schema.Known{}, fmt.Errorf("open %s: %w", path, err)
	}
	known, err := inspect(ctx, absolute)
	if err != nil {
		return schema.Known{}, fmt.Errorf("open %s: %w", path, err)
	}
	return known, nil
}

func inspect(ctx context.Context, path string) (schema.Known, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return schema.Known{}, nil
	}
	if err != nil {
		return schema.Known{}, err
	}
	known, err := ask(ctx, path, "mode=ro")
	if code(err) == sqlite3.SQLITE_READONLY_ROLLBACK {
		// A program that was making the file died: what it had begun is rolled back
		// by whoever reads it first.
		known, err = ask(ctx, path, "mode=rw")
	}
	return known, translate(path, err)
}

func ask(ctx context.Context, path, mode string) (schema.Known, error) {
	connector, err := modernc.NewConnector(source(path, mode+"&_pragma=busy_timeout(5000)"))
	if err != nil {
		return schema.Known{}, err
	}
	files, err := migrationFiles()
	if err != nil {
		return schema.Known{}, err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	db.SetMaxOpenConns(1)
	return schema.Look(ctx, db, listTables, files)
}

func code(err error) int {
	if failure, ok := errors.AsType[*modernc.Error](err); ok {
		return failure.Code()
	}
	return 0
}

// keepPrivate makes the file, where there is none, for this account alone, and
// takes from others what they may do with one that is there, and with the files
// that SQLite keeps beside it, which it makes with the modes of the file.
func keepPrivate(path string) error {
	if err := private.Make(path); err != nil {
		return err
	}
	for _, beside := range []string{"-wal", "-shm"} {
		if err := private.Close(path + beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
