package feed

import (
	"cmp"
	"slices"

	"rollbook/internal/roster"
)

// FileReport says what became of the rows of one file. Every row is in exactly
// one of Added, Changed, Unchanged, Errors and Repeated.
type FileReport struct {
	Rows        int `json:"rows"`        // read
	Added       int `json:"added"`       // not known before
	Changed     int `json:"changed"`     // known, with other content, or inactive until now
	Deactivated int `json:"deactivated"` // known, and no longer in the file
	Unchanged   int `json:"unchanged"`   // known with this content
	Errors      int `json:"errors"`      // dropped, by a finding here or with the row they hang on
	Warnings    int `json:"warnings"`    // kept, with a value dropped, or said twice
	Repeated    int `json:"repeated"`    // said before, word for word; counted as a warning too
}

// Report says what a feed held.
type Report struct {
	Files    map[string]*FileReport
	Parts    []Part // that the source holds
	Findings []Finding
	Totals   Totals

	Columns map[Part][]string // optional ones that the files have, of those that directories depend on
	Fallen  []FallenRows
	Frozen  Frozen
}

// Frozen counts what is kept as it was because what the feed says of it cannot be read.
type Frozen struct {
	People, Classes, Affiliations, Enrollments Kept
}

// Kept counts what is frozen, and says since which feed the longest.
type Kept struct {
	Count int
	Since roster.FeedNumber
}

func (k *Kept) note(since roster.FeedNumber) {
	if k.Count++; k.Since == 0 || since < k.Since {
		k.Since = since
	}
}

// of returns the count of a kind that freezes.
func (f *Frozen) of(kind roster.Kind) *Kept {
	if kind == roster.KindClass {
		return &f.Classes
	}
	return &f.People
}

// With adds what is frozen in another stream.
func (f Frozen) With(other Frozen) Frozen {
	return Frozen{
		People: f.People.with(other.People), Classes: f.Classes.with(other.Classes),
		Affiliations: f.Affiliations.with(other.Affiliations), Enrollments: f.Enrollments.with(other.Enrollments),
	}
}

func (k Kept) with(other Kept) Kept {
	sum := Kept{Count: k.Count + other.Count, Since: k.Since}
	if other.Count > 0 && (sum.Since == 0 || other.Since < sum.Since) {
		sum.Since = other.Since
	}
	return sum
}

// Any reports whether anything is frozen.
func (f Frozen) Any() bool { return f != Frozen{} }

// FallenSince counts the rows that fell and did not with a feed, or before it.
func (r *Report) FallenSince(number roster.FeedNumber) int {
	n := 0
	for _, rows := range r.Fallen {
		if rows.Since > number {
			n += rows.Rows
		}
	}
	return n
}

// Totals count what the roster holds once the feed is stored.
type Totals struct {
	Orgs, People, Classes, Enrollments Count
}

// Count tells what the latest feed holds from what only earlier ones held.
type Count struct {
	Active   int `json:"active"`
	Inactive int `json:"inactive"`
}

// Count returns how many findings have the severity.
func (r *Report) Count(severity Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == severity {
			n++
		}
	}
	return n
}

// Usable reports whether the feed may be stored: it has no catastrophic finding.
func (r *Report) Usable() bool { return r.Count(Catastrophic) == 0 }

// file returns the report of a file, which it begins on first use.
func (r *Report) file(name string) *FileReport {
	f := r.Files[name]
	if f == nil {
		f = &FileReport{}
		r.Files[name] = f
	}
	return f
}

// SortFindings orders findings as a person wants to read them: what stops
// everything first, then by place.
func SortFindings(findings []Finding) {
	rank := map[Severity]int{Catastrophic: 0, Error: 1, Warning: 2}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(rank[a.Severity], rank[b.Severity]),
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		)
	})
}
