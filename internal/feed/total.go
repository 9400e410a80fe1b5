package feed

import "rollbook/internal/roster"

// room returns for how many records of a kind there should be room before the
// next feed, which may bring some more.
func (t Totals) room(kind roster.Kind) int {
	var known Count
	switch kind {
	case roster.KindOrg:
		known = t.Orgs
	case roster.KindPerson:
		known = t.People
	case roster.KindClass:
		known = t.Classes
	default: // the others are few
	}
	return (known.Active + known.Inactive) / 32 * 33
}

// total counts what the roster holds once the feed is stored.
func (l *loader) total() {
	before := l.last.Totals
	l.tick()
	l.report.Totals = Totals{
		Orgs:        l.countOf(roster.KindOrg),
		People:      l.countOf(roster.KindPerson),
		Classes:     l.countOf(roster.KindClass),
		Enrollments: l.countEnrollments(before.Enrollments),
	}
}

func (l *loader) countOf(kind roster.Kind) Count {
	if x := l.indexes[kind]; x != nil {
		return x.count()
	}
	return Count{}
}

// countEnrollments goes on from the totals before: classes that did not change
// are not looked into, and only those know who was in them.
func (l *loader) countEnrollments(before Count) Count {
	f := l.rolls.file
	if f == nil {
		return before
	}
	return Count{
		Active:   f.Added + f.Changed + f.Unchanged,
		Inactive: before.Inactive + l.rolls.ended - l.rolls.returned,
	}
}
