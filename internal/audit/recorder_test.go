package audit_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rollbook/internal/audit"
	"rollbook/internal/identity"
	"rollbook/internal/odata"
)

// memory is a log that is lost.
type memory struct {
	audit.Log
	records []audit.Record
	taken   bool // by a change
	err     error
}

func (m *memory) Add(_ context.Context, r audit.Record) error {
	m.records = append(m.records, r)
	return m.err
}
func (m *memory) Tidy(context.Context) error    { return nil }
func (m *memory) Attached(context.Context) bool { return m.taken }

func newRecorder(log audit.Log, errs *strings.Builder) *audit.Recorder {
	return &audit.Recorder{Log: log, NewID: func() string { return "id" }, Errors: slog.New(slog.NewTextHandler(errs, nil))}
}

func refused(caller string, at time.Time) odata.Record {
	r := odata.Record{Time: at, Method: "GET", Path: "/x", Status: 403}
	if caller != "" {
		r.Caller = identity.Caller{ID: caller}
	}
	return r
}

// A caller that is refused without end fills the log with so many records a
// minute, and what was left out is told. Others are not affected.
func TestRefusalsAreLimited(t *testing.T) {
	t.Parallel()
	for caller, limit := range map[string]int{"": 10, "known": 60} {
		m := &memory{}
		a := newRecorder(m, &strings.Builder{})
		now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
		for n := range 1000 {
			a.Record(t.Context(), refused(caller, now.Add(time.Duration(n)*time.Millisecond)))
		}
		if len(m.records) != limit {
			t.Errorf("%q: %d records, want %d", caller, len(m.records), limit)
		}
		a.Record(t.Context(), refused("other", now))
		a.Record(t.Context(), refused(caller, now.Add(time.Minute)))
		a.Record(t.Context(), refused(caller, now.Add(time.Minute)))
		last := m.records[len(m.records)-3:]
		if last[0].CallerID != "other" || last[0].Unrecorded != 0 || last[1].Unrecorded != 1000-limit || last[2].Unrecorded != 0 {
			t.Errorf("%q: %+v", caller, last)
		}
	}
}

// Changes are never left out.
func TestChangesAreAllRecorded(t *testing.T) {
	t.Parallel()
	m, errs := &memory{}, &strings.Builder{}
	a := newRecorder(m, errs)
	for range 1000 {
		a.Record(t.Context(), odata.Record{Method: "POST", Path: "/x", Status: 201})
	}
	m.taken = true
	a.Record(t.Context(), odata.Record{Method: "POST", Path: "/x", Status: 201})
	if len(m.records) != 1000 {
		t.Errorf("%d records, want 1000: one was stored with its change", len(m.records))
	}
	a.Record(t.Context(), odata.Record{Method: "POST", Path: "/x", Status: 400})
	if len(m.records) != 1001 {
		t.Error("a refusal is taken for the change before it")
	}
	m.taken, m.err = false, errors.New("the disk is full")
	a.Record(t.Context(), odata.Record{Method: "POST", Path: "/x", Status: 201, RequestID: "r1"})
	if !strings.Contains(errs.String(), "the disk is full") || !strings.Contains(errs.String(), "r1") {
		t.Errorf("that a change is not recorded is not reported: %s", errs)
	}
}

// What a caller chooses freely can be stored anywhere, and is not endless.
func TestTextIsBounded(t *testing.T) {
	t.Parallel()
	m := &memory{}
	a := newRecorder(m, &strings.Builder{})
	a.Record(t.Context(), odata.Record{Method: "DELETE", Path: "/\x00\xff" + strings.Repeat("é", 1000), Status: 404, ClientRequestID: strings.Repeat("x", 600)})
	r := m.records[0]
	if len(r.Path) > 520 || len(r.ClientRequestID) > 520 || strings.Contains(r.Path, "\x00") || !utf8.ValidString(r.Path) {
		t.Errorf("%q %q", r.Path, r.ClientRequestID)
	}
}
