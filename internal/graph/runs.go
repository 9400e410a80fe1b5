package graph

import (
	"context"
	"net/http"

	"rollbook/internal/flow"
	"rollbook/internal/odata"
	"rollbook/internal/run"
)

// Runs starts runs and knows those that were made.
type Runs interface {
	// Start asks for a run, which goes on after Start returns. It MUST return nil
	// where one is under way or asked for already: that one does what is wanted.
	// It MUST return a run.TooManyRequests where there were too many of late.
	Start(ctx context.Context) error

	// Runs returns the runs, the newest first.
	Runs(ctx context.Context) ([]run.Run, error)

	// Run returns the run with the ID, and MUST return run.ErrNotFound where
	// there is none.
	Run(ctx context.Context, id string) (run.Run, error)
}

func (g *surface) runs() *odata.EntitySet {
	return &odata.EntitySet{
		Path: base + "runs", Type: g.types[typeRun],
		ReadAll: readRunPermissions(), ReadOne: readRunPermissions(),
		Order: []odata.Order{{Property: "startDateTime", Descending: true}, {Property: "id", Descending: true}},
		List: func(r *odata.Request) ([]*odata.Object, error) {
			all, err := g.Runs.Runs(r.Context())
			return objects(all, g.runObject), err
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			one, err := g.Runs.Run(r.Context(), r.Param("id"))
			if err != nil {
				return nil, err
			}
			return g.runObject(one), nil
		},
		Navigations: []odata.Navigation{{
			Name: "activities", Permissions: readRunPermissions(),
			Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
				one, err := g.Runs.Run(r.Context(), o.Get("id").Text())
				items := make([]odata.Value, len(one.Activities))
				for i, a := range one.Activities {
					items[i] = odata.Struct(g.activityObject(a))
				}
				return odata.List(items), err
			},
		}},
	}
}

func (g *surface) runObject(r run.Run) *odata.Object {
	return g.typed(typeRun).
		Set("id", odata.Text(r.ID)).
		Set("blockingError", g.blockingError(r.BlockingError)).
		Set("displayName", odata.Text(r.DisplayName())).
		Set("startDateTime", odata.Time(r.Start)).
		Set("endDateTime", odata.OptionalTime(r.End)).
		Set("status", odata.Text(string(r.Status)))
}

func (g *surface) blockingError(e *run.BlockingError) odata.Value {
	if e == nil {
		return odata.Null()
	}
	return g.publicError(e.Code, e.Message, e.Target)
}

func (g *surface) publicError(code, message, target string) odata.Value {
	e := odata.New(g.model.Type("microsoft.graph.publicError")).
		Set("code", odata.Text(code)).
		Set("message", odata.Text(message)).
		Set("details", odata.List(nil))
	if target != "" {
		e.Set("target", odata.Text(target))
	}
	return odata.Struct(e)
}

func (g *surface) startRun(r *odata.Request) (odata.Answer, error) {
	if err := g.Runs.Start(r.Context()); err != nil {
		return odata.Answer{}, err
	}
	return odata.Answer{Status: http.StatusAccepted}, nil
}

// activities are what a run did with each flow.
func (g *surface) activities() *odata.EntitySet {
	return &odata.EntitySet{
		Path: base + "runs/{run}/activities", Type: g.types[typeRunActivity],
		ReadAll: readRunPermissions(), ReadOne: readRunPermissions(),
		List: func(r *odata.Request) ([]*odata.Object, error) {
			one, err := g.Runs.Run(r.Context(), r.Param("run"))
			return objects(one.Activities, g.activityObject), err
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			a, err := g.activity(r.Context(), r.Param("run"), r.Param("id"))
			if err != nil {
				return nil, err
			}
			return g.activityObject(a), nil
		},
		Navigations: []odata.Navigation{{Name: "activity", Context: base + "inboundFlows", Permissions: readRunPermissions(), Load: g.loadActivity}},
	}
}

func (g *surface) activity(ctx context.Context, runID, id string) (run.Activity, error) {
	one, err := g.Runs.Run(ctx, runID)
	if err != nil {
		return run.Activity{}, err
	}
	for _, a := range one.Activities {
		if a.ID == id {
			return a, nil
		}
	}
	return run.Activity{}, odata.NotFound("The run '%s' has no activity '%s'.", runID, id)
}

func (g *surface) activityObject(a run.Activity) *odata.Object {
	typ := typeOutboundActivity
	if a.Inbound {
		typ = typeInboundActivity
	}
	return g.typed(typ).
		Set("id", odata.Text(a.ID)).
		Set("blockingError", g.blockingError(a.BlockingError)).
		Set("displayName", odata.Text(a.DisplayName)).
		Set("status", odata.Text(string(a.Status)))
}

// loadActivity returns the inbound flow of an activity. Provisioning flows are
// no industryDataActivity, so an outbound activity leads nowhere; nor does one
// whose flow has been deleted since.
func (g *surface) loadActivity(r *odata.Request, o *odata.Object) (odata.Value, error) {
	runID := r.Param("run")
	a, err := g.activity(r.Context(), runID, o.Get("id").Text())
	if err != nil || !a.Inbound {
		return odata.Null(), err
	}
	f, err := g.Flows.InboundFlow(r.Context(), a.FlowID)
	switch {
	case flow.IsKind(err, flow.NotFound):
		return odata.Null(), nil
	case err != nil:
		return odata.Value{}, err
	}
	return odata.Struct(g.inboundFlowObject(f)), nil
}
