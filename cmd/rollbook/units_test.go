package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const unitFolder = "../../packaging/systemd"

// units returns the text of systemd's files by name.
func units(t *testing.T) map[string]string {
	t.Helper()
	files, err := os.ReadDir(unitFolder)
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v, %v", files, err)
	}
	texts := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(unitFolder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		texts[f.Name()] = string(text)
	}
	return texts
}

// settings returns the values of a setting in a unit.
func settings(text, name string) []string {
	var values []string
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return values
}

// TestUnits has systemd look at its files, as they are but for the program, which
// it wants to be there.
func TestUnits(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI=true, and systemd-analyze is not there")
		}
		t.Skip("systemd-analyze is not there: systemd's files are not checked")
	}
	dir := t.TempDir()
	var paths []string
	for name, text := range units(t) {
		path := filepath.Join(dir, name)
		text = strings.ReplaceAll(text, "/usr/local/bin/rollbook ", "/bin/true ")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	// Whatever it says is wrong: a setting that it does not know is only a warning.
	slices.Sort(paths)
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", append([]string{"verify", "--man=no"}, paths...)...).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

// TestUnitsRunCommandsThatThereAre has the program read the command lines of the units.
func TestUnitsRunCommandsThatThereAre(t *testing.T) {
	t.Parallel()
	found := 0
	for name, text := range units(t) {
		for _, line := range settings(text, "ExecStart") {
			args := strings.Fields(line)
			if args[0] != "/usr/local/bin/rollbook" {
				continue
			}
			found++
			args = slices.DeleteFunc(args[1:], func(arg string) bool { return strings.HasPrefix(arg, "$ROLLBOOK") })
			var out, errs bytes.Buffer
			s := streams{in: strings.NewReader(""), out: &out, err: &errs}
			if status := execute(context.Background(), s, append(args, "--help"), func(string) string { return "" }); status != exitDone {
				t.Errorf("%s: %q ends with status %d: %s", name, line, status, &errs)
			}
		}
	}
	if found != 2 {
		t.Errorf("%d units run the program, want the server and the nightly run", found)
	}
}

// TestUnitsAreAsDocumented has the documentation show the files as they are.
func TestUnitsAreAsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/running.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range units(t) {
		if !strings.Contains(string(page), "```ini\n"+text+"```\n") {
			t.Errorf("docs/running.md does not show %s as it is", name)
		}
	}
}

// TestUnitsSayWhatMatters names what a unit was seen to lack.
func TestUnitsSayWhatMatters(t *testing.T) {
	t.Parallel()
	texts := units(t)
	for name, want := range map[string]map[string]string{
		"rollbook.service": {
			"User": "rollbook", "StateDirectoryMode": "0700", "UMask": "0077", "WantedBy": "multi-user.target", "OnFailure": "rollbook-failed@%n.service",
		},
		"rollbook-sync.service": {
			"User": "rollbook", "StateDirectoryMode": "0700", "UMask": "0077", "SuccessExitStatus": "3", "OnFailure": "rollbook-failed@%n.service",
		},
		"rollbook-sync.timer": {"Persistent": "yes", "WantedBy": "timers.target"},
	} {
		for setting, value := range want {
			if got := settings(texts[name], setting); !slices.Equal(got, []string{value}) {
				t.Errorf("%s: %s is %q, want %q", name, setting, got, value)
			}
		}
	}
	serve := settings(texts["rollbook.service"], "ExecStart")[0]
	for _, want := range []string{"--listen :8443", "--host %H"} {
		if !strings.Contains(serve, want) {
			t.Errorf("the server is not started with %s: others than this machine do not reach it", want)
		}
	}
	// A lease is taken over from a process that is gone, and one that is hidden
	// looks gone.
	for name, text := range texts {
		for _, hides := range []string{"ProtectProc", "PrivatePIDs", "ProcSubset", "DynamicUser"} {
			if got := settings(text, hides); got != nil {
				t.Errorf("%s has %s=%q: processes of other users would look as if they were gone", name, hides, got)
			}
		}
	}
}
