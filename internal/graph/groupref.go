package graph

import (
	"context"
	"net/http"
	"slices"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// referenceOperations add and remove who belongs to a group, a class, a school
// or an administrative unit.
func (g *surface) referenceOperations() []odata.Operation {
	all := slices.Concat(g.classReferences(), g.unitReferences("directory/administrativeUnits"),
		g.belonging("school", "classes", typeClass, g.schoolKind()),
		g.belonging("school", "users", typeEducationUser, g.schoolKind()))
	return append(all, g.rosterOperations("groups/{group}/", roster{
		find: g.group, object: func(group hosted.Group) *odata.Object { return groupObject(g.model.Type(typeGroup), group) },
		relations:   map[string]hosted.Relation{"owners": hosted.Owner, "members": hosted.Member},
		permissions: writeRelationPermissions,
	})...)
}

// roster is how a group is found and shown to which users come and from which
// they go, and what leads to those.
type roster struct {
	find        func(ctx context.Context, id string) (hosted.Group, error)
	object      func(hosted.Group) *odata.Object
	relations   map[string]hosted.Relation // by navigation
	permissions func(hosted.Relation) []string
}

func (g *surface) rosterOperations(path string, of roster) []odata.Operation {
	var all []odata.Operation
	for name, relation := range of.relations {
		path, permissions := path+name, of.permissions(relation)
		all = append(all,
			odata.Operation{Method: http.MethodPost, Path: path + "/$ref", Permissions: permissions, Handle: g.addReference(of, name)},
			odata.Operation{Method: http.MethodDelete, Path: path + "/$ref", Permissions: permissions, Handle: g.removeReference(of, name)},
			odata.Operation{Method: http.MethodDelete, Path: path + "/{id}/$ref", Permissions: permissions, Handle: g.removeReference(of, name)})
	}
	return all
}

func (g *surface) addReference(of roster, name string) func(*odata.Request) (odata.Answer, error) {
	return func(r *odata.Request) (odata.Answer, error) {
		group, err := of.find(r.Context(), r.Param("group"))
		if err != nil {
			return odata.Answer{}, err
		}
		p, err := r.Payload()
		if err != nil {
			return odata.Answer{}, err
		}
		user, err := p.Reference(g.model.Type(typeDirectoryObject))
		if err != nil {
			return odata.Answer{}, err
		}
		if err := r.Change(of.object(group), with(of.object(group), name, user)); err != nil {
			return odata.Answer{}, err
		}
		added := []hosted.Membership{{Relation: of.relations[name], UserID: user}}
		_, err = g.Directory.Change(r.Context(), hosted.Effect{Kind: hosted.ChangeMembers, ID: group.ID, Add: added})
		return odata.Answer{}, refusedAdding(err, name)
	}
}

func (g *surface) removeReference(of roster, name string) func(*odata.Request) (odata.Answer, error) {
	return func(r *odata.Request) (odata.Answer, error) {
		group, err := of.find(r.Context(), r.Param("group"))
		if err != nil {
			return odata.Answer{}, err
		}
		user, err := r.Removed(g.model.Type(typeDirectoryObject))
		if err != nil {
			return odata.Answer{}, err
		}
		if err := r.Change(with(of.object(group), name, user), of.object(group)); err != nil {
			return odata.Answer{}, err
		}
		_, err = g.Directory.Change(r.Context(), hosted.Effect{
			Kind: hosted.ChangeMembers, ID: group.ID, Remove: []hosted.Membership{{Relation: of.relations[name], UserID: user}},
		})
		return odata.Answer{}, refusedRemoving(err, name, user)
	}
}

// with shows an entity together with one that belongs to it: of all who do, the
// audit log has those who came or went.
func with(o *odata.Object, navigation, id string) *odata.Object {
	return o.Set(navigation, odata.List([]odata.Value{odata.Reference(id)}))
}
