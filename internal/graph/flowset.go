package graph

import (
	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

const flowSetPath = "outboundProvisioningFlowSets"

func (g *surface) flowSets() *odata.EntitySet {
	return set(g, noun[flow.FlowSet]{
		path: flowSetPath, typ: typeFlowSet, permission: nounOutboundFlow,
		object: g.flowSetObject, apply: applyFlowSet,
		list: g.Flows.FlowSets, get: g.Flows.FlowSet, create: g.Flows.CreateFlowSet,
		update: g.Flows.UpdateFlowSet, remove: g.Flows.DeleteFlowSet,
		navigations: []odata.Navigation{{
			Name: "provisioningFlows", Permissions: readPermissions(nounOutboundFlow),
			Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
				flows, err := g.Flows.ProvisioningFlows(r.Context(), o.Get("id").Text())
				items := make([]odata.Value, len(flows))
				for i, f := range flows {
					items[i] = odata.Struct(g.readFlow(r, f))
				}
				return odata.List(items), err
			},
		}},
	})
}

func (g *surface) flowSetObject(s flow.FlowSet) *odata.Object {
	o := g.typed(typeFlowSet).
		Set("id", odata.Text(s.ID)).
		Set("createdDateTime", odata.Time(s.Created)).
		Set("lastModifiedDateTime", odata.Time(s.Modified)).
		Set("displayName", odata.Text(s.DisplayName)).
		Set("filter", odata.Null())
	if s.Filter != nil {
		o.Set("filter", odata.Struct(g.typed(typeBasicFilter).
			Set("attribute", odata.Text(s.Filter.Attribute)).
			Set("in", odata.Texts(s.Filter.In))))
	}
	return o
}

func applyFlowSet(s flow.FlowSet, o *odata.Object) (flow.FlowSet, error) {
	s.DisplayName = o.Get("displayName").Text()
	s.Filter = nil
	if filter := o.Get("filter").Object(); filter != nil {
		s.Filter = &flow.Filter{Attribute: filter.Get("attribute").Text(), In: texts(filter.Get("in"))}
	}
	return s, nil
}
