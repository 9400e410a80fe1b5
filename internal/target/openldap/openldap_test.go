package openldap_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
	"rollbook/internal/target/openldap"
	"rollbook/internal/target/targettest"
)

const (
	suffix   = "dc=school,dc=example"
	admin    = "cn=admin," + suffix
	password = "not a secret"
)

// server is a slapd of this process's own.
type server struct {
	url string
	cmd *exec.Cmd
}

var theServer = sync.OnceValues(start)

func TestMain(m *testing.M) {
	status := m.Run()
	if s, err := theServer(); err == nil && s != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		_ = os.RemoveAll(s.cmd.Dir)
	}
	os.Exit(status)
}

// start starts slapd; nil where there is none on this machine.
func start() (*server, error) {
	program, err := exec.LookPath("slapd")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/slapd"); err != nil {
			return nil, nil
		}
	}
	dir, err := os.MkdirTemp("", "slapd")
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{url: "ldap://" + listener.Addr().String()}
	_ = listener.Close()
	config := fmt.Sprintf(`include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload refint
moduleload ppolicy
pidfile %[1]s/pid
sizelimit 500
database mdb
suffix %[2]s
rootdn %[3]s
rootpw "%[4]s"
directory %[1]s
maxsize 1073741824
dbnosync
index objectClass,uid,cn,mail,employeeNumber,businessCategory,member,owner,entryUUID eq
overlay memberof
overlay ppolicy
`, dir, suffix, admin, password)
	if err := os.WriteFile(filepath.Join(dir, "slapd.conf"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	s.cmd = exec.Command(program, "-f", filepath.Join(dir, "slapd.conf"), "-h", s.url, "-d", "0")
	s.cmd.Dir = dir
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for range 600 {
		if c, err := s.dial(); err == nil {
			defer func() { _ = c.Close() }()
			add := ldap.NewAddRequest(suffix, nil)
			add.Attribute("objectClass", []string{"dcObject", "organization"})
			add.Attribute("dc", []string{"school"})
			add.Attribute("o", []string{"School"})
			return s, c.Add(add)
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, fmt.Errorf("slapd at %s does not answer", s.url)
}

func (s *server) dial() (*ldap.Conn, error) {
	c, err := ldap.DialURL(s.url)
	if err != nil {
		return nil, err
	}
	return c, c.Bind(admin, password)
}

func mustServer(t *testing.T) *server {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("slapd is not installed, and CI leaves nothing out")
		}
		t.Skip("NOT TESTED: OpenLDAP, as slapd is not installed")
	}
	return s
}

var folders atomic.Int64

// settings are those of a branch of the server's own, which is made.
func (s *server) settings(t *testing.T) openldap.Settings {
	t.Helper()
	base := fmt.Sprintf("ou=%d,%s", folders.Add(1), suffix)
	c, err := s.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for _, dn := range []string{base, "ou=people," + base, "ou=groups," + base} {
		add := ldap.NewAddRequest(dn, nil)
		add.Attribute("objectClass", []string{"organizationalUnit"})
		if err := c.Add(add); err != nil {
			t.Fatal(err)
		}
	}
	return openldap.Settings{
		URL: s.url, BindDN: admin, Lock: "pwdAccountLockedTime", Placeholders: []string{"cn=nobody", "cn=nothing"},
		People: openldap.Branch{Base: "ou=people," + base, Attributes: map[directory.Property]string{
			directory.ExternalID: "roomNumber", directory.Grade: "departmentNumber", directory.CourseTitle: "title",
		}},
		Groups: openldap.Branch{Base: "ou=groups," + base, Classes: []string{"extensibleObject"}, Attributes: map[directory.Property]string{
			directory.DisplayName: "displayName", directory.Description: "description", directory.CourseTitle: "title", directory.HasTeam: "employeeType",
		}},
	}
}

func open(t *testing.T, s openldap.Settings) *openldap.Target {
	t.Helper()
	target, err := openldap.Open(s, password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = target.Close() })
	return target
}

// The other hand is a client of its own, which knows nothing of what the target does.
func TestTarget(t *testing.T) {
	t.Parallel()
	s := mustServer(t)
	targettest.Run(t, func(t *testing.T) (directory.Target, targettest.Hand) {
		settings := s.settings(t)
		other := open(t, settings)
		return open(t, settings), func(ctx context.Context, c directory.Change) error {
			c.Seq = 1
			var failed error
			err := other.Apply(ctx, func(yield func(directory.Change) bool) { yield(c) }, func(outcomes ...directory.Outcome) error {
				failed = outcomes[0].Err
				return nil
			})
			return errors.Join(err, failed)
		}
	})
}
