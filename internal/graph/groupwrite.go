package graph

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// unified is the type of a Microsoft 365 group.
const unified = "Unified"

// maxBound is how many references one request may bind (Graph: group, create).
const maxBound = 20

// newGroups creates groups, for which less is needed than for changing them.
func (g *surface) newGroups() *odata.EntitySet {
	return &odata.EntitySet{Path: "groups", Type: g.model.Type(typeGroup), Write: createGroupPermissions(), Create: g.createGroup}
}

func (g *surface) createGroup(r *odata.Request, o *odata.Object) (*odata.Object, error) {
	for _, name := range []string{"displayName", "mailEnabled", "mailNickname", "securityEnabled"} {
		if !o.Get(name).IsSet() {
			return nil, requestError(name, "The property '%s' is required to create a group.", name)
		}
	}
	set, err := groupSet(o, hosted.Group{})
	if err != nil {
		return nil, err
	}
	if err := kindOfGroup(o, set); err != nil {
		return nil, err
	}
	group, err := hosted.Group{}.With(set)
	if err != nil {
		return nil, refusedChange(err)
	}
	effects := []hosted.Effect{{Kind: hosted.CreateGroup, Group: &group}}
	belonging, err := boundMembers(o)
	if err != nil {
		return nil, err
	}
	if len(belonging) > 0 {
		effects = append(effects, hosted.Effect{Kind: hosted.ChangeMembers, Add: belonging})
	}
	ids, err := g.Directory.Change(r.Context(), effects...)
	if err != nil {
		return nil, refusedChange(err)
	}
	group.ID = ids[0]
	return groupObject(o.Type, group), r.Change(nil, withBound(groupObject(o.Type, group), o))
}

// kindOfGroup works out what kind of group is to be made (Graph: group types).
func kindOfGroup(o *odata.Object, set map[string]*string) error {
	types := texts(o.Get("groupTypes"))
	isUnified := slices.ContainsFunc(types, func(t string) bool { return strings.EqualFold(t, unified) })
	mail, security := o.Get("mailEnabled").Bool(), o.Get("securityEnabled").Bool()
	no := "false"
	switch {
	case len(types) > 1 || len(types) == 1 && !isUnified:
		return requestError("groupTypes", "The groupTypes can be ['Unified'] or [], not %v: memberships are not worked out by rules here.", types)
	case isUnified && !mail:
		return requestError("mailEnabled", "A group of type Unified is mail-enabled.")
	case !isUnified && mail:
		return requestError("mailEnabled", "Mail-enabled groups other than of type Unified cannot be created.")
	case !isUnified && !security:
		return requestError("securityEnabled", "A group that is not of type Unified is security-enabled.")
	case !isUnified:
		set[hosted.AttributeUnified] = &no
	case set[hosted.AttributeVisibility] == nil:
		public := "Public"
		set[hosted.AttributeVisibility] = &public
	}
	return nil
}

// group returns the group with the ID.
func (g *surface) group(ctx context.Context, id string) (hosted.Group, error) {
	group, err := g.Directory.Group(ctx, id)
	return group, notInDirectory(err, "group", id)
}

func (g *surface) updateGroup(r *odata.Request, p *odata.Payload) error {
	group, err := g.group(r.Context(), r.Param("id"))
	if err != nil {
		return err
	}
	o, err := p.ForUpdate(g.model.Type(typeGroup))
	if err != nil {
		return err
	}
	if err := keepsKind(o, group); err != nil {
		return err
	}
	set, err := groupSet(o, group)
	if err != nil {
		return err
	}
	after, err := group.With(set)
	if err != nil {
		return refusedChange(err)
	}
	if err := r.Change(groupObject(o.Type, group), withBound(groupObject(o.Type, after), o)); err != nil {
		return err
	}
	var effects []hosted.Effect
	if len(set) > 0 {
		effects = append(effects, hosted.Effect{Kind: hosted.UpdateGroup, ID: group.ID, Set: set})
	}
	belonging, err := boundMembers(o)
	if err != nil {
		return err
	}
	if len(belonging) > 0 {
		effects = append(effects, hosted.Effect{Kind: hosted.ChangeMembers, ID: group.ID, Add: belonging})
	}
	if len(effects) == 0 {
		return nil
	}
	_, err = g.Directory.Change(r.Context(), effects...)
	return refusedChange(err)
}

