package graph

import (
	"net/http"
	"strings"
	"time"

	"rollbook/internal/flow"
	"rollbook/internal/identity"
	"rollbook/internal/odata"
)

// Config is what the API is made of. Everything is needed unless it says otherwise.
type Config struct {
	Flows     *flow.Service
	Sealer    flow.Sealer // seals the secrets that arrive
	Directory Directory
	Tenant    string // the ID of the organization whose directory it is
	Runs      Runs
	Uploads   Uploads

	// Authenticate returns who makes a request. Its error answers 401, and its
	// text is shown to the caller.
	Authenticate func(*http.Request) (identity.Caller, error)

	// Rates limits how often each caller may ask; nil for no limit.
	Rates *identity.Rates

	// Audit is told of changes and refusals. May be nil.
	Audit odata.Auditor

	// Origin returns the scheme and host by which a caller reached the server.
	// Every address in an answer begins with it.
	Origin func(*http.Request) string

	// Refusal says what to answer to failures of the machine below, and nil to all
	// other errors. May be nil.
	Refusal func(error) *odata.Error

	// Report takes errors that callers are only told the request-id of. May be nil.
	Report func(r *http.Request, requestID string, err error)

	Now   func() time.Time
	NewID func() string // a UUID

	// PageSize is how many entities a page of configuration has; 0 for 1000.
	PageSize int
}

// surface holds what the handlers need.
type surface struct {
	Config
	model     *odata.Model
	questions *odata.Type            // the bodies of membershipOperations
	types     map[string]*odata.Type // those of industryData, without their namespace
}

// New returns the handler of /beta and /v1.0. It never redirects, and MUST NOT
// be mounted behind anything that cleans paths, as http.ServeMux does.
func New(config Config) (http.Handler, error) {
	services, err := newServices(config)
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, s := range services[1:] {
			if s.Serves(r.URL.EscapedPath()) {
				s.ServeHTTP(w, r)
				return
			}
		}
		services[0].ServeHTTP(w, r)
	}), nil
}

// newServices returns /beta, which also answers for paths that are nowhere, and
// /v1.0.
func newServices(config Config) ([]*odata.Service, error) {
	g, err := newSurface(config)
	if err != nil {
		return nil, err
	}
	beta, v1 := g.service("/beta"), g.service("/v1.0")
	roots := []odata.Singleton{{Name: "me", Type: typeUser}, {Name: "directory", Type: typeDirectoryRoot}, {Name: "education", Type: typeEducationRoot}}
	beta.Singletons = append([]odata.Singleton{{Name: "external", Type: typeExternal}}, roots...)
	v1.Singletons = roots
	sets := g.industrySets()
	beta.Serve(sets...)
	beta.Handle(g.industryOperations()...)
	beta.Handle(g.root(sets).Operation())
	for _, s := range []*odata.Service{beta, v1} {
		s.Handle(g.referenceOperations()...)
		s.Handle(g.deltaOperations()...)
		s.Handle(g.membershipOperations()...)
		s.Handle(g.me(), g.educationMe())
		s.Serve(g.directorySets()...)
	}
	beta.Serve(g.units("administrativeUnits"), g.unitMembers("administrativeUnits"))
	beta.Handle(g.unitReferences("administrativeUnits")...)
	beta.Handle(g.unitsDeltaAt("administrativeUnits"))
	return []*odata.Service{beta, v1}, nil
}

func newSurface(config Config) (*surface, error) {
	model, err := newModel()
	if err != nil {
		return nil, err
	}
	questions, err := newQuestionType()
	if err != nil {
		return nil, err
	}
	if config.PageSize == 0 {
		config.PageSize = 1000
	}
	g := &surface{Config: config, model: model, questions: questions, types: map[string]*odata.Type{}}
	for _, t := range model.Types() {
		if short, ok := strings.CutPrefix(t.Name, namespace+"."); ok {
			g.types[short] = t
		}
	}
	return g, nil
}

func (g *surface) service(prefix string) *odata.Service {
	return &odata.Service{
		Model: g.model, Prefix: prefix, Origin: g.Origin,
		Namespaces:   []string{namespace, "microsoft.graph"},
		Realm:        "Rollbook",
		Authenticate: func(r *http.Request) (odata.Caller, error) { return g.Authenticate(r) },
		Admit:        g.admit,
		Refusal:      g.refusal,
		Report:       g.Report,
		Audit:        g.Audit,
		Seal: func(secret string) (string, error) {
			sealed, err := g.Sealer.Seal(secret)
			return string(sealed), err
		},
		Now: g.Now, NewID: g.NewID, PageSize: g.PageSize,
	}
}

// admit counts a request of a caller, or of its address where it is a stranger's.
func (g *surface) admit(caller odata.Caller, r *http.Request) time.Duration {
	if c, known := caller.(identity.Caller); known {
		return g.Rates.OfCaller(c)
	}
	return g.Rates.OfAddress(r.RemoteAddr)
}

// typed returns an empty object of a type of industryData.
func (g *surface) typed(name string) *odata.Object { return odata.New(g.types[name]) }
