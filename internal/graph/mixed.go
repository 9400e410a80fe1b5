package graph

import (
	"context"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

// kind is one of the kinds of objects that a list of directory objects holds.
type kind struct {
	typ   *odata.Type
	list  func(context.Context, directory.Query) ([]*odata.Object, error)
	count func(context.Context, directory.Filter) (int, error)
}

// asked returns the kinds that a cast in the path leaves.
func asked(r *odata.Request, kinds []kind) []kind {
	var left []kind
	for _, k := range kinds {
		if r.Cast == nil || k.typ.Is(r.Cast) {
			left = append(left, k)
		}
	}
	return left
}

// pageOfKinds returns a page of objects of several kinds, in the order of their
// IDs. What $filter and $search name has to be there in each of the kinds: a cast
// asks for one alone.
func pageOfKinds(r *odata.Request, kinds []kind) (odata.Page, error) {
	p := odata.Page{Count: -1, Objects: []*odata.Object{}}
	first := r.Options.Count && r.Options.SkipToken == ""
	if first {
		p.Count = 0
	}
	top := 0
	for _, k := range asked(r, kinds) {
		q, err := queryOf(r, k.typ)
		if err != nil {
			return odata.Page{}, err
		}
		if q.OrderBy != "" {
			return odata.Page{}, unsupportedOption("$orderby", "on this list")
		}
		if first {
			n, err := k.count(r.Context(), q.Filter)
			if err != nil {
				return odata.Page{}, err
			}
			p.Count += n
		}
		if q.After, err = afterID(q.After); err != nil {
			return odata.Page{}, err
		}
		if top = q.Top; top == 0 {
			continue
		}
		q.Top++
		found, err := k.list(r.Context(), q)
		if err != nil {
			return odata.Page{}, err
		}
		p.Objects = append(p.Objects, found...)
	}
	return cutPage(p, top), nil
}

// countOfKinds returns how many objects of several kinds $filter holds for.
func countOfKinds(r *odata.Request, kinds []kind) (int, error) {
	all := 0
	for _, k := range asked(r, kinds) {
		f, err := conditionOf(r, k.typ)
		if err != nil {
			return 0, err
		}
		n, err := k.count(r.Context(), f)
		if err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}

// cutPage puts the objects in order and cuts off those after a page: of each kind
// one too many was asked for.
func cutPage(p odata.Page, top int) odata.Page {
	found := byID(p.Objects)
	p.Objects = found[:min(top, len(found))]
	if len(found) > top && top > 0 {
		p.Next = tokenOfID(p.Objects[top-1].Get("id").Text())
	}
	return p
}
