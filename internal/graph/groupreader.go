package graph

import (
	"context"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

// groupReader reads some of the groups. Groups of classes are shown as groups and
// as classes.
type groupReader struct {
	list  func(context.Context, directory.Query) ([]directory.Group, error)
	count func(context.Context, directory.Filter) (int, error)
}

// as are the groups, shown in a way.
func (g groupReader) as(t *odata.Type, object func(directory.Group) *odata.Object) kind {
	return kindOf(t, object, g.list, g.count)
}

// classes are those of the groups that are of classes.
func (g groupReader) classes() groupReader {
	return groupReader{
		list: func(ctx context.Context, q directory.Query) ([]directory.Group, error) {
			q.Filter = both(isClass(), q.Filter)
			return g.list(ctx, q)
		},
		count: func(ctx context.Context, f directory.Filter) (int, error) {
			return g.count(ctx, both(isClass(), f))
		},
	}
}
