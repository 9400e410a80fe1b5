package graph

import (
	"strings"

	"rollbook/internal/odata"
	"rollbook/internal/vocab"
)

func (g *surface) referenceDefinitions() *odata.EntitySet {
	s := set(g, noun[vocab.Definition]{
		path: "referenceDefinitions", typ: typeDefinition, permission: nounDefinition,
		object: g.definitionObject, apply: applyDefinition,
		list: g.Flows.Definitions, get: g.Flows.Definition, create: g.Flows.CreateDefinition,
		update: g.Flows.UpdateDefinition, remove: g.Flows.DisableDefinition,
	})
	s.ReadAll = listDefinitionPermissions()
	return s
}

func (g *surface) definitionObject(d vocab.Definition) *odata.Object {
	o := g.typed(typeDefinition).
		Set("id", odata.Text(d.ID())).
		Set("code", odata.Text(d.Code)).
		Set("createdDateTime", odata.Time(d.Created)).
		Set("isDisabled", odata.Bool(d.IsDisabled)).
		Set("lastModifiedDateTime", odata.Time(d.Modified)).
		Set("referenceType", odata.Text(d.Type)).
		Set("sortIndex", odata.Int(int64(d.SortIndex))).
		Set("source", odata.Text(d.Source))
	if d.DisplayName != "" {
		o.Set("displayName", odata.Text(d.DisplayName))
	}
	return o
}

func applyDefinition(d vocab.Definition, o *odata.Object) (vocab.Definition, error) {
	d.Type = o.Get("referenceType").Text()
	d.Code = o.Get("code").Text()
	d.DisplayName = o.Get("displayName").Text()
	d.IsDisabled = o.Get("isDisabled").Bool()
	d.SortIndex = int(o.Get("sortIndex").Int())
	return d, nil
}

// roleGroups are given by the system and cannot be changed.
func (g *surface) roleGroups() *odata.EntitySet {
	return &odata.EntitySet{
		Path: base + "roleGroups", Type: g.types[typeRoleGroup],
		ReadAll: listDefinitionPermissions(), ReadOne: readPermissions(nounDefinition),
		List: func(*odata.Request) ([]*odata.Object, error) {
			return objects(vocab.RoleGroups(), g.roleGroupObject), nil
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			for _, group := range vocab.RoleGroups() {
				if strings.EqualFold(group.ID, r.Param("id")) { // as where one is bound
					return g.roleGroupObject(group), nil
				}
			}
			return nil, odata.NotFound("There is no role group '%s'; there are staff and students.", r.Param("id"))
		},
	}
}

func (g *surface) roleGroupObject(group vocab.RoleGroup) *odata.Object {
	roles := make([]odata.Value, len(group.Roles))
	for i, role := range group.Roles {
		roles[i] = g.code("roleReferenceValue", role)
	}
	return g.typed(typeRoleGroup).
		Set("id", odata.Text(group.ID)).
		Set("displayName", odata.Text(group.DisplayName)).
		Set("roles", odata.List(roles))
}
