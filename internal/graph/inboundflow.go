package graph

import (
	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

func (g *surface) inboundFlows() *odata.EntitySet {
	return set(g, noun[flow.InboundFlow]{
		path: "inboundFlows", typ: typeInboundFlow, permission: nounInboundFlow,
		object: g.inboundFlowObject, created: g.newInboundFlowObject, apply: g.applyInboundFlow,
		list: g.Flows.InboundFlows, get: g.Flows.InboundFlow, create: g.Flows.CreateInboundFlow,
		update: g.Flows.UpdateInboundFlow, remove: g.Flows.DeleteInboundFlow,
		navigations: []odata.Navigation{
			{Name: "dataConnector", Context: base + "dataConnectors", Permissions: readPermissions(nounConnector), Load: g.loadConnector},
			{Name: "year", Context: base + "years", Permissions: readPermissions(nounYear), Load: g.loadYear},
		},
	})
}

func (g *surface) loadConnector(r *odata.Request, o *odata.Object) (odata.Value, error) {
	c, err := g.Flows.Connector(r.Context(), o.Get("dataConnector").Text())
	if err != nil {
		return odata.Value{}, err
	}
	return odata.Struct(g.connectorObject(c)), nil
}

func (g *surface) loadYear(r *odata.Request, o *odata.Object) (odata.Value, error) {
	y, err := g.Flows.Year(r.Context(), o.Get("year").Text())
	if err != nil {
		return odata.Value{}, err
	}
	return odata.Struct(g.yearObject(y)), nil
}

func (g *surface) inboundFlowObject(f flow.InboundFlow) *odata.Object {
	return g.typed(string(f.Type)).
		Set("id", odata.Text(f.ID)).
		Set("displayName", odata.Text(f.DisplayName)).
		Set("readinessStatus", odata.Text(string(f.Readiness(g.Now())))).
		Set("dataDomain", odata.Text(f.DataDomain)).
		Set("effectiveDateTime", odata.Time(f.EffectiveDateTime)).
		Set("expirationDateTime", odata.OptionalTime(f.ExpirationDateTime)).
		Set("dataConnector", odata.Reference(f.DataConnector)).
		Set("year", odata.Reference(f.Year))
}

// newInboundFlowObject says of a new flow that it was made and is in order, also
// where its time is over by now: that is for reading it to say.
func (g *surface) newInboundFlowObject(f flow.InboundFlow) *odata.Object {
	return g.inboundFlowObject(f).Set("readinessStatus", odata.Text(string(flow.Ready)))
}

func (g *surface) applyInboundFlow(f flow.InboundFlow, o *odata.Object) (flow.InboundFlow, error) {
	f.Type = flow.InboundFlowType(o.Type.ShortName())
	f.DisplayName = o.Get("displayName").Text()
	f.DataDomain = o.Get("dataDomain").Text()
	f.EffectiveDateTime = o.Get("effectiveDateTime").Time()
	f.ExpirationDateTime = nil
	if v := o.Get("expirationDateTime"); v.IsSet() {
		expiration := v.Time()
		f.ExpirationDateTime = &expiration
	}
	f.DataConnector = o.Get("dataConnector").Text()
	f.Year = o.Get("year").Text()
	return f, nil
}
