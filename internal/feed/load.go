package feed

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"rollbook/internal/roster"
)

// Known is what earlier feeds of the same stream said. Several goroutines ask it
// at once.
type Known interface {
	// Parts returns the parts that the latest stored feed held, none before the first.
	Parts(ctx context.Context) ([]Part, error)
	// Totals returns the totals of the latest stored feed.
	Totals(ctx context.Context) (Totals, error)
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
	l := newLoader(ctx, known, changes, opts)
	defer l.prefetch.stop()
	if err := source.Read(ctx, l); err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	if l.report.Usable() {
		if err := l.finish(); err != nil {
			return nil, fmt.Errorf("compare the feed with the roster: %w", err)
		}
	}
	l.report.Findings = append(l.report.Findings, l.references.findings()...)
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

func (nothing) Parts(context.Context) ([]Part, error)  { return nil, nil }
func (nothing) Totals(context.Context) (Totals, error) { return Totals{}, nil }
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

	part  Part
	begun bool
	file  *FileReport // of the part that is read now
	rows  int
	buf   []byte
}

func newLoader(ctx context.Context, known Known, changes Changes, opts Options) *loader {
	l := &loader{
		ctx: ctx, known: known, changes: changes, opts: opts, prefetch: newPrefetch(ctx, known),
		report:     &Report{Files: map[string]*FileReport{}},
		references: references{found: map[reference]*Finding{}},
	}
	l.orgs.keys = map[string]bool{}
	l.details.files = map[Part]*FileReport{}
	l.details.flags = map[int][]string{}
	l.details.contacts = map[int][]roster.Contact{}
	return l
}

// Begin implements Receiver.
func (l *loader) Begin(part Part, file string) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if err := l.endPart(); err != nil {
		return err
	}
	l.part, l.begun, l.file = part, true, l.report.file(file)
	l.report.Parts = append(l.report.Parts, part)
	switch part {
	case Affiliations:
		l.affiliations.file = l.file
	case Enrollments:
		l.rolls.file = l.file
	case Demographics, Flags, Contacts:
		l.details.files[part] = l.file
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
	}
	if kind, ok := kindOf(l.part); ok {
		return l.deactivateUnseen(kind)
	}
	return nil
}

// deactivateUnseen counts the records of a kind that the feed lacked, and hands
// them on unless more of them is to come.
func (l *loader) deactivateUnseen(kind roster.Kind) error {
	x := l.indexes[kind]
	for slot := range x.keys.len() {
		if x.state[slot]&(active|seen) != active {
			continue
		}
		x.state[slot] &^= active
		l.file.Deactivated++
		if kind.Parts() > 1 {
			continue
		}
		if err := l.changes.Deactivate(l.ctx, kind, x.inactive(slot)); err != nil {
			return err
		}
	}
	return nil
}

// finish closes the feed once every row was read.
func (l *loader) finish() error {
	if err := l.endPart(); err != nil {
		return err
	}
	if err := l.refuseMissingParts(); err != nil || !l.report.Usable() {
		return err
	}
	l.endDetails()
	if err := l.completeDrafts(); err != nil {
		return err
	}
	for _, kind := range []roster.Kind{roster.KindPerson, roster.KindClass} {
		if err := l.handDrafts(kind); err != nil {
			return err
		}
	}
	return l.total()
}

// refuseMissingParts makes a finding of each part that the feed before this one
// held and this one lacks: taken at its word it would deactivate all of it
// (SDS: a file that was once uploaded must be in every later upload).
func (l *loader) refuseMissingParts() error {
	before, err := l.known.Parts(l.ctx)
	if err != nil {
		return err
	}
	for _, part := range before {
		if slices.Contains(l.report.Parts, part) {
			continue
		}
		l.report.Findings = append(l.report.Findings, Finding{
			Severity: Catastrophic, Rule: RuleFileSetChanged, File: part.File(),
			Message: fmt.Sprintf("%s was part of the feed before this one and is missing now; without it everything it said would become inactive", part.File()),
			Hint:    "Export the same set of files every time. If the file is really meant to be empty, send it with its header and one row.",
		})
	}
	return nil
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
