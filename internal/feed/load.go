package feed

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"

	"rollbook/internal/roster"
)

// Known is what earlier feeds of the same stream said. Several goroutines ask it
// at once.
type Known interface {
	// Last returns what is kept of the latest stored feed, nothing before the first.
	Last(ctx context.Context) (Last, error)
	// Entries yields the records of a kind, also inactive ones. One MAY come again,
	// and is then as it came last.
	Entries(ctx context.Context, kind roster.Kind) iter.Seq2[roster.Entry, error]
	// Elsewhere yields the IDs and keys of the records of a kind that other streams
	// of the source system say or said; one MAY come several times. It is asked where
	// the feed has a key that its stream never had.
	Elsewhere(ctx context.Context, kind roster.Kind) iter.Seq2[roster.Entry, error]
	// Bodies calls fn with the content of each of the records with these IDs, which
	// are ascending, in their order. fn MUST NOT keep the content.
	Bodies(ctx context.Context, kind roster.Kind, ids []roster.ID, fn func(body []byte) error) error
}

// Last is what is kept of the latest feed of a stream beside its records.
type Last struct {
	Parts   []Part            // that it held
	Columns map[Part][]string // optional ones that it had, of those that directories depend on
	Totals  Totals
	Fallen  []FallenRows
}

// Changes takes what differs from what was known. Nothing of it may take
// effect before Load returned a usable report.
type Changes interface {
	// Put takes a record that is new, has other content, or is active again.
	Put(ctx context.Context, record roster.Record) error
	// Deactivate takes a record that a complete feed no longer mentions, as it is
	// known otherwise.
	Deactivate(ctx context.Context, kind roster.Kind, record roster.Entry) error
}

// Vault keeps the passwords that a feed brings.
type Vault interface {
	Seal(secret string) (string, error)
	// Code returns a keyed code of a secret: equal for equal secrets, useless
	// without the key.
	Code(secret string) string
}

// Options are the circumstances of a load.
type Options struct {
	Number roster.FeedNumber // that the feed has once it is stored
	Vault  Vault
	// Rows is called now and then with the number of rows read so far.
	Rows func(n int)

	check bool // nothing is known, and nothing is kept: only the findings and counts matter
}

// Load reads a feed, checks what refers to what, and hands on what differs from
// what was known. A feed that cannot be used is not an error but a report with
// a catastrophic finding; the changes handed on until then are to be forgotten.
func Load(ctx context.Context, source Source, known Known, changes Changes, opts Options) (*Report, error) {
	last, err := known.Last(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what was said before: %w", err)
	}
	l := newLoader(ctx, known, changes, opts)
	l.last, l.fallen = last, fallen{number: opts.Number, last: last.Fallen}
	defer l.prefetch.stop()
	if err := source.Read(ctx, l); err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	if l.report.Usable() {
		if err := l.finish(); err != nil {
			return nil, fmt.Errorf("compare the feed with the roster: %w", err)
		}
	}
	l.tellClashes()
	l.report.Findings = append(l.report.Findings, l.references.findings(l.indexes[:])...)
	l.report.Findings = append(l.report.Findings, l.repeats.Findings()...)
	l.nameWhatHangs()
	SortFindings(l.report.Findings)
	return l.report, nil
}

// Check reads a feed as Load does, with nothing known and nothing kept.
func Check(ctx context.Context, source Source, opts Options) (*Report, error) {
	opts.Number, opts.check = 1, true
	return Load(ctx, source, nothing{}, nothing{}, opts)
}

// nothing is the roster before the first feed, and keeps no change.
type nothing struct{}

func (nothing) Last(context.Context) (Last, error) { return Last{}, nil }
func (nothing) Entries(context.Context, roster.Kind) iter.Seq2[roster.Entry, error] {
	return func(func(roster.Entry, error) bool) {}
}

func (n nothing) Elsewhere(ctx context.Context, kind roster.Kind) iter.Seq2[roster.Entry, error] {
	return n.Entries(ctx, kind)
}

