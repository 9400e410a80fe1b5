package audit

import (
	"strconv"
	"strings"
	"time"

	"rollbook/internal/odata"
)

// query translates the query options of the list.
func query(r *odata.Request, t *odata.Type) (Query, error) {
	o := r.Options
	for option, given := range map[string]bool{"$orderby": len(o.OrderBy) > 0, "$search": o.Search != nil, "$skip": o.Skip > 0, "$expand": len(o.Expand) > 0} {
		if given {
			return Query{}, odata.BadRequest(odata.InnerInvalidQuery, option, "The query option %s is not supported on the audit log, which is in the order of time, the newest first.", option)
		}
	}
	if o.Top > maxTop {
		return Query{}, odata.BadRequest(odata.InnerInvalidQuery, "$top", "The value of $top can be at most %d, not %d.", maxTop, o.Top)
	}
	q := Query{Limit: r.PageSize(defaultTop)}
	if o.Top >= 0 {
		q.Limit = o.Top
	}
	var err error
	if q.Before, err = place(o.SkipToken); err != nil {
		return Query{}, err
	}
	q.Where, err = where(r, t)
	return q, err
}

func place(token string) (*Place, error) {
	if token == "" {
		return nil, nil
	}
	moment, id, ok := strings.Cut(strings.TrimPrefix(token, "time-"), ",id-")
	micros, err := strconv.ParseInt(moment, 10, 64)
	if !ok || err != nil {
		return nil, odata.BadRequest(odata.InnerInvalidQuery, "$skiptoken", "The value of $skiptoken does not belong to this request; use an @odata.nextLink as it is.")
	}
	return &Place{Time: time.UnixMicro(micros), ID: id}, nil
}

// where translates $filter.
func where(r *odata.Request, t *odata.Type) (Condition, error) {
	if r.Options.Filter == nil {
		return nil, nil
	}
	compiled, err := r.Model().Compile(r.Options.Filter, t)
	if err != nil {
		return nil, err
	}
	return condition(compiled)
}

func condition(e odata.Expr) (Condition, error) {
	switch e := e.(type) {
	case odata.And:
		left, right, err := both(e.Left, e.Right)
		return And{left, right}, err
	case odata.Or:
		left, right, err := both(e.Left, e.Right)
		return Or{left, right}, err
	case odata.Not:
		inner, err := condition(e.Inner)
		return Not{inner}, err
	case odata.Comparison:
		return test(e.Property, e.Op, e.Value)
	case odata.Call:
		if e.Function == "startswith" {
			return test(e.Property, e.Function, odata.Text(e.Argument))
		}
	}
	return nil, odata.BadRequest(odata.InnerInvalidQuery, "$filter", "On the audit log $filter takes comparisons and startswith, with and, or and not between them.")
}

func both(left, right odata.Expr) (Condition, Condition, error) {
	l, err := condition(left)
	if err != nil {
		return nil, nil, err
	}
	r, err := condition(right)
	return l, r, err
}

func test(member, op string, v odata.Value) (Condition, error) {
	c := Test{Member: member, Op: op}
	switch v.Kind() {
	case odata.KindText, odata.KindNull:
		c.Value = v.Text() // what is null is kept as ""
	case odata.KindInt:
		c.Value = v.Int()
	case odata.KindTime:
		c.Value = v.Time()
	default: // no other kind can be compared
	}
	if c.Value == nil || member == "changes" || member == "unrecorded" || member == "hash" {
		return nil, odata.BadRequest(odata.InnerInvalidQuery, "$filter", "The property '%s' cannot be in $filter of the audit log, or not with this value.", member)
	}
	return c, nil
}
