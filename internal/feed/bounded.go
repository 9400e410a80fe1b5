package feed

import "fmt"

// Bounded gathers findings. Beyond the first so many of one rule in one file,
// they are one more finding with their number, so that a feed that is wrong
// throughout still makes a report that a person can read.
type Bounded struct {
	findings []Finding
	kept     map[boundedKey]int
	rest     map[boundedKey]int // the place in findings of the one that counts
}

type boundedKey struct {
	file     string
	rule     Rule
	severity Severity
}

// most is how many findings of one rule in one file are kept apart.
const most = 1000

// Add takes a finding.
func (b *Bounded) Add(f Finding) {
	if b.kept == nil {
		b.kept, b.rest = map[boundedKey]int{}, map[boundedKey]int{}
	}
	key := boundedKey{f.File, f.Rule, f.Severity}
	b.kept[key]++
	switch {
	case b.kept[key] <= most:
		b.findings = append(b.findings, f)
	case b.kept[key] == most+1:
		f.Message = fmt.Sprintf("more rows have the same problem as the %d above; the first of them is here", most)
		f.Record = ""
		b.rest[key] = len(b.findings)
		b.findings = append(b.findings, f)
	default:
		b.findings[b.rest[key]].Rows += f.Rows
	}
}

// Findings returns what was gathered.
func (b *Bounded) Findings() []Finding { return b.findings }
