package vocab

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
)

//go:embed seed.tsv
var seed string

// Seed returns the values that every installation begins with.
func Seed() []Definition {
	var defs []Definition
	lines := strings.Split(strings.TrimSpace(seed), "\n")
	for _, line := range lines[1:] {
		f := strings.Split(line, "\t")
		index, err := strconv.Atoi(f[2])
		if err != nil {
			panic("vocab: seed.tsv: " + line)
		}
		defs = append(defs, Definition{Type: f[0], Code: f[1], SortIndex: index, Source: f[3], DisplayName: f[4]})
	}
	return defs
}

// aliases are spellings that documented clients and exports use for a code.
func aliases() map[string]map[string]string {
	return map[string]map[string]string{
		FileFormat:     {"schooldatasyncv2.1": "schoolDataSyncV2Rev1"},
		IdentifierType: {"activedirectory": "activeDirectoryMatchId"},
	}
}

// Lists answers what is in the lists of values. It does not change once made.
type Lists struct {
	codes  map[string]map[string]string // type, then code in lower case, to canonical code
	sorted map[string][]Definition
	index  map[string]map[string]int // type, then canonical code, to sort index
}

// NewLists makes lists of the definitions. Disabled ones are known but not accepted.
func NewLists(defs []Definition) *Lists {
	l := &Lists{codes: map[string]map[string]string{}, sorted: map[string][]Definition{}, index: map[string]map[string]int{}}
	for _, d := range defs {
		l.sorted[d.Type] = append(l.sorted[d.Type], d)
		if l.index[d.Type] == nil {
			l.index[d.Type] = map[string]int{}
		}
		l.index[d.Type][d.Code] = d.SortIndex
		if d.IsDisabled {
			continue
		}
		if l.codes[d.Type] == nil {
			l.codes[d.Type] = map[string]string{}
		}
		l.codes[d.Type][strings.ToLower(d.Code)] = d.Code
	}
	for listType, names := range aliases() {
		for alias, code := range names {
			if _, ok := l.codes[listType][strings.ToLower(code)]; ok {
				l.codes[listType][alias] = code
			}
		}
	}
	for _, defs := range l.sorted {
		slices.SortStableFunc(defs, func(a, b Definition) int { return a.SortIndex - b.SortIndex })
	}
	return l
}

// Canonical returns a value in the spelling of its list, and whether the list
// has it and it is not disabled. Letter case does not matter, and a grade may
// lack its leading zero (SDS: data types, Enum).
func (l *Lists) Canonical(listType, value string) (string, bool) {
	codes := l.codes[listType]
	if code, ok := codes[value]; ok {
		return code, true
	}
	lower := strings.ToLower(value)
	if code, ok := codes[lower]; ok {
		return code, true
	}
	if listType == GradeLevel && len(lower) == 1 {
		code, ok := codes["0"+lower]
		return code, ok
	}
	return "", false
}

// Codes returns the accepted codes of a list in sort order.
func (l *Lists) Codes(listType string) []string {
	var codes []string
	for _, d := range l.sorted[listType] {
		if !d.IsDisabled {
			codes = append(codes, d.Code)
		}
	}
	return codes
}

// SortIndex returns the place of a canonical code in its list, and -1 for none.
func (l *Lists) SortIndex(listType, code string) int {
	if index, ok := l.index[listType][code]; ok {
		return index
	}
	return -1
}
