package ldapserver

import (
	"context"

	"rollbook/internal/directory"
)

// Abilities implements directory.Target.
func (t *Target) Abilities(context.Context) (directory.Abilities, error) {
	return t.layout.abilities(), nil
}

// abilities says what a directory with the layout can do.
func (l Layout) abilities() directory.Abilities {
	can := directory.Abilities{Kinds: map[directory.Kind]directory.KindAbilities{}, Pack: pack, Side: side}
	for _, kind := range directory.Kinds() {
		layout := l.kind(kind)
		k := directory.KindAbilities{
			Verbs:  map[directory.Verb]bool{directory.Create: true, directory.Update: true, directory.Delete: true},
			Anchor: true, Passwords: kind == directory.Account, IDs: directory.IDLater, Values: map[directory.Property]directory.ValueAbilities{}, Relations: map[directory.Relation]directory.RelationAbilities{},
		}
		for property := range layout.Attributes {
			k.Values[property] = directory.ValueAbilities{Same: directory.SameWithoutCase, InCreate: true, InChange: true, Clear: property != layout.Name}
		}
		name := k.Values[layout.Name]
		name.Unique = directory.UniqueInContainer
		k.Values[layout.Name] = name
		if layout.Enabled != nil {
			k.Values[directory.AccountEnabled] = directory.ValueAbilities{InCreate: true, InChange: true}
		}
		for _, relation := range kind.Relations() {
			k.Relations[relation] = directory.RelationAbilities{InCreate: -1, Max: l.Links[relation].Max}
		}
		can.Kinds[kind] = k
	}
	return can
}
