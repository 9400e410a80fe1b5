package openldap

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// write is one change while it is done.
type write struct {
	*Target
	change directory.Change
	known  known
	out    directory.Outcome
}

func (w *write) fail(err error) { w.out.State, w.out.Err = directory.Failed, err }

// kind is that of the object.
func (w *write) kind() directory.Kind { return w.change.Ref.Kind }

// check returns why an object cannot have the values of the change. is is the object; the
// zero entry for a new one.
func (w *write) check(is entry) error {
	named, _ := naming(w.kind())
	name, set := w.change.Set.Get(named)
	if (set || is.Entry == nil) && name == "" && (w.kind() == directory.Account || set) {
		return directory.Invalid{Property: named, Text: "there must be one"}
	}
	for _, v := range w.change.Set {
		_, kept := w.settings.branch(w.kind()).Attributes[v.Property]
		if v.Property == directory.AccountEnabled && w.settings.Lock != "" {
			kept = true
		}
		switch {
		case !kept:
			return directory.Invalid{Property: v.Property, Text: "no attribute of the directory keeps it"}
		case v.Property.Truth() && v.Text != directory.True && v.Text != directory.False:
			return directory.Invalid{Property: v.Property, Text: "it must be true or false"}
		}
	}
	if anchor, set := w.change.Set.Get(directory.Anchor); set {
		if other, taken := w.known.byAnchor[w.kind()][anchor]; taken && (is.Entry == nil || other.id() != is.id()) {
			return directory.Conflict{Property: directory.Anchor, Value: anchor, Holder: w.settings.ref(other)}
		}
	}
	return nil
}

// name returns what a new object is called.
func (w *write) name() (directory.Property, string) {
	property, _ := naming(w.kind())
	name, _ := w.change.Set.Get(property)
	if name == "" {
		name = w.change.Ref.Anchor
	}
	return property, name
}

// dn returns where an object with a name stands.
func (t *Target) dn(k directory.Kind, name string) string {
	_, attribute := naming(k)
	return attribute + "=" + ldap.EscapeDN(name) + "," + t.settings.branch(k).Base
}

// create makes a new object, with all its links in one call. Where there is one of its
// name already, that says whose it is.
func (w *write) create(ctx context.Context) {
	if err := w.check(entry{}); err != nil {
		w.fail(err)
		return
	}
	property, name := w.name()
	request := ldap.NewAddRequest(w.dn(w.kind(), name), nil)
	attributes := w.attributes(name)
	if err := w.secret(ctx, attributes); err != nil {
		w.fail(directory.Invalid{Text: err.Error()})
		return
	}
	for attribute, values := range attributes {
		request.Attribute(attribute, values)
	}
	request.Attributes = slices.DeleteFunc(request.Attributes, func(a ldap.Attribute) bool { return len(a.Vals) == 0 })
	slices.SortFunc(request.Attributes, func(a, b ldap.Attribute) int { return strings.Compare(a.Type, b.Type) })
	err := w.with(ctx, func(c *ldap.Conn) error { return c.Add(request) })
	if says(err, ldap.LDAPResultEntryAlreadyExists) {
		w.meetHolder(ctx, property, name)
		return
	}
	if err != nil {
		w.fail(w.failed(err))
		return
	}
	w.out.Made, w.out.Ref.At, w.out.Set = true, request.DN, w.change.Set
	w.out.Links = w.linkable()
}

// secret adds the initial password to the attributes of a new account.
func (w *write) secret(ctx context.Context, attributes map[string][]string) error {
	if w.change.Secret == nil {
		return nil
	}
	initial, err := w.change.Secret(ctx)
	if err != nil {
		return err
	}
	attributes[password] = []string{initial}
	if w.settings.ChangePassword {
		attributes[mustChange] = []string{"TRUE"}
	}
	return nil
}

// failed says why the change failed. Where a new object has no place, it is the unit that is
// not there.
func (w *write) failed(err error) error {
	ref := w.change.Ref
	if says(err, ldap.LDAPResultNoSuchObject) && ref.ID == "" {
		ref = directory.Ref{Kind: unit, At: w.settings.branch(w.kind()).Base}
	}
	return failure(ref, err)
}

// attributes are those of a new object.
func (w *write) attributes(name string) map[string][]string {
	branch := w.settings.branch(w.kind())
	_, named := naming(w.kind())
	all := map[string][]string{"objectClass": w.settings.classes(w.kind()), named: {name}}
	if w.kind() == directory.Account {
		all[commonName], all[familyName] = []string{name}, []string{name}
	}
	if anchor := w.change.Ref.Anchor; anchor != "" {
		all[branch.Attributes[directory.Anchor]] = []string{anchor}
	}
	for _, v := range w.change.Set {
		switch attribute := branch.Attributes[v.Property]; {
		case v.Property == directory.AccountEnabled && v.Text == directory.False:
			all[w.settings.Lock] = []string{locked}
		case attribute != "" && v.Text != "":
			all[attribute] = []string{v.Text}
		}
	}
	links := w.linkable()
	for _, l := range links {
		dn, _ := w.people.dn(l.To.ID)
		all[linksOf(l.Relation)] = append(all[linksOf(l.Relation)], dn)
	}
	if w.kind() == directory.ClassGroup && len(all[memberLinks]) == 0 {
		all[memberLinks] = w.settings.Placeholders[:1]
	}
	return all
}

