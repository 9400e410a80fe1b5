package sds

import (
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/feed"
	"rollbook/internal/vocab"
)

// matchHeader finds the columns of a file in its header.
func (t *table) matchHeader() error {
	if slices.ContainsFunc(t.header, func(name string) bool { return strings.Contains(name, "\r") }) {
		return refuse(feed.Finding{
			Rule: feed.RuleFileUnreadable, File: t.file.name, Line: 1,
			Message: "the lines end in a carriage return alone, so that all of the file is one line",
			Hint:    "Save the file with line ends LF or CRLF.",
		})
	}
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
		t.index[i] = t.place(c.name)
		if t.index[i] < 0 && c.required {
			missing = append(missing, c.name)
		}
	}
	if len(missing) > 0 {
		return t.headerMissing(missing)
	}
	t.warnSpelling()
	t.warnUnrecognized()
	return nil
}

// place returns where a column stands in the header, or -1. A header in which only
// capital letters, blanks, hyphens or a plural s differ is read as what it is meant to
// be, and told.
func (t *table) place(column string) int {
	if i := slices.Index(t.header, column); i >= 0 {
		return i
	}
	meant := -1
	for i, name := range t.header {
		if singular(looseName(name)) != singular(looseName(column)) || t.file.hasColumn(name) {
			continue
		}
		if meant >= 0 {
			return -1 // nobody can tell which of the two
		}
		meant = i
	}
	return meant
}

// warnSpelling notes the headers that are not spelled as they should be, as one warning.
func (t *table) warnSpelling() {
	var read, names []string
	first := -1
	for i, c := range t.file.columns {
		at := t.index[i]
		if at < 0 || t.header[at] == c.name {
			continue
		}
		if first < 0 || at < first {
			first = at
		}
		read = append(read, fmt.Sprintf("the header %q is read as %s", t.header[at], c.name))
		names = append(names, c.name)
	}
	if first < 0 {
		return
	}
	t.warnings = append(t.warnings, feed.Finding{
		Severity: feed.Warning, Rule: feed.RuleHeaderUnrecognized, File: t.file.name, Line: 1, Column: t.headerColumn(first),
		Message: strings.Join(read, ", "),
		Hint:    "Spell it exactly so: " + strings.Join(names, ", ") + ". Other programs tell capital letters and blanks apart.",
	})
}

// singular is a name without the s of a plural.
func singular(name string) string { return strings.TrimSuffix(name, "s") }

func (t *table) headerColumn(i int) int {
	_, column := t.csv.FieldPos(i)
	return column
}

// written returns the optional columns that the file has of those that directories
// depend on.
func (t *table) written() []string {
	var names []string
	for i, c := range t.file.columns {
		if c.written && t.index[i] >= 0 {
			names = append(names, c.name)
		}
	}
	return names
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
	switch first := strings.TrimSpace(header[0]); {
	case strings.HasPrefix(first, "<"):
		return "It is a web page: the download failed, or wanted somebody to sign in. Export it again."
	case strings.HasPrefix(first, "PK\x03\x04"):
		return "It is a spreadsheet or an archive with the name of a CSV file. Save it as CSV UTF-8."
	}
	if len(header) == 1 {
		switch line := header[0]; {
		case strings.Contains(line, ";"):
			return "The columns are separated by semicolons. Export with commas as separator."
		case strings.Contains(line, "\t"):
			return "The columns are separated by tabs. Export with commas as separator."
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
		if name == "" || slices.Contains(t.index, i) || strings.HasPrefix(name, "metadata.") {
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
			if t.index[i] < 0 && looseName(name) != "" && vocab.Distance(looseName(name), looseName(c.name)) <= mostMistyped {
				return fmt.Sprintf("If %q is meant to be %s, spell it exactly so.", name, c.name)
			}
		}
	}
	return "Nothing needs to be done. The columns of this file are: " + t.file.columnNames() + "."
}

// mostMistyped is how many letters of a header may be wrong for it to be taken for
// mistyped.
const mostMistyped = 2
