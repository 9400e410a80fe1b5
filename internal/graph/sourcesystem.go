package graph

import (
	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

func (g *surface) sourceSystems() *odata.EntitySet {
	return set(g, noun[flow.SourceSystem]{
		path: "sourceSystems", typ: typeSourceSystem, permission: nounSourceSystem,
		object: g.sourceSystemObject, show: g.showMatchingRoleGroups, apply: applySourceSystem,
		list: g.Flows.SourceSystems, get: g.Flows.SourceSystem, create: g.Flows.CreateSourceSystem,
		update: g.Flows.UpdateSourceSystem, remove: g.Flows.DeleteSourceSystem,
	})
}

func (g *surface) sourceSystemObject(s flow.SourceSystem) *odata.Object {
	settings := make([]odata.Value, len(s.UserMatchingSettings))
	for i, m := range s.UserMatchingSettings {
		settings[i] = g.matchingSetting(m)
	}
	return g.typed(typeSourceSystem).
		Set("id", odata.Text(s.ID)).
		Set("displayName", odata.Text(s.DisplayName)).
		Set("userMatchingSettings", odata.List(settings)).
		Set("vendor", odata.OptionalText(s.Vendor))
}

func (g *surface) matchingSetting(m flow.UserMatchingSetting) odata.Value {
	o := g.typed(typeMatchingSetting).
		Set("matchTarget", g.code("userMatchTargetReferenceValue", m.MatchTarget.Code)).
		Set("priorityOrder", odata.Int(int64(m.PriorityOrder))).
		Set("sourceIdentifier", g.code("identifierTypeReferenceValue", m.SourceIdentifier.Code)).
		Set("roleGroup", odata.Reference(m.RoleGroup))
	if m.DomainName != "" {
		o.Set("domainName", odata.Text(m.DomainName))
	}
	return odata.Struct(o)
}

// showMatchingRoleGroups puts the role groups themselves where sourceSystemObject
// has references to them.
func (g *surface) showMatchingRoleGroups(r *odata.Request, o *odata.Object) {
	context := r.Base + "/$metadata#" + base + "sourceSystems('" + o.Get("id").Text() + "')/userMatchingSettings/roleGroup/$entity"
	for _, v := range o.Get("userMatchingSettings").List() {
		g.showRoleGroup(v.Object(), context)
	}
}

func applySourceSystem(s flow.SourceSystem, o *odata.Object) (flow.SourceSystem, error) {
	s.DisplayName = o.Get("displayName").Text()
	s.Vendor = optional(o.Get("vendor"))
	s.UserMatchingSettings = []flow.UserMatchingSetting{}
	for _, v := range o.Get("userMatchingSettings").List() {
		m := v.Object()
		s.UserMatchingSettings = append(s.UserMatchingSettings, flow.UserMatchingSetting{
			MatchTarget:      flow.ReferenceValue{Code: codeOf(m.Get("matchTarget"))},
			PriorityOrder:    int(m.Get("priorityOrder").Int()),
			SourceIdentifier: flow.ReferenceValue{Code: codeOf(m.Get("sourceIdentifier"))},
			RoleGroup:        m.Get("roleGroup").Text(),
			DomainName:       m.Get("domainName").Text(),
		})
	}
	return s, nil
}
