package doctest_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/doctest"
	"rollbook/internal/target/activedirectory/adtest"
	"rollbook/internal/target/openldap/ldaptest"
)

// The port of the documentation. Each page gets a free one instead.
const documentedPort = "8443"

// stepLimit is how long one command of a page may take. Only one that hangs takes
// so long, also where the machine is busy.
const stepLimit = 10 * time.Minute

// pages returns the text of every page of documentation by its path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := root(t)
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range append(files, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	return texts
}

func root(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestDocs(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil && os.Getenv("CI") != "true" {
			t.Skipf("%s is not installed, and pages use it", tool)
		}
	}
	bin := build(t)
	for name, text := range pages(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps, err := doctest.Parse(text)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			take(t, name, steps, bin)
		})
	}
}

// build makes the program, and returns the folder it is in.
func build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", dir, "./cmd/rollbook")
	cmd.Dir, cmd.Env = root(t), append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}

// take takes the steps of a page in a folder that looks, to them, like the
// checkout: the examples, and bin/rollbook.
func take(t *testing.T, name string, steps []doctest.Step, bin string) {
	t.Helper()
	home := t.TempDir()
	for link, to := range map[string]string{"examples": filepath.Join(root(t), "examples"), "bin": bin} {
		if err := os.Symlink(to, filepath.Join(home, link)); err != nil {
			t.Fatal(err)
		}
	}
	env := append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+home, "LC_ALL=C.UTF-8", "ROLLBOOK_AT_REST=0")
	if slices.ContainsFunc(steps, func(s doctest.Step) bool { return strings.Contains(s.Command, "$LDAP") }) {
		b := ldaptest.Open(t)
		env = append(env, "LDAP="+b.URL, "PEOPLE="+b.People, "GROUPS="+b.Groups, "WRITER="+ldaptest.Admin)
		if err := os.WriteFile(filepath.Join(home, "password"), []byte(ldaptest.Password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if slices.ContainsFunc(steps, func(s doctest.Step) bool { return strings.Contains(s.Command, "$AD") }) {
		b := adtest.Open(t)
		env = append(env, "AD="+b.URL, "PEOPLE="+b.People, "GROUPS="+b.Groups, "WRITER="+adtest.Admin)
		for name, text := range map[string]string{"password": adtest.Password + "\n", "ca.pem": b.CA} {
			if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	session, err := doctest.Start(home, t.TempDir(), env)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	}()
	port := freePort(t)
	for _, step := range steps {
		step.Command = strings.ReplaceAll(step.Command, documentedPort, port)
		for i := range step.Want {
			step.Want[i] = strings.ReplaceAll(step.Want[i], documentedPort, port)
		}
		ctx, cancel := context.WithTimeout(t.Context(), stepLimit)
		err := session.Run(ctx, step)
		cancel()
		if err != nil {
			t.Fatalf("%s: %v", name, err) // the following steps build on this one
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

var (
	links    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headings = regexp.MustCompile("(?m)^#+ (.*)$")
	unlinked = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

func TestLinks(t *testing.T) {
	t.Parallel()
	texts := pages(t)
	for name, text := range texts {
		for _, link := range links.FindAllStringSubmatch(text, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(link[1], "#")
			target := filepath.Join(filepath.Dir(name), path)
			if path == "" {
				target = name
			}
			if _, err := os.Stat(filepath.Join(root(t), target)); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", name, link[1])
				continue
			}
			if anchor != "" && !slices.Contains(anchors(texts[target]), anchor) {
				t.Errorf("%s: %s has no heading for the link #%s", name, target, anchor)
			}
		}
	}
}

// anchors returns the names under which the headings of a page are linked to.
func anchors(text string) []string {
	var names []string
	for _, heading := range headings.FindAllStringSubmatch(text, -1) {
		name := unlinked.ReplaceAllString(strings.ToLower(heading[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

var (
	ruleHeadings = regexp.MustCompile("(?m)^### `([a-z-]+)`$")
	ruleNames    = regexp.MustCompile("^[a-z]+(-[a-z]+)+$")
)

// Where rules get their names.
var ruleFiles = []string{"internal/feed/finding.go", "internal/match/find.go", "internal/plan/accounts.go", "internal/plan/rename.go", "internal/plan/classes.go", "internal/run/note.go", "internal/run/attempt.go", "internal/run/inbound.go", "internal/run/disagree.go", "internal/run/clock.go"}

func TestEveryRuleIsExplained(t *testing.T) {
	t.Parallel()
	var want []string
	for _, file := range ruleFiles {
		rules := rulesIn(t, file)
		if len(rules) == 0 {
			t.Errorf("%s names no rules: they have moved, and this test has to know where to", file)
		}
		want = append(want, rules...)
	}
	var got []string
	for _, heading := range ruleHeadings.FindAllStringSubmatch(pages(t)["docs/findings.md"], -1) {
		got = append(got, heading[1])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/findings.md, in the order of the code (-rules +headings):\n%s", diff)
	}
}

// rulesIn returns the text constants of a file that look like names of rules.
func rulesIn(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root(t), path), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
			name, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			if ruleNames.MatchString(name) {
				rules = append(rules, name)
			}
		}
		return true
	})
	return rules
}
