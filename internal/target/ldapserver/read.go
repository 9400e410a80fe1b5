package ldapserver

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// page is how many entries are read at once, and terms how many are looked for at once.
const (
	page  = 1000
	terms = 100
)

// whole is the Mark of a read of everything, the only one there is.
const whole = directory.Mark("whole")

// search yields the entries of a kind that a filter finds, page after page. The pages are
// those of one connection (RFC 2696: the cookie is).
func (t *Target) search(ctx context.Context, k directory.Kind, filter string, attributes []string) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		goesOn := true
		err := t.With(ctx, func(c *ldap.Conn) error {
			control := ldap.NewControlPaging(page)
			for goesOn {
				found, err := c.Search(ldap.NewSearchRequest(t.layout.kind(k).Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, []ldap.Control{control}))
				if err = errors.Join(err, ctx.Err()); err != nil {
					return err
				}
				for _, e := range found.Entries {
					if err := t.complete(ctx, e); err != nil {
						return err
					}
					if goesOn = yield(entry{e, k}, nil); !goesOn {
						return nil
					}
				}
				next, _ := ldap.FindControl(found.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
				if next == nil || len(next.Cookie) == 0 {
					return nil
				}
				control.SetCookie(next.Cookie)
			}
			return nil
		})
		if err != nil && goesOn {
			yield(entry{}, fmt.Errorf("read below %s: %w", t.layout.kind(k).Base, err))
		}
	}
}

// lookUp returns the entries of a kind that the filters of some values find.
func (t *Target) lookUp(ctx context.Context, k directory.Kind, filterOf func(string) string, values []string) ([]entry, error) {
	slices.Sort(values)
	var all []entry
	for some := range slices.Chunk(slices.Compact(values), terms) {
		var filter strings.Builder
		filter.WriteString("(&" + t.layout.kind(k).Filter + "(|")
		for _, value := range some {
			filter.WriteString(filterOf(value))
		}
		filter.WriteString("))")
		for e, err := range t.search(ctx, k, filter.String(), t.layout.wanted(k)) {
			if err != nil {
				return nil, err
			}
			all = append(all, e)
		}
	}
	return all, nil
}

// Since implements directory.Target. It reads everything each time.
func (t *Target) Since(ctx context.Context, m directory.Mark, kinds []directory.Kind) iter.Seq2[directory.Observed, error] {
	return func(yield func(directory.Observed, error) bool) {
		if m != "" {
			yield(directory.Observed{}, directory.Expired{Text: "the server is read whole each time"})
			return
		}
		if !slices.Contains(kinds, directory.Account) {
			if err := t.meet(ctx); err != nil {
				yield(directory.Observed{}, err)
				return
			}
		}
		t.forget(kinds)
		for _, kind := range directory.Kinds() { // people come before the groups that hold them
			if !slices.Contains(kinds, kind) {
				continue
			}
			for e, err := range t.search(ctx, kind, t.layout.kind(kind).Filter, t.layout.wanted(kind)) {
				if err != nil {
					yield(directory.Observed{}, err)
					return
				}
				if !yield(t.observed(e), nil) {
					return
				}
			}
		}
		yield(directory.Observed{Mark: whole}, nil)
	}
}

// forget forgets who there is, where all are about to be read.
func (t *Target) forget(kinds []directory.Kind) {
	if slices.Contains(kinds, directory.Account) {
		t.people.reset()
	}
}

func (t *Target) observed(e entry) directory.Observed {
	o := directory.Observed{Ref: t.layout.ref(e), Values: t.layout.values(e), Whole: true}
	if e.kind == directory.Account {
		t.people.put(t.layout.id(e), e.DN)
		return o
	}
	for _, l := range t.links(e) {
		o.Links = append(o.Links, directory.LinkChange{Link: l})
	}
	return o
}

// meet reads where everybody stands.
func (t *Target) meet(ctx context.Context) error {
	t.people.reset()
	for e, err := range t.search(ctx, directory.Account, t.layout.kind(directory.Account).Filter, []string{t.layout.ID.Attribute}) {
		if err != nil {
			return err
		}
		t.people.put(t.layout.id(e), e.DN)
	}
	return nil
}

// Find implements directory.Target. What the server answers is compared with what was
// asked, without case.
func (t *Target) Find(ctx context.Context, k directory.Kind, keys []directory.Key) iter.Seq2[directory.Found, error] {
	return func(yield func(directory.Found, error) bool) {
		byProperty := map[directory.Property][]string{}
		for _, key := range keys {
			if key.Value != "" {
				byProperty[key.Property] = append(byProperty[key.Property], key.Value)
			}
		}
		for property, values := range byProperty {
			attribute, kept := t.layout.kind(k).Attributes[property]
			if !kept {
				yield(directory.Found{}, directory.Invalid{Property: property, Text: "no attribute of the directory keeps it"})
				return
			}
			entries, err := t.lookUp(ctx, k, Equals(attribute), slices.Clone(values))
			if err != nil {
				yield(directory.Found{}, err)
				return
			}
			asked := map[string][]string{}
			slices.Sort(values)
			for _, value := range slices.Compact(values) {
				asked[strings.ToLower(value)] = append(asked[strings.ToLower(value)], value)
			}
			for _, e := range entries {
				if k == directory.Account {
					t.people.put(t.layout.id(e), e.DN)
				}
				object := t.layout.object(e)
				has, _ := object.Values.Get(property)
				for _, value := range asked[strings.ToLower(has)] {
					if !yield(directory.Found{Key: directory.Key{Property: property, Value: value}, Object: object}, nil) {
						return
					}
				}
			}
		}
	}
}
