package api

import (
	"errors"

	"github.com/go-json-experiment/json"

	"rollbook/internal/ledger"
	"rollbook/internal/odata"
	"rollbook/internal/run"
)

// asJSON returns a value that is written as it is.
func asJSON(value any) (odata.Value, error) {
	body, err := json.Marshal(value, json.Deterministic(true))
	return odata.JSON(string(body)), err
}

// set sets members that are written as they are.
func set(o *odata.Object, members map[string]any) (*odata.Object, error) {
	var failed error
	for name, member := range members {
		value, err := asJSON(member)
		o.Set(name, value)
		failed = errors.Join(failed, err)
	}
	return o, failed
}

// runs are the last runs.
func (s *surface) runs() *odata.EntitySet {
	permissions := []string{runRead, runStart}
	return &odata.EntitySet{
		Path: "runs", Type: s.model.Type(typeRun), ReadAll: permissions, ReadOne: permissions,
		Order: []odata.Order{{Property: "startDateTime", Descending: true}, {Property: "id"}},
		List: func(r *odata.Request) ([]*odata.Object, error) {
			runs, err := s.AllRuns(r.Context())
			if err != nil {
				return nil, err
			}
			plans, err := s.plansByRun(r)
			if err != nil {
				return nil, err
			}
			var all []*odata.Object
			for _, one := range runs {
				o, err := s.run(one, plans[one.ID])
				if err != nil {
					return nil, err
				}
				all = append(all, o)
			}
			return all, nil
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			runs, err := s.AllRuns(r.Context())
			if err != nil {
				return nil, err
			}
			for _, one := range runs {
				if one.ID == r.Param("id") {
					plans, err := s.plansByRun(r)
					if err != nil {
						return nil, err
					}
					return s.run(one, plans[one.ID])
				}
			}
			return nil, odata.NotFound("There is no run '%s' among the last ones.", r.Param("id"))
		},
	}
}

func (s *surface) plansByRun(r *odata.Request) (map[string][]ledger.Plan, error) {
	plans, err := s.AllPlans(r.Context())
	by := map[string][]ledger.Plan{}
	for _, one := range plans {
		by[one.Run] = append(by[one.Run], one)
	}
	return by, err
}

func (s *surface) run(r run.Run, plans []ledger.Plan) (*odata.Object, error) {
	o := odata.New(s.model.Type(typeRun)).
		Set("id", odata.Text(r.ID)).
		Set("state", odata.Text(string(r.Status))).
		Set("startDateTime", odata.Time(r.Start)).
		Set("endDateTime", odata.OptionalTime(r.End)).
		Set("errors", odata.Int(int64(r.Totals.Errors))).
		Set("warnings", odata.Int(int64(r.Totals.Warnings)))
	if r.BlockingError != nil {
		o.Set("message", odata.Text(r.BlockingError.Message))
	}
	type flow struct {
		Flow    string             `json:"displayName"`
		State   run.ActivityStatus `json:"state"`
		Message string             `json:"message,omitempty"`
	}
	flows := []flow{}
	for _, a := range r.Activities {
		f := flow{Flow: a.DisplayName, State: a.Status}
		if a.BlockingError != nil {
			f.Message = a.BlockingError.Message
		}
		flows = append(flows, f)
	}
	ids := []string{}
	for _, p := range plans {
		ids = append(ids, planID(p.ID))
	}
	return set(o, map[string]any{"flows": flows, "planIds": ids})
}
