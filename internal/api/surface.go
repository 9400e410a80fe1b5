package api

import (
	"context"
	"iter"
	"net/http"
	"time"

	"rollbook/internal/audit"
	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/guard"
	"rollbook/internal/identity"
	"rollbook/internal/ledger"
	"rollbook/internal/odata"
	"rollbook/internal/plan"
	"rollbook/internal/run"
)

// Prefix is where the surface is.
const Prefix = "/rollbook/v1"

// The permissions, beside that of the audit log. One that writes includes the one that
// reads.
const (
	runRead     = "IndustryData-Run.Read.All"
	runStart    = "IndustryData-Run.Start"
	planRead    = "Rollbook-Plan.Read.All"
	planApprove = "Rollbook-Plan.Approve.All"
	planCreate  = "Rollbook-Plan.Create.All"
	explainRead = "Rollbook-Explain.Read.All"

	decisionWrite = "Rollbook-Decision.Write.All"
	findingRead   = "Rollbook-Run.Read.All"
)

// Pages of collections.
const (
	defaultTop = 50
	maxTop     = 999
)

// Store is what the surface reads and decides on.
type Store interface {
	// AllRuns returns the last runs, the newest first.
	AllRuns(ctx context.Context) ([]run.Run, error)
	// Run returns a run, or run.ErrNotFound.
	Run(ctx context.Context, id string) (run.Run, error)
	// AllPlans returns all plans, the newest first.
	AllPlans(ctx context.Context) ([]ledger.Plan, error)
	// Plan returns a plan with its parts, or ledger.ErrNotFound.
	Plan(ctx context.Context, id int64) (ledger.Plan, []ledger.Part, error)
	// Targets returns the directories beside the hosted one.
	Targets(ctx context.Context) ([]flow.Target, error)
	// PlansByRun returns the plans by the run that made them, and by that which applied
	// them, in their order.
	PlansByRun(ctx context.Context) (map[string][]ledger.Plan, error)
	// Changes yields the changes of a plan after one with a number, in their order.
	Changes(ctx context.Context, plan, after int64) iter.Seq2[ledger.Entry, error]
	// Schools returns what says how organizations are called, by sourcedId.
	Schools(ctx context.Context) (func(key string) string, error)
	// Called returns what says how the records are called that changes are about.
	Called(ctx context.Context, changes []ledger.Entry) (func(ledger.Record) string, error)
	// FindRecordOf returns the person or class with a sourcedId, or with SOURCE:ID.
	FindRecordOf(ctx context.Context, kind directory.Kind, key string) (ledger.Record, error)
	Explain(ctx context.Context, person, class string) (plan.Explanation, error)
	Rollback(ctx context.Context, of ledger.Undoing, progress run.Progress) (run.Result, error)
	Decide(ctx context.Context, d run.Decision, progress run.Progress) (run.Result, error)
	Reject(ctx context.Context, d run.Decision) error
	Limits(ctx context.Context) (guard.Limits, error)
	// Decisions returns what was decided on people and classes.
	Decisions(ctx context.Context) ([]flow.Decision, error)
	Link(ctx context.Context, person, userName, note, by string) (flow.Decision, error)
	Ignore(ctx context.Context, key, note, by string) (flow.Decision, error)
	WithdrawDecision(ctx context.Context, d flow.Decision) error
	// FindingsNow returns the findings of the latest feeds.
	FindingsNow(ctx context.Context) ([]Finding, error)
	// QuietUntil leaves a finding out of what is open until some time.
	QuietUntil(ctx context.Context, id string, until time.Time, note, by string) (Finding, error)
}

// Config is what the surface is made of. Everything is needed unless it says otherwise.
type Config struct {
	Store        Store
	Log          audit.Log
	Recorder     odata.Auditor
	Authenticate func(*http.Request) (identity.Caller, error)
	Rates        *identity.Rates            // nil for no limit
	Origin       func(*http.Request) string // scheme and host by which a caller reached the server
	Refusal      func(error) *odata.Error   // of errors that pass; nil for all others
	Report       func(r *http.Request, requestID string, err error)
	Now          func() time.Time
	NewID        func() string
}

// surface answers requests.
type surface struct {
	Store
	model *odata.Model
}

// New returns what answers below Prefix.
func New(c Config) (http.Handler, error) {
	model, err := odata.NewModel(append(types(), audit.Types()...), nil)
	if err != nil {
		return nil, err
	}
	service := &odata.Service{
		Model: model, Prefix: Prefix, Origin: c.Origin, Realm: "Rollbook",
		Authenticate: func(r *http.Request) (odata.Caller, error) { return c.Authenticate(r) },
		Admit:        c.admit, Audit: c.Recorder, Refusal: c.refusal, Report: c.Report, Now: c.Now, NewID: c.NewID, PageSize: defaultTop,
	}
	s := &surface{c.Store, model}
	service.Serve(audit.Records(model, c.Log), s.runs(), s.plans(), s.limits(), s.targets(), s.decisions(), s.findings())
	service.Handle(append(s.planOperations(), s.findingOperations()...)...)
	service.Handle(audit.Verification(model, c.Log))
	return service, nil
}