func (nothing) Bodies(context.Context, roster.Kind, []roster.ID, func([]byte) error) error {
	return nil
}
func (nothing) Put(context.Context, roster.Record) error                    { return nil }
func (nothing) Deactivate(context.Context, roster.Kind, roster.Entry) error { return nil }

// loader receives a feed. It implements Receiver.
type loader struct {
	ctx     context.Context //nolint:containedctx // lives exactly as long as Load
	known   Known
	changes Changes
	opts    Options
	report  *Report

	prefetch     *prefetch
	indexes      [roster.KindClass + 1]*index // by kind
	references   references
	repeats      Bounded
	causes       []*cause
	orgs         orgs
	affiliations affiliations
	rolls        rolls
	details      details
	fallen       fallen
	names        names
	last         Last
	files        [partCount]*FileReport
	slots        map[roster.ID]int32 // of people; nil until one is looked for
	seed         maphash.Seed
	folded       []byte

	part  Part
	begun bool
	file  *FileReport // of the part that is read now
	rows  int
	buf   []byte
}

func newLoader(ctx context.Context, known Known, changes Changes, opts Options) *loader {
	l := &loader{
		ctx: ctx, known: known, changes: changes, opts: opts, prefetch: newPrefetch(ctx, known),
		report:     &Report{Files: map[string]*FileReport{}, Columns: map[Part][]string{}},
		references: references{found: map[reference]*missing{}},
		seed:       maphash.MakeSeed(),
	}
	l.rolls.before, l.affiliations.before = map[int]roster.Digest{}, map[int]roster.Digest{}
	l.orgs.keys = map[string]bool{}
	l.details.files = map[Part]*FileReport{}
	l.details.flags = map[int][]string{}
	l.details.contacts = map[int][]roster.Contact{}
	return l
}

// Begin implements Receiver.
func (l *loader) Begin(part Part, file string, columns []string) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if err := l.endPart(); err != nil {
		return err
	}
	l.part, l.begun, l.file = part, true, l.report.file(file)
	l.report.Parts = append(l.report.Parts, part)
	l.files[part] = l.file
	if len(columns) > 0 {
		l.report.Columns[part] = columns
	}
	switch part {
	case Affiliations:
		l.affiliations.file = l.file
	case Enrollments:
		l.rolls.file = l.file
	case Demographics, Flags, Contacts:
		l.details.files[part] = l.file
	default: // the others gather nothing
	}
	if kind, ok := kindOf(part); ok {
		_, err := l.index(kind)
		return err
	}
	return nil
}

// kindOf returns the kind of record that a row of a part is by itself.
func kindOf(part Part) (roster.Kind, bool) {
	switch part {
	case Orgs:
		return roster.KindOrg, true
	case Sessions:
		return roster.KindSession, true
	case Courses:
		return roster.KindCourse, true
	case People:
		return roster.KindPerson, true
	case Classes:
		return roster.KindClass, true
	default: // its rows are no records by themselves
	}
	return 0, false
}

// index returns the index of a kind, begun with what is known.
func (l *loader) index(kind roster.Kind) (*index, error) {
	if x := l.indexes[kind]; x != nil {
		return x, nil
	}
	x, err := l.prefetch.take(kind)
	l.indexes[kind] = x
	return x, err
}

// endPart closes the part that was read last: what it did not mention is no
// longer active.
func (l *loader) endPart() error {
	if !l.begun {
		return nil
	}
	l.begun = false
	switch l.part {
	case Orgs:
		return l.endOrgs()
	case Affiliations:
		l.endAffiliations()
	case Enrollments:
		l.endRolls()
	default: // the others are compared row by row
	}
	if kind, keyed := kindOf(l.part); keyed {
		l.tellSpoilt(l.indexes[kind], l.part.File())
	}
	return nil
}

// partOf returns the part whose rows are records of a kind.
func partOf(kind roster.Kind) Part {
	for part := range partCount {
		if k, ok := kindOf(part); ok && k == kind {
			return part
		}
	}
	return partCount
}

// fileFor returns the report of the file with the records of a kind.
func (l *loader) fileFor(kind roster.Kind) *FileReport { return l.files[partOf(kind)] }

