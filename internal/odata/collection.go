package odata

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Page is a part of a collection, ready to be written.
type Page struct {
	Objects []*Object
	Count   int    // of the whole collection; -1 where it was not asked for
	Next    string // the $skiptoken of what follows; "" at the end
	Delta   string // the $deltatoken of what changes after this; "" for none
}

// Select applies $filter, $search, $orderby, $skiptoken, $skip and $top to a
// collection that is small enough to be in memory. Pages continue after the
// last entity they showed, by its place in the order: what is added or removed
// meanwhile neither repeats nor hides anything else.
func (m *Model) Select(all []*Object, t *Type, o *Options, order []Order, limit int) (Page, error) {
	kept, err := m.filtered(all, t, o)
	if err != nil {
		return Page{}, err
	}
	page := Page{Count: -1}
	if o.Count {
		page.Count = len(kept)
	}
	if len(o.OrderBy) > 0 {
		if order, err = m.orderFor(t, o.OrderBy); err != nil {
			return Page{}, err
		}
	}
	slices.SortStableFunc(kept, func(a, b *Object) int { return compareBy(order, a, b) })
	if kept, err = after(kept, order, o.SkipToken); err != nil {
		return Page{}, err
	}
	kept = kept[min(o.Skip, len(kept)):]
	if o.Top >= 0 {
		limit = min(o.Top, limit)
	}
	page.Objects = kept[:min(limit, len(kept))]
	if len(kept) > limit && limit > 0 {
		page.Next = skipToken(order, page.Objects[limit-1])
	}
	return page, nil
}

// filtered returns the entities that $filter and $search leave.
func (m *Model) filtered(all []*Object, t *Type, o *Options) ([]*Object, error) {
	var condition Expr
	if o.Filter != nil {
		var err error
		if condition, err = m.Compile(o.Filter, t); err != nil {
			return nil, err
		}
	}
	kept := make([]*Object, 0, len(all))
	for _, object := range all {
		if (condition == nil || Holds(condition, object)) && (o.Search == nil || Finds(o.Search, object.mentions)) {
			kept = append(kept, object)
		}
	}
	return kept, nil
}

// mentions reports whether a property of text contains the phrase.
func (o *Object) mentions(phrase Phrase) bool {
	lower := strings.ToLower(string(phrase))
	return slices.ContainsFunc(o.fields, func(v Value) bool {
		return v.kind == KindText && strings.Contains(strings.ToLower(v.text), lower)
	})
}

// orderFor checks the keys of $orderby and adds the id, so that no two entities
// are equal.
func (m *Model) orderFor(t *Type, keys []Order) ([]Order, error) {
	order := make([]Order, 0, len(keys)+1)
	for _, key := range keys {
		_, path, err := m.resolvePath(t, key.Property, "$orderby")
		if err != nil {
			return nil, err
		}
		order = append(order, Order{path, key.Descending})
	}
	return append(order, Order{Property: "id"}), nil
}

func compareBy(order []Order, a, b *Object) int {
	for _, key := range order {
		if c := compare(a.at(key.Property), b.at(key.Property)); c != 0 {
			if key.Descending {
				return -c
			}
			return c
		}
	}
	return 0
}

// skipToken names a place in an order: the keys of the last entity shown, as
// Graph writes them (id-'…').
func skipToken(order []Order, last *Object) string {
	parts := make([]string, len(order))
	for i, key := range order {
		parts[i] = strings.ReplaceAll(key.Property, "/", ".") + "-" + tokenText(last.at(key.Property))
	}
	return strings.Join(parts, ",")
}

func tokenText(v Value) string {
	switch v.kind {
	case KindTime:
		return v.Time().Format(time.RFC3339Nano)
	case KindBool:
		return strconv.FormatBool(v.Bool())
	case KindInt:
		return strconv.FormatInt(v.number, 10)
	case KindText, KindDate:
		return "'" + strings.ReplaceAll(v.text, "'", "''") + "'"
	default: // nothing is in the order of another kind
	}
	return "null"
}

// after returns what follows the place that a token names.
func after(sorted []*Object, order []Order, skipToken string) ([]*Object, error) {
	if skipToken == "" {
		return sorted, nil
	}
	values, ok := parseSkipToken(skipToken, order)
	if !ok {
		return nil, BadRequest(InnerInvalidQuery, "$skiptoken", "The value of $skiptoken does not belong to this request; use an @odata.nextLink as it is.")
	}
	for i, object := range sorted {
		if compareToPlace(order, object, values) > 0 {
			return sorted[i:], nil
		}
	}
	return nil, nil
}

func parseSkipToken(text string, order []Order) ([]Value, bool) {
	l := &lexer{text: text}
	values := make([]Value, len(order))
	for i, key := range order {
		prefix := strings.ReplaceAll(key.Property, "/", ".") + "-"
		if i > 0 {
			prefix = "," + prefix
		}
		if !strings.HasPrefix(l.text[l.at:], prefix) {
			return nil, false
		}
		l.at += len(prefix)
		t, err := l.next()
		if err != nil || t.kind != tokenLiteral {
			return nil, false
		}
		values[i] = t.value
	}
	return values, l.at == len(l.text)
}

func compareToPlace(order []Order, o *Object, place []Value) int {
	for i, key := range order {
		v := o.at(key.Property)
		if c := compare(v, place[i]); c != 0 {
			if key.Descending {
				return -c
			}
			return c
		}
	}
	return 0
}
