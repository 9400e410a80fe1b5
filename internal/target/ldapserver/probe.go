package ldapserver

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// Missing returns what is not there of the bases, classes and attributes that a layout
// needs. Nothing is written.
func (t *Target) Missing(ctx context.Context) ([]directory.Problem, error) {
	classes, attributes, err := t.schema(ctx)
	if err != nil {
		return nil, err
	}
	var problems []directory.Problem
	for _, kind := range directory.Kinds() {
		layout := t.layout.kind(kind)
		there, err := t.IsThere(ctx, layout.Base)
		if err != nil {
			return nil, err
		}
		if !there {
			problems = append(problems, directory.Problem{
				Kind: kind, Needs: layout.Base, Proof: directory.Missing, Text: fmt.Sprintf("there is no entry %s, below which they are to be made, or it cannot be read", layout.Base),
			})
		}
		for _, name := range layout.Classes {
			if len(classes) > 0 && !classes[strings.ToLower(name)] {
				problems = append(problems, directory.Problem{Kind: kind, Needs: name, Proof: directory.Missing, Text: "the schema of the server has no object class " + name})
			}
		}
		for property, name := range layout.Attributes {
			if len(attributes) > 0 && !attributes[strings.ToLower(name)] {
				problems = append(problems, directory.Problem{Kind: kind, Property: property, Needs: name, Proof: directory.Missing, Text: "the schema of the server has no attribute " + name})
			}
		}
	}
	return problems, nil
}

// IsThere reports whether there is an entry that can be read.
func (t *Target) IsThere(ctx context.Context, dn string) (bool, error) {
	_, there, err := t.Entry(ctx, dn, "1.1")
	return there, err
}

// Entry reads attributes of an entry, and reports whether it is there.
func (t *Target) Entry(ctx context.Context, dn string, attributes ...string) (e *ldap.Entry, there bool, err error) {
	err = t.With(ctx, func(c *ldap.Conn) error {
		found, err := c.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)", attributes, nil))
		if err == nil && len(found.Entries) > 0 {
			e = found.Entries[0]
		}
		return err
	})
	if says(err, ldap.LDAPResultNoSuchObject) {
		return nil, false, nil
	}
	return e, e != nil, err
}

// schema returns the names of the object classes and attributes that the server knows, in
// lower case; none where it does not show them.
func (t *Target) schema(ctx context.Context) (classes, attributes map[string]bool, err error) {
	classes, attributes = map[string]bool{}, map[string]bool{}
	root, there, err := t.Entry(ctx, "", "subschemaSubentry")
	if err != nil || !there {
		return classes, attributes, err
	}
	schema, there, err := t.Entry(ctx, root.GetAttributeValue("subschemaSubentry"), "objectClasses", "attributeTypes")
	if err != nil || !there {
		return classes, attributes, err
	}
	for into, of := range map[*map[string]bool][]string{&classes: schema.GetAttributeValues("objectClasses"), &attributes: schema.GetAttributeValues("attributeTypes")} {
		for _, definition := range of {
			for _, name := range names(definition) {
				(*into)[strings.ToLower(name)] = true
			}
		}
	}
	return classes, attributes, nil
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

// One reads attributes of any one object of a kind; it is nil where there is none.
func (t *Target) One(ctx context.Context, k directory.Kind, attributes ...string) (one *ldap.Entry, err error) {
	layout := t.layout.kind(k)
	err = t.With(ctx, func(c *ldap.Conn) error {
		found, err := c.Search(ldap.NewSearchRequest(layout.Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 1, 0, false, layout.Filter, attributes, nil))
		if found != nil && len(found.Entries) > 0 {
			one = found.Entries[0]
		}
		if says(err, ldap.LDAPResultSizeLimitExceeded, ldap.LDAPResultNoSuchObject) {
			return nil
		}
		return err
	})
	return one, err
}
