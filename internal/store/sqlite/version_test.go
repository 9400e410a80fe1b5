package sqlite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rollbook/internal/store"
)

// TestVersionOfSQLite: SQLite up to 3.51.2 can lose pages at a checkpoint of the
// WAL, which 3.53 certainly does not.
func TestVersionOfSQLite(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	var version string
	err := db.Read(t.Context(), func(tx store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT sqlite_version()").Scan(&version)
	})
	if err != nil {
		t.Fatal(err)
	}
	parts := regexp.MustCompile(`^3\.(\d+)\.`).FindStringSubmatch(version)
	if parts == nil || len(parts[1]) < 2 || parts[1] < "53" {
		t.Errorf("SQLite is %s, and must be 3.53 or later", version)
	}
}

// TestVersionOfLibc: the driver is generated for one version of
// modernc.org/libc, and misbehaves with any other.
func TestVersionOfLibc(t *testing.T) {
	t.Parallel()
	want := libcIn(t, filepath.Join(goList(t, "{{.Dir}}", "modernc.org/sqlite"), "go.mod"))
	if got := goList(t, "{{.Version}}", "modernc.org/libc"); got != want {
		t.Errorf("go.mod has modernc.org/libc %s, and the driver needs exactly %s", got, want)
	}
}

func goList(t *testing.T, format, module string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", format, module).Output()
	if err != nil {
		t.Fatalf("go list -m %s: %v", module, err)
	}
	return strings.TrimSpace(string(output))
}

func libcIn(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)modernc\.org/libc (v\S+)`).FindSubmatch(text)
	if found == nil {
		t.Fatalf("%s does not name modernc.org/libc", file)
	}
	return string(found[1])
}
