package ldapserver

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// write is one change while it is done.
type write struct {
	*Target
	change directory.Change
	known  known
	out    directory.Outcome
	unit   string // the DN of the unit where the object is made, or goes
}

func (w *write) fail(err error) { w.out.State, w.out.Err = directory.Failed, err }

// kind is how objects of the kind of the object are kept.
func (w *write) kind() KindLayout { return w.layout.kind(w.change.Ref.Kind) }

// check returns why an object cannot have the values of the change. is is the object; the
// zero entry for a new one.
func (w *write) check(is entry) error {
	kind := w.kind()
	name, set := w.change.Set.Get(kind.Name)
	if (set || is.Entry == nil) && name == "" && (w.change.Ref.Kind == directory.Account || set) {
		return directory.Invalid{Property: kind.Name, Text: "there must be one"}
	}
	for _, v := range w.change.Set {
		_, kept := kind.Attributes[v.Property]
		switch {
		case !kept && (v.Property != directory.AccountEnabled || kind.Enabled == nil):
			return directory.Invalid{Property: v.Property, Text: "no attribute of the directory keeps it"}
		case v.Property.Truth() && v.Text != directory.True && v.Text != directory.False:
			return directory.Invalid{Property: v.Property, Text: "it must be true or false"}
		}
	}
	if anchor, set := w.change.Set.Get(directory.Anchor); set {
		if other, taken := w.known.byAnchor[w.change.Ref.Kind][anchor]; taken && (is.Entry == nil || w.layout.id(other) != w.layout.id(is)) {
			return directory.Conflict{Property: directory.Anchor, Value: anchor, Holder: w.layout.ref(other)}
		}
	}
	return nil
}

// create makes a new object, with its links in the same call as far as they go into one.
// Where there is one of its name already, that says whose it is.
func (w *write) create(ctx context.Context) {
	if err := w.check(entry{}); err != nil {
		w.fail(err)
		return
	}
	name, named := w.change.Set.Get(w.kind().Name)
	if !named {
		name = w.change.Ref.Anchor
	}
	attributes, err := w.attributes(ctx, name)
	if err != nil {
		w.fail(directory.Invalid{Text: err.Error()})
		return
	}
	first, rest := w.first(w.links(entry{}))
	for _, l := range first {
		attributes[l.attribute] = append(attributes[l.attribute], l.dn)
	}
	w.unit = w.kind().Place(w.change.Set)
	request := ldap.NewAddRequest(w.kind().rdn(name)+","+w.unit, nil)
	for _, attribute := range slices.Sorted(maps.Keys(attributes)) {
		request.Attribute(attribute, attributes[attribute])
	}
	err = w.With(ctx, func(c *ldap.Conn) error { return c.Add(request) })
	if says(err, ldap.LDAPResultEntryAlreadyExists, ldap.LDAPResultConstraintViolation) {
		w.meetHolder(ctx, name, err)
		return
	}
	if err != nil {
		w.fail(w.failed(ctx, err, first))
		return
	}
	w.out.Made, w.out.Ref.At, w.out.Set = true, request.DN, w.change.Set
	w.linked(first)
	if err := w.modify(ctx, request.DN, nil, rest); err != nil {
		w.fail(err)
	}
}

// attributes are those of a new object, without its links.
func (w *write) attributes(ctx context.Context, name string) (map[string][]string, error) {
	kind := w.kind()
	all := map[string][]string{"objectClass": kind.Classes, kind.Naming: {kind.Named(name)}}
	maps.Copy(all, kind.Made(name))
	maps.Copy(all, kind.Renamed(name))
	if anchor := w.change.Ref.Anchor; anchor != "" {
		all[kind.Attributes[directory.Anchor]] = []string{anchor}
	}
	if kind.Enabled != nil {
		enabled, told := w.change.Set.Get(directory.AccountEnabled)
		if value := kind.Enabled.Value(!told || enabled == directory.True, ""); value != "" {
			all[kind.Enabled.Attribute] = []string{value}
		}
	}
	for _, v := range w.change.Set {
		if attribute := kind.Attributes[v.Property]; attribute != "" && v.Text != "" {
			all[attribute] = []string{v.Text}
		}
	}
	return all, w.secret(ctx, all)
}

// secret adds the initial password to the attributes of a new account.
func (w *write) secret(ctx context.Context, attributes map[string][]string) error {
	if w.change.Ref.Kind != directory.Account {
		return nil
	}
	initial := ""
	if w.change.Secret != nil {
		var err error
		if initial, err = w.change.Secret(ctx); err != nil {
			return err
		}
	}
	more, err := w.kind().Password(initial)
	maps.Copy(attributes, more)
	return err
}

