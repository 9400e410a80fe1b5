package feed_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/roster"
)

// statement is a feed.Source of rows that are canonical already. The line of a
// row is its place in its part, from 2; every header is in the column of its length.
type statement struct {
	feedtest.District
	findings []feed.Finding // told when their file's part has begun
	dropped  []feed.Fallen
}

func (s statement) Read(ctx context.Context, to feed.Receiver) error {
	for _, part := range s.Parts {
		if err := to.Begin(part, part.File(), nil); err != nil {
			return err
		}
		if stop, err := s.tell(part, to); err != nil || stop {
			return err
		}
		line := 1
		for _, row := range s.Rows {
			if row.Part != part {
				continue
			}
			line++
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := hand(feed.Place{File: part.File(), Line: line, Column: func(h string) int { return len(h) }}, row, to); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s statement) tell(part feed.Part, to feed.Receiver) (stop bool, err error) {
	for _, d := range s.dropped {
		if d.Part == part {
			if err := to.Drop(d); err != nil {
				return false, err
			}
		}
	}
	for _, f := range s.findings {
		if f.File == part.File() {
			if err := to.Find(f); err != nil || f.Severity == feed.Catastrophic {
				return true, err
			}
		}
	}
	return false, nil
}

func hand(at feed.Place, row feedtest.Row, to feed.Receiver) error {
	switch v := row.Value.(type) {
	case roster.Org:
		return to.Org(at, v)
	case roster.Session:
		return to.Session(at, v)
	case roster.Course:
		return to.Course(at, v)
	case roster.Person:
		return to.Person(at, v)
	case roster.Affiliation:
		return to.Affiliation(at, row.Person, v)
	case roster.Class:
		v.SessionSourcedIDs = slices.Clone(v.SessionSourcedIDs)
		return to.Class(at, v)
	case feedtest.Enrollment:
		return to.Enrollment(at, v.Class, v.Person, v.Role)
	case roster.Demographics:
		return to.Demographics(at, row.Person, v)
	case string:
		return to.Flag(at, row.Person, v)
	case roster.Contact:
		return to.Contact(at, row.Person, v)
	}
	return fmt.Errorf("a row holds a %T", row.Value)
}

// memory is a roster in maps: what earlier feeds said, and the changes of the
// one that is loaded now.
type memory struct {
	records map[roster.Kind]map[roster.ID]roster.Record
	parts   []feed.Part
	totals  feed.Totals
	fallen  []feed.FallenRows
	number  roster.FeedNumber
	changes int // of the latest feed
	strict  bool

	elsewhere []*memory // other streams of the source system
}

func newMemory() *memory { return &memory{records: map[roster.Kind]map[roster.ID]roster.Record{}} }

func (m *memory) Last(context.Context) (feed.Last, error) {
	last := feed.Last{Parts: m.parts, Totals: m.totals, Fallen: m.fallen}
	if !m.strict { // a feed may be without classes
		last.Totals.Classes.Active, last.Totals.Enrollments.Active = 0, 0
	}
	return last, nil
}

func (m *memory) Entries(_ context.Context, kind roster.Kind) iter.Seq2[roster.Entry, error] {
	return func(yield func(roster.Entry, error) bool) {
		for _, id := range slices.Sorted(maps.Keys(m.records[kind])) {
			r := m.records[kind][id]
			e := roster.Entry{ID: id, Key: r.Key, Digests: r.Digests, Active: r.Active}
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (m *memory) Elsewhere(ctx context.Context, kind roster.Kind) iter.Seq2[roster.Entry, error] {
	return func(yield func(roster.Entry, error) bool) {
		for _, other := range m.elsewhere {
			other.Entries(ctx, kind)(yield)
		}
	}
}

func (m *memory) Bodies(_ context.Context, kind roster.Kind, ids []roster.ID, fn func([]byte) error) error {
	if !slices.IsSorted(ids) {
		return errors.New("the IDs are not ascending")
	}
	for _, id := range ids {
		r, ok := m.records[kind][id]
		if !ok {
			return fmt.Errorf("no %s %d", kind, id)
		}
		body := slices.Clone(r.Body)
		if err := fn(body); err != nil {
			return err
		}
		clear(body) // it is not to be kept
	}
	return nil
}

// draft holds the changes of a feed until it is stored. It refuses what the
// contract of Changes does not allow a feed to say.
type draft struct {
	*memory
	puts []roster.Record
	seen map[[2]uint32]bool
}

func (d *draft) add(kind roster.Kind, id roster.ID, r roster.Record) error {
	key := [2]uint32{uint32(kind), uint32(id)}
	if d.seen[key] {
		return fmt.Errorf("%s %d is handed on twice", kind, id)
	}
	d.seen[key] = true
	d.puts = append(d.puts, r)
	return nil
}

func (d *draft) Put(_ context.Context, r roster.Record) error {
	r.Body = append([]byte{}, r.Body...)
	return d.add(r.Kind, r.ID, r)
}

func (d *draft) Deactivate(_ context.Context, kind roster.Kind, e roster.Entry) error {
	known := d.records[kind][e.ID]
	if want := (roster.Entry{ID: e.ID, Key: known.Key, Digests: known.Digests}); e != want {
		return fmt.Errorf("%s %+v is deactivated, want %+v", kind, e, want)
	}
	return d.add(kind, e.ID, roster.Record{Kind: kind, ID: e.ID})
}

func (d *draft) store(report *feed.Report) {
	for _, r := range d.puts {
		if d.records[r.Kind] == nil {
			d.records[r.Kind] = map[roster.ID]roster.Record{}
		}
		if r.Body == nil {
			before := d.records[r.Kind][r.ID]
			before.Active = false
			r = before
		}
		d.records[r.Kind][r.ID] = r
	}
	d.changes, d.parts, d.totals, d.fallen = len(d.puts), report.Parts, report.Totals, report.Fallen
	d.number++
}

// safe is a feed.Vault whose every seal differs, as those of a real one do.
type safe struct{ seals int }

func (s *safe) Seal(secret string) (string, error) {
	s.seals++
	return fmt.Sprintf("sealed-%d-%x", s.seals, secret), nil
}
func (*safe) Code(secret string) string { return fmt.Sprintf("code-%x", secret) }

// load loads a feed and stores it if it is usable.
func (m *memory) load(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, s feed.Source) *feed.Report {
	t.Helper()
	d := &draft{memory: m, seen: map[[2]uint32]bool{}}
	report, err := feed.Load(context.Background(), s, m, d, feed.Options{Number: m.number + 1, Vault: &safe{}})
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	for name, f := range report.Files {
		if report.Usable() && f.Rows != f.Added+f.Changed+f.Unchanged+f.Errors+f.Repeated {
			t.Fatalf("the rows of %s do not add up: %+v", name, *f)
		}
	}
	if report.Usable() {
		d.store(report)
	}
	return report
}

// record returns the record of a kind that a sourcedId names.
func (m *memory) record(t *testing.T, kind roster.Kind, key string) roster.Record {
	t.Helper()
	for _, r := range m.records[kind] {
		if r.Key == key {
			return r
		}
	}
	t.Fatalf("there is no %s %s", kind, key)
	return roster.Record{}
}

// roll returns who is or was in a class, by sourcedId and role.
func (m *memory) roll(t *testing.T, class string) map[[2]string][2]roster.FeedNumber {
	t.Helper()
	roll, err := roster.DecodeRoll(m.record(t, roster.KindClass, class).Split()[roster.RollPart], nil)
	if err != nil {
		t.Fatal(err)
	}
	seats := map[[2]string][2]roster.FeedNumber{}
	for _, e := range roll {
		seats[[2]string{m.records[roster.KindPerson][e.Person].Key, e.Role}] = [2]roster.FeedNumber{e.Since, e.Ended}
	}
	return seats
}
