package ldapserver

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// linkWrite is a link that is added or removed. Of a placeholder there is no change.
type linkWrite struct {
	attribute, dn string
	remove        bool
	change        *directory.LinkChange
}

// links returns what the links of the change come to, for an object as it is: the zero
// entry for a new one. It notes those that cannot be added. What is removed comes first where
// an object has only so many links.
func (w *write) links(is entry) []linkWrite {
	w.out.Refused = nil
	var all []linkWrite
	for _, relation := range w.change.Ref.Kind.Relations() {
		all = append(all, w.linksOf(relation, is)...)
	}
	return all
}

func (w *write) linksOf(relation directory.Relation, is entry) []linkWrite {
	layout := w.layout.Links[relation]
	there := map[string]string{} // DN by canonical DN
	if is.Entry != nil {
		for _, dn := range is.GetAttributeValues(layout.Attribute) {
			there[canonical(dn)] = dn
		}
	}
	var removed, added []linkWrite
	for i, l := range w.change.Links {
		dn, known := w.people.dn(l.To.ID)
		had, linked := there[canonical(dn)]
		if l.Relation != relation || !l.Remove || !known || !linked {
			continue
		}
		removed = append(removed, linkWrite{layout.Attribute, had, true, &w.change.Links[i]})
		delete(there, canonical(dn))
	}
	for i, l := range w.change.Links {
		if l.Relation != relation || l.Remove {
			continue
		}
		dn, known := w.people.dn(l.To.ID)
		_, linked := there[canonical(dn)]
		switch {
		case !known:
			w.refuse(l, directory.NotFound{Ref: l.To})
		case linked:
		case layout.Max > 0 && len(there) >= layout.Max:
			w.refuse(l, directory.Invalid{Text: fmt.Sprintf("%s holds no more than %d", layout.Attribute, layout.Max)})
		default:
			added = append(added, linkWrite{layout.Attribute, dn, false, &w.change.Links[i]})
			there[canonical(dn)] = dn
		}
	}
	if relation == directory.Member {
		added, removed = w.stand(there, is, added, removed)
	}
	if layout.Max > 0 {
		return append(removed, added...)
	}
	return append(added, removed...)
}

func (w *write) refuse(l directory.LinkChange, err error) {
	w.out.Refused = append(w.out.Refused, directory.LinkFailure{LinkChange: l, Err: err})
}

// stand sees to it that a group has a member where it must, and none that stands for
// nobody beside others.
func (w *write) stand(members map[string]string, is entry, added, removed []linkWrite) (add, remove []linkWrite) {
	if len(w.layout.Placeholders) == 0 || is.Entry != nil && len(added)+len(removed) == 0 {
		return added, removed
	}
	placeholder, somebody := "", false
	for _, dn := range members {
		if w.layout.isPlaceholder(dn) {
			placeholder = dn
		} else {
			somebody = true
		}
	}
	attribute := w.layout.Links[directory.Member].Attribute
	switch {
	case !somebody && placeholder == "":
		added = append(added, linkWrite{attribute, w.layout.Placeholders[0], false, nil})
	case somebody && placeholder != "":
		removed = append(removed, linkWrite{attribute, placeholder, true, nil})
	}
	return added, removed
}

// first returns the links that go into one call, and the rest.
func (w *write) first(links []linkWrite) (some, rest []linkWrite) {
	if most := w.layout.MostLinks; most > 0 && len(links) > most {
		return links[:most], links[most:]
	}
	return links, nil
}

// addTo adds links to a call: what is removed comes first.
func addTo(request *ldap.ModifyRequest, links []linkWrite) {
	for _, remove := range []bool{true, false} {
		byAttribute := map[string][]string{}
		var attributes []string
		for _, l := range links {
			if l.remove != remove {
				continue
			}
			if byAttribute[l.attribute] == nil {
				attributes = append(attributes, l.attribute)
			}
			byAttribute[l.attribute] = append(byAttribute[l.attribute], l.dn)
		}
		slices.Sort(attributes)
		for _, attribute := range attributes {
			if remove {
				request.Delete(attribute, byAttribute[attribute])
			} else {
				request.Add(attribute, byAttribute[attribute])
			}
		}
	}
}

// linked notes links that were changed.
func (w *write) linked(links []linkWrite) {
	for _, l := range links {
		if l.change != nil {
			w.out.Links = append(w.out.Links, *l.change)
		}
	}
	order := func(l directory.LinkChange) int { return slices.Index(w.change.Links, l) }
	slices.SortFunc(w.out.Links, func(a, b directory.LinkChange) int { return order(a) - order(b) })
}

// unlinkAll takes who stands at a DN, or stood there, out of all groups: also before an
// account is deleted, as servers that do so by themselves do it a moment later, when it may
// be there anew.
func (t *Target) unlinkAll(ctx context.Context, kind directory.Kind, dn string) error {
	return t.relinkAll(ctx, kind, dn, func(request *ldap.ModifyRequest, group entry, relation directory.Relation) {
		attribute := t.layout.Links[relation].Attribute
		left := slices.DeleteFunc(slices.Clone(group.GetAttributeValues(attribute)), func(one string) bool { return canonical(one) == canonical(dn) })
		if relation == directory.Member && len(left) == 0 && len(t.layout.Placeholders) > 0 {
			request.Add(attribute, t.layout.Placeholders[:1])
		}
		request.Delete(attribute, []string{dn})
	})
}

// follow has the links to an account lead to where it will stand. back has those that it
// changed lead to where it stood.
func (w *write) follow(ctx context.Context, is entry, from, to string) (back func() error, err error) {
	var undo []*ldap.ModifyRequest
	err = w.relinkAll(ctx, is.kind, from, func(request *ldap.ModifyRequest, group entry, relation directory.Relation) {
		attribute := w.layout.Links[relation].Attribute
		request.Delete(attribute, []string{from})
		if canonical(from) != canonical(to) && has(group, attribute, to) {
			return
		}
		request.Add(attribute, []string{to})
		undone := ldap.NewModifyRequest(group.DN, nil)
		undone.Delete(attribute, []string{to})
		undone.Add(attribute, []string{from})
		undo = append(undo, undone)
	})
	return func() error {
		return w.With(ctx, func(c *ldap.Conn) error {
			for _, request := range undo {
				if err := c.Modify(request); err != nil {
					return err
				}
			}
			return nil
		})
	}, err
}

func has(group entry, attribute, dn string) bool {
	return slices.ContainsFunc(group.GetAttributeValues(attribute), func(one string) bool { return canonical(one) == canonical(dn) })
}

// relinkAll changes the groups that lead to the DN of an account, where the server leaves that
// to whoever changes the account.
func (t *Target) relinkAll(ctx context.Context, kind directory.Kind, dn string, change func(*ldap.ModifyRequest, entry, directory.Relation)) error {
	if kind != directory.Account || t.layout.KeepsLinks {
		return nil
	}
	for _, relation := range directory.ClassGroup.Relations() {
		groups, err := t.lookUp(ctx, directory.ClassGroup, Equals(t.layout.Links[relation].Attribute), []string{dn})
		if err != nil {
			return err
		}
		for _, group := range groups {
			request := ldap.NewModifyRequest(group.DN, nil)
			change(request, group, relation)
			if err := t.With(ctx, func(c *ldap.Conn) error { return c.Modify(request) }); err != nil {
				return err
			}
		}
	}
	return nil
}
