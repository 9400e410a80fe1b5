package jsclient_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// timeout bounds a command, so that none outlives the test. Only one that hangs
// takes so long, also where the machine is busy.
const timeout = 20 * time.Minute

// permissions are those that the tour needs, and none that lets it read a
// single reference definition: being refused that is part of it.
func permissions() []string {
	return []string{
		"IndustryData-SourceSystem.ReadWrite.All", "IndustryData-DataConnector.ReadWrite.All",
		"IndustryData-TimePeriod.ReadWrite.All", "IndustryData-InboundFlow.ReadWrite.All",
		"IndustryData-OutboundFlow.ReadWrite.All", "IndustryData-Run.Start", "IndustryData.ReadBasic.All",
		"User.Read.All", "Group.Read.All",
	}
}

// allPermissions are those, and all reference definitions.
func allPermissions() []string {
	return append(permissions(), "IndustryData-ReferenceDefinition.ReadWrite.All")
}

// runScript runs a script of this folder against a server of its own, and reads
// the JSON object that it writes.
func runScript(t *testing.T, into any, permissions []string, script string, args ...string) {
	t.Helper()
	modules := install(t)
	dir := t.TempDir()
	bin := build(t, dir)
	data := filepath.Join(dir, "data")
	url := serve(t, bin, data)
	cmd := command(t, place(t, modules), "node", append([]string{script}, args...)...)
	cmd.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+filepath.Join(data, "tls", "ca.pem"), "ROLLBOOK_URL="+url)
	cmd.Env = append(cmd.Env, credentials(t, bin, data, permissions)...)
	if out := output(t, cmd); json.Unmarshal(out, into, json.MatchCaseInsensitiveNames(true)) != nil {
		t.Fatalf("%s wrote no JSON object: %s", script, out)
	}
}

func districtFolder(t *testing.T) string {
	t.Helper()
	return filepath.Join(root(t), "examples", "district")
}

// output runs a command and returns what it wrote to standard output.
func output(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, stderr.Bytes(), out)
	}
	return out
}

func command(t *testing.T, dir, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	return cmd
}

func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// credentials makes a client and returns its ID and secret for the script.
func credentials(t *testing.T, bin, data string, permissions []string) []string {
	t.Helper()
	args := []string{"client", "add", "tour", "--data", data}
	for _, p := range permissions {
		args = append(args, "--permission", p)
	}
	said := strings.Fields(string(output(t, command(t, data, bin, args...))))
	var env []string
	for label, name := range map[string]string{"tenant_id:": "TENANT", "client_id:": "CLIENT", "client_secret:": "SECRET"} {
		i := slices.Index(said, label)
		if i < 0 || i+1 == len(said) {
			t.Fatalf("client add said no %s", label)
		}
		env = append(env, "ROLLBOOK_"+name+"="+said[i+1])
	}
	return env
}
