package jsclient_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const (
	packageFile = "package.json"
	lockFile    = "package-lock.json"
)

// install returns a folder node_modules with the packages that the lock file
// pins. It is made once for each lock file and kept in the checkout's cache.
func install(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			untested(t, tool+" is not installed")
		}
	}
	lock, err := os.ReadFile(lockFile)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(lock)
	cache := filepath.Join(root(t), ".cache", "clients-js")
	home := filepath.Join(cache, hex.EncodeToString(digest[:8]))
	modules := filepath.Join(home, "node_modules")
	if _, err := os.Stat(modules); err == nil {
		return modules
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	// Installed beside and then moved: a folder that is there is complete, also
	// where two test processes install at once.
	fresh, err := os.MkdirTemp(cache, "new-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(fresh) })
	copyTo(t, fresh, packageFile, lockFile)
	output(t, command(t, fresh, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"))
	if err := os.Rename(fresh, home); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	return modules
}

func untested(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s, and with CI=true nothing may be left out", reason)
	}
	t.Skipf("%s. Not tested: Microsoft's JavaScript client against the server", reason)
}

// place puts the script into a folder from which it finds its packages.
func place(t *testing.T, modules string) string {
	t.Helper()
	dir := t.TempDir()
	scripts, err := filepath.Glob("*.mjs")
	if err != nil {
		t.Fatal(err)
	}
	copyTo(t, dir, append(scripts, packageFile)...)
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func copyTo(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// build makes the program. The go command does not know that the test runs it,
// and repeats a result as long as no file that the test has looked at changes:
// so it looks at the sources.
func build(t *testing.T, dir string) string {
	t.Helper()
	for _, sources := range []string{"cmd", "internal"} {
		look := func(_ string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			_, err = entry.Info()
			return err
		}
		if err := filepath.WalkDir(filepath.Join(root(t), sources), look); err != nil {
			t.Fatal(err)
		}
	}
	bin := filepath.Join(dir, "rollbook")
	output(t, command(t, root(t), "go", "build", "-o", bin, "./cmd/rollbook"))
	return bin
}

// serve starts the server on a free port, returns its address, and stops it at
// the end of the test.
func serve(t *testing.T, bin, data string) string {
	t.Helper()
	output(t, command(t, filepath.Dir(bin), bin, "init", "--data", data))
	// The clients change the configuration so that nearly everybody leaves the groups,
	// and nobody is there to approve it.
	for _, rule := range []string{"membershipsRemoved", "peopleOutOfEverything", "groupsHalved", "groupsEmptied"} {
		output(t, command(t, filepath.Dir(bin), bin, "guard", "set", rule, "--off", "--data", data))
	}
	for _, rule := range []string{"membershipsRemoved", "peopleOutOfEverything"} {
		output(t, command(t, filepath.Dir(bin), bin, "guard", "set", rule, "--school", "--off", "--data", data))
	}
	cmd := exec.Command(bin, "serve", "--data", data, "--listen", "127.0.0.1:0")
	log, err := os.Create(filepath.Join(t.TempDir(), "serve.log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, cmd, log) })
	said := bufio.NewReader(out)
	first, err := said.ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(first), "Rollbook listens at ")
	if err != nil || !ok {
		t.Fatalf("serve said %q, %v", first, err)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	return url
}

func stop(t *testing.T, cmd *exec.Cmd, log *os.File) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	err := cmd.Wait()
	if err != nil {
		t.Errorf("serve ended with %v", err)
	}
	if text, _ := os.ReadFile(log.Name()); t.Failed() {
		t.Logf("the server's log:\n%s", text)
	}
	_ = log.Close()
}
