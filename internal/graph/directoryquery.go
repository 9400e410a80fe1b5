package graph

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

func unsupportedOption(option, where string) error {
	return odata.BadRequest(odata.InnerInvalidQuery, option, "The query option %s is not supported %s.", option, where)
}

// queryOf translates the query options of a list of users or groups.
func queryOf(r *odata.Request, t *odata.Type) (directory.Query, error) {
	o := r.Options
	switch {
	case o.Skip > 0:
		return directory.Query{}, unsupportedOption("$skip", "on the directory; follow @odata.nextLink")
	case o.Top > maxTop:
		return directory.Query{}, odata.BadRequest(odata.InnerInvalidQuery, "$top", "The value of $top can be at most %d, not %d.", maxTop, o.Top)
	}
	q := directory.Query{Top: r.PageSize(defaultTop), After: o.SkipToken}
	if o.Top >= 0 {
		q.Top = o.Top
	}
	if err := orderOf(o, &q); err != nil {
		return q, err
	}
	var err error
	q.Filter, err = conditionOf(r, t)
	return q, err
}

// orderOf translates $orderby, of one property that there is an index of.
func orderOf(o *odata.Options, q *directory.Query) error {
	if len(o.OrderBy) == 0 {
		return nil
	}
	properties := []string{"displayName", "userPrincipalName", "givenName", "surname", "mail", "mailNickname"}
	i := slices.IndexFunc(properties, func(name string) bool { return strings.EqualFold(name, o.OrderBy[0].Property) })
	if i < 0 || len(o.OrderBy) > 1 {
		return unsupportedOption("$orderby", "on the directory but by one of "+strings.Join(properties, ", "))
	}
	q.OrderBy, q.Descending = properties[i], o.OrderBy[0].Descending
	return nil
}

// searched translates $search="property:text". What is searched for begins the
// name of a group, or one of the names of a user.
func searched(search string, t *odata.Type) (directory.Filter, error) {
	property, text, ok := strings.Cut(search, ":")
	text = strings.TrimSpace(text)
	if !ok || text == "" || strings.Contains(text, `"`) {
		return nil, unsupportedOption("$search", `on the directory other than as "displayName:text"`)
	}
	starts := func(name string) directory.Filter { return directory.StartsWith{Property: name, Prefix: text} }
	users := t.ShortName() == "user" || t.ShortName() == "educationUser"
	switch {
	case strings.EqualFold(property, "displayName") && users:
		return directory.Or{Left: starts("displayName"), Right: directory.Or{Left: starts("surname"), Right: starts("givenName")}}, nil
	case strings.EqualFold(property, "displayName"):
		return starts("displayName"), nil
	case strings.EqualFold(property, "mail") && users:
		return starts("mail"), nil
	case strings.EqualFold(property, "userPrincipalName") && users:
		return starts("userPrincipalName"), nil
	}
	return nil, unsupportedOption("$search", "by "+property)
}

// conditionOf translates $filter, which is evaluated by the directory itself:
// it has too many objects to look at each.
func conditionOf(r *odata.Request, t *odata.Type) (directory.Filter, error) {
	var search directory.Filter
	var err error
	if r.Options.Search != "" {
		if search, err = searched(r.Options.Search, t); err != nil {
			return nil, err
		}
	}
	if r.Options.Filter == nil {
		return search, nil
	}
	compiled, err := r.Model().Compile(r.Options.Filter, t)
	if err != nil {
		return nil, err
	}
	f, err := condition(compiled)
	return both(search, f), err
}

// readable refuses a $filter by what is not basic of a user to those who may read
// what is basic only: the answer would tell them.
func readable(r *odata.Request, t *odata.Type) error {
	return readableBy(r, t, wholeUserPermissions())
}

func readableBy(r *odata.Request, t *odata.Type, permissions []string) error {
	if r.Options.Filter == nil || r.Require(permissions...) == nil {
		return nil
	}
	compiled, err := r.Model().Compile(r.Options.Filter, t)
	if err != nil {
		return err
	}
	if names(compiled, func(property string) bool { return !slices.Contains(basicUser(), property) }) {
		return r.Require(permissions...)
	}
	return nil
}

// names reports whether an expression names a property for which is holds.
func names(e odata.Expr, is func(string) bool) bool {
	switch e := e.(type) {
	case odata.And:
		return names(e.Left, is) || names(e.Right, is)
	case odata.Or:
		return names(e.Left, is) || names(e.Right, is)
	case odata.Not:
		return names(e.Inner, is)
	case odata.Comparison:
		return is(e.Property)
	case odata.Membership:
		return is(e.Property)
	case odata.Call:
		return is(e.Property)
	}
	return true
}

func condition(e odata.Expr) (directory.Filter, error) {
	switch e := e.(type) {
	case odata.And:
		left, right, err := conditions(e.Left, e.Right)
		return directory.And{Left: left, Right: right}, err
	case odata.Or:
		left, right, err := conditions(e.Left, e.Right)
		return directory.Or{Left: left, Right: right}, err
	case odata.Not:
		inner, err := condition(e.Inner)
		return directory.Not{Inner: inner}, err
	case odata.Comparison:
		return comparison(e)
	case odata.Membership:
		in := directory.In{Property: e.Property}
		for _, v := range e.Values {
			in.Values = append(in.Values, plain(v))
		}
		return in, nil
	case odata.Call:
		if e.Function != "startswith" {
			return nil, unsupportedOption("$filter", "with "+e.Function+" on the directory; startswith, eq, ne and in are")
		}
		return directory.StartsWith{Property: e.Property, Prefix: e.Argument}, nil
	}
	return nil, unsupportedOption("$filter", "in this form")
}

func conditions(left, right odata.Expr) (directory.Filter, directory.Filter, error) {
	l, err := condition(left)
	if err != nil {
		return nil, nil, err
	}
	r, err := condition(right)
	return l, r, err
}

func comparison(e odata.Comparison) (directory.Filter, error) {
	equal := directory.Equal{Property: e.Property}
	if e.Value.IsSet() {
		s := plain(e.Value)
		equal.Value = &s
	}
	switch e.Op {
	case "eq":
		return equal, nil
	case "ne":
		return directory.Not{Inner: equal}, nil
	}
	return nil, unsupportedOption("$filter", "with "+e.Op+" on the directory; eq, ne, in and startswith are")
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
	}
	return v.Text()
}
