package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"rollbook/internal/feed"
	"rollbook/internal/roster"
	"rollbook/internal/run"
)

// Feeds keeps feeds while they are read, and merges them into the roster.
//
// A feed is too large for one transaction, and must take effect whole. So its
// changes are written aside, to pending, in transactions of thousands of rows;
// one small transaction then says that they are complete; and only then are
// they merged, again in pieces. Whoever finds a complete feed that is not
// merged finishes the merge, and whoever finds an incomplete one drops it: in
// both cases it is as if the feed had been stored in one instant. The first
// feed of a source is written to the roster at once: until the row that says
// that it is complete, the source has no roster, and nobody reads one. The index
// of the roster is written in the same transactions.
type Feeds struct {
	DB  DB
	Now func() time.Time
}

// rowsInTransaction bounds how long other writers wait for a piece of a feed.
const rowsInTransaction = 5000

// The states of a feed.
const (
	feedStored = "stored"
	feedMerged = "merged"
)

// storedReport is what is kept of a feed.
type storedReport struct {
	Files  map[string]*feed.FileReport `json:"files"`
	Parts  []feed.Part                 `json:"parts"`
	Totals feed.Totals                 `json:"totals"`
}

// Feed is one feed of a source while it is read. It implements feed.Known and
// feed.Changes.
type Feed struct {
	feeds  Feeds
	source int
	number roster.FeedNumber
	last   storedReport
	buffer []roster.Record
	writer *behind[roster.Record] // nil until there is something to write

	changed [roster.KindClass + 1][]roster.ID // by kind, in the order in which they came
}

// Begin begins the next feed of a source. What an earlier one that was cut off
// left behind is finished or dropped first.
func (f Feeds) Begin(ctx context.Context, source int) (run.Feed, error) {
	if err := f.Recover(ctx, source); err != nil {
		return nil, err
	}
	if err := f.index(source).keep(ctx); err != nil {
		return nil, err
	}
	number, last, err := f.latest(ctx, source)
	if err != nil {
		return nil, fmt.Errorf("begin a feed: %w", err)
	}
	return &Feed{feeds: f, source: source, number: number + 1, last: last}, nil
}

// latest returns the latest feed of a source, and 0 where there is none.
func (f Feeds) latest(ctx context.Context, source int) (roster.FeedNumber, storedReport, error) {
	var number int64
	var body string
	var report storedReport
	err := f.DB.ReadRow(ctx, `SELECT number, report FROM feed WHERE source = $1 ORDER BY number DESC LIMIT 1`,
		[]any{source}, &number, &body)
	if errors.Is(err, ErrNoRows) {
		return 0, report, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &report)
	}
	return roster.FeedNumber(number), report, err
}

func (f Feeds) index(source int) rosterIndex { return rosterIndex{db: f.DB, source: source} }

// Recover finishes the merge of a feed that is complete, and drops what is
// left of one that is not.
func (f Feeds) Recover(ctx context.Context, source int) error {
	var number int64
	err := f.DB.ReadRow(ctx, `SELECT number FROM feed WHERE source = $1 AND state = $2`, []any{source, feedStored}, &number)
	switch {
	case err == nil:
		return f.merge(ctx, source, roster.FeedNumber(number))
	case errors.Is(err, ErrNoRows):
		return f.drop(ctx, source)
	}
	return fmt.Errorf("look for an interrupted feed: %w", err)
}

// Number is the number that the feed has once it is stored.
func (f *Feed) Number() roster.FeedNumber { return f.number }

// Parts implements feed.Known.
func (f *Feed) Parts(context.Context) ([]feed.Part, error) { return f.last.Parts, nil }

// Totals implements feed.Known.
func (f *Feed) Totals(context.Context) (feed.Totals, error) { return f.last.Totals, nil }

// Entries implements feed.Known.
func (f *Feed) Entries(ctx context.Context, kind roster.Kind) iter.Seq2[roster.Entry, error] {
	return f.feeds.index(f.source).entries(ctx, kind)
}

// Bodies implements feed.Known.
func (f *Feed) Bodies(ctx context.Context, kind roster.Kind, ids []roster.ID, fn func(body []byte) error) error {
	return Roster{DB: f.feeds.DB}.Bodies(ctx, f.source, kind, ids, fn)
}

// Put implements feed.Changes.
func (f *Feed) Put(ctx context.Context, record roster.Record) error {
	record.Body = slices.Clone(record.Body)
	if record.Body == nil {
		record.Body = []byte{}
	}
	return f.add(ctx, record)
}

// Deactivate implements feed.Changes.
func (f *Feed) Deactivate(ctx context.Context, kind roster.Kind, id roster.ID) error {
	return f.add(ctx, roster.Record{Kind: kind, ID: id})
}

