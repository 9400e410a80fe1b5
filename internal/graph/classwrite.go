package graph

import (
	"context"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

// createClass makes the group of a class.
func (g *surface) createClass(r *odata.Request, o *odata.Object) (*odata.Object, error) {
	set, err := classSet(o, directory.Group{})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{directory.PropertyDisplayName, directory.PropertyMailNickname} {
		if set[name] == nil {
			return nil, requestError(name, "The property '%s' is required to create a class.", name)
		}
	}
	externalID := set[propertyExternalID]
	delete(set, propertyExternalID)
	if externalID == nil {
		id := g.NewID()
		externalID, set[unnamedClass] = &id, &id
	}
	group, err := directory.Group{}.With(set)
	if err != nil {
		return nil, refusedChange(err, "")
	}
	group.Anchor = directory.ClassAnchor(*externalID)
	ids, err := g.Directory.Change(r.Context(), directory.Effect{Kind: directory.CreateGroup, Anchor: group.Anchor, Group: &group})
	if err != nil {
		return nil, refusedChange(err, "mailNickname or externalId")
	}
	group.ID = ids[0]
	return g.classObject(group), nil
}

func classSet(o *odata.Object, now directory.Group) (map[string]*string, error) {
	set, err := flatten(o, classPlaces())
	if err != nil {
		return nil, err
	}
	if err := namesGiven(set); err != nil {
		return nil, err
	}
	return set, setExtras(set, o, holdingOfGroup(now))
}

func (g *surface) updateClass(r *odata.Request, p *odata.Payload) error {
	group, err := g.class(r.Context(), r.Param("id"))
	if err != nil {
		return err
	}
	o, err := p.ForUpdate(g.model.Type(typeClass))
	if err != nil {
		return err
	}
	set, err := classSet(o, group)
	if err != nil {
		return err
	}
	if id, given := set[propertyExternalID]; given {
		delete(set, propertyExternalID)
		if _, provisioned, _ := group.Class(); provisioned || id == nil {
			return requestError(propertyExternalID, "The externalId of this class cannot be changed so.")
		}
		anchor := directory.ClassAnchor(*id)
		set[directory.PropertyAnchor], set[unnamedClass] = &anchor, nil
	}
	if len(set) == 0 {
		return nil
	}
	after, err := group.With(set)
	if err != nil {
		return refusedChange(err, "")
	}
	if err := r.Change(g.classObject(group), g.classObject(after)); err != nil {
		return err
	}
	_, err = g.Directory.Change(r.Context(), directory.Effect{Kind: directory.UpdateGroup, ID: group.ID, Set: set})
	return refusedChange(err, "mailNickname or externalId")
}

// classMembers are the people in a relation to the group of a class.
func (g *surface) classMembers(name string, relation directory.Relation) *odata.EntitySet {
	t := g.model.Type(typeEducationUser)
	return &odata.EntitySet{
		Path: "education/classes/{class}/" + name, Type: t, ReadAll: readRosterPermissions(), References: "education/users",
		Page: func(r *odata.Request) (odata.Page, error) {
			group, err := g.class(r.Context(), r.Param("class"))
			if err != nil {
				return odata.Page{}, err
			}
			if err := rosterReadable(r, t); err != nil {
				return odata.Page{}, err
			}
			list := lister[directory.User](func(ctx context.Context, q directory.Query) ([]directory.User, error) {
				return g.Directory.ListMembers(ctx, group.ID, relation, q)
			}).pages(idOfUser)
			number := func(ctx context.Context, f directory.Filter) (int, error) {
				if f != nil {
					return 0, unsupportedOption("$count", "together with $filter")
				}
				return g.Directory.CountMembers(ctx, group.ID, relation)
			}
			return page(r, t, list, number, g.educationUserFor(r))
		},
	}
}

// classReferences add and remove who learns or teaches in a class.
func (g *surface) classReferences() []odata.Operation {
	return g.rosterOperations("education/classes/{group}/", roster{
		find: g.class, object: g.classObject,
		relations:   map[string]directory.Relation{"members": directory.Member, "teachers": directory.Owner},
		permissions: func(directory.Relation) []string { return writeRosterPermissions() },
	})
}
