package server

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"time"

	"rollbook/internal/api"
	"rollbook/internal/feed/sds"
	"rollbook/internal/flow"
	"rollbook/internal/graph"
	"rollbook/internal/identity"
	"rollbook/internal/jobs"
	"rollbook/internal/odata"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/upload"
)

// authenticator returns what finds out who makes a request.
func (p *Parts) authenticator(issuer *identity.Issuer) (func(*http.Request) (identity.Caller, error), error) {
	var outside []identity.OutsideIssuer
	for _, url := range p.Config.Issuers {
		outside = append(outside, identity.OutsideIssuer{URL: url, Audiences: p.Config.Audiences})
	}
	callers, err := identity.NewAuthenticator(issuer, p.Clients, outside)
	if err != nil {
		return nil, err
	}
	return func(r *http.Request) (identity.Caller, error) {
		caller, err := callers.Authenticate(r)
		return caller, p.notAuthenticated(r, err)
	}, nil
}

// api returns the handler of /beta and /v1.0.
func (p *Parts) api(authenticate func(*http.Request) (identity.Caller, error), at *origin, uploads *upload.Service, runs apiRuns) (http.Handler, error) {
	return graph.New(graph.Config{
		Flows:        p.Flow,
		Sealer:       p.Secrets,
		Directory:    p.Directory,
		Tenant:       p.Tenant,
		Runs:         runs,
		Uploads:      uploads,
		Authenticate: authenticate,
		Rates:        p.Rates,
		Audit:        p.Audit,
		Origin:       at.URL,
		Refusal:      refusal,
		Report:       p.report,
		Now:          p.Config.Now,
		NewID:        p.Config.NewID,
	})
}

// ownAPI returns the handler of /rollbook/v1.
func (p *Parts) ownAPI(authenticate func(*http.Request) (identity.Caller, error), at *origin) (http.Handler, error) {
	return api.New(api.Config{
		Store: decisions{p}, Log: p.Audit.Log, Recorder: p.Audit, Rates: p.Rates, Authenticate: authenticate, Origin: at.URL,
		Refusal: refusal, Report: p.report, Now: p.Config.Now, NewID: p.Config.NewID,
	})
}

// notAuthenticated keeps failures that are not the caller's from being
// answered as if the token were bad, which would have clients drop it.
func (p *Parts) notAuthenticated(r *http.Request, err error) error {
	switch {
	case err == nil || errors.Is(err, identity.ErrUnauthenticated):
		return err
	case errors.Is(err, identity.ErrUnavailable):
		p.Config.Log.WarnContext(r.Context(), "a token could not be checked", "error", err)
		return &odata.Error{
			Status: http.StatusServiceUnavailable, Code: "serviceNotAvailable", RetryAfter: 5 * time.Second,
			Message: "The issuer of the token cannot be reached to check it.",
		}
	}
	if passing := refusal(err); passing != nil {
		return passing
	}
	p.report(r, "", err)
	return &odata.Error{
		Status: http.StatusInternalServerError, Code: odata.CodeGeneral,
		Message: "The server failed to check the token. Its log says why.",
	}
}

func (p *Parts) report(r *http.Request, requestID string, err error) {
	p.Config.Log.ErrorContext(r.Context(), "a request failed", "error", err, "request-id", requestID)
}

// apiRuns lets the API ask for runs and show them.
type apiRuns struct {
	stored store.Runs
	engine *run.Engine
	runner *jobs.Runner
}

var _ graph.Runs = apiRuns{}

// Start records the wish for a run and has it begin at once.
func (r apiRuns) Start(ctx context.Context) error {
	if err := r.engine.Request(ctx); err != nil {
		return err
	}
	r.runner.Wake()
	return nil
}

func (r apiRuns) Runs(ctx context.Context) ([]run.Run, error) { return r.stored.Runs(ctx) }

func (r apiRuns) Run(ctx context.Context, id string) (run.Run, error) { return r.stored.Run(ctx, id) }

// uploads returns the service that takes uploads.
func (p *Parts) uploads() *upload.Service {
	return &upload.Service{
		Dir:    filepath.Join(p.Config.Data, "uploads"),
		Tenant: p.Tenant,
		Key:    p.Secrets.Key("upload URLs"),
		Store:  uploadStore{store.Uploads{DB: p.DB}},
		Now:    p.Config.Now,
		NewID:  p.Config.NewID,
		Exists: p.connectorExists,
		Check:  p.checkUpload,
		Outage: answerOf,
		Report: func(r *http.Request, err error) { p.report(r, "", err) },
	}
}

func (p *Parts) connectorExists(ctx context.Context, id string) (bool, error) {
	_, err := p.Flow.Connector(ctx, id)
	if flow.IsKind(err, flow.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// checkUpload checks a feed as the next run would.
func (p *Parts) checkUpload(ctx context.Context, path string) (upload.Found, error) {
	lists, err := p.Flow.Lists(ctx)
	if err != nil {
		return upload.Found{}, err
	}
	report, files, err := check(ctx, path, sds.Options{Lists: lists, Sent: true}, nil)
	if err != nil {
		return upload.Found{}, err
	}
	return upload.Found{Findings: report.Findings, Files: files}, nil
}

// uploadChecks has a jobs.Runner check uploads.
type uploadChecks struct{ *upload.Service }

// Pending is always true: Work waits for uploads itself.
func (uploadChecks) Pending(context.Context) (bool, error) { return true, nil }

// Work checks uploads until ctx is done.
func (u uploadChecks) Work(ctx context.Context) error { return u.Run(ctx) }
