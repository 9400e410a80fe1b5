package api

import (
	"errors"
	"net/http"
	"strconv"

	"rollbook/internal/guard"
	"rollbook/internal/ledger"
	"rollbook/internal/odata"
	"rollbook/internal/run"
)

func planID(id int64) string { return strconv.FormatInt(id, 10) }

// plans are all plans.
func (s *surface) plans() *odata.EntitySet {
	permissions := []string{planRead, planApprove, planCreate}
	return &odata.EntitySet{
		Path: "plans", Type: s.model.Type(typePlan), ReadAll: permissions, ReadOne: permissions, Write: []string{planCreate}, Create: s.createPlan,
		Order: []odata.Order{{Property: "createdDateTime", Descending: true}, {Property: "id"}},
		List: func(r *odata.Request) ([]*odata.Object, error) {
			plans, err := s.AllPlans(r.Context())
			if err != nil {
				return nil, err
			}
			called, err := s.Schools(r.Context())
			if err != nil {
				return nil, err
			}
			var all []*odata.Object
			for _, one := range plans {
				o, err := s.plan(one, called)
				if err != nil {
					return nil, err
				}
				all = append(all, o)
			}
			return all, nil
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			_, o, err := s.shownPlan(r)
			return o, err
		},
	}
}

// planOf returns the plan that the path names, with its parts.
func (s *surface) planOf(r *odata.Request) (ledger.Plan, []ledger.Part, error) {
	missing := odata.NotFound("There is no plan '%s'.", r.Param("id"))
	id, err := strconv.ParseInt(r.Param("id"), 10, 64)
	if err != nil {
		return ledger.Plan{}, nil, missing
	}
	one, parts, err := s.Plan(r.Context(), id)
	if errors.Is(err, ledger.ErrNotFound) {
		return one, parts, missing
	}
	return one, parts, err
}

// shownPlan returns the plan that the path names, and what the caller sees of it.
func (s *surface) shownPlan(r *odata.Request) (ledger.Plan, *odata.Object, error) {
	plan, _, err := s.planOf(r)
	if err != nil {
		return plan, nil, err
	}
	called, err := s.Schools(r.Context())
	if err != nil {
		return plan, nil, err
	}
	o, err := s.plan(plan, called)
	return plan, o, err
}

func (s *surface) plan(p ledger.Plan, called func(string) string) (*odata.Object, error) {
	o := odata.New(s.model.Type(typePlan)).
		Set("id", odata.Text(planID(p.ID))).
		Set("runId", odata.Text(p.Run)).
		Set("targetId", odata.Text(strconv.Itoa(int(p.Target)))).
		Set("purpose", odata.Text(string(p.Purpose))).
		Set("state", odata.Text(string(p.State))).
		Set("hash", odata.Text(p.Hash)).
		Set("createdDateTime", odata.Time(p.Created)).
		Set("doubt", odata.Bool(false))
	for name, value := range map[string]string{"decidedBy": p.By, "applyRunId": p.ApplyRun} {
		if value != "" {
			o.Set(name, odata.Text(value))
		}
	}
	why, causes := []run.Reason{}, []guard.Cause{}
	if len(p.Guard.Trips) > 0 {
		held := run.HeldOf(p, called)
		why = held.Why
		causes = append(causes, held.Causes...)
		o.Set("doubt", odata.Bool(held.Doubt))
	}
	members := map[string]any{"counts": p.Counts, "guard": why, "causes": causes}
	if p.Undoing != nil {
		members["undoing"] = undoingOf(*p.Undoing)
	}
	return o.SetJSON(members)
}

// planOperations are what can be asked of one plan.
func (s *surface) planOperations() []odata.Operation {
	read, approve := []string{planRead, planApprove, planCreate}, []string{planApprove}
	return []odata.Operation{
		{Method: http.MethodGet, Path: "plans/{id}/parts", Permissions: read, Handle: s.parts},
		{Method: http.MethodGet, Path: "plans/{id}/changes", Permissions: read, Handle: s.changes},
		{Method: http.MethodPost, Path: "plans/{id}/approve", Permissions: approve, Handle: s.approve, Bound: &odata.Bound{Type: typePlan, Returns: typePlan}},
		{Method: http.MethodPost, Path: "plans/{id}/reject", Permissions: approve, Handle: s.reject, Bound: &odata.Bound{Type: typePlan, Returns: typePlan}},
		{Method: http.MethodGet, Path: "explain", Permissions: []string{explainRead}, Handle: s.explain, Effective: true}, // a look at a person is recorded
	}
}

// parts answers with the parts of a plan, one a school.
func (s *surface) parts(r *odata.Request) (odata.Answer, error) {
	plan, parts, err := s.planOf(r)
	if err != nil {
		return odata.Answer{}, err
	}
	called, err := s.Schools(r.Context())
	if err != nil {
		return odata.Answer{}, err
	}
	t := s.model.Type(typePart)
	var all []*odata.Object
	for _, p := range parts {
		needs := plan.Guard.Needs[p.Key]
		if needs == nil {
			needs = []string{}
		}
		o, err := odata.New(t).
			Set("id", odata.Text(p.Key)).
			Set("displayName", odata.Text(called(p.Key))).
			Set("state", odata.Text(string(p.State))).
			Set("hash", odata.Text(p.Hash)).
			SetJSON(map[string]any{"counts": p.Counts, "needs": needs})
		if err != nil {
			return odata.Answer{}, err
		}
		all = append(all, o)
	}
	page, err := s.model.Select(all, t, r.Options, []odata.Order{{Property: "id"}}, r.PageSize(defaultTop))
	return odata.Answer{Page: &page, Declared: t}, err
}

// limits are those of the guard.
func (s *surface) limits() *odata.EntitySet {
	permissions := []string{planRead, planApprove}
	list := func(r *odata.Request) ([]*odata.Object, error) {
		limits, err := s.Limits(r.Context())
		if err != nil {
			return nil, err
		}
		var all []*odata.Object
		for _, l := range limits {
			o, err := odata.New(s.model.Type(typeLimit)).
				Set("id", odata.Text(limitID(l))).
				Set("rule", odata.Text(string(l.Rule))).
				Set("school", odata.Bool(l.School)).
				Set("absolute", odata.Int(int64(l.Floor))).
				Set("off", odata.Bool(l.Off)).
				Set("doubt", odata.Bool(l.Doubt)).
				SetJSON(map[string]any{"relative": l.Share})
			if err != nil {
				return nil, err
			}
			all = append(all, o)
		}
		return all, nil
	}
	return &odata.EntitySet{
		Path: "guard", Type: s.model.Type(typeLimit), ReadAll: permissions, ReadOne: permissions, List: list,
		Get: among(list, "There is no limit '%s'."),
	}
}

func limitID(l guard.Limit) string {
	if l.School {
		return string(l.Rule) + "-school"
	}
	return string(l.Rule)
}
