package graph

import (
	"context"
	"errors"
	"slices"
	"strings"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// kind is one of the kinds of objects that a list holds.
type kind struct {
	typ *odata.Type

	// list returns objects in the order of their IDs, from the one after Query.After
	// on, and count their number. Errors are those of Directory.
	list  func(context.Context, hosted.Query) ([]*odata.Object, error)
	count func(context.Context, hosted.Filter) (int, error)
}

// maxSorted is how many objects a list may have to be put in an order that there is
// no index of.
const maxSorted = 20_000

// kindOf returns a kind of objects that are shown in a way.
func kindOf[E any](t *odata.Type, object func(E) *odata.Object,
	list func(context.Context, hosted.Query) ([]E, error), count func(context.Context, hosted.Filter) (int, error),
) kind {
	return kind{typ: t, count: count, list: func(ctx context.Context, q hosted.Query) ([]*odata.Object, error) {
		found, err := list(ctx, q)
		return objects(found, object), err
	}}
}

// guarded is the kind for those who may ask what they ask.
func (k kind) guarded(refused error) kind {
	if refused == nil {
		return k
	}
	k.list = func(context.Context, hosted.Query) ([]*odata.Object, error) { return nil, refused }
	k.count = func(context.Context, hosted.Filter) (int, error) { return 0, refused }
	return k
}

// kindQuery is a kind with what is asked of it.
type kindQuery struct {
	kind
	hosted.Query
}

// asked returns the kinds that a cast in the path leaves, and that have what $filter
// and $search name. It is an error when none has.
func (g *surface) asked(r *odata.Request, kinds []kind) ([]kindQuery, error) {
	var left []kindQuery
	var refused error
	for _, k := range kinds {
		if r.Cast != nil && !k.typ.Is(r.Cast) {
			continue
		}
		q, err := g.queryOf(r, k.typ)
		if err != nil {
			refused = errors.Join(refused, err)
			continue
		}
		left = append(left, kindQuery{k, q})
	}
	if len(left) == 0 {
		return nil, refused
	}
	return left, nil
}

// pageOfKinds returns a page of objects of several kinds, in the order of their
// IDs, or sorted.
func (g *surface) pageOfKinds(r *odata.Request, kinds ...kind) (odata.Page, error) {
	asked, err := g.asked(r, kinds)
	if err != nil {
		return odata.Page{}, err
	}
	p := odata.Page{Count: -1, Objects: []*odata.Object{}}
	if r.Options.Count && r.Options.SkipToken == "" {
		if p.Count, err = countAsked(r.Context(), asked); err != nil {
			return odata.Page{}, err
		}
	}
	if len(r.Options.OrderBy) > 0 {
		return g.sortedPage(r, p, asked)
	}
	top := 0
	for _, k := range asked {
		if k.After, err = afterID(k.After); err != nil {
			return odata.Page{}, err
		}
		if top = k.Top; top == 0 {
			continue
		}
		k.Top++
		found, err := k.list(r.Context(), k.Query)
		if err != nil {
			return odata.Page{}, err
		}
		p.Objects = append(p.Objects, found...)
	}
	return cutPage(p, top), nil
}

// sortedPage returns a page of all objects in the order of $orderby.
func (g *surface) sortedPage(r *odata.Request, p odata.Page, asked []kindQuery) (odata.Page, error) {
	var all []*odata.Object
	size := 0
	for _, k := range asked {
		size = k.Top
		found, err := k.list(r.Context(), hosted.Query{Filter: k.Filter, Top: maxSorted + 1})
		if err != nil {
			return odata.Page{}, err
		}
		if all = append(all, found...); len(all) > maxSorted {
			return odata.Page{}, odata.BadRequest(odata.InnerInvalidQuery, "$orderby",
				"$orderby sorts at most %d objects here, and there are more; leave out some by $filter.", maxSorted)
		}
	}
	t := g.model.Type(typeDirectoryObject)
	if len(asked) == 1 {
		t = asked[0].typ
	}
	options := &odata.Options{OrderBy: r.Options.OrderBy, SkipToken: r.Options.SkipToken, Top: -1}
	sorted, err := r.Model().Select(byID(all), t, options, nil, size)
	sorted.Count = p.Count
	return sorted, err
}

func countAsked(ctx context.Context, asked []kindQuery) (int, error) {
	all := 0
	for _, k := range asked {
		n, err := k.count(ctx, k.Filter)
		if err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}

// countOfKinds returns how many objects of several kinds $filter holds for.
func (g *surface) countOfKinds(r *odata.Request, kinds ...kind) (int, error) {
	asked, err := g.asked(r, kinds)
	if err != nil {
		return 0, err
	}
	return countAsked(r.Context(), asked)
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

func tokenOfID(id string) string { return "id-'" + id + "'" }

func afterID(token string) (string, error) {
	if token == "" {
		return "", nil
	}
	id, ok := strings.CutPrefix(token, "id-'")
	if !ok || !strings.HasSuffix(id, "'") {
		return "", odata.BadRequest(odata.InnerInvalidQuery, "$skiptoken", "The value of $skiptoken does not belong to this request; use an @odata.nextLink as it is.")
	}
	return strings.TrimSuffix(id, "'"), nil
}

func byID(found []*odata.Object) []*odata.Object {
	slices.SortFunc(found, func(a, b *odata.Object) int { return strings.Compare(a.Get("id").Text(), b.Get("id").Text()) })
	return found
}
