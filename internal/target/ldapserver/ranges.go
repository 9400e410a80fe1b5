package ldapserver

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// complete reads the rest of the values of which a server gave only the first ones. Active
// Directory answers "member;range=0-1499" where there are more than 1,500, and is asked
// for "member;range=1500-*" then, until it answers "-*" ([MS-ADTS] 3.1.1.3.1.3.3).
func (t *Target) complete(ctx context.Context, e *ldap.Entry) error {
	return CompleteRanges(e, func(attribute string) (*ldap.Entry, error) {
		var found *ldap.SearchResult
		err := t.With(ctx, func(c *ldap.Conn) (err error) {
			found, err = c.Search(ldap.NewSearchRequest(e.DN, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)", []string{attribute}, nil))
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", attribute, e.DN, err)
		}
		if len(found.Entries) == 0 {
			return nil, fmt.Errorf("read %s of %s: it is not there any more", attribute, e.DN)
		}
		return found.Entries[0], nil
	})
}

// CompleteRanges reads the rest of ranges with read, and puts them together.
func CompleteRanges(e *ldap.Entry, read func(attribute string) (*ldap.Entry, error)) error {
	for _, attribute := range e.Attributes {
		name, next, more := rangeOf(attribute.Name)
		if name == "" {
			continue
		}
		attribute.Name = name
		for more {
			rest, err := read(name + ";range=" + strconv.Itoa(next) + "-*")
			if err != nil {
				return err
			}
			before := next
			for _, a := range rest.Attributes {
				if of, end, goesOn := rangeOf(a.Name); strings.EqualFold(of, name) {
					attribute.Values, attribute.ByteValues = append(attribute.Values, a.Values...), append(attribute.ByteValues, a.ByteValues...)
					next, more = end, goesOn
				}
			}
			if more && next <= before {
				return fmt.Errorf("the server gives no values of %s of %s after the first %d", name, e.DN, before)
			}
		}
	}
	return nil
}

// rangeOf takes the name of an attribute apart of which there is a range of values. It
// returns the first value behind the range, and whether there are more; name is "" for an
// attribute that is whole.
func rangeOf(attribute string) (name string, next int, more bool) {
	name, of, ranged := strings.Cut(attribute, ";range=")
	if !ranged {
		return "", 0, false
	}
	_, last, _ := strings.Cut(of, "-")
	if last == "*" {
		return name, 0, false
	}
	end, err := strconv.Atoi(last)
	if err != nil {
		return "", 0, false
	}
	return name, end + 1, true
}
