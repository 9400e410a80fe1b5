package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"

	"rollbook/internal/roster"
	"rollbook/internal/run"
)

// rosterIndex keeps the entries of what a stream says in packed blocks: to read
// them from the roster itself would mean to pass by all bodies. Whoever writes
// to the roster adds the same entries to the index in the same transaction. What
// is there is never rewritten: a later feed adds blocks with what it changed.
//
// The index follows from the roster, and is made anew where there is none, or
// where the blocks of later feeds have become many.
type rosterIndex struct {
	db     DB
	stream roster.Stream
}

// entries yields the entries of a kind, those that later feeds changed once more.
func (x rosterIndex) entries(ctx context.Context, kind roster.Kind) iter.Seq2[roster.Entry, error] {
	blocks := Sequence(ctx, x.db, func(rows Rows, body *[]byte) error { return rows.Scan(body) },
		`SELECT body FROM roster_index WHERE source = $1 AND flow = $2 AND kind = $3 ORDER BY feed, first`, x.stream.Source, x.stream.Flow, int(kind))
	return func(yield func(roster.Entry, error) bool) {
		for body, err := range blocks {
			if err == nil {
				err = unpackEntries(kind, body, func(e roster.Entry) bool { return yield(e, nil) })
			}
			switch {
			case errors.Is(err, errStopped):
				return
			case errors.Is(err, errIndex):
				yield(roster.Entry{}, errors.Join(fmt.Errorf("%w: %w", run.ErrIndexDamaged, err), x.doubt(ctx)))
				return
			case err != nil:
				yield(roster.Entry{}, fmt.Errorf("read the index of the roster: %w", err))
				return
			}
		}
	}
}

// block gathers entries of one kind.
type block struct {
	kind    roster.Kind
	first   roster.ID
	count   int
	heads   []byte
	digests []byte
}

// A block is packed as a checksum of all that follows, the length of its heads, the
// heads, and the digests of all parts that the kind has. The head of an entry is its
// ID, the length of its key and whether it is active in one number, and the key.

func (b *block) add(e roster.Entry) {
	if b.count == 0 {
		b.first = e.ID
	}
	b.count++
	length := uint64(len(e.Key)) << 1
	if e.Active {
		length |= 1
	}
	b.heads = binary.AppendUvarint(b.heads, uint64(e.ID))
	b.heads = append(binary.AppendUvarint(b.heads, length), e.Key...)
	for _, d := range e.Digests[:b.kind.Parts()] {
		b.digests = append(b.digests, d[:]...)
	}
}

func (b *block) pack() []byte {
	packed := make([]byte, checksumLength, checksumLength+binary.MaxVarintLen64+len(b.heads)+len(b.digests))
	packed = binary.AppendUvarint(packed, uint64(len(b.heads)))
	packed = append(append(packed, b.heads...), b.digests...)
	binary.BigEndian.PutUint32(packed, checksum(packed[checksumLength:]))
	return packed
}

const checksumLength = 4 // bytes

// checksum is CRC-32C, for which processors have an instruction.
func checksum(packed []byte) uint32 { return crc32.Checksum(packed, crc32.MakeTable(crc32.Castagnoli)) }

var errIndex = errors.New("a block is damaged")

// unpackEntries calls fn with the entries of a block. It returns errStopped when
// fn wants no more.
func unpackEntries(kind roster.Kind, packed []byte, fn func(roster.Entry) bool) error {
	if len(packed) < checksumLength || binary.BigEndian.Uint32(packed) != checksum(packed[checksumLength:]) {
		return errIndex
	}
	return unpackSound(kind, packed[checksumLength:], fn)
}

// unpackSound is unpackEntries for what follows a checksum.
func unpackSound(kind roster.Kind, packed []byte, fn func(roster.Entry) bool) error {
	length, n := binary.Uvarint(packed)
	if n <= 0 || length > uint64(len(packed)-n) {
		return errIndex
	}
	heads, digests := packed[n:n+int(length)], packed[n+int(length):]
	text, size := string(heads), kind.Parts()*len(roster.Digest{})
	for at := 0; at < len(heads); {
		id, n := binary.Uvarint(heads[at:])
		length, m := binary.Uvarint(heads[at+max(n, 0):])
		at += n + m
		if n <= 0 || m <= 0 || length>>1 > uint64(len(heads)-at) || len(digests) < size {
			return errIndex
		}
		e := roster.Entry{ID: roster.ID(id), Key: text[at : at+int(length>>1)], Active: length&1 != 0}
		if err := splitDigests(digests[:size], &e.Digests); err != nil {
			return err
		}
		at, digests = at+len(e.Key), digests[size:]
		if !fn(e) {
			return errStopped
		}
	}
	return nil
}

