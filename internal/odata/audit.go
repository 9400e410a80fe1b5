package odata

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// Auditor keeps what was changed and what was refused.
type Auditor interface {
	// Watch returns the context in which a request does what it asks for. Whoever
	// stores a change in that context MAY store the record with it, in one
	// transaction, once record reports that it tells enough.
	Watch(ctx context.Context, record func() (Record, bool)) context.Context

	// Record keeps what came of a request, which has happened. ctx is that of Watch
	// where there was one. A record that was stored with its change is not to be
	// stored again.
	Record(ctx context.Context, record Record)
}

// Record is one request that changed something or was refused.
type Record struct {
	Time            time.Time
	RequestID       string
	ClientRequestID string
	Caller          Caller // nil for one that is not known
	RemoteAddr      string
	Method, Path    string // without the query
	Status          int
	Code, Target    string // of a refusal; its message may quote what was sent
	Changes         []EntityChange
}

// EntityChange is an entity before and after a request, as JSON without secrets;
// nil for one that was not there, or is not any more. After alone is what was
// asked for, where the entity is not known.
type EntityChange struct{ Before, After []byte }

// change is an EntityChange that was not written yet.
type change struct{ before, after *Object }

// maxRecorded is how large an entity can be in a record, in bytes.
const maxRecorded = 64 << 10

// noted adds a change to what will be recorded. One that is tried again replaces
// what was noted of it.
func (r *Request) noted(c change) {
	for i := range r.changes {
		if sameEntity(r.changes[i], c) {
			r.changes[i] = c
			return
		}
	}
	r.changes = append(r.changes, c)
}

// sameEntity reports whether two changes are of one entity. A request makes one
// new entity at most, which may get another ID when that is tried again.
func sameEntity(a, b change) bool {
	if a.before == nil || b.before == nil {
		return a.before == b.before && a.after.Type == b.after.Type
	}
	return a.before.Type == b.before.Type && a.before.Get("id").Text() == b.before.Get("id").Text()
}

// begin has the request watched, where it may change something.
func (r *Request) begin() {
	audit := r.service.Audit
	if audit != nil && r.operation.Bound == nil && writes(r.HTTP.Method) {
		r.watched = audit.Watch(r.HTTP.Context(), func() (Record, bool) {
			return r.record(r.likelyStatus(), nil), r.tellsEnough()
		})
	}
}

// tellsEnough reports whether it is known what the request changes. Of what it
// creates that is the entity with its ID.
func (r *Request) tellsEnough() bool {
	return len(r.changes) > 0 || r.asked != nil && r.HTTP.Method != http.MethodPost
}

func writes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// likelyStatus returns what a request that changes something answers.
func (r *Request) likelyStatus() int {
	switch {
	case r.HTTP.Method == http.MethodPost && !strings.HasSuffix(r.operation.Path, "$ref"):
		return http.StatusCreated
	case r.prefers("return=representation"):
		return http.StatusOK
	}
	return http.StatusNoContent
}

// audit records what came of the request, where that is to be known later: every
// change, what was refused of those, and who was refused anything.
func (r *Request) audit(status int, refusal *Error) {
	denied := status == http.StatusUnauthorized || status == http.StatusForbidden
	if r.service.Audit == nil || r.repeated || !denied && !r.effective() {
		return
	}
	if refusal == nil && r.operation != nil && r.operation.Path == batchPath {
		return // its items are recorded
	}
	r.service.Audit.Record(r.Context(), r.record(status, refusal))
}

// effective reports whether the request may do something.
func (r *Request) effective() bool {
	if r.operation == nil {
		return writes(r.HTTP.Method)
	}
	return r.operation.Effective || writes(r.HTTP.Method) && !r.operation.Harmless
}

// Asked has the record of the request tell what was asked for, where the path does not.
func (r *Request) Asked(o *Object) { r.asked = o }

func (r *Request) record(status int, refusal *Error) Record {
	record := Record{
		Time: r.service.Now(), RequestID: r.ID, ClientRequestID: r.Client, Caller: r.caller, RemoteAddr: r.HTTP.RemoteAddr,
		Method: r.HTTP.Method, Path: r.HTTP.URL.Path, Status: status,
	}
	if refusal != nil {
		record.Code, record.Target = refusal.Code, refusal.Target
		return record
	}
	changes := r.changes
	if len(changes) == 0 && r.asked != nil {
		changes = []change{{after: r.asked}}
	}
	for _, c := range changes {
		record.Changes = append(record.Changes, EntityChange{recorded(c.before), recorded(c.after)})
	}
	return record
}

// recorded returns an object as a record has it: with the keys of what it refers
// to, without what is secret.
func recorded(o *Object) []byte {
	if o == nil {
		return nil
	}
	e := Encoder{references: true}
	text := e.Append(nil, o, o.Type)
	if len(text) > maxRecorded {
		return []byte(`{"omitted":"larger than 64 KiB"}`)
	}
	return text
}
