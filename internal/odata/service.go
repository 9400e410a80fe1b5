package odata

import (
	"net/http"
	"sync"
	"time"
)

// Caller is who makes a request.
type Caller interface {
	// Identity returns the ID of who calls, which no other caller has, and a name
	// for people to read.
	Identity() (id, name string)

	// Has reports whether one of the permissions was granted.
	Has(anyOf ...string) bool
}

// Operation is something that can be asked of a path.
type Operation struct {
	Method string

	// Path is relative to the service, with keys in braces:
	// external/industryData/years/{id}. The names of actions and functions stand
	// in it without their namespace.
	Path string

	// Permissions are those of which one is needed, the least first.
	Permissions []string

	Handle func(*Request) (Answer, error)

	// Bound declares an action or a function; nil for what the table of types
	// and the entity sets say already.
	Bound *Bound

	// Effective is set for what does something although it is a GET.
	Effective bool

	// Harmless is set for what changes nothing although it is a POST. It is recorded
	// only where it is denied.
	Harmless bool

	public bool     // also for callers that bring no token
	keys   []string // the names in braces, in their order
}

// Bound is what $metadata says of an action (POST) or a function (GET). Its name
// is the last segment of the path, its namespace that of Type.
type Bound struct {
	Type       string // what it is bound to
	Collection bool   // of these
	Parameters []Parameter
	Returns    string // a qualified type; "" for nothing
	Many       bool   // returns a collection
	Composable bool   // the path may go on behind it
}

// Parameter is one of an action or a function.
type Parameter struct {
	Name, Type string
	Optional   bool
}

// Singleton is an entity at the root of the service, through which paths lead to
// what it contains.
type Singleton struct{ Name, Type string }

// Answer is what an operation answers with.
type Answer struct {
	Status int // 0 for 200, or 204 where there is nothing to write

	Object   *Object  // one entity or structured value …
	Page     *Page    // … or a collection …
	Values   []string // … or a collection of strings, which is there unless it is nil …
	Text     string   // … or plain text
	Media    string   // the content type of Text, where it is not plain
	Declared *Type    // of the object, or of each in the page
	Context  string   // what stands behind "$metadata#"; "" for none
	Location string
	Applied  string // Preference-Applied

	allow  string // the methods of the path
	tagged bool   // the entities have ETags, and so have those that are expanded in them
	within bool   // those that are expanded have
	set    string // where the entities are, relative to the service; "" where that is not to be said

	references string // the set by whose addresses the page lists its entities; "" for the entities themselves
}

// Service answers requests. All fields are set before the first request and do
// not change after that.
type Service struct {
	Model      *Model
	Prefix     string   // the path it is mounted at: /beta
	Namespaces []string // that may stand in front of actions and functions
	Singletons []Singleton

	// Origin returns the scheme and host that addresses in answers begin with:
	// those by which the caller reached the server, as in https://host:port.
	Origin func(*http.Request) string

	// Realm names what tokens are for, to callers that bring none that is good.
	Realm string

	// Authenticate returns who calls. An error answers 401.
	Authenticate func(*http.Request) (Caller, error)

	// Admit counts a request, and returns how long to wait before asking again
	// where it is one too many. The caller is nil where it is not known. May be nil.
	Admit func(Caller, *http.Request) time.Duration

	// Refusal translates an error of an operation. It returns nil for one that
	// it does not know, which answers 500 and is passed to Report.
	Refusal func(error) *Error
	Report  func(r *http.Request, requestID string, err error)

	// Audit is told of changes and refusals. May be nil.
	Audit Auditor

	// Seal seals a secret that arrived.
	Seal func(secret string) (string, error)

	Now   func() time.Time
	NewID func() string // a UUID

	// PageSize is how many entities a page of a collection in memory has.
	PageSize int

	root     route
	sets     []*EntitySet
	buffers  sync.Pool
	retries  retries
	describe sync.Once // makes metadata
	metadata []byte
}

// Handle adds operations to the service.
func (s *Service) Handle(operations ...Operation) {
	if s.root.operations == nil {
		operations = append(operations, s.documents()...)
	}
	for i := range operations {
		s.root.add(&operations[i])
	}
}

// Operations returns everything that can be asked of the service, in no
// particular order.
func (s *Service) Operations() []*Operation { return s.root.all(nil) }
