package graph

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

func unsupportedOption(option, where string) error {
	return odata.BadRequest(odata.InnerInvalidQuery, option, "The query option %s is not supported %s.", option, where)
}

// queryOf translates the query options of a list of objects of a type, but for
// $orderby.
func (g *surface) queryOf(r *odata.Request, t *odata.Type) (hosted.Query, error) {
	o := r.Options
	switch {
	case o.Skip > 0:
		return hosted.Query{}, unsupportedOption("$skip", "on the directory; follow @odata.nextLink")
	case o.Top > maxTop:
		return hosted.Query{}, odata.BadRequest(odata.InnerInvalidQuery, "$top", "The value of $top can be at most %d, not %d.", maxTop, o.Top)
	}
	q := hosted.Query{Top: r.PageSize(defaultTop), After: o.SkipToken}
	if o.Top >= 0 {
		q.Top = o.Top
	}
	if len(o.Expand) > 0 {
		q.Top = min(q.Top, defaultTop) // of each there is more to read
	}
	var err error
	q.Filter, err = g.conditionOf(r, t)
	return q, err
}

// orderOf translates $orderby, of one property that there is an index of; false
// where it asks for more.
func orderOf(o *odata.Options, t *odata.Type, q *hosted.Query) bool {
	if len(o.OrderBy) == 0 {
		return true
	}
	property := func(name string) bool { return strings.EqualFold(name, o.OrderBy[0].Property) }
	i := slices.IndexFunc(comparedBy(t), property)
	if i < 0 || len(o.OrderBy) > 1 || slices.ContainsFunc([]string{"id", "accountEnabled", propertyExternalID}, property) {
		return false
	}
	q.OrderBy, q.Descending = comparedBy(t)[i], o.OrderBy[0].Descending
	return true
}

// plain returns a value as a directory compares it.
func plain(v odata.Value) string {
	switch v.Kind() {
	case odata.KindBool:
		return strconv.FormatBool(v.Bool())
	case odata.KindInt:
		return strconv.FormatInt(v.Int(), 10)
	case odata.KindTime:
		return v.Time().Format(time.RFC3339Nano)
	default: // no property of the directory has another kind
	}
	return v.Text()
}