// linkable returns the links to add that can be, and notes those that cannot.
func (w *write) linkable() []directory.LinkChange {
	var links []directory.LinkChange
	w.out.Refused = nil
	for _, l := range w.change.Links {
		_, there := w.people.dn(l.To.ID)
		switch {
		case l.Remove:
		case !there:
			w.out.Refused = append(w.out.Refused, directory.LinkFailure{LinkChange: l, Err: directory.NotFound{Ref: l.To}})
		default:
			links = append(links, l)
		}
	}
	return links
}

// meetHolder finds out whose the object is that has the name which a new one was to have.
func (w *write) meetHolder(ctx context.Context, property directory.Property, name string) {
	_, attribute := naming(w.kind())
	holders, err := w.lookUp(ctx, w.kind(), attribute, []string{name})
	if err != nil {
		w.fail(failure(w.change.Ref, err))
		return
	}
	conflict := directory.Conflict{Property: property, Value: name}
	for _, e := range holders {
		if ref := w.settings.ref(e); ref.Anchor != "" && ref.Anchor == w.change.Ref.Anchor {
			w.update(ctx, e) // it was made meanwhile
			return
		}
		conflict.Holder = w.settings.ref(e)
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
	w.out.Ref = w.settings.ref(is)
	set, was := w.change.Set.Difference(w.settings.values(is))
	for i, v := range was { // an account that cannot be disabled is enabled
		if v.Property == directory.AccountEnabled && v.Text == "" {
			was[i].Text = directory.True
		}
	}
	dn, err := w.rename(ctx, is, set)
	if err != nil {
		w.fail(err)
		return
	}
	done, err := w.modify(ctx, is, dn, set)
	if err != nil {
		named, _ := naming(w.kind())
		if name, renamed := set.Get(named); renamed {
			w.out.Set = directory.Values{{Property: named, Text: name}}
			w.out.Was = was.Only(w.out.Set)
		}
		w.fail(w.failed(err))
		return
	}
	w.out.Set, w.out.Was, w.out.Links = set, was, done
	if anchor, changed := set.Get(directory.Anchor); changed {
		w.out.Ref.Anchor = anchor
	}
	if w.change.Verb == directory.Create && w.change.Ref.ID == "" && !w.change.Tried.IsZero() {
		w.out.Made, w.out.Set, w.out.Was = true, w.change.Set, nil
	}
}

// rename moves an object to the name that it is to have, and returns where it stands then.
func (w *write) rename(ctx context.Context, is entry, set directory.Values) (dn string, err error) {
	property, attribute := naming(w.kind())
	name, renamed := set.Get(property)
	if !renamed {
		return is.DN, nil
	}
	err = w.with(ctx, func(c *ldap.Conn) error {
		return c.ModifyDN(ldap.NewModifyDNRequest(is.DN, attribute+"="+ldap.EscapeDN(name), true, ""))
	})
	if says(err, ldap.LDAPResultEntryAlreadyExists) {
		return "", directory.Conflict{Property: property, Value: name}
	}
	if err != nil {
		return "", w.failed(err)
	}
	dn = attribute + "=" + ldap.EscapeDN(name) + "," + parent(is.DN)
	w.out.Ref.At = dn
	if w.kind() == directory.Account {
		w.people.put(is.id(), dn)
	}
	return dn, w.follow(ctx, is, dn)
}

// parent returns the DN above another one.
func parent(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil || len(parsed.RDNs) == 0 {
		return dn
	}
	return (&ldap.DN{RDNs: parsed.RDNs[1:]}).String()
}

// modify writes the values and links that an object lacks, in one call, and returns the
// links that it changed.
func (w *write) modify(ctx context.Context, is entry, dn string, set directory.Values) ([]directory.LinkChange, error) {
	request := ldap.NewModifyRequest(dn, nil)
	for attribute, values := range w.replaced(is, set) {
		request.Replace(attribute, values)
	}
	done := w.relink(request, is)
	if len(request.Changes) == 0 {
		return done, nil
	}
	return done, w.with(ctx, func(c *ldap.Conn) error { return c.Modify(request) })
}

// replaced returns what the attributes of an object become, nil for none.
func (w *write) replaced(is entry, set directory.Values) map[string][]string {
	branch := w.settings.branch(w.kind())
	named, _ := naming(w.kind())
	all := map[string][]string{}
	for _, v := range set {
		switch attribute := branch.Attributes[v.Property]; {
		case v.Property == named: // by the rename
		case v.Property == directory.AccountEnabled:
			all[w.settings.Lock] = nil
			if v.Text == directory.False {
				all[w.settings.Lock] = []string{locked}
			}
		case v.Text == "":
			all[attribute] = nil
		default:
			all[attribute] = []string{v.Text}
		}
	}
	if w.kind() != directory.Account {
		return all
	}
	name, renamed := set.Get(named)
	if !renamed {
		name = is.GetAttributeValue(personName)
	}
	if renamed {
		all[commonName] = []string{name}
	}
	family, changed := all[familyName]
	substitute := is.GetAttributeValue(familyName) == is.GetAttributeValue(personName)
	if changed && len(family) == 0 || !changed && renamed && substitute {
		all[familyName] = []string{name}
	}
	return all
}

// relink adds to a request what changes the links of a group, and returns those that change.
// A group that would be without a member has the placeholder for one, and loses it with
// the first that comes.
func (w *write) relink(request *ldap.ModifyRequest, is entry) []directory.LinkChange {
	if len(w.change.Links) == 0 {
		return nil
	}
	addable := w.linkable()
	there := map[string]map[string]string{} // DN by canonical DN, by attribute
	for _, relation := range w.kind().Relations() {
		there[linksOf(relation)] = map[string]string{}
		for _, dn := range is.GetAttributeValues(linksOf(relation)) {
			there[linksOf(relation)][canonical(dn)] = dn
		}
	}
	add, remove := map[string][]string{}, map[string][]string{}
	var done []directory.LinkChange
	for _, l := range w.change.Links {
		attribute := linksOf(l.Relation)
		dn, known := w.people.dn(l.To.ID)
		had, linked := there[attribute][canonical(dn)]
		switch {
		case !known:
		case l.Remove && linked:
			remove[attribute] = append(remove[attribute], had)
			delete(there[attribute], canonical(dn))
			done = append(done, l)
		case !l.Remove && !linked && slices.Contains(addable, l):
			add[attribute] = append(add[attribute], dn)
			there[attribute][canonical(dn)] = dn
			done = append(done, l)
		}
	}
	w.place(there[memberLinks], add, remove)
	for _, attribute := range slices.Sorted(maps.Keys(add)) {
		request.Add(attribute, add[attribute])
	}
	for _, attribute := range slices.Sorted(maps.Keys(remove)) {
		request.Delete(attribute, remove[attribute])
	}
	return done
}

// place sees to it that a group has a member, and none that stands for nobody beside others.
func (w *write) place(members map[string]string, add, remove map[string][]string) {
	if len(add[memberLinks])+len(remove[memberLinks]) == 0 {
		return
	}
	placeholder, real := "", 0
	for _, dn := range members {
		if w.settings.isPlaceholder(dn) {
			placeholder = dn
		} else {
			real++
		}
	}
	switch {
	case real == 0 && placeholder == "":
		add[memberLinks] = append(add[memberLinks], w.settings.Placeholders[0])
	case real > 0 && placeholder != "":
		remove[memberLinks] = append(remove[memberLinks], placeholder)
	}
}

// delete deletes an object. One that is not there is as good as deleted.
func (w *write) delete(ctx context.Context, is entry, there bool) {
	if !there {
		return
	}
	if err := w.unlink(ctx, is); err != nil {
		w.fail(failure(w.change.Ref, err))
		return
	}
	err := w.with(ctx, func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest(is.DN, nil)) })
	if err != nil && !says(err, ldap.LDAPResultNoSuchObject) {
		w.fail(failure(w.change.Ref, err))
		return
	}
	if w.kind() == directory.Account {
		w.people.drop(is.id())
	}
}

