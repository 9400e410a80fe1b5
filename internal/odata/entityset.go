package odata

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// EntitySet is a collection of entities and what can be done with it. What has
// no function cannot be done, and answers 405.
type EntitySet struct {
	Path string // relative to the service: external/industryData/years
	Type *Type  // what the collection is declared to hold

	// Context is the set that the entities are of, where that is another one; "" for
	// Path.
	Context string

	// References is the set by whose addresses a list of references names the
	// entities; "" where there is no such list.
	References string

	// The permissions for reading the collection, for reading one entity of it,
	// and for changing it. Of each list one is needed; the least comes first.
	ReadAll, ReadOne, Write []string

	// Order is the order of the collection where nothing else is asked for. It
	// ends in the id. Empty is by id.
	Order []Order

	// List returns a collection that is small enough to be in memory.
	List func(*Request) ([]*Object, error)

	// Page returns a page of a collection that is not, with the options applied,
	// and Count the number of its entities. They stand instead of List.
	Page  func(*Request) (Page, error)
	Count func(*Request) (int, error)

	// Get returns the entity with the key {id} of the path.
	Get func(*Request) (*Object, error)

	// Create makes an entity of what came in and returns it as it is answered.
	Create func(*Request, *Object) (*Object, error)

	// Update changes the entity with the key {id} of the path.
	Update func(*Request, *Payload) error

	Delete func(*Request) error

	Navigations []Navigation
}

// Navigation leads from an entity to what it refers to. One that leads to a
// single entity has a path of its own where the entity has one, and all can be
// expanded.
type Navigation struct {
	Name        string
	Context     string // the entity set that the target belongs to
	Permissions []string

	// Load returns what the entity refers to.
	Load func(*Request, *Object) (Value, error)
}

// Serve adds entity sets to the service.
func (s *Service) Serve(sets ...*EntitySet) {
	s.sets = append(s.sets, sets...)
	for _, e := range sets {
		s.Handle(e.operations()...)
	}
}

// operations returns what can be done with the set, for the tree of paths.
func (e *EntitySet) operations() []Operation {
	item := e.Path + "/{id}"
	var ops []Operation
	add := func(possible bool, method, path string, permissions []string, handle func(*Request) (Answer, error)) {
		if possible {
			ops = append(ops, Operation{Method: method, Path: path, Permissions: permissions, Handle: handle})
		}
	}
	add(e.List != nil || e.Page != nil, http.MethodGet, e.Path, e.ReadAll, e.list)
	add(e.List != nil || e.Count != nil, http.MethodGet, e.Path+"/$count", e.ReadAll, e.count)
	add(e.References != "", http.MethodGet, e.Path+"/$ref", e.ReadAll, e.references)
	add(e.Get != nil, http.MethodGet, item, e.ReadOne, e.get)
	add(e.Create != nil, http.MethodPost, e.Path, e.Write, e.create)
	add(e.Update != nil, http.MethodPatch, item, e.Write, e.update)
	add(e.Delete != nil, http.MethodDelete, item, e.Write, e.remove)
	for _, n := range e.Navigations {
		if _, p := e.Type.member(n.Name); p != nil && !p.Collection {
			add(e.Get != nil, http.MethodGet, item+"/"+n.Name, n.Permissions, e.follow(n))
		}
	}
	return ops
}

func (e *EntitySet) list(r *Request) (Answer, error) {
	page, err := e.page(r)
	if err != nil {
		return Answer{}, err
	}
	if err := e.expand(r, page.Objects); err != nil {
		return Answer{}, err
	}
	return Answer{Applied: r.applied, Page: &page, Declared: e.Type, Context: e.context(r), tagged: e.tagged(), set: e.home(r)}, nil
}

// home returns where the entities can be read one by one, as far as the answer is
// to say so; "" for nowhere.
func (e *EntitySet) home(r *Request) string {
	if r.format.metadata != MetadataFull || e.Get == nil {
		return ""
	}
	return e.address(r)
}

func (e *EntitySet) page(r *Request) (Page, error) {
	if e.Page != nil {
		return e.Page(r)
	}
	all, err := e.all(r)
	if err != nil {
		return Page{}, err
	}
	order := e.Order
	if order == nil {
		order = []Order{{Property: "id"}}
	}
	return r.Model().Select(all, e.Type, r.Options, order, r.PageSize(r.service.PageSize))
}

// all returns the collection, or those of it that a cast in the path leaves.
func (e *EntitySet) all(r *Request) ([]*Object, error) {
	all, err := e.List(r)
	if err != nil || r.Cast == nil {
		return all, err
	}
	return slices.DeleteFunc(all, func(o *Object) bool { return !o.Type.Is(r.Cast) }), nil
}

func (e *EntitySet) count(r *Request) (Answer, error) {
	if e.Count != nil {
		n, err := e.Count(r)
		return Answer{Text: strconv.Itoa(n)}, err
	}
	all, err := e.all(r)
	if err != nil {
		return Answer{}, err
	}
	kept, err := r.Model().filtered(all, e.Type, r.Options)
	return Answer{Text: strconv.Itoa(len(kept))}, err
}

