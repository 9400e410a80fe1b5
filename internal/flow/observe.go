package flow

import "context"

// Change is what one entity was and what it becomes. Both are values of its
// type (Year, vocab.Definition, …); nil is for one that was not there, or is not
// any more.
type Change struct{ Before, After any }

// Observe returns a context whose changes of the configuration call see with
// each entity that they change, before it is written. No other change comes
// between; an error undoes the change and is returned. Where the change is tried
// again, see is called again.
func Observe(ctx context.Context, see func(Change) error) context.Context {
	return context.WithValue(ctx, observerKey{}, see)
}

type observerKey struct{}

func observed(ctx context.Context, before, after any) error {
	if see, ok := ctx.Value(observerKey{}).(func(Change) error); ok {
		return see(Change{before, after})
	}
	return nil
}
