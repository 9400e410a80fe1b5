package run

import (
	"context"
	"fmt"
	"slices"

	"rollbook/internal/ledger"
)

// MarksOf returns the marks of the runs for a target: those of what became of it are its
// own, and those of the installation are for all.
func MarksOf(m Marks, t ledger.Target) Marks {
	if t == ledger.Hosted {
		return m
	}
	return marksOf{m, fmt.Sprintf("target.%d.", t)}
}

type marksOf struct {
	Marks
	prefix string
}

func (m marksOf) name(name string) string {
	if slices.Contains([]string{markClock, markFed, markLimits}, name) {
		return name
	}
	return m.prefix + name
}

func (m marksOf) Mark(ctx context.Context, name string) (string, error) {
	return m.Marks.Mark(ctx, m.name(name))
}

func (m marksOf) SetMark(ctx context.Context, name, text string) error {
	return m.Marks.SetMark(ctx, m.name(name), text)
}
