package graph

import (
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// How many IDs one request may name (Graph: getByIds, checkMemberGroups).
const (
	maxByIDs   = 1000
	maxChecked = 20
)

// newQuestionType returns what the bodies of the actions hold that ask for objects by
// their IDs, and what objects belong to. It is no type of the model.
func newQuestionType() (*odata.Type, error) {
	m, err := odata.NewModel([]odata.Type{{Name: "rollbook.question", Complex: true, Properties: []odata.Property{
		list("ids", text), list("types", text), list("groupIds", text), nullable("securityEnabledOnly", flag),
	}}}, nil)
	if err != nil {
		return nil, err
	}
	return m.Types()[0], nil
}

// membershipOperations ask for objects by their IDs, and what objects belong to.
func (g *surface) membershipOperations() []odata.Operation {
	byIDs := []odata.Parameter{{Name: "ids", Type: "Collection(Edm.String)"}, {Name: "types", Type: "Collection(Edm.String)", Optional: true}}
	all := []odata.Operation{}
	for path, typ := range map[string]string{"directoryObjects": typeDirectoryObject, "users": typeUser, "groups": typeGroup} {
		all = append(all, odata.Operation{
			Method: http.MethodPost, Path: path + "/getByIds", Permissions: readDirectoryPermissions(), Handle: g.getByIDs, Harmless: true,
			Bound: &odata.Bound{Type: typ, Collection: true, Parameters: byIDs, Returns: typeDirectoryObject, Many: true},
		})
	}
	for _, of := range []struct {
		path, typ   string
		permissions []string
		object      func(*odata.Request) (string, error)
	}{
		{"users/{id}", typeUser, readGroupPermissions(), g.userOf},
		{"groups/{id}", typeGroup, readGroupPermissions(), g.groupOf},
		{"directoryObjects/{id}", typeDirectoryObject, readDirectoryPermissions(), g.objectOf},
		{"me", typeUser, readGroupPermissions(), g.callerID},
	} {
		for name, parameter := range map[string]odata.Parameter{
			"getMemberGroups": {Name: "securityEnabledOnly", Type: flag, Optional: true}, "getMemberObjects": {Name: "securityEnabledOnly", Type: flag, Optional: true},
			"checkMemberGroups": {Name: "groupIds", Type: "Collection(Edm.String)"}, "checkMemberObjects": {Name: "ids", Type: "Collection(Edm.String)"},
		} {
			all = append(all, odata.Operation{
				Method: http.MethodPost, Path: of.path + "/" + name, Permissions: of.permissions, Harmless: true,
				Handle: g.membershipOf(of.object, name, parameter.Name),
				Bound:  &odata.Bound{Type: of.typ, Parameters: []odata.Parameter{parameter}, Returns: text, Many: true},
			})
		}
	}
	return all
}

// question reads the body of an action.
func (g *surface) question(r *odata.Request) (*odata.Object, error) {
	p, err := r.Payload()
	if err != nil {
		return nil, err
	}
	return p.ForCreate(g.questions)
}

// named returns the IDs that a body names, as they are kept.
func named(o *odata.Object, member string, limit int) ([]string, error) {
	if !o.Get(member).IsSet() {
		return nil, odata.BadRequest(odata.InnerRequired, member, "The property '%s' is required.", member)
	}
	ids := texts(o.Get(member))
	if len(ids) > limit {
		return nil, requestError(member, "A request can name at most %d IDs in '%s', not %d.", limit, member, len(ids))
	}
	for i := range ids {
		ids[i] = strings.ToLower(ids[i])
	}
	return ids, nil
}

// getByIDs returns those of the objects that are there, in the order of their IDs.
func (g *surface) getByIDs(r *odata.Request) (odata.Answer, error) {
	o, err := g.question(r)
	if err != nil {
		return odata.Answer{}, err
	}
	ids, err := named(o, "ids", maxByIDs)
	if err != nil {
		return odata.Answer{}, err
	}
	types := texts(o.Get("types"))
	slices.Sort(ids)
	p := odata.Page{Count: -1}
	for _, id := range slices.Compact(ids) {
		object, err := g.directoryObject(r.Context(), id)
		if errors.Is(err, hosted.ErrNotFound) {
			continue
		}
		if err != nil {
			return odata.Answer{}, err
		}
		if len(types) == 0 || slices.ContainsFunc(types, func(name string) bool {
			return strings.EqualFold(name, object.Type.ShortName()) || strings.EqualFold(name, "directoryObject")
		}) {
			p.Objects = append(p.Objects, object)
		}
	}
	return odata.Answer{Page: &p, Declared: g.model.Type(typeDirectoryObject), Context: "directoryObjects"}, nil
}

// membershipOf answers what an object belongs to: all of it, or those of the named.
func (g *surface) membershipOf(object func(*odata.Request) (string, error), action, parameter string) func(*odata.Request) (odata.Answer, error) {
	units := strings.HasSuffix(action, "Objects")
	return func(r *odata.Request) (odata.Answer, error) {
		o, err := g.question(r)
		if err != nil {
			return odata.Answer{}, err
		}
		id, err := object(r)
		if err != nil {
			return odata.Answer{}, err
		}
		found, err := g.belongsTo(r.Context(), id, units, o.Get("securityEnabledOnly").Bool())
		if err != nil || strings.HasPrefix(action, "get") {
			return odata.Answer{Values: found}, err
		}
		ids, err := named(o, parameter, maxChecked)
		return odata.Answer{Values: slices.DeleteFunc(found, func(id string) bool { return !slices.Contains(ids, id) })}, err
	}
}

// belongsTo returns the IDs of the groups, and perhaps of the units, that an object
// belongs to. They ascend.
func (g *surface) belongsTo(ctx context.Context, id string, units, secure bool) ([]string, error) {
	everything := hosted.Query{Top: math.MaxInt}
	groups, err := g.Directory.ListTransitiveGroupsOf(ctx, id, everything)
	if errors.Is(err, hosted.ErrNotFound) {
		groups, err = g.Directory.ListSupergroups(ctx, id, true, everything)
	}
	if err != nil && !errors.Is(err, hosted.ErrNotFound) {
		return nil, err // a unit belongs to no groups
	}
	found := []string{}
	for _, group := range groups {
		if !secure || group.SecurityEnabled() {
			found = append(found, group.ID)
		}
	}
	if units && !secure {
		all, err := g.Directory.UnitsOf(ctx, id)
		if err != nil && !errors.Is(err, hosted.ErrNotFound) {
			return nil, err
		}
		for _, unit := range all {
			found = append(found, unit.ID)
		}
	}
	slices.Sort(found)
	return found, nil
}

func (g *surface) userOf(r *odata.Request) (string, error) {
	user, err := g.user(r.Context(), r.Param("id"))
	return user.ID, err
}

func (g *surface) groupOf(r *odata.Request) (string, error) {
	group, err := g.group(r.Context(), r.Param("id"))
	return group.ID, err
}

func (g *surface) objectOf(r *odata.Request) (string, error) {
	o, err := g.directoryObject(r.Context(), r.Param("id"))
	if err != nil {
		return "", notInDirectory(err, "object", r.Param("id"))
	}
	return o.Get("id").Text(), nil
}
