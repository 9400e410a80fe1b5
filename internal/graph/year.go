package graph

import (
	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

func (g *surface) years() *odata.EntitySet {
	return set(g, noun[flow.Year]{
		path: "years", typ: typeYear, permission: nounYear,
		object: g.yearObject, apply: applyYear,
		list: g.Flows.Years, get: g.Flows.Year, create: g.Flows.CreateYear,
		update: g.Flows.UpdateYear, remove: g.Flows.DeleteYear,
	})
}

func (g *surface) yearObject(y flow.Year) *odata.Object {
	return g.typed(typeYear).
		Set("id", odata.Text(y.ID)).
		Set("displayName", odata.Text(y.DisplayName)).
		Set("startDate", odata.Date(y.StartDate)).
		Set("endDate", odata.Date(y.EndDate)).
		Set("year", g.code(typeYearValue, y.Year.Code))
}

func applyYear(y flow.Year, o *odata.Object) (flow.Year, error) {
	y.DisplayName = o.Get("displayName").Text()
	y.StartDate = o.Get("startDate").Text()
	y.EndDate = o.Get("endDate").Text()
	y.Year = flow.ReferenceValue{Code: codeOf(o.Get("year"))}
	return y, nil
}
