package dbtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"rollbook/internal/store/postgres"
)

// server is a PostgreSQL server that tests make databases in.
type server struct {
	url      *url.URL // of its maintenance database
	template string   // the name of a database that has the schema and no rows
	copying  sync.Mutex
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
// times as fast as bringing the schema of each up to date.
func (s *server) makeTemplate(ctx context.Context) error {
	s.template = "rollbook_template_" + suffix()
	if err := s.exec(ctx, "CREATE DATABASE "+s.template); err != nil {
		return err
	}
	db, err := postgres.Open(ctx, s.database(s.template))
	if err != nil {
		return fmt.Errorf("make template: %w", err)
	}
	return db.Close()
}

// create returns the URL of a new database. Copies are made one at a time, as
// the server wants the template to itself.
func (s *server) create(ctx context.Context) (string, error) {
	s.copying.Lock()
	defer s.copying.Unlock()
	name := "rollbook_test_" + suffix()
	if err := s.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+s.template); err != nil {
		return "", err
	}
	return s.database(name), nil
}

func (s *server) drop(address string) error {
	parsed, err := url.Parse(address)
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(parsed.Path, "/")
	return s.exec(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

func (s *server) database(name string) string {
	other := *s.url
	other.Path = "/" + name
	return other.String()
}

func (s *server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.url.String())
	if err != nil {
		return fmt.Errorf("connect to the test server: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

func suffix() string { return strings.ToLower(rand.Text()) }