// keepsKind refuses to make a group another kind of group.
func keepsKind(o *odata.Object, group hosted.Group) error {
	if types := o.Get("groupTypes"); types.IsSet() && (len(types.List()) > 0) != group.Unified() {
		return requestError("groupTypes", "The groupTypes of a group cannot be changed.")
	}
	if mail := o.Get("mailEnabled"); mail.IsSet() && mail.Bool() != group.Unified() {
		return requestError("mailEnabled", "Whether a group is mail-enabled cannot be changed.")
	}
	if security := o.Get("securityEnabled"); security.IsSet() && !security.Bool() && !group.Unified() {
		return requestError("securityEnabled", "A group that is not of type Unified is security-enabled.")
	}
	return nil
}

func (g *surface) deleteGroup(r *odata.Request) error {
	group, err := g.group(r.Context(), r.Param("id"))
	if err != nil {
		return err
	}
	return g.removeGroup(r, group, groupObject(g.model.Type(typeGroup), group))
}

// removeGroup deletes a group, which the audit log shows as before.
func (g *surface) removeGroup(r *odata.Request, group hosted.Group, before *odata.Object) error {
	if err := r.Change(before, nil); err != nil {
		return err
	}
	_, err := g.Directory.Change(r.Context(), hosted.Effect{Kind: hosted.DeleteGroup, ID: group.ID})
	return notInDirectory(err, "group", group.ID)
}

// groupSet returns what came in of a group, by property name. now is the group as
// it is, without an ID where it is new.
func groupSet(o *odata.Object, now hosted.Group) (map[string]*string, error) {
	names := append([]string{
		hosted.PropertyDisplayName, hosted.PropertyMailNickname, hosted.PropertyDescription, hosted.AttributeVisibility,
	}, groupAttributes()...)
	set, err := setOf(o, names)
	if err != nil {
		return nil, err
	}
	if err := namesGiven(set); err != nil {
		return nil, err
	}
	if security := o.Get("securityEnabled"); security.IsSet() {
		text := strconv.FormatBool(security.Bool())
		set[hosted.AttributeSecurityEnabled] = &text
	}
	if v := set[hosted.AttributeVisibility]; v != nil {
		levels := []string{"Public", "Private", "HiddenMembership"}
		i := slices.IndexFunc(levels, func(level string) bool { return strings.EqualFold(level, *v) })
		if i < 0 {
			return nil, requestError("visibility", "The visibility of a group is one of %s, not '%s'.", strings.Join(levels, ", "), *v)
		}
		set[hosted.AttributeVisibility] = &levels[i]
	}
	return set, setExtras(set, o, holdingOfGroup(now))
}

// namesGiven refuses names that a group cannot have.
func namesGiven(set map[string]*string) error {
	for _, name := range []string{hosted.PropertyDisplayName, hosted.PropertyMailNickname} {
		v, given := set[name]
		if given && (v == nil || name == hosted.PropertyMailNickname && !isMailNickname(*v)) {
			return requestError(name, "Invalid value specified for property '%s'.", name)
		}
	}
	return nil
}

// isMailNickname reports whether a name can stand before the @ of an address
// (Graph: group, mailNickname).
func isMailNickname(name string) bool {
	return len(name) <= 64 && !strings.ContainsFunc(name, func(c rune) bool {
		return c <= ' ' || c > '~' || strings.ContainsRune(`@()\[]";:<>,`, c)
	})
}

// withBound shows a group together with who was bound to it, as the audit log
// has it.
func withBound(group, o *odata.Object) *odata.Object {
	return group.Set("owners", o.Get("owners")).Set("members", o.Get("members"))
}

// boundMembers returns who is bound as owner or member.
func boundMembers(o *odata.Object) ([]hosted.Membership, error) {
	var all []hosted.Membership
	for name, relation := range map[string]hosted.Relation{"owners": hosted.Owner, "members": hosted.Member} {
		for _, key := range o.Get(name).List() {
			all = append(all, hosted.Membership{Relation: relation, UserID: key.Text()})
		}
	}
	if len(all) > maxBound {
		return nil, requestError("", "A request can bind at most %d owners and members, not %d.", maxBound, len(all))
	}
	return all, nil
}
