package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"rollbook/internal/store"
)

const (
	// probeEvery is how often a probe writes at most.
	probeEvery = 5 * time.Second

	// probeTimeout is how long a probe may take.
	probeTimeout = 5 * time.Second

	// leastRoom is how many bytes the disk of the data folder has at least: what is
	// written to a database that has grown before finds a place until it has not.
	leastRoom = 1 << 20

	// largeProbe is how many bytes it writes where something failed: on a full disk
	// a few find a place all the same.
	largeProbe = 1 << 20
)

// health knows whether the database does what it is asked, from every answer that
// it gives to anybody, and asks it where nobody does. It logs what changes, once,
// however many requests fail.
type health struct {
	log  *slog.Logger
	now  func() time.Time
	data string                                         // the folder with everything that is no database of others
	room func(folder string) (bytes uint64, known bool) // on its disk

	mu     sync.Mutex
	failed error // of the latest write or read that failed; nil while all goes well

	probing sync.Mutex // guards what follows
	probed  time.Time  // when a probe wrote last
	result  error      // of that probe
}

// watched is a database that tells health of all that becomes of what it is asked.
type watched struct {
	store.DB
	health *health
}

func (w watched) Write(ctx context.Context, fn func(store.Tx) error) error {
	return w.health.wrote(ctx, w.DB.Write(ctx, fn))
}

func (w watched) WriteBulk(ctx context.Context, fn func(store.Tx) error) error {
	return w.health.wrote(ctx, w.DB.WriteBulk(ctx, fn))
}

func (w watched) Read(ctx context.Context, fn func(store.Tx) error) error {
	return w.health.read(ctx, w.DB.Read(ctx, fn))
}

func (w watched) ReadRow(ctx context.Context, sql string, args []any, dest ...any) error {
	return w.health.read(ctx, w.DB.ReadRow(ctx, sql, args, dest...))
}

// wrote notes what became of a write. One that did not take place for another
// reason proves nothing of the disk.
func (h *health) wrote(ctx context.Context, err error) error {
	if err == nil || outageOf(err) != nil || isDamage(err) {
		h.note(ctx, err)
	}
	return err
}

// read notes what became of a read. One that works does not say that a write does.
func (h *health) read(ctx context.Context, err error) error {
	if outageOf(err) != nil || isDamage(err) {
		h.note(ctx, err)
	}
	return err
}

func isDamage(err error) bool {
	_, damaged := errors.AsType[*store.Damaged](err)
	return damaged
}

// found notes what a look at the whole database found: a Damaged, or nil.
func (h *health) found(ctx context.Context, err error) {
	if err != nil {
		h.note(ctx, err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if isDamage(h.failed) {
		h.failed = nil
	}
}

// note takes over how things stand. What is damaged does not become whole because
// a write elsewhere works.
func (h *health) note(ctx context.Context, err error) {
	h.mu.Lock()
	before := h.failed
	if err != nil || !isDamage(before) {
		h.failed = err
	}
	h.mu.Unlock()
	switch {
	case err != nil && (before == nil || kindOf(before) != kindOf(err)):
		h.log.ErrorContext(ctx, "the database fails", "error", err)
	case err == nil && before != nil && !isDamage(before):
		h.log.InfoContext(ctx, "the database works again")
	}
}

// kindOf tells outages apart, so that each is logged once.
func kindOf(err error) outage {
	if found := outageOf(err); found != nil {
		return outage{status: found.status, message: found.message}
	}
	return outage{}
}

// check returns why the database cannot be used, or nil where it can. It reads at
// every call and writes now and then: a disk that is full, or cannot be written,
// answers whoever only reads.
func (h *health) check(ctx context.Context, db store.DB) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if err := readable(ctx, db); err != nil {
		return err
	}
	h.probing.Lock()
	defer h.probing.Unlock()
	if now := h.now(); now.Sub(h.probed) >= probeEvery || now.Before(h.probed) {
		h.result, h.probed = h.probe(ctx, db), now
	}
	if err := h.failure(); err != nil {
		return err
	}
	if bytes, known := h.room(h.data); known && bytes < leastRoom {
		return &store.Full{Where: h.data, Err: fmt.Errorf("%d bytes are free", bytes)}
	}
	return h.result
}

// probe writes to a database that is watched.
func (h *health) probe(ctx context.Context, db store.DB) error {
	size := 1
	if h.failure() != nil {
		size = largeProbe
	}
	return store.Settings{DB: db}.Probe(ctx, size)
}

func (h *health) failure() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failed
}
