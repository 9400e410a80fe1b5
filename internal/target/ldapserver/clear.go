package ldapserver

import (
	"context"
	"maps"
	"slices"

	"rollbook/internal/directory"
)

// clear sees to it that groups lead to nobody where an account is about to stand: where a
// server does not look after its links, they still lead to one that was deleted there by
// another hand, and whoever came next would be in its classes.
func (t *Target) clear(ctx context.Context, changes []directory.Change, known known) error {
	if len(changes) == 0 || changes[0].Ref.Kind != directory.Account || t.layout.KeepsLinks {
		return nil
	}
	kind := t.layout.kind(directory.Account)
	var names, dns []string
	for _, c := range changes {
		name, named := c.Set.Get(kind.Name)
		if !named || c.Verb == directory.Delete {
			continue
		}
		unit := kind.Place(c.Set)
		if is, there := known.find(c.Ref); there {
			unit = parent(is.DN)
		}
		names, dns = append(names, name), append(dns, kind.rdn(name)+","+unit)
	}
	stand := map[string]bool{}
	holders, err := t.lookUp(ctx, directory.Account, kind.Holder, names)
	if err != nil {
		return err
	}
	for _, e := range holders {
		stand[canonical(e.DN)] = true
	}
	stale := map[string]string{} // DN by canonical DN
	for _, dn := range dns {
		if !stand[canonical(dn)] {
			stale[canonical(dn)] = dn
		}
	}
	return t.unlinkStale(ctx, stale)
}

// unlinkStale takes DNs at which nobody stands out of the groups that lead there.
func (t *Target) unlinkStale(ctx context.Context, stale map[string]string) error {
	for _, relation := range directory.ClassGroup.Relations() {
		attribute := t.layout.Links[relation].Attribute
		groups, err := t.lookUp(ctx, directory.ClassGroup, Equals(attribute), slices.Collect(maps.Values(stale)))
		if err != nil {
			return err
		}
		for _, group := range groups {
			for _, dn := range group.GetAttributeValues(attribute) {
				if _, is := stale[canonical(dn)]; !is {
					continue
				}
				if err := t.unlinkAll(ctx, directory.Account, dn); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
