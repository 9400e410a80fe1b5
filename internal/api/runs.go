package api

import (
	"errors"

	"rollbook/internal/ledger"
	"rollbook/internal/odata"
	"rollbook/internal/run"
)

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
			plans, err := s.PlansByRun(r.Context())
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
			one, err := s.Run(r.Context(), r.Param("id"))
			if errors.Is(err, run.ErrNotFound) {
				return nil, odata.NotFound("There is no run '%s'.", r.Param("id"))
			}
			if err != nil {
				return nil, err
			}
			plans, err := s.PlansByRun(r.Context())
			if err != nil {
				return nil, err
			}
			return s.run(one, plans[one.ID])
		},
	}
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
	return o.SetJSON(map[string]any{"flows": flows, "planIds": ids})
}
