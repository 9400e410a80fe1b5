package dbtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"time"

	"github.com/jackc/pgx/v5"
)

var errNoPostgres = errors.New("no initdb and postgres on $PATH or under /usr/lib/postgresql, " +
	"and ROLLBOOK_TEST_POSTGRES is not set")

// keeper starts the server and waits for its own standard input to end, which
// it does when the test process ends, also when that is killed. Then it stops
// the server and removes its folder.
const keeper = `"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
	-c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB -c max_wal_size=4GB >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$2"`

// startCluster starts a server that only this process can reach, through a
// socket in a folder of its own. It returns its URL and the lifeline: the server
// stops when that is closed, or collected as garbage, or the process ends.
func startCluster() (address string, lifeline io.Closer, err error) {
	binaries, err := findBinaries()
	if err != nil {
		return "", nil, err
	}
	folder, err := os.MkdirTemp("", "rollbook-postgres-")
	if err != nil {
		return "", nil, err
	}
	if lifeline, err = start(binaries, folder); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(folder))
	}
	address = "postgres:///postgres?user=rollbook&host=" + url.QueryEscape(folder)
	return address, lifeline, waitFor(address, folder)
}

func start(binaries, folder string) (io.Closer, error) {
	attributes, err := unprivileged(folder)
	if err != nil {
		return nil, err
	}
	initialize := exec.Command(filepath.Join(binaries, "initdb"), "-D", filepath.Join(folder, "data"),
		"--username=rollbook", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	initialize.Dir = folder
	initialize.SysProcAttr = attributes
	if output, err := initialize.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, output)
	}
	keep := exec.Command("/bin/sh", "-c", keeper, "sh", binaries, folder)
	keep.Dir = "/"
	keep.SysProcAttr = attributes
	lifeline, err := keep.StdinPipe()
	if err != nil {
		return nil, err
	}
	return lifeline, keep.Start()
}

// findBinaries returns the folder of initdb and postgres, the newest version
// where Debian has several.
func findBinaries() (string, error) {
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	sort.Sort(sort.Reverse(sort.StringSlice(folders)))
	if found, err := exec.LookPath("initdb"); err == nil {
		folders = append([]string{filepath.Dir(found)}, folders...)
	}
	for _, folder := range folders {
		if _, err := exec.LookPath(filepath.Join(folder, "postgres")); err == nil {
			return folder, nil
		}
	}
	return "", errNoPostgres
}

func waitFor(address, folder string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			return conn.Close(ctx)
		}
		if ctx.Err() != nil {
			log, _ := os.ReadFile(filepath.Join(folder, "log"))
			return fmt.Errorf("PostgreSQL did not start: %w: %s", err, log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
