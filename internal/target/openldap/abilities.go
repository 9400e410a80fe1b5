package openldap

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// Abilities implements directory.Target.
func (t *Target) Abilities(context.Context) (directory.Abilities, error) {
	can := directory.Abilities{Kinds: map[directory.Kind]directory.KindAbilities{}, Pack: pack, Side: side}
	for _, kind := range directory.Kinds() {
		named, _ := naming(kind)
		k := directory.KindAbilities{
			Verbs:  map[directory.Verb]bool{directory.Create: true, directory.Update: true, directory.Delete: true},
			Anchor: true, Passwords: kind == directory.Account, IDs: directory.IDLater, Values: map[directory.Property]directory.ValueAbilities{}, Relations: map[directory.Relation]directory.RelationAbilities{},
		}
		for property := range t.settings.branch(kind).Attributes {
			k.Values[property] = directory.ValueAbilities{Same: directory.SameWithoutCase, InCreate: true, InChange: true, Clear: property != named}
		}
		name := k.Values[named]
		name.Unique = directory.UniqueInContainer
		k.Values[named] = name
		if kind == directory.Account && t.settings.Lock != "" {
			k.Values[directory.AccountEnabled] = directory.ValueAbilities{InCreate: true, InChange: true}
		}
		for _, relation := range kind.Relations() {
			k.Relations[relation] = directory.RelationAbilities{InCreate: -1}
		}
		can.Kinds[kind] = k
	}
	return can, nil
}

// Probe implements directory.Target. It looks for the bases, and for the classes and
// attributes in the schema. Whether there is the right to write, the server tells only who
// writes.
func (t *Target) Probe(ctx context.Context) ([]directory.Problem, error) {
	var problems []directory.Problem
	classes, attributes, err := t.schema(ctx)
	if err != nil {
		return nil, err
	}
	for _, kind := range directory.Kinds() {
		branch := t.settings.branch(kind)
		there, err := t.isThere(ctx, branch.Base)
		if err != nil {
			return nil, err
		}
		if !there {
			problems = append(problems, directory.Problem{
				Kind: kind, Needs: branch.Base, Proof: directory.Missing, Text: fmt.Sprintf("there is no entry %s, below which they are to be made, or it cannot be read", branch.Base),
			})
		}
		for _, name := range t.settings.classes(kind) {
			if len(classes) > 0 && !classes[strings.ToLower(name)] {
				problems = append(problems, directory.Problem{Kind: kind, Needs: name, Proof: directory.Missing, Text: "the schema of the server has no object class " + name})
			}
		}
		for property, name := range branch.Attributes {
			if len(attributes) > 0 && !attributes[strings.ToLower(name)] {
				problems = append(problems, directory.Problem{Kind: kind, Property: property, Needs: name, Proof: directory.Missing, Text: "the schema of the server has no attribute " + name})
			}
		}
		problems = append(problems, directory.Problem{
			Kind: kind, Verb: directory.Create, Needs: "the right to write below " + branch.Base, Proof: directory.CannotTell,
			Text: "whether " + t.settings.BindDN + " may write below " + branch.Base + " shows with the first change",
		})
	}
	slices.SortStableFunc(problems, func(a, b directory.Problem) int { return strings.Compare(a.Needs, b.Needs) })
	return problems, nil
}

func (t *Target) isThere(ctx context.Context, dn string) (bool, error) {
	err := t.with(ctx, func(c *ldap.Conn) error {
		_, err := c.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)", []string{"1.1"}, nil))
		return err
	})
	if says(err, ldap.LDAPResultNoSuchObject) {
		return false, nil
	}
	return err == nil, err
}

// schema returns the names of the object classes and attributes that the server knows, in
// lower case; none where it does not show them.
func (t *Target) schema(ctx context.Context) (classes, attributes map[string]bool, err error) {
	classes, attributes = map[string]bool{}, map[string]bool{}
	err = t.with(ctx, func(c *ldap.Conn) error {
		root, err := c.Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)", []string{"subschemaSubentry"}, nil))
		if err != nil || len(root.Entries) == 0 {
			return err
		}
		found, err := c.Search(ldap.NewSearchRequest(root.Entries[0].GetAttributeValue("subschemaSubentry"), ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false,
			"(objectClass=*)", []string{"objectClasses", "attributeTypes"}, nil))
		if err != nil || len(found.Entries) == 0 {
			return err
		}
		for into, of := range map[*map[string]bool][]string{&classes: found.Entries[0].GetAttributeValues("objectClasses"), &attributes: found.Entries[0].GetAttributeValues("attributeTypes")} {
			for _, definition := range of {
				for _, name := range names(definition) {
					(*into)[strings.ToLower(name)] = true
				}
			}
		}
		return nil
	})
	return classes, attributes, err
}

// names returns the names in a definition of a schema (RFC 4512 4.1): NAME 'uid', or NAME
// ( 'uid' 'userid' ).
func names(definition string) []string {
	_, rest, found := strings.Cut(definition, " NAME ")
	if !found {
		return nil
	}
	if list, is := strings.CutPrefix(rest, "("); is {
		list, _, _ = strings.Cut(list, ")")
		return strings.Fields(strings.ReplaceAll(list, "'", ""))
	}
	return strings.Fields(strings.ReplaceAll(rest, "'", ""))[:1]
}