// among returns what gets the entity that the path names out of a list; missing says of an
// ID that there is none.
func among(list func(*odata.Request) ([]*odata.Object, error), missing string) func(*odata.Request) (*odata.Object, error) {
	return func(r *odata.Request) (*odata.Object, error) {
		all, err := list(r)
		if err != nil {
			return nil, err
		}
		for _, o := range all {
			if o.Get("id").Text() == r.Param("id") {
				return o, nil
			}
		}
		return nil, odata.NotFound(missing, r.Param("id"))
	}
}

// admit counts a request of a caller, or of its address where it is a stranger's.
func (c Config) admit(caller odata.Caller, r *http.Request) time.Duration {
	if known, ok := caller.(identity.Caller); ok {
		return c.Rates.OfCaller(known)
	}
	return c.Rates.OfAddress(r.RemoteAddr)
}

func text(name string, nullable bool) odata.Property {
	return odata.Property{Name: name, Type: "Edm.String", Nullable: nullable}
}

func untyped(name string) odata.Property {
	return odata.Property{Name: name, Type: "Edm.Untyped", Nullable: true}
}

func number(name string) odata.Property { return odata.Property{Name: name, Type: "Edm.Int64"} }

func moment(name string, nullable bool) odata.Property {
	return odata.Property{Name: name, Type: "Edm.DateTimeOffset", Nullable: nullable}
}

func collection(name string) odata.Property {
	return odata.Property{Name: name, Type: "Edm.String", Collection: true}
}

func flag(name string) odata.Property { return odata.Property{Name: name, Type: "Edm.Boolean"} }

const (
	typeRun      = "rollbook.run"
	typePlan     = "rollbook.plan"
	typePart     = "rollbook.planPart"
	typeChange   = "rollbook.planChange"
	typeDecision = "rollbook.decision"
	typeLimit    = "rollbook.guardLimit"

	typeExplanation = "rollbook.explanation"
	typeQuestion    = "rollbook.question"
	typeTarget      = "rollbook.target"

	typeRecordDecision = "rollbook.recordDecision"
	typeFinding        = "rollbook.finding"
	typeQuiet          = "rollbook.quiet"
)

func types() []odata.Type {
	return []odata.Type{
		{Name: typeRun, Properties: []odata.Property{
			text("id", false), text("state", false), moment("startDateTime", false), moment("endDateTime", true),
			text("message", true), number("errors"), number("warnings"), untyped("flows"), untyped("planIds"),
		}},
		{Name: typePlan, Properties: []odata.Property{
			text("id", false), text("runId", false), text("targetId", false), text("purpose", false), text("state", false), text("hash", false),
			moment("createdDateTime", false), text("decidedBy", true), text("applyRunId", true), flag("doubt"),
			untyped("counts"), untyped("guard"), untyped("causes"), untyped("undoing"),
			collection("schools"), collection("classes"), collection("people"),
		}},
		{Name: typePart, Properties: []odata.Property{
			text("id", false), text("displayName", false), text("state", false), text("hash", false), untyped("counts"), untyped("needs"),
		}},
		{Name: typeChange, Properties: []odata.Property{
			text("id", false), text("partKey", false), text("verb", false), text("kind", false), text("object", false), text("objectId", true),
			untyped("set"), untyped("was"), untyped("links"), untyped("because"), untyped("outcome"),
		}},
		{Name: typeDecision, Properties: []odata.Property{
			text("id", true), text("hash", true), text("note", true), collection("parts"),
		}},
		{Name: typeTarget, Properties: []odata.Property{
			text("id", false), text("displayName", false), text("kind", false), moment("createdDateTime", true), collection("flowSetIds"),
		}},
		{Name: typeRecordDecision, Properties: []odata.Property{
			text("id", false), text("kind", false), text("record", false), text("as", false), text("userName", true), text("note", true),
			text("decidedBy", false), moment("decidedDateTime", false),
		}},
		{Name: typeFinding, Properties: []odata.Property{
			text("id", false), text("rule", false), text("severity", false), text("state", false), text("file", false), number("line"), number("column"),
			text("record", true), text("message", false), text("hint", true), moment("firstSeenDateTime", false), text("firstSeenRunId", false), number("runs"),
			moment("quietUntilDateTime", true), text("quietBy", true), text("quietNote", true),
		}},
		{Name: typeQuiet, Properties: []odata.Property{text("until", true), text("note", true)}},
		{Name: typeQuestion, Properties: []odata.Property{text("personId", false), text("classId", true)}},
		{Name: typeExplanation, Properties: []odata.Property{flag("answer"), untyped("stages")}},
		{Name: typeLimit, Properties: []odata.Property{
			text("id", false), text("rule", false), flag("school"), number("absolute"),
			untyped("relative"), flag("off"), flag("doubt"),
		}},
	}
}
