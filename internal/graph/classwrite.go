package graph

import (
	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// createClass makes the group of a class.
func (g *surface) createClass(r *odata.Request, o *odata.Object) (*odata.Object, error) {
	set, err := classSet(o, hosted.Group{})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{hosted.PropertyDisplayName, hosted.PropertyMailNickname} {
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
	group, err := hosted.Group{}.With(set)
	if err != nil {
		return nil, refusedChange(err)
	}
	group.Anchor = hosted.ClassAnchor(*externalID)
	ids, err := g.Directory.Change(r.Context(), hosted.Effect{Kind: hosted.CreateGroup, Anchor: group.Anchor, Group: &group})
	if err != nil {
		return nil, refusedChange(err)
	}
	group.ID = ids[0]
	return g.classObject(group), nil
}

func classSet(o *odata.Object, now hosted.Group) (map[string]*string, error) {
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
		anchor := hosted.ClassAnchor(*id)
		set[hosted.PropertyAnchor], set[unnamedClass] = &anchor, nil
	}
	if len(set) == 0 {
		return nil
	}
	after, err := group.With(set)
	if err != nil {
		return refusedChange(err)
	}
	if err := r.Change(g.classObject(group), g.classObject(after)); err != nil {
		return err
	}
	_, err = g.Directory.Change(r.Context(), hosted.Effect{Kind: hosted.UpdateGroup, ID: group.ID, Set: set})
	return refusedChange(err)
}

// classReferences add and remove who learns or teaches in a class.
func (g *surface) classReferences() []odata.Operation {
	return g.rosterOperations("education/classes/{group}/", roster{
		find: g.class, object: g.classObject,
		relations:   map[string]hosted.Relation{"members": hosted.Member, "teachers": hosted.Owner},
		permissions: func(hosted.Relation) []string { return writeRosterPermissions() },
	})
}
