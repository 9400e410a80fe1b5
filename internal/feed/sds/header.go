package sds

import (
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/feed"
)

// matchHeader finds the columns of a file in its header.
func (t *table) matchHeader() error {
	if name, at, twice := doubled(t.header); twice {
		return refuse(feed.Finding{
			Rule: feed.RuleHeaderDuplicate, File: t.file.name, Line: 1, Column: t.headerColumn(at),
			Message: fmt.Sprintf("the header %s occurs twice", name),
			Hint:    "It cannot be known which of the two columns counts. Remove or rename one of them.",
		})
	}
	var missing []string
	t.index = make([]int, len(t.file.columns))
	for i, c := range t.file.columns {
		t.index[i] = slices.Index(t.header, c.name)
		if t.index[i] < 0 && c.required {
			missing = append(missing, c.name)
		}
	}
	if len(missing) > 0 {
		return t.headerMissing(missing)
	}
	t.warnUnrecognized()
	return nil
}

func (t *table) headerColumn(i int) int {
	_, column := t.csv.FieldPos(i)
	return column
}

// doubled returns the first header that occurs twice, and where it does again.
func doubled(header []string) (name string, at int, found bool) {
	for i, name := range header {
		if name != "" && slices.Contains(header[:i], name) {
			return name, i, true
		}
	}
	return "", 0, false
}

func (t *table) headerMissing(missing []string) error {
	message := fmt.Sprintf("the required header %s is missing", missing[0])
	if len(missing) > 1 {
		message = "required headers are missing: " + strings.Join(missing, ", ")
	}
	return refuse(feed.Finding{
		Rule: feed.RuleHeaderMissing, File: t.file.name, Line: 1, Message: message,
		Hint: headerHint(t.header, missing[0], t.file),
	})
}

// headerHint says why a header may seem missing: one cause for many columns.
func headerHint(header []string, missing string, file *file) string {
	if strings.HasPrefix(header[0], "sep=") {
		return "The first line, sep=, is a note to spreadsheets. Remove it: the first line must name the columns."
	}
	if len(header) == 1 {
		switch line := header[0]; {
		case strings.Contains(line, ";"):
			return "The columns are separated by semicolons. Export with commas as separator."
		case strings.Contains(line, "\t"):
			return "The columns are separated by tabs. Export with commas as separator."
		case strings.Contains(line, "\r"):
			return "The lines end in a carriage return alone. Save the file with line ends LF or CRLF."
		}
	}
	for _, name := range header {
		if looseName(name) == looseName(missing) {
			return fmt.Sprintf("There is a header %q: headers must be spelled exactly %s, capital letters and blanks matter.", name, missing)
		}
	}
	if !slices.ContainsFunc(header, func(name string) bool { return file.hasColumn(name) }) {
		return "None of the headers belongs to this file. The first line must name the columns: " + file.columnNames() + "."
	}
	return "Add the column to the export. The columns of this file are: " + file.columnNames() + "."
}

// looseName is a header as far as a person sees no difference.
func looseName(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-.\u00a0\ufeff", r) {
			return -1
		}
		return r
	}, name))
}

func (f *file) hasColumn(name string) bool {
	return slices.ContainsFunc(f.columns, func(c column) bool { return c.name == name })
}

func (f *file) columnNames() string {
	var names []string
	for _, c := range f.columns {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

// warnUnrecognized notes the headers that the format does not have, as one
// warning. Extensions in the style of OneRoster, metadata.*, are expected.
func (t *table) warnUnrecognized() {
	var unknown []string
	first := 0
	for i, name := range t.header {
		if name == "" || t.file.hasColumn(name) || strings.HasPrefix(name, "metadata.") {
			continue
		}
		if len(unknown) == 0 {
			first = i
		}
		unknown = append(unknown, name)
	}
	if len(unknown) == 0 {
		return
	}
	message := fmt.Sprintf("the column %q is not known and was not read", unknown[0])
	if len(unknown) > 1 {
		message = fmt.Sprintf("%d columns are not known and were not read: %s", len(unknown), shorten(strings.Join(unknown, ", ")))
	}
	t.warnings = append(t.warnings, feed.Finding{
		Severity: feed.Warning, Rule: feed.RuleHeaderUnrecognized, File: t.file.name, Line: 1,
		Column: t.headerColumn(first), Message: message, Hint: t.unrecognizedHint(unknown),
	})
}

func (t *table) unrecognizedHint(unknown []string) string {
	for i, c := range t.file.columns {
		for _, name := range unknown {
			if t.index[i] < 0 && looseName(name) == looseName(c.name) {
				return fmt.Sprintf("If %q is meant to be %s, spell it exactly so.", name, c.name)
			}
		}
	}
	return "Nothing needs to be done. The columns of this file are: " + t.file.columnNames() + "."
}