// unlink takes an account out of all groups, before it is deleted. Servers that do so by
// themselves do it a moment later, when it may be there anew.
func (w *write) unlink(ctx context.Context, is entry) error {
	return w.relinkAll(ctx, is, func(request *ldap.ModifyRequest, group entry, attribute string) {
		var left []string
		for _, dn := range group.GetAttributeValues(attribute) {
			if canonical(dn) != canonical(is.DN) {
				left = append(left, dn)
			}
		}
		if attribute == memberLinks && len(left) == 0 {
			request.Add(attribute, w.settings.Placeholders[:1])
		}
		request.Delete(attribute, []string{is.DN})
	})
}

// follow has the links to an account lead to where it stands since it was renamed.
func (w *write) follow(ctx context.Context, is entry, dn string) error {
	return w.relinkAll(ctx, is, func(request *ldap.ModifyRequest, _ entry, attribute string) {
		request.Delete(attribute, []string{is.DN})
		request.Add(attribute, []string{dn})
	})
}

// relinkAll changes the groups that are linked to an account, where the server leaves that
// to whoever changes the account.
func (w *write) relinkAll(ctx context.Context, is entry, change func(request *ldap.ModifyRequest, group entry, attribute string)) error {
	if is.kind != directory.Account || w.settings.KeepsLinks {
		return nil
	}
	for _, relation := range directory.ClassGroup.Relations() {
		groups, err := w.lookUp(ctx, directory.ClassGroup, linksOf(relation), []string{is.DN})
		if err != nil {
			return err
		}
		for _, group := range groups {
			request := ldap.NewModifyRequest(group.DN, nil)
			change(request, group, linksOf(relation))
			if err := w.with(ctx, func(c *ldap.Conn) error { return c.Modify(request) }); err != nil {
				return err
			}
		}
	}
	return nil
}
