package graph

import (
	"net/http"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

// referenceOperations add and remove who belongs to a group, a class, a school
// or an administrative unit.
func (g *surface) referenceOperations() []odata.Operation {
	all := slices.Concat(g.classReferences(), g.unitReferences("directory/administrativeUnits"),
		g.belonging("education/schools/{school}/classes", "school", typeClass, writeRosterPermissions()),
		g.belonging("education/schools/{school}/users", "school", typeEducationUser, writeRosterPermissions()))
	for name, relation := range map[string]directory.Relation{"owners": directory.Owner, "members": directory.Member} {
		path := "groups/{group}/" + name
		all = append(all,
			odata.Operation{Method: http.MethodPost, Path: path + "/$ref", Permissions: writeRelationPermissions(relation), Handle: g.addReference(relation)},
			odata.Operation{Method: http.MethodDelete, Path: path + "/{id}/$ref", Permissions: writeRelationPermissions(relation), Handle: g.removeReference(relation)})
	}
	return all
}

func (g *surface) addReference(relation directory.Relation) func(*odata.Request) (odata.Answer, error) {
	return func(r *odata.Request) (odata.Answer, error) {
		p, err := r.Payload()
		if err != nil {
			return odata.Answer{}, err
		}
		user, err := p.Reference(g.model.Type(typeDirectoryObject))
		if err != nil {
			return odata.Answer{}, err
		}
		_, err = g.Directory.Change(r.Context(), directory.Effect{
			Kind: directory.ChangeMembers, ID: r.Param("group"), Add: []directory.Membership{{Relation: relation, UserID: user}},
		})
		return odata.Answer{}, refusedChange(err, "")
	}
}

func (g *surface) removeReference(relation directory.Relation) func(*odata.Request) (odata.Answer, error) {
	return func(r *odata.Request) (odata.Answer, error) {
		_, err := g.Directory.Change(r.Context(), directory.Effect{
			Kind: directory.ChangeMembers, ID: r.Param("group"), Remove: []directory.Membership{{Relation: relation, UserID: r.Param("id")}},
		})
		return odata.Answer{}, refusedChange(err, "")
	}
}