// meetHolder finds out whose the object is that has the name which a new one was to have.
// why is what the server said.
func (w *write) meetHolder(ctx context.Context, name string, why error) {
	holders, err := w.lookUp(ctx, w.change.Ref.Kind, w.kind().Holder, []string{name})
	if err != nil {
		w.fail(failure(w.change.Ref, err))
		return
	}
	if len(holders) == 0 && !says(why, ldap.LDAPResultEntryAlreadyExists) {
		w.fail(failure(w.change.Ref, why))
		return
	}
	conflict := directory.Conflict{Property: w.kind().Name, Value: name}
	for _, e := range holders {
		if ref := w.layout.ref(e); ref.Anchor != "" && ref.Anchor == w.change.Ref.Anchor {
			w.update(ctx, e) // it was made meanwhile
			return
		}
		conflict.Holder = w.layout.ref(e)
	}
	w.fail(conflict)
}

// update gives an object what it lacks. One that a create finds by its anchor is as good as
// created, and by us where an attempt before this one may have done it.
func (w *write) update(ctx context.Context, is entry) {
	if err := w.check(is); err != nil {
		w.fail(err)
		return
	}
	w.out.Ref = w.layout.ref(is)
	set, was := w.change.Set.Difference(w.layout.values(is))
	for i, v := range was { // an account that cannot be disabled is enabled
		if v.Property == directory.AccountEnabled && v.Text == "" {
			was[i].Text = directory.True
		}
	}
	if err := w.taken(ctx, is, set); err != nil {
		w.fail(err)
		return
	}
	dn, err := w.move(ctx, is, set)
	if err != nil {
		w.fail(err)
		return
	}
	if err := w.modify(ctx, dn, w.replaced(is, set), w.links(is)); err != nil {
		w.fail(err)
		return
	}
	written := set
	if w.kind().isName() {
		written = set.Without(directory.Values{{Property: w.kind().Name}})
	}
	w.out.Set, w.out.Was = written, was.Only(written)
	if err := w.rename(ctx, is, dn, set); err != nil {
		w.fail(err)
		return
	}
	w.out.Set, w.out.Was = set, was
	if anchor, changed := set.Get(directory.Anchor); changed {
		w.out.Ref.Anchor = anchor
	}
	if w.change.Verb == directory.Create && w.change.Ref.ID == "" && !w.change.Tried.IsZero() {
		w.out.Made, w.out.Set, w.out.Was = true, w.change.Set, nil
	}
}

// move moves an object to the unit where its values have it be from now on, before these
// are written: whoever is cut off in between finds them not written, and begins again. What
// an object is called goes along where it is not itself the name that plans compare. It
// returns where the object stands then.
func (w *write) move(ctx context.Context, is entry, set directory.Values) (dn string, err error) {
	kind := w.kind()
	called := is.GetAttributeValue(kind.Naming)
	if name, renamed := set.Get(kind.Name); renamed && !kind.isName() {
		called = kind.Named(name)
	}
	values := w.layout.values(is)
	if to := kind.Place(set.Over(values)); to != kind.Place(values) && canonical(to) != canonical(parent(is.DN)) {
		w.unit = to
	}
	if called == is.GetAttributeValue(kind.Naming) && w.unit == "" {
		return is.DN, nil
	}
	return w.modifyDN(ctx, is, is.DN, called)
}

// rename gives an object the name that plans compare, once everything else is written:
// whoever is cut off before finds another name, and begins again.
func (w *write) rename(ctx context.Context, is entry, dn string, set directory.Values) error {
	kind := w.kind()
	name, renamed := set.Get(kind.Name)
	if !renamed || !kind.isName() {
		return nil
	}
	w.unit = ""
	_, err := w.modifyDN(ctx, is, dn, kind.Named(name))
	return err
}

// modifyDN changes where an object stands. The groups that it is in lead there before, so that
// whoever is cut off in between goes on from there; they must not lead to somebody else.
func (w *write) modifyDN(ctx context.Context, is entry, from, called string) (dn string, err error) {
	rdn := w.kind().Naming + "=" + ldap.EscapeDN(called)
	dn = rdn + "," + cmp.Or(w.unit, parent(from))
	if err := w.free(ctx, is, dn); err != nil {
		return "", err
	}
	back, err := w.follow(ctx, is, from, dn)
	if err != nil {
		return "", w.failed(ctx, err, nil)
	}
	err = w.With(ctx, func(c *ldap.Conn) error { return c.ModifyDN(ldap.NewModifyDNRequest(from, rdn, true, w.unit)) })
	if says(err, ldap.LDAPResultEntryAlreadyExists) {
		if err := back(); err != nil {
			return "", w.failed(ctx, err, nil)
		}
		name, _ := w.change.Set.Get(w.kind().Name)
		return "", directory.Conflict{Property: w.kind().Name, Value: name}
	}
	if err != nil {
		return "", w.failed(ctx, err, nil)
	}
	w.out.Ref.At = dn
	if is.kind == directory.Account {
		w.people.put(w.layout.id(is), dn)
	}
	return dn, nil
}

