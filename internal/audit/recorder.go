package audit

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollbook/internal/odata"
)

// How many refusals of one caller are recorded within a minute, and how many of
// all that are not known together: what they cause must not be theirs to choose.
const (
	knownRefusals   = 60
	unknownRefusals = 10
	maxCallers      = 1000 // of which refusals are counted
	maxText         = 500  // bytes of what a caller chooses freely
)

// Recorder takes records of what happens and keeps them.
type Recorder struct {
	Log    Log
	NewID  func() string // a UUID, time-ordered
	Errors *slog.Logger  // told of what could not be recorded

	mu       sync.Mutex
	refusals map[string]*refusals // by caller
}

// refusals counts what was refused to a caller within a minute.
type refusals struct {
	since      time.Time
	recorded   int
	unrecorded int
}

var _ odata.Auditor = (*Recorder)(nil)

// Watch implements odata.Auditor.
func (a *Recorder) Watch(ctx context.Context, record func() (odata.Record, bool)) context.Context {
	return a.Log.Attach(ctx, func() (Record, bool) {
		happened, enough := record()
		return a.translate(happened), enough
	})
}

// Record implements odata.Auditor. A record that cannot be kept is reported: what
// it tells of has happened.
func (a *Recorder) Record(ctx context.Context, happened odata.Record) {
	defer func() { a.report(ctx, a.Log.Tidy(context.WithoutCancel(ctx)), happened) }()
	refused := happened.Status >= http.StatusBadRequest
	if !refused && a.Log.Attached(ctx) {
		return
	}
	r := a.translate(happened)
	if refused {
		var enough bool
		if r.Unrecorded, enough = a.count(r.CallerID, r.Time); enough {
			return
		}
	}
	// Whoever asked may be gone; what happened is recorded all the same.
	a.report(ctx, a.Log.Add(context.WithoutCancel(ctx), r), happened)
}

func (a *Recorder) report(ctx context.Context, err error, happened odata.Record) {
	if err != nil {
		a.Errors.ErrorContext(ctx, "the audit log cannot be written", "error", err, "request-id", happened.RequestID)
	}
}

// count counts a refusal, and returns how many were not recorded before it, or
// that there were enough.
func (a *Recorder) count(caller string, now time.Time) (unrecorded int, enough bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.refusals == nil || len(a.refusals) >= maxCallers && a.refusals[caller] == nil {
		a.refusals = map[string]*refusals{}
	}
	c := a.refusals[caller]
	if c == nil {
		c = &refusals{since: now}
		a.refusals[caller] = c
	}
	if now.Sub(c.since) >= time.Minute {
		c.since, c.recorded = now, 0
	}
	limit := knownRefusals
	if caller == "" {
		limit = unknownRefusals
	}
	if c.recorded >= limit {
		c.unrecorded++
		return 0, true
	}
	c.recorded++
	unrecorded, c.unrecorded = c.unrecorded, 0
	return unrecorded, false
}

func (a *Recorder) translate(happened odata.Record) Record {
	r := Record{
		ID: a.NewID(), Time: happened.Time.UTC().Truncate(time.Microsecond), Method: short(happened.Method), Path: short(happened.Path),
		Status: happened.Status, Code: happened.Code, Target: short(happened.Target),
		RequestID: happened.RequestID, ClientRequestID: short(happened.ClientRequestID), Changes: changes(happened.Changes),
		Salt: a.NewID(),
	}
	r.Address, _, _ = net.SplitHostPort(happened.RemoteAddr)
	if happened.Caller != nil {
		id, name := happened.Caller.Identity()
		r.CallerID, r.CallerName = short(id), short(name)
		if program, ok := happened.Caller.(interface{ Program() string }); ok {
			r.AppID = short(program.Program())
		}
	}
	return r
}

// short returns a text as it can be stored: of bounded length, and of characters
// that every database takes.
func short(s string) string {
	if len(s) > maxText {
		s = s[:maxText] + "…"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

// changes returns what was changed as JSON.
func changes(all []odata.EntityChange) []byte {
	if len(all) == 0 {
		return nil
	}
	type changed struct {
		Before jsontext.Value `json:"before"`
		After  jsontext.Value `json:"after"`
	}
	list := make([]changed, len(all))
	for i, c := range all {
		list[i] = changed{c.Before, c.After}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return []byte(`[{"omitted":"cannot be written"}]`)
	}
	return text
}
