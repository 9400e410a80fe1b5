package adtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// What the domain is, and who writes to it.
const (
	Suffix   = "DC=school,DC=example"
	Admin    = "administrator@school.example"
	Password = "N0t a secret"
)

// Branch is a part of the domain that one test has for itself.
type Branch struct {
	URL, CA        string // CA is the certificate, in PEM
	People, Groups string // DNs
}

// server is the Samba of this process. It lives as long as lifeline is open.
type server struct {
	url, ca  string
	lifeline io.Closer
	alone    sync.Mutex // of the test that has a branch
	branches int
}

var theServer = sync.OnceValues(start)

var errNone = errors.New("samba-ad-dc is not installed, or this is not root")

// Open returns a new branch, the only one until the test ends: names are unique in the whole
// domain. Without Samba it skips the test, but for CI, which leaves nothing out.
func Open(t testing.TB) Branch {
	t.Helper()
	s, err := theServer()
	if errors.Is(err, errNone) && os.Getenv("CI") != "true" {
		t.Skip("NOT TESTED: Active Directory: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.alone.Lock()
	t.Cleanup(s.alone.Unlock)
	s.branches++
	base := fmt.Sprintf("OU=%d,%s", s.branches, Suffix)
	b := Branch{URL: s.url, CA: s.ca, People: "OU=People," + base, Groups: "OU=Groups," + base}
	c := b.Dial(t)
	for _, dn := range []string{base, b.People, b.Groups} {
		add := ldap.NewAddRequest(dn, nil)
		add.Attribute("objectClass", []string{"organizationalUnit"})
		if err := c.Add(add); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := c.Del(ldap.NewDelRequest(base, []ldap.Control{ldap.NewControlSubtreeDelete()})); err != nil {
			t.Error(err)
		}
	})
	return b
}

// Dial returns a connection with all rights.
func (b Branch) Dial(t testing.TB) *ldap.Conn {
	t.Helper()
	c, err := dial(b.URL, b.CA)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func dial(url, ca string) (*ldap.Conn, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(ca))
	c, err := ldap.DialURL(url, ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}))
	if err != nil {
		return nil, err
	}
	c.SetTimeout(time.Minute)
	if err := c.Bind(Admin, Password); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

const config = `[global]
	realm = SCHOOL.EXAMPLE
	workgroup = SCHOOL
	netbios name = DC1
	server role = active directory domain controller
	server services = ldap
	dsdb:schema update allowed = yes
	interfaces = ADDRESS/8
	bind interfaces only = yes
	private dir = DIR/d/private
	state directory = DIR/d/state
	cache directory = DIR/d/cache
	lock directory = DIR/d
	pid directory = DIR/d
	ncalrpc dir = DIR/d/ncalrpc
	log file = DIR/log
	tls certfile = DIR/cert.pem
	tls keyfile = DIR/key.pem
	tls cafile =
	vfs objects = dfs_samba4 acl_xattr xattr_tdb
	xattr_tdb:file = DIR/d/xattr.tdb
`

// start makes a domain, and starts its controller. A shell waits for the end of this process,
// however it comes, and ends the server.
func start() (*server, error) {
	tool, err := exec.LookPath("samba-tool")
	if err != nil || os.Geteuid() != 0 {
		return nil, errNone
	}
	samba, err := program()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "samba")
	if err != nil {
		return nil, err
	}
	address := net.IPv4(127, 77, byte(os.Getpid()>>8), byte(os.Getpid())|1) // of this process alone
	if err := provision(tool, dir, address.String()); err != nil {
		return nil, err
	}
	s := &server{url: "ldaps://" + address.String()}
	if s.ca, err = certificate(dir, address); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "d", "etc", "smb.conf")
	if err := os.WriteFile(file, []byte(strings.NewReplacer("DIR", dir, "ADDRESS", address.String()).Replace(config)), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command("sh", "-c", `"$1" -s "$2" -F --no-process-group -M single >"$3/out" 2>&1 & cat >/dev/null; kill $!; wait; rm -rf "$3"`, "samba", samba, file, dir)
	if s.lifeline, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return s, s.await()
}

// program returns where samba is.
func program() (string, error) {
	for _, name := range []string{"samba", "/usr/sbin/samba"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNone
}

func provision(tool, dir, address string) error {
	empty := filepath.Join(dir, "empty.conf")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		return err
	}
	cmd := exec.Command(tool, "domain", "provision", "-s", empty, "--realm=SCHOOL.EXAMPLE", "--domain=SCHOOL", "--adminpass="+Password, "--server-role=dc",
		"--dns-backend=NONE", "--host-name=dc1", "--host-ip="+address, "--targetdir="+filepath.Join(dir, "d"),
		"--option=interfaces="+address+"/8", "--option=bind interfaces only=yes",
		"--option=vfs objects=dfs_samba4 acl_xattr xattr_tdb", "--option=xattr_tdb:file="+filepath.Join(dir, "d", "xattr.tdb"))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("make a domain: %w\n%s", err, said.String())
	}
	return nil
}

// certificate makes one for an address, as Samba's own can have a negative serial number,
// which Go refuses to read.
func certificate(dir string, address net.IP) (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	now := time.Now()
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), IPAddresses: []net.IP{address},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		return "", err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return string(ca), errors.Join(
		os.WriteFile(filepath.Join(dir, "cert.pem"), ca, 0o600),
		os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
}

// await waits until the server answers.
func (s *server) await() error {
	var err error
	for range 1200 {
		var c *ldap.Conn
		if c, err = dial(s.url, s.ca); err == nil {
			return errors.Join(extend(c), c.Close())
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("samba at %s does not answer: %w", s.url, err)
}

// CoManagers is the attribute of a group that holds any number of owners. Exchange brings it;
// here it is made.
const CoManagers = "msExchCoManagedByLink"

// extend makes CoManagers an attribute of groups.
func extend(c *ldap.Conn) error {
	const schema = "CN=Schema,CN=Configuration," + Suffix
	add := ldap.NewAddRequest("CN=ms-Exch-Co-Managed-By-Link,"+schema, nil)
	for name, value := range map[string]string{
		"objectClass": "attributeSchema", "lDAPDisplayName": CoManagers, "attributeID": "1.3.6.1.4.1.32473.1.1", "linkID": "31200",
		"attributeSyntax": "2.5.5.1", "oMSyntax": "127", "oMObjectClass": "\x2B\x0C\x02\x87\x73\x1C\x00\x85\x4A", "isSingleValued": "FALSE",
	} {
		add.Attribute(name, []string{value})
	}
	now := ldap.NewModifyRequest("", nil)
	now.Add("schemaUpdateNow", []string{"1"})
	group := ldap.NewModifyRequest("CN=Group,"+schema, nil)
	group.Add("mayContain", []string{CoManagers})
	return errors.Join(c.Add(add), c.Modify(now), c.Modify(group), c.Modify(now))
}
