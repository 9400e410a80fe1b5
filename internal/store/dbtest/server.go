package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"rollbook/internal/store/postgres"
)

// server is a PostgreSQL server that tests make databases in.
type server struct {
	url      *url.URL  // of its maintenance database
	template string    // the name of a database that has the schema and no rows
	lifeline io.Closer // of a server of our own; it lives as long as this does
}

// theServer is the one server of the test process.
var theServer = sync.OnceValues(func() (*server, error) {
	s := &server{}
	address := os.Getenv("ROLLBOOK_TEST_POSTGRES")
	var err error
	if address == "" {
		if address, s.lifeline, err = startCluster(); err != nil {
			return nil, err
		}
	}
	if s.url, err = url.Parse(address); err != nil {
		return nil, fmt.Errorf("ROLLBOOK_TEST_POSTGRES: %w", err)
	}
	return s, s.makeTemplate(context.Background())
})

// makeTemplate makes the database that all others are copies of, which is ten
// times as fast as bringing the schema of each up to date. It is named after the
// migrations, so that test processes that share a server share it.
func (s *server) makeTemplate(ctx context.Context) error {
	sum, err := hashOf(postgres.Migrations())
	if err != nil {
		return err
	}
	s.template = "rollbook_template_" + sum
	return s.alone(ctx, func(conn *pgx.Conn) error {
		var exists bool
		err := conn.QueryRow(ctx, "SELECT count(*) > 0 FROM pg_database WHERE datname = $1", s.template).Scan(&exists)
		if err != nil || exists {
			return err
		}
		return s.buildTemplate(ctx, conn)
	})
}

// buildTemplate gives the template its name when it is complete: a test process
// may be killed on the way.
func (s *server) buildTemplate(ctx context.Context, conn *pgx.Conn) error {
	building := "rollbook_building_" + suffix()
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+building); err != nil {
		return err
	}
	db, err := postgres.Open(ctx, s.database(building))
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+building+" RENAME TO "+s.template)
	return err
}

// create returns the URL of a new database, a copy of another one.
func (s *server) create(ctx context.Context, original string) (string, error) {
	name := "rollbook_test_" + suffix()
	err := s.alone(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+original)
		return err
	})
	return s.database(name), err
}

// alone calls fn while no other test process does the like: the server wants a
// template to itself.
func (s *server) alone(ctx context.Context, fn func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.url.String())
	if err != nil {
		return fmt.Errorf("connect to the test server: %w", err)
	}
	// The lock is released with the connection.
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext('rollbook test template'))"); err != nil {
		return fmt.Errorf("lock template: %w", err)
	}
	if err := fn(conn); err != nil {
		return fmt.Errorf("make test database: %w", err)
	}
	return nil
}

func hashOf(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:8]), err
}

func (s *server) drop(address string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.url.String())
	if err != nil {
		return fmt.Errorf("connect to the test server: %w", err)
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+nameOf(address)+" WITH (FORCE)")
	return err
}

// nameOf returns the name of the database at an address that database returned.
func nameOf(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address[strings.LastIndexByte(address, '/')+1:]
}

func (s *server) database(name string) string {
	other := *s.url
	other.Path = "/" + name
	return other.String()
}

func suffix() string { return strings.ToLower(rand.Text()) }
