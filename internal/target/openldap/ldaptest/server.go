package ldaptest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// What the server is, and who writes to it.
const (
	Suffix   = "dc=school,dc=example"
	Admin    = "cn=admin," + Suffix
	Password = "not a secret"
)

// Branch is a part of the server that one test has for itself.
type Branch struct {
	URL            string
	People, Groups string // DNs
}

// server is the slapd of this process. It lives as long as lifeline is open.
type server struct {
	url      string
	lifeline io.Closer
	branches atomic.Int64
}

var theServer = sync.OnceValues(start)

var errNone = errors.New("slapd is not installed")

// Open returns a new branch. Without slapd it skips the test, but for CI, which leaves
// nothing out.
func Open(t testing.TB) Branch {
	t.Helper()
	s, err := theServer()
	if errors.Is(err, errNone) && os.Getenv("CI") != "true" {
		t.Skip("NOT TESTED: OpenLDAP, as slapd is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	base := fmt.Sprintf("ou=%d,%s", s.branches.Add(1), Suffix)
	b := Branch{URL: s.url, People: "ou=people," + base, Groups: "ou=groups," + base}
	c := b.Dial(t)
	for _, dn := range []string{base, b.People, b.Groups} {
		add := ldap.NewAddRequest(dn, nil)
		add.Attribute("objectClass", []string{"organizationalUnit"})
		if err := c.Add(add); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// Dial returns a connection with all rights.
func (b Branch) Dial(t testing.TB) *ldap.Conn {
	t.Helper()
	c, err := dial(b.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func dial(url string) (*ldap.Conn, error) {
	c, err := ldap.DialURL(url)
	if err != nil {
		return nil, err
	}
	return c, c.Bind(Admin, Password)
}

// program returns where slapd is.
func program() (string, error) {
	for _, name := range []string{"slapd", "/usr/sbin/slapd", "/usr/libexec/slapd"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNone
}

const config = `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile DIR/pid
sizelimit 500
database mdb
suffix SUFFIX
rootdn ADMIN
rootpw "PASSWORD"
directory DIR
maxsize 1073741824
dbnosync
index objectClass,uid,cn,mail,employeeNumber,businessCategory,member,owner,entryUUID eq
overlay memberof
overlay ppolicy
`

// start starts slapd. A shell waits for the end of this process, however it comes, and ends
// the server.
func start() (*server, error) {
	slapd, err := program()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "slapd")
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer("DIR", dir, "SUFFIX", Suffix, "ADMIN", Admin, "PASSWORD", Password).Replace(config)
	file := filepath.Join(dir, "slapd.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{url: "ldap://" + listener.Addr().String()}
	if err := listener.Close(); err != nil {
		return nil, err
	}
	cmd := exec.Command("sh", "-c", `"$1" -f "$2" -h "$3" -d 0 & cat >/dev/null; kill $!; rm -rf "$4"`, "slapd", slapd, file, s.url, dir)
	if s.lifeline, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return s, s.await()
}

// await waits until the server answers, and makes its root.
func (s *server) await() error {
	var c *ldap.Conn
	var err error
	for range 1200 {
		if c, err = dial(s.url); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("slapd at %s does not answer: %w", s.url, err)
	}
	add := ldap.NewAddRequest(Suffix, nil)
	add.Attribute("objectClass", []string{"dcObject", "organization"})
	add.Attribute("dc", []string{"school"})
	add.Attribute("o", []string{"School"})
	return errors.Join(c.Add(add), c.Close())
}
