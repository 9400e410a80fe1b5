package odata

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Options are the query options of a request.
type Options struct {
	Select    []string // empty for everything
	Filter    Expr     // nil for none
	OrderBy   []Order
	Top       int // -1 where it was not said
	Skip      int
	Count     bool
	SkipToken string

	// DeltaToken is nil where it was not given: an empty one asks for everything.
	DeltaToken *string

	Search Search // nil for none
	Expand []Expand
	Format string
	ID     string // the address of a reference
	Args   []Arg  // what is no option: arguments of functions and their aliases

	given []pair
}

// Order is one key of $orderby.
type Order struct {
	Property   string
	Descending bool
}

// Expand is one navigation of $expand.
type Expand struct {
	Navigation string
	Options    // for what the navigation leads to, without a further Expand
}

type pair struct{ name, raw string }

const maxQuery = 16 << 10 // bytes

// ParseQuery reads the options of an undecoded query. An option may lack its
// "$", as it may on the beta endpoint of Graph.
func ParseQuery(raw string) (*Options, error) {
	if len(raw) > maxQuery {
		return nil, BadRequest(InnerInvalidQuery, "", "The query is longer than %d bytes.", maxQuery)
	}
	o := &Options{Top: -1}
	seen := map[string]bool{}
	for raw != "" {
		var item string
		item, raw, _ = strings.Cut(raw, "&")
		if item == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(item, "=")
		name, err := url.QueryUnescape(rawName)
		if err == nil {
			var value string
			if value, err = url.QueryUnescape(rawValue); err == nil {
				if !isText(name) || !isText(value) {
					return nil, BadRequest(InnerInvalidQuery, "", "The query is not UTF-8, or has a NUL in it, at '%s'.", item)
				}
				err = o.read(name, value, rawValue, seen)
				if err != nil {
					return nil, err
				}
				continue
			}
		}
		return nil, BadRequest(InnerInvalidQuery, "", "The query is not properly escaped at '%s'.", item)
	}
	return o, nil
}

func optionNames() []string {
	return []string{"select", "filter", "orderby", "top", "skip", "skiptoken", "deltatoken", "count", "expand", "search", "format"}
}

func (o *Options) read(name, value, raw string, seen map[string]bool) error {
	lower := strings.ToLower(name)
	bare := strings.TrimPrefix(lower, "$")
	// Functions may have an argument that is called id.
	if lower != "$id" && !slices.Contains(optionNames(), bare) {
		if bare != lower {
			return BadRequest(InnerInvalidQuery, name, "The query option '%s' is not supported.", name)
		}
		o.Args = append(o.Args, Arg{name, value})
		return nil
	}
	if seen[bare] {
		return BadRequest(InnerInvalidQuery, name, "The query option '$%s' is given twice.", bare)
	}
	seen[bare] = true
	o.given = append(o.given, pair{bare, raw})
	return o.set(bare, value)
}

func (o *Options) set(name, value string) (err error) {
	switch name {
	case "select":
		o.Select, err = names("$select", value)
	case "filter":
		o.Filter, err = ParseFilter(value)
	case "orderby":
		o.OrderBy, err = parseOrder(value)
	case "top":
		o.Top, err = number("$top", value)
	case "skip":
		o.Skip, err = number("$skip", value)
	case "skiptoken":
		o.SkipToken = value
	case "deltatoken":
		o.DeltaToken = &value
	case "count":
		o.Count, err = boolean("$count", value)
	case "expand":
		o.Expand, err = parseExpand(value)
	case "search":
		o.Search, err = parseSearch(value)
	case "format":
		o.Format = value
	case "id":
		o.ID = value
	}
	return err
}

func number(option, value string) (int, error) {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0, BadRequest(InnerInvalidQuery, option, "The value of %s must be a number from 0 to %d, not '%s'.", option, math.MaxInt32, value)
	}
	return int(n), nil
}

func boolean(option, value string) (bool, error) {
	switch strings.ToLower(value) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, BadRequest(InnerInvalidQuery, option, "The value of %s must be true or false, not '%s'.", option, value)
}

func names(option, value string) ([]string, error) {
	var list []string
	for name := range strings.SplitSeq(value, ",") {
		name = strings.TrimSpace(name)
		if name == "*" {
			continue
		}
		if !isName(name) {
			return nil, BadRequest(InnerInvalidQuery, option, "The value of %s must be names of properties with commas between them, not '%s'.", option, value)
		}
		list = append(list, name)
	}
	return list, nil
}

const maxOrder = 5 // keys

func parseOrder(value string) ([]Order, error) {
	var keys []Order
	for item := range strings.SplitSeq(value, ",") {
		words := strings.Fields(item)
		ok := len(words) == 1 || len(words) == 2 && (strings.EqualFold(words[1], "asc") || strings.EqualFold(words[1], "desc"))
		if !ok || !isName(words[0]) || len(keys) == maxOrder {
			return nil, BadRequest(InnerInvalidQuery, "$orderby", "The value of $orderby must be at most %d properties, each perhaps with asc or desc, not '%s'.", maxOrder, value)
		}
		keys = append(keys, Order{words[0], len(words) == 2 && strings.EqualFold(words[1], "desc")})
	}
	return keys, nil
}

// parseExpand reads navigations, each perhaps with options of its own in parentheses.
func parseExpand(value string) ([]Expand, error) {
	var list []Expand
	for rest := value; rest != ""; {
		end := nestedEnd(rest, ',')
		name, nested, opened := strings.Cut(strings.TrimSpace(rest[:end]), "(")
		nested, closed := strings.CutSuffix(nested, ")")
		e := Expand{Navigation: strings.TrimSpace(name), Options: Options{Top: -1}}
		if !isName(e.Navigation) || opened != closed {
			return nil, BadRequest(InnerInvalidQuery, "$expand", "The value of $expand must be names of navigation properties, not '%s'.", value)
		}
		if err := e.readNested(strings.TrimSpace(nested)); err != nil {
			return nil, err
		}
		list = append(list, e)
		rest = strings.TrimPrefix(rest[end:], ",")
	}
	return list, nil
}

// readNested reads the options of one navigation, which have semicolons between them.
func (e *Expand) readNested(nested string) error {
	seen := map[string]bool{}
	for rest := nested; rest != ""; {
		end := nestedEnd(rest, ';')
		option, value, _ := strings.Cut(rest[:end], "=")
		rest = strings.TrimPrefix(rest[end:], ";")
		bare := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(option)), "$")
		if !slices.Contains(nestedOptions(), bare) || seen[bare] {
			return BadRequest(InnerInvalidQuery, "$expand", "Within $expand each of %s is supported once, not '%s'.", strings.Join(nestedOptions(), ", "), nested)
		}
		seen[bare] = true
		if err := e.set(bare, strings.TrimSpace(value)); err != nil {
			return err
		}
	}
	return nil
}

func nestedOptions() []string {
	return []string{"select", "filter", "orderby", "top", "skip", "search"}
}

// nestedEnd returns where the first of several items ends: at a separator that is
// neither in parentheses nor in quotes.
func nestedEnd(s string, separator byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case quoted:
		case s[i] == '(':
			depth++
		case s[i] == ')':
			depth--
		case s[i] == separator && depth <= 0:
			return i
		}
	}
	return len(s)
}

// Arg returns an argument of a function that came in the query, whatever the
// letter case of its name.
func (o *Options) Arg(name string) (string, bool) {
	for _, a := range o.Args {
		if strings.EqualFold(a.Name, name) {
			return a.Value, true
		}
	}
	return "", false
}