// taken returns why an object cannot have the name that it is to have, nil where it can. It
// is asked before anything is written.
func (w *write) taken(ctx context.Context, is entry, set directory.Values) error {
	kind := w.kind()
	name, renamed := set.Get(kind.Name)
	if !renamed || !kind.isName() {
		return nil
	}
	return w.stands(ctx, is, kind.rdn(name)+","+parent(is.DN))
}

// free returns why groups must not lead to where an account is to stand, nil where they may:
// they would lead to somebody else who is there.
func (w *write) free(ctx context.Context, is entry, dn string) error {
	if is.kind != directory.Account || w.layout.KeepsLinks {
		return nil
	}
	return w.stands(ctx, is, dn)
}

// stands returns a Conflict where another object than this one stands at a DN.
func (w *write) stands(ctx context.Context, is entry, dn string) error {
	if canonical(is.DN) == canonical(dn) {
		return nil
	}
	there, err := w.IsThere(ctx, dn)
	if err != nil {
		return failure(w.change.Ref, err)
	}
	if there {
		name, _ := w.change.Set.Get(w.kind().Name)
		return directory.Conflict{Property: w.kind().Name, Value: name}
	}
	return nil
}

// parent returns the DN above another one.
func parent(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil || len(parsed.RDNs) == 0 {
		return dn
	}
	return (&ldap.DN{RDNs: parsed.RDNs[1:]}).String()
}

// replaced returns what the attributes of an object become, nil for none.
func (w *write) replaced(is entry, set directory.Values) map[string][]string {
	kind := w.kind()
	all := map[string][]string{}
	called := is.GetAttributeValue(kind.Naming)
	name, renamed := set.Get(kind.Name)
	if renamed {
		called = kind.Named(name)
		maps.Copy(all, kind.Renamed(name))
	}
	for _, v := range set {
		switch attribute := kind.Attributes[v.Property]; {
		case v.Property == kind.Name && kind.isName(): // by the rename
		case v.Property == directory.AccountEnabled:
			all[kind.Enabled.Attribute] = nil
			if value := kind.Enabled.Value(v.Text == directory.True, is.GetAttributeValue(kind.Enabled.Attribute)); value != "" {
				all[kind.Enabled.Attribute] = []string{value}
			}
		case v.Text == "":
			all[attribute] = nil
		default:
			all[attribute] = []string{v.Text}
		}
	}
	for property := range kind.Substitutes { // what stands for none follows the name
		attribute := kind.Attributes[property]
		to, changed := all[attribute]
		stands := is.GetAttributeValue(attribute) == is.GetAttributeValue(kind.Naming)
		if changed && len(to) == 0 || !changed && renamed && stands {
			all[attribute] = []string{called}
		}
	}
	return all
}

// modify writes values and links to an object, in one call where they go into one.
func (w *write) modify(ctx context.Context, dn string, values map[string][]string, links []linkWrite) error {
	for len(values)+len(links) > 0 {
		request := ldap.NewModifyRequest(dn, nil)
		for _, attribute := range slices.Sorted(maps.Keys(values)) {
			request.Replace(attribute, values[attribute])
		}
		some, rest := w.first(links)
		addTo(request, some)
		err := w.With(ctx, func(c *ldap.Conn) error { return c.Modify(request) })
		if named, renamed := w.change.Set.Get(w.kind().Name); renamed && len(values) > 0 && says(err, ldap.LDAPResultEntryAlreadyExists, ldap.LDAPResultConstraintViolation) {
			return w.nameTaken(ctx, named, err)
		}
		if err != nil {
			return w.failed(ctx, err, some)
		}
		w.linked(some)
		values, links = nil, rest
	}
	return nil
}

// nameTaken says whose the name is that an object could not be given.
func (w *write) nameTaken(ctx context.Context, name string, why error) error {
	holders, err := w.lookUp(ctx, w.change.Ref.Kind, w.kind().Holder, []string{name})
	if err != nil {
		return failure(w.change.Ref, err)
	}
	for _, e := range holders {
		if ref := w.layout.ref(e); ref.ID != w.out.Ref.ID {
			return directory.Conflict{Property: w.kind().Name, Value: name, Holder: ref}
		}
	}
	return failure(w.change.Ref, why)
}

// delete deletes an object. One that is not there is as good as deleted.
func (w *write) delete(ctx context.Context, is entry, there bool) {
	if !there {
		return
	}
	if err := w.unlinkAll(ctx, is.kind, is.DN); err != nil {
		w.fail(failure(w.change.Ref, err))
		return
	}
	err := w.With(ctx, func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest(is.DN, nil)) })
	if err != nil && !says(err, ldap.LDAPResultNoSuchObject) {
		w.fail(failure(w.change.Ref, err))
		return
	}
	if is.kind == directory.Account {
		w.people.drop(w.layout.id(is))
	}
}