// blocks gather entries that come kind by kind.
type blocks []block

func (b *blocks) add(kind roster.Kind, e roster.Entry) {
	if last := len(*b) - 1; last < 0 || (*b)[last].kind != kind {
		*b = append(*b, block{kind: kind})
	}
	(*b)[len(*b)-1].add(e)
}

// put adds blocks that a feed changed, or 0 where the index begins.
func (x rosterIndex) put(ctx context.Context, tx Tx, feed roster.FeedNumber, blocks blocks) error {
	for _, b := range blocks {
		_, err := tx.Exec(ctx, `INSERT INTO roster_index (source, flow, kind, feed, first, entries, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			x.stream.Source, x.stream.Flow, int(b.kind), int64(feed), int64(b.first), b.count, b.pack())
		if err != nil {
			return err
		}
	}
	return nil
}

// doubt has the index be made anew before it is gone by again.
func (x rosterIndex) doubt(ctx context.Context) error {
	return x.db.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `UPDATE feed SET indexed = FALSE WHERE source = $1 AND flow = $2`, x.stream.Source, x.stream.Flow)
		return err
	})
}

// keep makes the index where there is none to go by.
func (x rosterIndex) keep(ctx context.Context) error {
	var number int64
	var indexed bool
	var begun, later int64
	err := x.db.ReadRow(ctx, `SELECT number, indexed,
		(SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) FROM roster_index WHERE source = $1 AND flow = $2 AND feed = 0),
		(SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) FROM roster_index WHERE source = $1 AND flow = $2 AND feed > 0)
		FROM feed WHERE source = $1 AND flow = $2 ORDER BY number DESC LIMIT 1`, []any{x.stream.Source, x.stream.Flow}, &number, &indexed, &begun, &later)
	switch {
	case errors.Is(err, ErrNoRows):
		return nil
	case err == nil && indexed && later <= begun/2+rowsInTransaction:
		return nil
	case err == nil:
		err = x.makeAnew(ctx, number)
	}
	if err != nil {
		return fmt.Errorf("index the roster: %w", err)
	}
	return nil
}

// makeAnew makes the index from the roster that the latest feed left behind. Until
// the last of its transactions, there is no index to go by.
func (x rosterIndex) makeAnew(ctx context.Context, latest int64) error {
	if err := x.mark(ctx, latest, false); err != nil {
		return err
	}
	if err := x.drop(ctx); err != nil {
		return err
	}
	for _, kind := range roster.Kinds() {
		if err := x.makeKind(ctx, kind); err != nil {
			return err
		}
	}
	return x.mark(ctx, latest, true)
}

func (x rosterIndex) makeKind(ctx context.Context, kind roster.Kind) error {
	b := block{kind: kind}
	for e, err := range said(x).entries(ctx, kind) {
		if err != nil {
			return err
		}
		b.add(e)
		if b.count < rowsInTransaction {
			continue
		}
		if err := x.begin(ctx, b); err != nil {
			return err
		}
		b = block{kind: kind}
	}
	if b.count == 0 {
		return nil
	}
	return x.begin(ctx, b)
}

func (x rosterIndex) begin(ctx context.Context, b block) error {
	return x.db.WriteBulk(ctx, func(tx Tx) error { return x.put(ctx, tx, 0, blocks{b}) })
}

func (x rosterIndex) mark(ctx context.Context, feed int64, indexed bool) error {
	return x.db.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `UPDATE feed SET indexed = $3 WHERE source = $1 AND number = $2`, x.stream.Source, feed, indexed)
		return err
	})
}

// blocksInTransaction are as much to write as rowsInTransaction of other tables.
const blocksInTransaction = 20

// drop forgets all blocks.
func (x rosterIndex) drop(ctx context.Context) error {
	for {
		var n int64
		err := x.db.WriteBulk(ctx, func(tx Tx) (err error) {
			n, err = tx.Exec(ctx, `DELETE FROM roster_index WHERE source = $1 AND flow = $2 AND (kind, feed, first) IN (
				SELECT kind, feed, first FROM roster_index WHERE source = $1 AND flow = $2 LIMIT $3)`, x.stream.Source, x.stream.Flow, blocksInTransaction)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
