package sds

import (
	"cmp"
	"fmt"
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
	findings []*noted
	causes   map[cause]*noted
	separate map[cause]int
}

// noted is a finding that still counts rows.
type noted struct {
	feed.Finding
	also string // what else is wrong with its row; told only where it is one row
}

// cause is what findings have in common that are one: the rule, the column, and
// where they are told apart further, the value or its form.
type cause struct {
	rule   feed.Rule
	column int
	detail string
}

func newTally() *tally {
	return &tally{causes: map[cause]*noted{}, separate: map[cause]int{}}
}

// again counts one more row for a cause that was noted before. It reports false
// where the cause is new and must be noted.
func (t *tally) again(c cause) bool {
	f := t.causes[c] // nil without detail: such findings are told apart by their rows
	if f == nil {
		f = t.causes[c.rest()]
	}
	if f != nil {
		f.Rows++
	}
	return f != nil
}

// rest is the cause under which is counted what has no finding of its own.
func (c cause) rest() cause { return cause{rule: c.rule, column: c.column, detail: "\x00rest"} }

// note adds a finding for a cause that again did not know, and returns it.
func (t *tally) note(c cause, f feed.Finding) *noted {
	all := cause{rule: c.rule, column: c.column}
	if t.separate[all]++; t.separate[all] > maxSeparate {
		c = c.rest()
		f.Record = ""
		f.Message = fmt.Sprintf("more rows have the same problem as the %d above", maxSeparate)
	}
	kept := &noted{Finding: f}
	t.findings = append(t.findings, kept)
	if c.detail != "" {
		t.causes[c] = kept
	}
	return kept
}

// flush hands over the findings in the order of their places.
func (t *tally) flush(to feed.Receiver) error {
	slices.SortStableFunc(t.findings, func(a, b *noted) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	for _, f := range t.findings {
		if err := to.Find(f.worded()); err != nil {
			return err
		}
	}
	t.findings = nil
	return nil
}

// worded returns the finding with what is known only in the end.
func (n *noted) worded() feed.Finding {
	f := n.Finding
	if f.Rows > 1 {
		f.Message += fmt.Sprintf(" (%d rows, first here)", f.Rows)
	} else {
		f.Message += n.also
	}
	if f.Severity == feed.Error {
		f.Message += "; the row is dropped"
	} else {
		f.Message += "; the value is left out"
	}
	return f
}
