package graph

import (
	"rollbook/internal/graph/schema"
	"rollbook/internal/odata"
)

// The bounds of what is kept of the members beyond the others.
const (
	maxExtraText  = 1024     // characters
	maxExtraItems = 250      // of a collection
	maxExtraJSON  = 16 << 10 // bytes of a collection
	maxExtensions = 100      // values of directory extensions of one object (Graph: extensibility)
)

// setExtras adds to what is set what came in of the members beyond the others, by
// the names of attributes. now is what the object holds before.
func setExtras(set map[string]*string, o *odata.Object, now holding) error {
	var failed error
	o.Extras(func(p *odata.Property, v odata.Value) {
		if failed == nil {
			failed = setExtra(set, o, p, v, now)
		}
	})
	if failed != nil {
		return failed
	}
	return extensionsWithin(set, now.attributes)
}

func setExtra(set map[string]*string, o *odata.Object, p *odata.Property, v odata.Value, now holding) error {
	if p.Rule&odata.Repeatable != 0 {
		return repeated(o, p, v, now)
	}
	if inner := p.Structure(); inner != nil && !p.Collection {
		return setStructured(set, inner, p.KeptAs, v)
	}
	text, err := extraText(p, v)
	set[p.KeptAs] = text
	return err
}

// repeated refuses to say of an object what does not follow from what it is.
func repeated(o *odata.Object, p *odata.Property, v odata.Value, now holding) error {
	is := ""
	if now.fixed != nil {
		is = now.fixed()[educationExtension(p.Name)]
	}
	if v.Text() == is {
		return nil
	}
	return requestError(p.Name, "The property '%s' of '%s' cannot be set here: %s.", p.Name, o.Type.Name, p.Refused)
}

// setStructured sets the members of a value that came in. A null one takes all of
// it away.
func setStructured(set map[string]*string, t *odata.Type, as string, v odata.Value) error {
	for _, p := range t.All() {
		inner := odata.Null()
		if v.Object() != nil {
			inner = v.Object().Get(p.Name)
		}
		if inner.Kind() == odata.KindAbsent {
			continue
		}
		text, err := extraText(&p, inner)
		if err != nil {
			return err
		}
		set[as+"/"+p.Name] = text
	}
	return nil
}

// extraText returns a value as it is kept, and nil for one that says nothing.
func extraText(p *odata.Property, v odata.Value) (*string, error) {
	if !v.IsSet() || p.Collection && len(v.List()) == 0 {
		return nil, nil
	}
	if !p.Collection && p.Type != untyped {
		return textWithin(p.Name, plain(v), maxExtraText)
	}
	kept := string(p.AppendJSON(nil, v))
	if len(v.List()) > maxExtraItems || len(kept) > maxExtraJSON {
		return nil, requestError(p.Name, "The value of property '%s' has more than %d items, or is larger than %d bytes.", p.Name, maxExtraItems, maxExtraJSON)
	}
	return &kept, nil
}

// extensionsWithin refuses more directory extensions than an object can have.
func extensionsWithin(set map[string]*string, now map[string]string) error {
	number := 0
	for name, value := range set {
		if _, ok := schema.Extension(name); ok && value != nil {
			number++
		}
	}
	if number == 0 {
		return nil
	}
	for name := range now {
		if _, ok := schema.Extension(name); ok {
			if _, changed := set[name]; !changed {
				number++
			}
		}
	}
	if number > maxExtensions {
		return requestError("", "An object can have at most %d values of directory extensions, not %d.", maxExtensions, number)
	}
	return nil
}
