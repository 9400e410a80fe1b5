package secret_test

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"rollbook/internal/flow"
	"rollbook/internal/secret"
)

var _ flow.Sealer = (*secret.Box)(nil)

func open(t *testing.T, dir string) *secret.Box {
	t.Helper()
	if err := secret.Make(dir, rand.Reader); err != nil {
		t.Fatal(err)
	}
	box, err := secret.Open(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	box := open(t, dir)
	for _, want := range []string{"", "pass", strings.Repeat("ü", 1000)} {
		sealed, err := box.Seal(want)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(sealed), "v1:") || want != "" && strings.Contains(string(sealed), want) {
			t.Errorf("%q is sealed as %q", want, sealed)
		}
		if again, err := box.Seal(want); again == sealed || err != nil {
			t.Errorf("sealed twice it is the same, %v", err)
		}
		if got, err := open(t, dir).Open(sealed); got != want || err != nil {
			t.Errorf("opened it is %q, %v, want %q", got, err, want)
		}
	}
}

func TestOpenRefusesWhatItDidNotSeal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sealed, err := open(t, dir).Seal("pass")
	if err != nil {
		t.Fatal(err)
	}
	tampered := sealed[:len(sealed)-6] + "AAAA=="
	for name, s := range map[string]flow.Sealed{"clear text": "pass", "empty": "", "no data": "v1:", "cut off": sealed[:9], "tampered": tampered, "no base64": "v1:%"} {
		if got, err := open(t, dir).Open(s); err == nil {
			t.Errorf("%s: opened as %q", name, got)
		}
	}
	if err := os.Remove(filepath.Join(dir, "keys", "secrets.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, dir).Open(sealed); err == nil || !strings.Contains(err.Error(), "secrets.key") {
		t.Errorf("without its key: %v, want an error that names the key file", err)
	}
}

func TestCodeAndKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	box, other := open(t, dir), open(t, t.TempDir())
	if box.Code("a") != open(t, dir).Code("a") {
		t.Error("equal secrets have different codes")
	}
	if box.Fingerprint() != open(t, dir).Fingerprint() || box.Fingerprint() == other.Fingerprint() {
		t.Error("the fingerprint does not tell keys apart")
	}
	if box.Code("a") == box.Code("b") || box.Code("a") == other.Code("a") {
		t.Error("different secrets, or different keys, have one code")
	}
	if string(box.Key("a")) == string(box.Key("b")) || string(box.Key("a")) != string(open(t, dir).Key("a")) {
		t.Error("keys do not depend on their purpose alone")
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "keys", "secrets.key")
	open(t, dir)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key file: %v, %v, want mode 0600", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("beside the key there is %v", left)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(dir, rand.Reader); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others may read: %v, want what to do", err)
	}
	if err := errors.Join(os.Chmod(path, 0o600), os.Truncate(path, 5)); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(dir, rand.Reader); err == nil || !strings.Contains(err.Error(), "5 bytes") {
		t.Errorf("half a key: %v", err)
	}
}

// TestOpenMakesNoKey: a new key in the place of a lost one would open nothing.
func TestOpenMakesNoKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := secret.Open(dir, rand.Reader); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
}

func TestNoKeyWithoutRandomness(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := secret.Make(dir, iotest.ErrReader(errors.New("no entropy"))); err == nil {
		t.Error("a key was made of nothing")
	}
	if _, err := os.Stat(filepath.Join(dir, "keys", "secrets.key")); err == nil {
		t.Error("a key file was left")
	}
}

func TestTwoFirstUsesShareOneKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	codes := make([]string, 8)
	var group sync.WaitGroup
	for i := range codes {
		group.Go(func() {
			err := secret.Make(dir, rand.Reader)
			if err != nil {
				t.Error(err)
				return
			}
			box, err := secret.Open(dir, rand.Reader)
			if err != nil {
				t.Error(err)
				return
			}
			codes[i] = box.Code("a")
		})
	}
	group.Wait()
	for _, c := range codes {
		if c != codes[0] {
			t.Fatalf("several keys: %v", codes)
		}
	}
}
