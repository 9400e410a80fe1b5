package graph

import (
	"slices"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// conditionOf translates $filter and $search. The directory itself compares what
// it has columns of; the rest is asked of each object that those leave, as the API
// shows it.
func (g *surface) conditionOf(r *odata.Request, t *odata.Type) (hosted.Filter, error) {
	search, err := g.searched(r, t)
	if err != nil || r.Options.Filter == nil {
		return search, err
	}
	compiled, err := r.Model().Compile(r.Options.Filter, t)
	if err != nil {
		return nil, err
	}
	f := g.divided(compiled, t)
	if t.Name == typeClass {
		f = byAnchor(f)
	}
	return both(search, f), nil
}

// divided returns a compiled condition of which the directory compares as much as
// it can.
func (g *surface) divided(e odata.Expr, t *odata.Type) hosted.Filter {
	if and, ok := e.(odata.And); ok {
		return both(g.divided(and.Left, t), g.divided(and.Right, t))
	}
	if answerable(e, comparedBy(t)) {
		return condition(e)
	}
	show := g.whole(t)
	return hosted.Test{Holds: func(object any) bool { return odata.Holds(e, show(object)) }}
}

// comparedBy returns the properties that a directory has columns of.
func comparedBy(t *odata.Type) []string {
	switch t.Name {
	case typeUser, typeEducationUser:
		return []string{"id", "userPrincipalName", "displayName", "givenName", "surname", "mail", "accountEnabled"}
	case typeGroup:
		return []string{"id", "displayName", "mailNickname"}
	case typeClass:
		return []string{"id", "displayName", "mailNickname", propertyExternalID}
	}
	return []string{"id", "displayName"}
}

// answerable reports whether a directory can compare all that a condition does.
func answerable(e odata.Expr, properties []string) bool {
	switch e := e.(type) {
	case odata.And:
		return answerable(e.Left, properties) && answerable(e.Right, properties)
	case odata.Or:
		return answerable(e.Left, properties) && answerable(e.Right, properties)
	case odata.Not:
		return answerable(e.Inner, properties)
	case odata.Comparison:
		return (e.Op == "eq" || e.Op == "ne") && slices.Contains(properties, e.Property) && (e.Value.IsSet() || e.Property != propertyExternalID)
	case odata.Membership:
		set := !slices.ContainsFunc(e.Values, func(v odata.Value) bool { return !v.IsSet() })
		return set && slices.Contains(properties, e.Property)
	case odata.Call:
		return e.Function == "startswith" && slices.Contains(properties, e.Property) && e.Property != propertyExternalID
	}
	return false
}

// condition translates what answerable holds for.
func condition(e odata.Expr) hosted.Filter {
	switch e := e.(type) {
	case odata.And:
		return hosted.And{Left: condition(e.Left), Right: condition(e.Right)}
	case odata.Or:
		return hosted.Or{Left: condition(e.Left), Right: condition(e.Right)}
	case odata.Not:
		return hosted.Not{Inner: condition(e.Inner)}
	case odata.Comparison:
		equal := hosted.Equal{Property: e.Property}
		if e.Value.IsSet() {
			s := plain(e.Value)
			equal.Value = &s
		}
		if e.Op == "ne" {
			return hosted.Not{Inner: equal}
		}
		return equal
	case odata.Membership:
		in := hosted.In{Property: e.Property}
		for _, v := range e.Values {
			in.Values = append(in.Values, plain(v))
		}
		return in
	case odata.Call:
		return hosted.StartsWith{Property: e.Property, Prefix: e.Argument}
	}
	return nil
}

// whole returns how the objects of a type are shown with all that they have.
func (g *surface) whole(t *odata.Type) func(object any) *odata.Object {
	return func(object any) *odata.Object {
		switch object := object.(type) {
		case hosted.User:
			if t.Name == typeEducationUser {
				return typedUser(g.wholeEducationUser(object))
			}
			return typedUser(g.wholeUser(object))
		case hosted.Group:
			if t.Name == typeClass {
				return g.classObject(object)
			}
			return g.wholeGroup(object)
		case hosted.AdministrativeUnit:
			if t.Name == typeSchool {
				return g.schoolObject(object)
			}
			return g.unitObject(object)
		}
		return odata.New(t)
	}
}

// readable refuses a $filter or $search by what is not basic of a user to those who
// may read what is basic only: the answer would tell them.
func readable(r *odata.Request, t *odata.Type) error {
	return readableBy(r, t, wholeUserPermissions())
}

func readableBy(r *odata.Request, t *odata.Type, permissions []string) error {
	if r.Require(permissions...) == nil {
		return nil
	}
	more := func(property string) bool { return !slices.Contains(basicUser(), property) }
	if r.Options.Search != nil {
		properties, err := searchedBy(r, t)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(properties, more) {
			return r.Require(permissions...)
		}
	}
	if r.Options.Filter == nil {
		return nil
	}
	compiled, err := r.Model().Compile(r.Options.Filter, t)
	if err != nil {
		return err
	}
	if names(compiled, more) {
		return r.Require(permissions...)
	}
	return nil
}

// names reports whether an expression names a property for which is holds.
func names(e odata.Expr, is func(string) bool) bool {
	switch e := e.(type) {
	case odata.And:
		return names(e.Left, is) || names(e.Right, is)
	case odata.Or:
		return names(e.Left, is) || names(e.Right, is)
	case odata.Not:
		return names(e.Inner, is)
	case odata.Comparison:
		return is(e.Property)
	case odata.Membership:
		return is(e.Property)
	case odata.Call:
		return is(e.Property)
	case odata.Any:
		return is(e.Property)
	}
	return true
}