// finish closes the feed once every row was read.
func (l *loader) finish() error {
	if err := l.endPart(); err != nil {
		return err
	}
	l.refuseMissingParts()
	if l.refuseEmptyParts(); !l.report.Usable() {
		return nil
	}
	l.endDetails()
	l.fallen.judge()
	for _, kind := range []roster.Kind{roster.KindOrg, roster.KindSession, roster.KindCourse} {
		if x := l.indexes[kind]; x != nil {
			if err := l.settle(x); err != nil {
				return err
			}
		}
	}
	if err := l.completeDrafts(); err != nil {
		return err
	}
	l.report.Fallen = l.fallen.report()
	for _, kind := range roster.Kinds() {
		if err := l.handDrafts(kind); err != nil {
			return err
		}
	}
	l.total()
	return nil
}

// refuseMissingParts makes a finding of each part that the feed before this one
// held and this one lacks: taken at its word it would deactivate all of it
// (SDS: a file that was once uploaded must be in every later upload).
func (l *loader) refuseMissingParts() {
	for _, part := range l.last.Parts {
		if slices.Contains(l.report.Parts, part) {
			continue
		}
		l.report.Findings = append(l.report.Findings, Finding{
			Severity: Catastrophic, Rule: RuleFileSetChanged, File: part.File(),
			Message: fmt.Sprintf("%s was part of the feed before this one and is missing now; without it everything it said would become inactive", part.File()),
			Hint:    "Export the same set of files every time. If the file is really meant to be empty, send it with its header and one row.",
		})
	}
	for part, columns := range l.last.Columns {
		l.refuseMissingColumns(part, columns)
	}
}

// Empty is the finding about a file without rows that must have some.
func Empty(file string) Finding {
	return Finding{
		Severity: Catastrophic, Rule: RuleFileEmpty, File: file, Message: "the file has a header and no rows",
		Hint: "The feed would end everything that this file said before. Export it again with its rows.",
	}
}

// refuseEmptyParts makes a finding of each part without rows that had some: an export
// of nothing is taken for one that failed.
func (l *loader) refuseEmptyParts() {
	for _, part := range []Part{Classes, Enrollments} {
		had := l.last.Totals.Classes.Active
		if part == Enrollments {
			had = l.last.Totals.Enrollments.Active
		}
		if f := l.files[part]; f != nil && f.Rows == 0 && had > 0 {
			empty := Empty(part.File())
			empty.Hint += " To manage people only from now on, leave out classes.csv and enrollments.csv both, in a new inbound flow."
			l.report.Findings = append(l.report.Findings, empty)
		}
	}
}

// refuseMissingColumns makes a finding where a file lacks a column that it had and
// that directories depend on: a whole column is a change of the export, not of rows.
func (l *loader) refuseMissingColumns(part Part, before []string) {
	for _, column := range before {
		if l.files[part] == nil || slices.Contains(l.report.Columns[part], column) {
			continue
		}
		l.report.Findings = append(l.report.Findings, Finding{
			Severity: Catastrophic, Rule: RuleHeaderMissing, File: part.File(), Line: 1,
			Message: fmt.Sprintf("the feed before this one had the column %s, and this one lacks it; without it everybody would count as if it were empty", column),
			Hint:    "Export the same columns every time. If the column is really to go, send it once more with empty values.",
		})
	}
}

// Find implements Receiver.
func (l *loader) Find(f Finding) error {
	f.Rows = max(f.Rows, 1)
	file := l.report.file(f.File)
	switch f.Severity {
	case Error:
		file.Rows += f.Rows
		file.Errors += f.Rows
	case Warning:
		file.Warnings += f.Rows
	default: // the feed is refused, and counts nothing
	}
	l.report.Findings = append(l.report.Findings, f)
	return nil
}

// row counts a row that arrived.
func (l *loader) row() {
	l.file.Rows++
	l.rows++
	if l.rows%rowsBetweenReports == 0 {
		l.tick()
	}
}

const rowsBetweenReports = 1 << 13

func (l *loader) tick() {
	if l.opts.Rows != nil {
		l.opts.Rows(l.rows)
	}
}
