package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
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
// feed of a stream is written to the roster at once: until the row that says
// that it is complete, the stream says nothing, and nobody reads it. The index
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

	Columns map[feed.Part][]string `json:"columns,omitempty"`
	Fallen  []feed.FallenRows      `json:"fallen,omitempty"`
}

// Feed is one feed of a stream while it is read. It implements feed.Known and
// feed.Changes.
type Feed struct {
	feeds  Feeds
	stream roster.Stream
	number roster.FeedNumber
	first  bool // of the stream
	last   storedReport
	buffer []roster.Record
	writer *Behind[roster.Record] // nil until there is something to write

	changed [roster.KindClass + 1][]roster.ID // by kind, in the order in which they came
}

// Begin begins the next feed of a stream. What an earlier one that was cut off
// left behind is finished or dropped first.
func (f Feeds) Begin(ctx context.Context, stream roster.Stream) (run.Feed, error) {
	if err := f.recover(ctx, stream); err != nil {
		return nil, err
	}
	if err := f.index(stream).keep(ctx); err != nil {
		return nil, err
	}
	feed := &Feed{feeds: f, stream: stream}
	var err error
	if feed.last, feed.first, err = f.latest(ctx, stream); err == nil {
		feed.number, err = f.next(ctx, stream.Source)
	}
	if err != nil {
		return nil, fmt.Errorf("begin a feed: %w", err)
	}
	return feed, nil
}

// latest returns what is kept of the latest feed of a stream, and whether there
// is none.
func (f Feeds) latest(ctx context.Context, stream roster.Stream) (report storedReport, none bool, err error) {
	var body string
	err = f.DB.ReadRow(ctx, `SELECT report FROM feed WHERE source = $1 AND flow = $2 ORDER BY number DESC LIMIT 1`,
		[]any{stream.Source, stream.Flow}, &body)
	if errors.Is(err, ErrNoRows) {
		return report, true, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &report)
	}
	return report, false, err
}

// next returns the number of the feed that is stored next for a source system.
func (f Feeds) next(ctx context.Context, source int) (roster.FeedNumber, error) {
	var number int64
	err := f.DB.ReadRow(ctx, `SELECT COALESCE(MAX(number), 0) + 1 FROM feed WHERE source = $1`, []any{source}, &number)
	return roster.FeedNumber(number), err
}

func (f Feeds) index(stream roster.Stream) rosterIndex { return rosterIndex{db: f.DB, stream: stream} }

// Number is the number that the feed has once it is stored.
func (f *Feed) Number() roster.FeedNumber { return f.number }

// Last implements feed.Known.
func (f *Feed) Last(context.Context) (feed.Last, error) {
	return feed.Last{Parts: f.last.Parts, Columns: f.last.Columns, Totals: f.last.Totals, Fallen: f.last.Fallen}, nil
}

// Entries implements feed.Known.
func (f *Feed) Entries(ctx context.Context, kind roster.Kind) iter.Seq2[roster.Entry, error] {
	return f.feeds.index(f.stream).entries(ctx, kind)
}

// Bodies implements feed.Known.
func (f *Feed) Bodies(ctx context.Context, kind roster.Kind, ids []roster.ID, fn func(body []byte) error) error {
	return said{f.feeds.DB, f.stream}.bodies(ctx, kind, ids, fn)
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
func (f *Feed) Deactivate(ctx context.Context, kind roster.Kind, e roster.Entry) error {
	return f.add(ctx, roster.Record{Kind: kind, ID: e.ID, Key: e.Key, Digests: e.Digests})
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
		f.writer = WriteBehind(func(records []roster.Record) error { return f.write(ctx, records) })
	}
	full := f.buffer
	f.buffer = make([]roster.Record, 0, rowsInTransaction)
	return f.writer.Put(full)
}

// write writes changes aside: to pending, or, for the first feed of a stream,
// to the roster and its index, which hold nothing else of it yet.
func (f *Feed) write(ctx context.Context, records []roster.Record) error {
	table, columns := "pending", []string{"source", "flow", "kind", "id", "record_key", "digests", "active", "body"}
	var index blocks
	if f.first {
		table, columns = "roster", append(columns, "feed")
		for _, r := range records {
			index.add(r.Kind, roster.Entry{ID: r.ID, Key: r.Key, Digests: r.Digests, Active: r.Active})
		}
	}
	err := f.feeds.DB.WriteBulk(ctx, func(tx Tx) error {
		if _, err := tx.CopyIn(ctx, table, columns, f.rows(records, len(columns))); err != nil {
			return err
		}
		return f.feeds.index(f.stream).put(ctx, tx, 0, index)
	})
	if err != nil {
		return fmt.Errorf("write the feed aside: %w", err)
	}
	return nil
}

