package graph

import (
	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

func (g *surface) connectorNoun() noun[flow.Connector] {
	return noun[flow.Connector]{
		path: "dataConnectors", typ: typeConnector, permission: nounConnector,
		object: g.connectorObject, created: g.createdConnector, apply: g.applyConnector,
		list: g.Flows.Connectors, get: g.Flows.Connector, create: g.Flows.CreateConnector,
		update: g.Flows.UpdateConnector, remove: g.Flows.DeleteConnector,
		navigations: []odata.Navigation{{
			Name: "sourceSystem", Context: base + "sourceSystems", Permissions: readPermissions(nounSourceSystem),
			Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
				s, err := g.Flows.SourceSystem(r.Context(), o.Get("sourceSystem").Text())
				if err != nil {
					return odata.Value{}, err
				}
				shown := g.sourceSystemObject(s)
				g.showMatchingRoleGroups(r, shown)
				return odata.Struct(shown), nil
			},
		}},
	}
}

func (g *surface) connectorObject(c flow.Connector) *odata.Object {
	o := g.typed(string(c.Type)).
		Set("id", odata.Text(c.ID)).
		Set("displayName", odata.Text(c.DisplayName)).
		Set("sourceSystem", odata.Reference(c.SourceSystem))
	if c.FileFormat != nil {
		o.Set("fileFormat", g.code(typeFileFormat, c.FileFormat.Code))
	}
	if c.OneRoster != nil {
		g.setOneRoster(o, c.OneRoster)
	}
	return o
}

// createdConnector says the type of the format, which later answers do not.
func (g *surface) createdConnector(c flow.Connector) *odata.Object {
	o := g.connectorObject(c)
	if format := o.Get("fileFormat").Object(); format != nil {
		format.Named = true
	}
	return o
}

func (g *surface) applyConnector(c flow.Connector, o *odata.Object) (flow.Connector, error) {
	c.Type = flow.ConnectorType(o.Type.ShortName())
	c.DisplayName = o.Get("displayName").Text()
	c.SourceSystem = o.Get("sourceSystem").Text()
	if c.Type == flow.OneRosterConnector {
		api, err := g.applyOneRoster(c.OneRoster, o)
		c.OneRoster = api
		return c, err
	}
	c.FileFormat = nil
	if code := codeOf(o.Get("fileFormat")); code != "" {
		c.FileFormat = &flow.ReferenceValue{Code: code}
	}
	return c, nil
}
