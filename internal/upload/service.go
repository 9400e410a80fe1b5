package upload

import (
	"context"
	"net/http"
	"sync"
	"time"

	"rollbook/internal/feed"
)

// Service hands out sessions and checks what was uploaded. Run does the
// checking, and Handler takes the files.
type Service struct {
	Dir    string // where files are kept
	Tenant string // the installation's tenant ID, the first segment of addresses
	Key    []byte // signs addresses
	Store  Store
	Now    func() time.Time
	NewID  func() string // a UUID

	// Exists reports whether there is a connector with the ID. What was uploaded
	// for one that was deleted is removed: no run will take it.
	Exists func(ctx context.Context, connector string) (bool, error)

	// Check looks at the feed in a folder or archive.
	Check func(ctx context.Context, path string) (Found, error)

	// Outage says what to answer to failures of the machine below: a status and when
	// to ask again, status 0 for all other errors. May be nil.
	Outage func(error) (status int, after time.Duration, message string)

	// Admitted is told of each request whose address is signed. May be nil.
	Admitted func(*http.Request)

	// Report takes errors that callers are told nothing of. May be nil.
	Report func(r *http.Request, err error)

	Watch Watcher // nil for nobody

	// Limits in bytes. Zero stands for 4 GiB a file and 8 GiB a container.
	MaxFile, MaxContainer int64

	used      usages
	commits   sync.Mutex // held while a file takes its place, and while a container is closed
	makeAwake sync.Once
	awake     chan struct{}
}

// Store keeps uploads and their checks. Implementations MUST return ErrNoSession
// where a container is not there, and ErrNoOperation where a check is not.
type Store interface {
	// Open returns the connector's open container, or where there is none whose
	// session lasts, or reset is true, stores the one given and lets go of open ones.
	Open(ctx context.Context, container Container, now time.Time, reset bool) (Container, error)
	Get(ctx context.Context, id string) (Container, error)
	// Latest returns the connector's latest container that is valid.
	Latest(ctx context.Context, connector string) (Container, error)
	// Take lets go of a valid container and of valid ones before it.
	Take(ctx context.Context, id string) error
	// Discard lets go of all containers of the connector.
	Discard(ctx context.Context, connector string) error
	// Expire lets go of open containers whose time is over and of checks that
	// were last active before a moment, and returns the IDs of containers that
	// are not gone.
	Expire(ctx context.Context, now, checksBefore time.Time) ([]string, error)

	// Close closes the connector's open container and stores the check of it.
	Close(ctx context.Context, check Check) error
	// Record stores a check that has no container.
	Record(ctx context.Context, check Check) error
	// Progress stores the check's status and body, and its container's state.
	Progress(ctx context.Context, check Check, containerState string) error
	Operation(ctx context.Context, id string) (Check, error)
	// Operations returns all checks in the order of creation.
	Operations(ctx context.Context) ([]Check, error)
}

// Found is what a check of a feed found.
type Found struct {
	Findings []feed.Finding // what is wrong
	Files    []string       // those of the feed that are there
}

// Container is an upload as it is kept.
type Container struct {
	ID             string
	Connector      string
	State          string
	SessionExpires time.Time
	Expires        time.Time
}

// The states of a container.
const (
	stateOpen   = "open"
	stateClosed = "closed"
	stateValid  = "valid"
	stateGone   = "gone"
)

// Check is the check of a container as it is kept.
type Check struct {
	ID         string
	Upload     string // the container's ID; "" for the check of an API
	Connector  string
	Status     string
	Created    time.Time
	LastAction time.Time
	Body       string // JSON
}

// The states of a check (Graph: longRunningOperationStatus).
const (
	statusNotStarted = "notStarted"
	statusRunning    = "running"
	statusSucceeded  = "succeeded"
	statusFailed     = "failed"
)

func (s *Service) wake() chan struct{} {
	s.makeAwake.Do(func() { s.awake = make(chan struct{}, 1) })
	return s.awake
}

func (s *Service) maxFile() int64 {
	if s.MaxFile > 0 {
		return s.MaxFile
	}
	return 4 << 30
}

func (s *Service) maxContainer() int64 {
	if s.MaxContainer > 0 {
		return s.MaxContainer
	}
	return 8 << 30
}