func (f *Feed) rows(records []roster.Record, columns int) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		row := [9]any{0: f.stream.Source, 1: f.stream.Flow, 8: int64(f.number)}
		for _, r := range records {
			row[2], row[3], row[4], row[5], row[6], row[7] = int(r.Kind), int64(r.ID), r.Key, joinDigests(r.Kind, r.Digests), r.Active, nil
			if r.Body != nil {
				row[7] = r.Body
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
	err := f.writer.Close()
	f.writer = nil
	return err
}

// Store makes the feed take effect. run is the run that brought it. A feed that
// says what the one before said writes nothing.
func (f *Feed) Store(ctx context.Context, run string, report *feed.Report) (stored bool, err error) {
	if !f.differs() && !f.first && slices.Equal(report.Parts, f.last.Parts) &&
		slices.Equal(report.Fallen, f.last.Fallen) && maps.EqualFunc(report.Columns, f.last.Columns, slices.Equal) {
		return false, nil
	}
	if err := f.Finish(ctx); err != nil {
		return false, err
	}
	if err := f.complete(ctx, run, report); err != nil {
		return false, fmt.Errorf("store the feed: %w", err)
	}
	if f.first {
		return true, nil
	}
	return true, f.feeds.merge(ctx, f.stream, f.number)
}

// complete writes the row that says that everything of the feed is written.
func (f *Feed) complete(ctx context.Context, run string, report *feed.Report) error {
	body, err := json.Marshal(storedReport{report.Files, report.Parts, report.Totals, report.Columns, report.Fallen}, json.Deterministic(true))
	if err != nil {
		return err
	}
	return f.feeds.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO feed (source, flow, number, run, state, stored, report, indexed) VALUES ($1, $2, $3, $4, $5, $6, $7, TRUE)`,
			f.stream.Source, f.stream.Flow, int64(f.number), run, f.state(), f.feeds.Now().UnixMicro(), string(body))
		return err
	})
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
	if f.first {
		return feedMerged
	}
	return feedStored
}

// Drop forgets the feed.
func (f *Feed) Drop(ctx context.Context) error {
	// What could not be written need not be dropped.
	_ = f.wait()
	return f.feeds.drop(ctx, f.stream)
}

// Elsewhere implements feed.Known. It reads past all that the source system's
// streams say, which is why nobody looks where there is but one.
func (f *Feed) Elsewhere(ctx context.Context, kind roster.Kind) iter.Seq2[roster.Entry, error] {
	return func(yield func(roster.Entry, error) bool) {
		args := []any{f.stream.Source, f.stream.Flow}
		var others bool
		err := f.feeds.DB.ReadRow(ctx, `SELECT EXISTS (SELECT 1 FROM feed WHERE source = $1 AND flow <> $2)
			OR EXISTS (SELECT 1 FROM roster_index WHERE source = $1 AND flow <> $2)
			OR EXISTS (SELECT 1 FROM pending WHERE source = $1 AND flow <> $2)`, args, &others)
		if err != nil {
			yield(roster.Entry{}, err)
		}
		if err != nil || !others {
			return
		}
		Sequence(ctx, f.feeds.DB, func(rows Rows, e *roster.Entry) error {
			var id int64
			err := rows.Scan(&id, &e.Key)
			e.ID = roster.ID(id)
			return err
		}, `SELECT id, record_key FROM roster WHERE source = $1 AND flow <> $2 AND kind = $3
			UNION ALL SELECT id, record_key FROM pending WHERE source = $1 AND flow <> $2 AND kind = $3 AND body IS NOT NULL`,
			append(args, int(kind))...)(yield)
	}
}

// Latest implements run.Feeds.
func (f Feeds) Latest(ctx context.Context, source int) (map[string]roster.FeedNumber, error) {
	latest := map[string]roster.FeedNumber{}
	type row struct {
		flow   string
		number int64
	}
	for r, err := range Sequence(ctx, f.DB, func(rows Rows, r *row) error { return rows.Scan(&r.flow, &r.number) },
		`SELECT flow, MAX(number) FROM feed WHERE source = $1 GROUP BY flow`, source) {
		if err != nil {
			return nil, fmt.Errorf("read the latest feeds: %w", err)
		}
		latest[r.flow] = roster.FeedNumber(r.number)
	}
	return latest, nil
}

// Totals implements run.Feeds.
func (f Feeds) Totals(ctx context.Context, stream roster.Stream) (feed.Totals, error) {
	report, _, err := f.latest(ctx, stream)
	if err != nil {
		return feed.Totals{}, fmt.Errorf("read the latest feed: %w", err)
	}
	return report.Totals, nil
}

var _ interface {
	feed.Known
	feed.Changes
} = (*Feed)(nil)
