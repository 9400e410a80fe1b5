package installation_test

import (
	"os"
	"path/filepath"
	"testing"

	"rollbook/internal/installation"
)

func TestTimeZoneOfTheMachine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	zone := filepath.Join(dir, "zoneinfo", "Europe", "Berlin")
	if err := os.MkdirAll(filepath.Dir(zone), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{zone: "", filepath.Join(dir, "copy"): ""} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, "localtime")
	if err := os.Symlink(zone, link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ environment, localtime, want string }{
		{"", link, "Europe/Berlin"},
		{":America/New_York", link, "America/New_York"},
		{"Nowhere/At_All", link, "UTC"},
		{"", filepath.Join(dir, "copy"), "UTC"},
		{"", filepath.Join(dir, "missing"), "UTC"},
	} {
		if got := installation.TimeZone(c.environment, c.localtime); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}
