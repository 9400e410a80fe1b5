package odata

// narrow leaves of what a navigation leads to what the options within $expand
// ask for. Of a single entity that are its members only.
func (m *Model) narrow(v Value, t *Type, o *Options) (Value, error) {
	if v.kind == KindList {
		objects := make([]*Object, len(v.list))
		for i := range v.list {
			objects[i] = v.list[i].object
		}
		page, err := m.Select(objects, t, o, nil, len(objects))
		if err != nil {
			return Value{}, err
		}
		v.list = make([]Value, len(page.Objects))
		for i, object := range page.Objects {
			v.list[i] = Struct(object)
		}
	} else if o.Filter != nil || len(o.OrderBy) > 0 || o.Top >= 0 || o.Skip > 0 || o.Search != nil {
		return Value{}, BadRequest(InnerInvalidQuery, "$expand", "Of a navigation property that leads to one entity, $expand takes $select alone.")
	}
	if len(o.Select) == 0 {
		return v, nil
	}
	only := make([]string, 0, len(o.Select))
	for _, name := range o.Select {
		p := m.find(t, name)
		if p == nil {
			return Value{}, BadRequest(InnerInvalidQuery, "$expand", "The property '%s' of $select does not exist on type '%s'.", name, t.Name)
		}
		only = append(only, p.Name)
	}
	for _, item := range append(v.list, Value{object: v.object}) {
		if item.object != nil {
			item.object.only = only
		}
	}
	return v, nil
}
