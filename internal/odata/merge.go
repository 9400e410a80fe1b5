package odata

import "strings"

// Merge returns the stored entity as a patch leaves it. Structured values are
// merged member by member, collections are replaced whole, absent members stay.
// Neither argument is changed.
func Merge(stored, patch *Object) (*Object, error) {
	return merge(stored, patch, "")
}

func merge(stored, patch *Object, path string) (*Object, error) {
	result := stored.clone()
	for i := range patch.fields {
		p, v := &stored.Type.members[i], patch.fields[i]
		if v.kind == KindAbsent {
			continue
		}
		merged, err := mergeValue(p, stored.fields[i], v, join(path, p.Name))
		if err != nil {
			return nil, err
		}
		if p.Rule&Immutable != 0 && !same(merged, stored.fields[i]) {
			return nil, BadRequest(InnerNotUpdateable, join(path, p.Name), "The property '%s' cannot be changed once the entity exists.", join(path, p.Name))
		}
		result.fields[i] = merged
	}
	for _, x := range patch.extras {
		result.put(x.property, x.value)
	}
	return result, nil
}

func mergeValue(p *Property, stored, patch Value, path string) (Value, error) {
	switch patch.kind {
	case KindMask:
		if stored.kind != KindSecret {
			return patch, nil
		}
		return stored, nil
	case KindObject:
		if p.Navigation || stored.kind != KindObject || stored.object.Type != patch.object.Type {
			return patch, nil
		}
		merged, err := merge(stored.object, patch.object, path)
		return Struct(merged), err
	default: // the value stands for itself
	}
	return patch, nil
}

// same reports whether a member that cannot change was only repeated. Keys and
// codes are repeated in any letter case.
func same(v, stored Value) bool {
	if v.Equal(stored) || v.kind == KindNull && stored.kind == KindAbsent {
		return true
	}
	if v.kind != stored.kind {
		return false
	}
	switch v.kind {
	case KindReference:
		return strings.EqualFold(v.text, stored.text)
	case KindObject:
		return v.object.repeats(stored.object)
	default: // the value stands for itself
	}
	return false
}

func (o *Object) repeats(stored *Object) bool {
	if o.Type != stored.Type {
		return false
	}
	for i, v := range o.fields {
		w := stored.fields[i]
		if !same(v, w) && (v.kind != KindText || w.kind != KindText || !strings.EqualFold(v.text, w.text)) {
			return false
		}
	}
	return true
}
