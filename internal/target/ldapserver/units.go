package ldapserver

import (
	"fmt"
	"regexp"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// Place returns the DN of the unit in which an object with some values is made, and to which
// it is moved when they change. Where it lacks one of them, that is the base.
func (b Branch) Place(values directory.Values) string {
	if b.Units == "" {
		return b.Base
	}
	whole := true
	path := placeholder().ReplaceAllStringFunc(b.Units, func(name string) string {
		text, _ := values.Get(propertyIn(name))
		whole = whole && text != ""
		return ldap.EscapeDN(text)
	})
	if !whole {
		return b.Base
	}
	return path + "," + b.Base
}

// placeholder finds what stands for a value in the path of a unit.
func placeholder() *regexp.Regexp { return regexp.MustCompile(`\{[A-Za-z]+\}`) }

func propertyIn(name string) directory.Property { return directory.Property(name[1 : len(name)-1]) }

// checkUnits returns what is wrong with the path of the units.
func (b Branch) checkUnits() error {
	if b.Units == "" {
		return nil
	}
	for _, name := range placeholder().FindAllString(b.Units, -1) {
		if _, kept := b.Attributes[propertyIn(name)]; !kept {
			return fmt.Errorf("the units %q: no attribute of the directory keeps the value %s", b.Units, propertyIn(name))
		}
	}
	if _, err := ldap.ParseDN(placeholder().ReplaceAllString(b.Units, "x")); err != nil {
		return fmt.Errorf("the units %q are not part of a DN", b.Units)
	}
	return nil
}