func (f *Feed) add(ctx context.Context, record roster.Record) error {
	f.changed[record.Kind] = append(f.changed[record.Kind], record.ID)
	f.buffer = append(f.buffer, record)
	if len(f.buffer) < rowsInTransaction {
		return nil
	}
	return f.flush(ctx)
}

// flush has the buffered changes written while the feed is read on.
func (f *Feed) flush(ctx context.Context) error {
	if f.writer == nil {
		f.writer = writeBehind(func(records []roster.Record) error { return f.write(ctx, records) })
	}
	full := f.buffer
	f.buffer = make([]roster.Record, 0, rowsInTransaction)
	return f.writer.put(full)
}

// write writes changes aside: to pending, or, for the first feed of a source,
// to the roster and its index, which hold nothing else yet.
func (f *Feed) write(ctx context.Context, records []roster.Record) error {
	table, columns := "pending", []string{"source", "kind", "id", "record_key", "digests", "active", "body"}
	var index blocks
	if f.number == 1 {
		table, columns = "roster", append(columns, "feed")
		for _, r := range records {
			index.add(r.Kind, roster.Entry{ID: r.ID, Key: r.Key, Digests: r.Digests, Active: r.Active})
		}
	}
	err := f.feeds.DB.WriteBulk(ctx, func(tx Tx) error {
		if _, err := tx.CopyIn(ctx, table, columns, f.rows(records, len(columns))); err != nil {
			return err
		}
		return f.feeds.index(f.source).put(ctx, tx, 0, index)
	})
	if err != nil {
		return fmt.Errorf("write the feed aside: %w", err)
	}
	return nil
}

func (f *Feed) rows(records []roster.Record, columns int) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		row := [8]any{0: f.source, 7: int64(f.number)}
		for _, r := range records {
			row[1], row[2], row[3], row[4], row[5], row[6] = int(r.Kind), int64(r.ID), r.Key, joinDigests(r.Kind, r.Digests), r.Active, nil
			if r.Body != nil {
				row[6] = r.Body
			}
			if !yield(row[:columns]) {
				return
			}
		}
	}
}

// Finish implements run.Feed.
func (f *Feed) Finish(ctx context.Context) error {
	if len(f.buffer) > 0 {
		if err := f.flush(ctx); err != nil {
			return errors.Join(err, f.wait())
		}
	}
	return f.wait()
}

// wait waits until everything that was handed over is written.
func (f *Feed) wait() error {
	if f.writer == nil {
		return nil
	}
	err := f.writer.close()
	f.writer = nil
	return err
}

// Store makes the feed take effect. run is the run that brought it. A feed that
// says what the one before said writes nothing.
func (f *Feed) Store(ctx context.Context, run string, report *feed.Report) error {
	if !f.differs() && f.number > 1 && slices.Equal(report.Parts, f.last.Parts) {
		return nil
	}
	if err := f.Finish(ctx); err != nil {
		return err
	}
	body, err := json.Marshal(storedReport{report.Files, report.Parts, report.Totals}, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("store the feed: %w", err)
	}
	err = f.feeds.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO feed (source, number, run, state, stored, report, indexed) VALUES ($1, $2, $3, $4, $5, $6, TRUE)`,
			f.source, int64(f.number), run, f.state(), f.feeds.Now().UnixMicro(), string(body))
		return err
	})
	if err != nil {
		return fmt.Errorf("store the feed: %w", err)
	}
	if f.number == 1 {
		return nil
	}
	return f.feeds.merge(ctx, f.source, f.number)
}

// differs reports whether the feed changes any record.
func (f *Feed) differs() bool {
	return slices.ContainsFunc(f.changed[:], func(ids []roster.ID) bool { return len(ids) > 0 })
}

// Changed implements run.Feed.
func (f *Feed) Changed(kind roster.Kind) []roster.ID {
	return slices.Sorted(slices.Values(f.changed[kind]))
}

// state is the state of the feed once it is complete: there is nothing to merge
// the first one with.
func (f *Feed) state() string {
	if f.number == 1 {
		return feedMerged
	}
	return feedStored
}

// Drop forgets the feed.
func (f *Feed) Drop(ctx context.Context) error {
	// What could not be written need not be dropped.
	_ = f.wait()
	return f.feeds.drop(ctx, f.source)
}

// Version implements run.Feeds.
func (f Feeds) Version(ctx context.Context, source int) (roster.FeedNumber, error) {
	number, _, err := f.latest(ctx, source)
	if err != nil {
		return 0, fmt.Errorf("read the latest feed: %w", err)
	}
	return number, nil
}

// Totals implements run.Feeds.
func (f Feeds) Totals(ctx context.Context, source int) (feed.Totals, error) {
	_, report, err := f.latest(ctx, source)
	if err != nil {
		return feed.Totals{}, fmt.Errorf("read the latest feed: %w", err)
	}
	return report.Totals, nil
}

var _ interface {
	feed.Known
	feed.Changes
} = (*Feed)(nil)
