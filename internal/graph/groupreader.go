package graph

import (
	"context"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// groupReader reads some of the groups. Groups of classes are shown as groups and
// as classes.
type groupReader struct {
	list  func(context.Context, hosted.Query) ([]hosted.Group, error)
	count func(context.Context, hosted.Filter) (int, error)
}

// as are the groups, shown in a way.
func (g groupReader) as(t *odata.Type, object func(hosted.Group) *odata.Object) kind {
	return kindOf(t, object, g.list, g.count)
}

// classes are those of the groups that are of classes.
func (g groupReader) classes() groupReader {
	return groupReader{
		list: func(ctx context.Context, q hosted.Query) ([]hosted.Group, error) {
			q.Filter = both(isClass(), q.Filter)
			return g.list(ctx, q)
		},
		count: func(ctx context.Context, f hosted.Filter) (int, error) {
			return g.count(ctx, both(isClass(), f))
		},
	}
}
