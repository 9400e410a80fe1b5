package audit

import (
	"context"
	"time"
)

// Record is one request that changed something or was refused.
type Record struct {
	ID              string // a UUID
	Time            time.Time
	CallerID        string // "" for a caller that is not known
	CallerName      string
	AppID           string
	Address         string // from which the request came
	Method, Path    string
	Status          int
	Code, Target    string // of a refusal
	RequestID       string
	ClientRequestID string
	Changes         []byte // JSON: [{"before":…,"after":…}]; nil for none
	Unrecorded      int    // refusals of this caller that were not recorded since the one before

	Salt     string // with which the changes are hashed, so that the hash does not tell what they were
	Sequence int64  // number in the chain, from 1; 0 for one that is not in it yet
	Hash     string // of the record and of all before it
}

// Head is a record of the chain: its number and its hash.
type Head struct {
	Sequence int64  `json:"sequence"`
	Hash     string `json:"hash"`
}

// Check is what became of the chain.
type Check struct {
	Records int   // that were looked at
	Deleted int64 // number of the last record that was deleted for its age
	Head    Head  // the last record
	Erased  int   // records of which the changes were erased with a person
	Broken  []Broken
}

// Broken is where the chain is not as it was made: records that were altered, moved or are
// missing.
type Broken struct {
	Sequence int64  `json:"sequence"` // of several that are missing, the first
	Message  string `json:"message"`
}

// Query says which records are wanted: the newest of those that are older than
// Before and meet Where.
type Query struct {
	Where  Condition // nil for all
	Before *Place    // nil for the newest
	Limit  int
}

// Place is where a record stands in the order of time.
type Place struct {
	Time time.Time
	ID   string
}

// Condition is one of And, Or, Not and Test.
type Condition any

// And holds where both do.
type And struct{ Left, Right Condition }

// Or holds where one of both does.
type Or struct{ Left, Right Condition }

// Not holds where the other does not.
type Not struct{ Inner Condition }

// Test compares a member of a record. Text is compared without case.
type Test struct {
	Member string // id, time, callerId, callerName, appId, address, method, path, status, sequence, code, requestId, clientRequestId
	Op     string // eq, ne, lt, le, gt, ge, startswith
	Value  any    // string, int64 or time.Time, as the member is
}

// Log keeps records.
type Log interface {
	// Add stores a record. It is durable when Add returns.
	Add(ctx context.Context, r Record) error

	// Tidy puts new records into the chain, and deletes what has been kept long enough.
	// It is called after every record, and MUST be cheap most of the time.
	Tidy(ctx context.Context) error

	// Attach returns a context in which the first change that is stored takes the
	// record with it, in one transaction, if record reports that it is complete.
	Attach(ctx context.Context, record func() (Record, bool)) context.Context

	// Attached reports whether a change took the record of the context with it.
	Attached(ctx context.Context) bool

	// List returns records, the newest first.
	List(ctx context.Context, q Query) ([]Record, error)

	// Verify compares each record with its hash, and with those before and after it.
	// noted is a record whose hash somebody wrote down elsewhere; nil for none.
	Verify(ctx context.Context, noted *Head) (Check, error)

	// Count returns how many records meet a condition.
	Count(ctx context.Context, where Condition) (int, error)
}
