package sds

import (
	"slices"

	"rollbook/internal/feed"
)

// maxSeparate is how many findings one rule may make in one column of one file
// before the rest is counted as one: enough to correct row by row, few enough
// to read.
const maxSeparate = 100

// tally holds the findings of a file until it was read, because only then is it
// known how many rows each of them touches.
type tally struct {
	findings []*feed.Finding
	causes   map[cause]*feed.Finding
	separate map[cause]int
}

// cause is what findings have in common that are one: the rule, the column, and
// where they are told apart further, the value or its form.
type cause struct {
	rule   feed.Rule
	column int
	detail string
}

func newTally() *tally {
	return &tally{causes: map[cause]*feed.Finding{}, separate: map[cause]int{}}
}

// again counts one more row, or none, for a cause that was noted before. It
// reports false where the cause is new and must be noted.
func (t *tally) again(c cause, rows int) bool {
	if c.detail != "" {
		if f := t.causes[c]; f != nil {
			f.Rows += rows
			return true
		}
	}
	if f := t.causes[c.rest()]; f != nil {
		f.Rows += rows
		return true
	}
	return false
}

// rest is the cause under which is counted what has no finding of its own.
func (c cause) rest() cause { return cause{rule: c.rule, column: c.column, detail: "\x00rest"} }

// note adds a finding for a cause that again did not know.
func (t *tally) note(c cause, f feed.Finding) {
	all := cause{rule: c.rule, column: c.column}
	if t.separate[all]++; t.separate[all] > maxSeparate {
		c = c.rest()
		f.Record = ""
		f.Message = "Here and further down, more rows have the problem that was reported above: " + f.Message
	}
	kept := &f
	t.findings = append(t.findings, kept)
	if c.detail != "" {
		t.causes[c] = kept
	}
}

// flush hands over the findings in the order of their places.
func (t *tally) flush(to feed.Receiver) error {
	slices.SortStableFunc(t.findings, func(a, b *feed.Finding) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	for _, f := range t.findings {
		if err := to.Find(*f); err != nil {
			return err
		}
	}
	t.findings = nil
	return nil
}
