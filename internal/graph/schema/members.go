package schema

import (
	_ "embed"
	"strings"
)

//go:embed members.tsv
var table string

// Rule says what becomes of a member.
type Rule string

// The rules.
const (
	Kept    Rule = "kept"    // stored, and given back
	Told    Rule = "told"    // given back, as the directory sets it; what a body says is passed over
	Fixed   Rule = "fixed"   // given back, as it follows from what the object is; a body may repeat it
	Ignored Rule = "ignored" // empty; what a body says is passed over
	Refused Rule = "refused" // empty; a body that says something is refused
)

// Member is a member of a type.
type Member struct {
	Type string // without its namespace: user
	Name string
	Of   string // the type of its values, or of what it leads to, without its namespace
	Many bool   // a collection

	Navigation bool // leads to other entities
	Rule       Rule

	// As is the attribute that what is Kept is kept as. One that is structured is
	// kept as several: As, a slash, and the name of the member inside of it.
	As string

	Passes string // of what is Refused, the text that says what is so anyway; "" for none
	Reason string // why it is not Kept; "" for what is
}

// Members returns all members, by type.
func Members() map[string][]Member {
	all := map[string][]Member{}
	for line := range strings.Lines(table) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		m := parse(line)
		all[m.Type] = append(all[m.Type], m)
	}
	return all
}

// parse reads a line. A wrong one is a mistake in the program.
func parse(line string) Member {
	f := strings.Split(line, "\t")
	if len(f) != 7 {
		panic("schema: members.tsv: " + line)
	}
	m := Member{Type: f[0], Name: f[1], Many: f[3] == "many", Rule: Rule(f[4]), Reason: f[6]}
	m.Of, m.Navigation = strings.CutPrefix(f[2], ">")
	switch {
	case m.Rule == Refused:
		m.Passes = f[5]
	case f[5] != "":
		m.As = f[5]
	default:
		m.As = m.Name
	}
	return m
}

// The beginning of the names of directory extensions, and its length with the
// number of the application that defined it: 32 hexadecimal digits and "_".
const (
	extension       = "extension_"
	extensionPrefix = len(extension) + 32 + 1
	maxExtension    = 256 // bytes
)

// Extension returns the canonical form of the name of a directory extension,
// which applications define for themselves: extension_, the identifier of the
// application without its hyphens, and a name. ok is false for other names.
func Extension(name string) (canonical string, ok bool) {
	if len(name) <= extensionPrefix || len(name) > maxExtension {
		return "", false
	}
	prefix, rest := strings.ToLower(name[:extensionPrefix]), name[extensionPrefix:]
	application, ok := strings.CutPrefix(prefix, extension)
	if !ok || strings.Trim(application[:32], "0123456789abcdef") != "" || application[32] != '_' {
		return "", false
	}
	word := strings.Trim(strings.ToLower(rest), "abcdefghijklmnopqrstuvwxyz0123456789_")
	return prefix + rest, word == ""
}
