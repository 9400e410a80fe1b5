package graph

import (
	"rollbook/internal/odata"
	"rollbook/internal/run"
)

// runStatistics answers for one run.
func (g *surface) runStatistics(r *odata.Request) (odata.Answer, error) {
	one, err := g.Runs.Run(r.Context(), r.Param("id"))
	if err != nil {
		return odata.Answer{}, err
	}
	return g.statistics(one), nil
}

// latestStatistics answers for the newest run: what the function means on the
// collection is not documented.
func (g *surface) latestStatistics(r *odata.Request) (odata.Answer, error) {
	all, err := g.Runs.Runs(r.Context())
	if err != nil {
		return odata.Answer{}, err
	}
	if len(all) == 0 {
		return odata.Answer{}, odata.NotFound("No run has been made yet.")
	}
	return g.statistics(all[0]), nil
}

func (g *surface) statistics(r run.Run) odata.Answer {
	activities := []odata.Value{}
	for _, a := range r.Activities {
		if a.Inbounds != nil {
			activities = append(activities, odata.Struct(g.inboundResults(a)))
		}
	}
	return odata.Answer{
		Object: g.typed(typeRunStatistics).
			Set("activityStatistics", odata.List(activities)).
			Set("inboundTotals", odata.Struct(g.totals(r.Totals))).
			Set("runId", odata.Text(r.ID)).
			Set("status", odata.Text(string(r.Status))),
		Declared: g.types[typeRunStatistics], Context: industry(typeRunStatistics),
	}
}

func (g *surface) inboundResults(a run.Activity) *odata.Object {
	return g.typed("inboundActivityResults").
		Set("activityId", odata.Text(a.ID)).
		Set("displayName", odata.Text(a.DisplayName)).
		Set("status", odata.Text(string(a.Status))).
		Set("errors", count(a.Inbounds.Errors)).
		Set("groups", g.entityCount(a.Inbounds.Groups)).
		Set("matchedPeopleByRole", g.roleCounts(a.Inbounds.Matched)).
		Set("memberships", g.entityCount(a.Inbounds.Memberships)).
		Set("organizations", g.entityCount(a.Inbounds.Organizations)).
		Set("people", g.entityCount(a.Inbounds.People)).
		Set("unmatchedPeopleByRole", g.roleCounts(a.Inbounds.Unmatched)).
		Set("warnings", count(a.Inbounds.Warnings))
}

func (g *surface) totals(t run.Totals) *odata.Object {
	return g.typed("aggregatedInboundStatistics").
		Set("errors", count(t.Errors)).
		Set("groups", count(t.Groups)).
		Set("matchedPeopleByRole", g.roleCounts(t.Matched)).
		Set("memberships", count(t.Memberships)).
		Set("organizations", count(t.Organizations)).
		Set("people", count(t.People)).
		Set("unmatchedPeopleByRole", g.roleCounts(t.Unmatched)).
		Set("warnings", count(t.Warnings))
}

func count(n int) odata.Value { return odata.Int(int64(n)) }

func (g *surface) entityCount(c run.Count) odata.Value {
	return odata.Struct(g.typed("industryDataRunEntityCountMetric").
		Set("active", count(c.Active)).
		Set("inactive", count(c.Inactive)).
		Set("total", count(c.Active+c.Inactive)))
}

func (g *surface) roleCounts(counts []run.RoleCount) odata.Value {
	items := make([]odata.Value, len(counts))
	for i, c := range counts {
		items[i] = odata.Struct(g.typed("industryDataRunRoleCountMetric").
			Set("count", count(c.Count)).
			Set("role", odata.Text(c.Role)))
	}
	return odata.List(items)
}
