package guard

import (
	"cmp"
	"fmt"
	"slices"
)

// Cause is what may have made a plan what it is, with the evidence in its sentence.
type Cause struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// The codes of causes.
const (
	FileShorter          = "fileShorter"          // a file has lost many of its rows
	SchoolMissing        = "schoolMissing"        // nearly everybody of a school is gone
	IDsNew               = "idsNew"               // people are gone, and as many are new
	RolesMissing         = "rolesMissing"         // people lost their role, and are still there
	ConfigurationChanged = "configurationChanged" // and no feed came
	RowsUnreadable       = "rowsUnreadable"
	NamesNew             = "namesNew" // user names are made in another way
	IDsUsedAgain         = "idsUsedAgain"
)

// Evidence is what else is known of a night, for its causes.
type Evidence struct {
	Trips []Trip
	Files []File
	// WithoutRole are the memberships that are removed as their people have no role.
	WithoutRole int
	// Configured says that the configuration is another one than of the last plan
	// that was applied, and Fed that a feed came since.
	Configured, Fed bool
}

// File is a file of the feed, with its rows that are there and those that are not
// any more.
type File struct {
	Name       string
	Rows, Lost int
}

// Causes returns what may be behind a plan that waits, the likeliest first.
func (e Evidence) Causes(name func(school string) string) []Cause {
	var causes []Cause
	add := func(code, format string, args ...any) {
		causes = append(causes, Cause{code, fmt.Sprintf(format, args...)})
	}
	if e.Configured && !e.Fed {
		add(ConfigurationChanged, "the configuration was changed since the last plan was applied, and no feed came since")
	}
	if t, is := e.trip(RowsFallen); is {
		add(RowsUnreadable, "%s of %s cannot be read: see the findings", grouped(t.Measured), numberedRows(t.Of))
	}
	gone, isGone := e.trip(PeopleGone)
	created, isCreated := e.trip(AccountsCreated)
	t, isRelinked := e.trip(AccountsRelinked)
	if isRelinked {
		add(IDsNew, "%s people are gone, and as many with their names and user names are new: their ids may have been made anew; once approved, they have the accounts and the groups", grouped(t.Measured))
	}
	if isGone && isCreated {
		add(IDsNew, "%s people are gone and %s are new: their ids may have been made anew", grouped(gone.Measured), grouped(created.Measured))
	}
	for _, t := range e.Trips {
		if t.Rule == PeopleGone && t.School != All && !isRelinked && t.Measured*10 >= t.Of*9 {
			add(SchoolMissing, "%s of %s people of %s are missing: the school may have been left out", grouped(t.Measured), grouped(t.Of), name(t.School))
		}
	}
	if t, is := e.trip(AccountsRenamed); is {
		add(NamesNew, "%s of %s user names are other ones: they may be made in another way, or the domain may be wrong", grouped(t.Measured), grouped(t.Of))
	}
	if t, is := e.trip(IDsReused); is {
		add(IDsUsedAgain, "%s: what had the id before is another class or person", numbered(IDsReused, t.Measured))
	}
	for _, f := range e.shorter(len(causes) == 0) {
		add(FileShorter, "%s lacks %s rows that it had before, and has %s: it may have been cut off", f.Name, grouped(f.Lost), grouped(f.Rows))
	}
	removed, _ := e.trip(MembershipsRemoved)
	if !isGone && removed.Measured > 0 && e.WithoutRole*2 >= removed.Measured {
		add(RolesMissing, "%s memberships are of people who are there and have no role any more", grouped(e.WithoutRole))
	}
	return causes
}

// shorter returns the files that have lost many of their rows, those with most
// first: a fiftieth, or a two-hundredth where nothing else is known.
func (e Evidence) shorter(alone bool) []File {
	files := slices.Clone(e.Files)
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(b.Lost*(a.Rows+a.Lost+1), a.Lost*(b.Rows+b.Lost+1)) })
	first := ""
	if alone && len(files) > 0 {
		first = files[0].Name
	}
	return slices.DeleteFunc(files, func(f File) bool {
		most := f.Name == first
		return f.Lost <= fewLost || f.Lost*50 < f.Rows+f.Lost && !(most && f.Lost*200 >= f.Rows+f.Lost)
	})
}

// fewLost is how many rows any file may lose without a word.
const fewLost = 5

func numberedRows(n int) string { return grouped(n) + " rows" }

// trip returns the trip of a rule for all schools.
func (e Evidence) trip(r Rule) (Trip, bool) {
	i := slices.IndexFunc(e.Trips, func(t Trip) bool { return t.Rule == r && t.School == All })
	if i < 0 {
		return Trip{}, false
	}
	return e.Trips[i], true
}