func (e *EntitySet) get(r *Request) (Answer, error) {
	o, err := e.one(r)
	if err != nil {
		return Answer{}, err
	}
	if err := e.expand(r, []*Object{o}); err != nil {
		return Answer{}, err
	}
	return e.entity(r, o), nil
}

// ReadAt returns what reads an entity of the set at another path, which has the
// key {id} too.
func (e *EntitySet) ReadAt(path string) Operation {
	return Operation{Method: http.MethodGet, Path: path, Permissions: e.ReadOne, Handle: e.get}
}

// one returns the entity that the path names, which must be of the type that
// the path casts it to.
func (e *EntitySet) one(r *Request) (*Object, error) {
	o, err := e.Get(r)
	if err != nil {
		return nil, err
	}
	if r.Cast != nil && !o.Type.Is(r.Cast) {
		return nil, NotFound("The entity '%s' is a '%s', not a '%s'.", r.Param("id"), o.Type.Name, r.Cast.Name)
	}
	return o, nil
}

func (e *EntitySet) entity(r *Request, o *Object) Answer {
	return Answer{Object: o, Declared: e.Type, Context: e.context(r) + "/$entity", tagged: e.tagged(), set: e.home(r)}
}

// tagged reports whether the entities have ETags: those of small collections,
// which are configured here. Graph gives none to the objects of a directory.
func (e *EntitySet) tagged() bool { return e.List != nil }

func (e *EntitySet) create(r *Request) (Answer, error) {
	payload, err := r.Payload()
	if err != nil {
		return Answer{}, err
	}
	o, err := payload.ForCreate(e.Type)
	if err != nil {
		return Answer{}, err
	}
	created, err := e.Create(r, o)
	if err != nil {
		return Answer{}, err
	}
	if len(r.changes) == 0 {
		r.noted(change{after: created})
	}
	a := e.entity(r, created)
	a.Status = http.StatusCreated
	a.Location = r.Base + "/" + e.address(r) + "/" + created.Get("id").Text()
	return a, nil
}

func (e *EntitySet) update(r *Request) (Answer, error) {
	payload, err := r.Payload()
	if err != nil {
		return Answer{}, err
	}
	if err := e.fits(r); err != nil {
		return Answer{}, err
	}
	if err := e.Update(r, payload); err != nil {
		return Answer{}, err
	}
	if e.Get == nil || !r.prefers("return=representation") {
		return Answer{}, nil
	}
	a, err := e.get(r)
	a.Applied = "return=representation"
	return a, err
}

func (e *EntitySet) remove(r *Request) (Answer, error) {
	if err := e.fits(r); err != nil {
		return Answer{}, err
	}
	return Answer{}, e.Delete(r)
}

// fits refuses a change through a cast to a type that the entity is not of.
func (e *EntitySet) fits(r *Request) error {
	if r.Cast == nil || e.Get == nil {
		return nil
	}
	_, err := e.one(r)
	return err
}

// follow answers with the single entity that a navigation leads to.
func (e *EntitySet) follow(n Navigation) func(*Request) (Answer, error) {
	return func(r *Request) (Answer, error) {
		o, err := e.Get(r)
		if err != nil {
			return Answer{}, err
		}
		v, err := n.Load(r, o)
		if err != nil {
			return Answer{}, err
		}
		if v.Object() == nil {
			return Answer{}, NotFound("The entity '%s' has no %s.", r.Param("id"), n.Name)
		}
		if err := r.service.expandTarget(r, n, v.Object()); err != nil {
			return Answer{}, err
		}
		_, p := e.Type.member(n.Name)
		return Answer{Object: v.Object(), Declared: p.structure, Context: n.Context + "/$entity", tagged: e.tagged(), set: n.Context}, nil
	}
}

// expandTarget expands what a navigation led to, as its own set would.
func (s *Service) expandTarget(r *Request, n Navigation, o *Object) error {
	i := slices.IndexFunc(s.sets, func(e *EntitySet) bool { return e.Path == n.Context })
	if i < 0 {
		return nil
	}
	return s.sets[i].expand(r, []*Object{o})
}

// expand fills in the navigations that $expand names.
func (e *EntitySet) expand(r *Request, objects []*Object) error {
	for i := range r.Options.Expand {
		x := &r.Options.Expand[i]
		at := slices.IndexFunc(e.Navigations, func(n Navigation) bool { return strings.EqualFold(n.Name, x.Navigation) })
		if at < 0 {
			if p := e.Type.extra(x.Navigation); p != nil && p.Navigation {
				return BadRequest(InnerNotSupported, "$expand", "The navigation property '%s' of '%s' cannot be expanded here: %s.", p.Name, e.Type.Name, p.Refused)
			}
			return BadRequest(InnerInvalidQuery, "$expand", "The navigation property '%s' of $expand does not exist on type '%s', or cannot be expanded.", x.Navigation, e.Type.Name)
		}
		n := e.Navigations[at]
		if err := r.Require(n.Permissions...); err != nil {
			return err
		}
		for _, o := range objects {
			v, err := n.Load(r, o)
			if err != nil {
				return err
			}
			_, p := o.Type.member(n.Name)
			if v, err = r.Model().narrow(v, p.structure, &x.Options); err != nil {
				return err
			}
			o.Set(n.Name, v)
		}
	}
	return nil
}
