package tables

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"rollbook/internal/hosted"
)

// property is how a property can be compared.
type property struct {
	column  string
	exactly bool // the column is not folded, and values are not
	boolean bool
}

// The properties that can be filtered by.
func userProperties() map[string]property {
	return map[string]property{
		"id":                {column: "id", exactly: true},
		"userPrincipalName": {column: "upn_folded"},
		"displayName":       {column: "display_folded"},
		"givenName":         {column: "given_folded"},
		"surname":           {column: "surname_folded"},
		"mail":              {column: "mail_folded"},
		"accountEnabled":    {column: "account_enabled", boolean: true},
	}
}

// classColumn is whether a group is that of a class, by its anchor.
const classColumn = "COALESCE(substr(anchor, 1, 8) = 'Section_' OR substr(anchor, 1, 6) = 'Class_', FALSE)"

func groupProperties() map[string]property {
	return map[string]property{
		"id":                  {column: "id", exactly: true},
		"displayName":         {column: "display_folded"},
		"mailNickname":        {column: "nickname_folded"},
		hosted.PropertyClass:  {column: classColumn, boolean: true},
		hosted.PropertyAnchor: {column: "anchor", exactly: true},
	}
}

// compiler turns a Filter into SQL. Values go into args, never into the text.
type compiler struct {
	properties map[string]property
	args       []any
}

// where returns a condition that is never NULL.
func (c *compiler) where(filter hosted.Filter) (string, error) {
	switch filter := filter.(type) {
	case nil:
		return "TRUE", nil
	case hosted.And:
		return c.both(filter.Left, "AND", filter.Right)
	case hosted.Or:
		return c.both(filter.Left, "OR", filter.Right)
	case hosted.Not:
		inner, err := c.where(filter.Inner)
		return "(NOT " + inner + ")", err
	case hosted.Equal:
		return c.equal(filter)
	case hosted.In:
		return c.in(filter)
	case hosted.StartsWith:
		return c.startsWith(filter)
	}
	return "", fmt.Errorf("filter %T: %w", filter, hosted.ErrInvalid)
}

func (c *compiler) both(left hosted.Filter, operator string, right hosted.Filter) (string, error) {
	first, err := c.where(left)
	if err != nil {
		return "", err
	}
	second, err := c.where(right)
	return "(" + first + " " + operator + " " + second + ")", err
}

func (c *compiler) property(name string) (property, error) {
	found, ok := c.properties[name]
	if !ok {
		names := strings.Join(slices.Sorted(maps.Keys(c.properties)), ", ")
		return found, fmt.Errorf("property %q cannot be filtered by, only %s: %w", name, names, hosted.ErrInvalid)
	}
	return found, nil
}

// bind returns the parameter that stands for a value.
func (c *compiler) bind(value any) string {
	c.args = append(c.args, value)
	return fmt.Sprintf("$%d", len(c.args))
}

func (c *compiler) value(p property, name, value string) (string, error) {
	switch {
	case p.boolean && value != "true" && value != "false":
		return "", fmt.Errorf("%s is compared with %q, and is true or false: %w", name, value, hosted.ErrInvalid)
	case p.boolean:
		return c.bind(value == "true"), nil
	case p.exactly:
		return c.bind(value), nil
	}
	return c.bind(fold(value)), nil
}

// equal compares with "" where absence is asked for: so it is stored.
func (c *compiler) equal(filter hosted.Equal) (string, error) {
	p, err := c.property(filter.Property)
	if err != nil {
		return "", err
	}
	if filter.Value == nil && p.boolean {
		return "FALSE", nil
	}
	text := ""
	if filter.Value != nil {
		text = *filter.Value
	}
	value, err := c.value(p, filter.Property, text)
	return "(" + p.column + " = " + value + ")", err
}

func (c *compiler) in(filter hosted.In) (string, error) {
	p, err := c.property(filter.Property)
	if err != nil || len(filter.Values) == 0 {
		return "FALSE", err
	}
	list := ""
	for i, value := range filter.Values {
		parameter, err := c.value(p, filter.Property, value)
		if err != nil {
			return "", err
		}
		if i > 0 {
			list += ", "
		}
		list += parameter
	}
	return "(" + p.column + " IN (" + list + "))", nil
}

// startsWith asks for a range, which an index answers and in which no character
// has a meaning.
func (c *compiler) startsWith(filter hosted.StartsWith) (string, error) {
	p, err := c.property(filter.Property)
	if err != nil {
		return "", err
	}
	if p.boolean {
		return "", fmt.Errorf("%s is not text: %w", filter.Property, hosted.ErrInvalid)
	}
	prefix := filter.Prefix
	if !p.exactly {
		prefix = fold(prefix)
	}
	if prefix == "" {
		return "TRUE", nil
	}
	from := "(" + p.column + " >= " + c.bind(prefix)
	if after, ok := successor(prefix); ok {
		return from + " AND " + p.column + " < " + c.bind(after) + ")", nil
	}
	return from + ")", nil
}

// successor returns the first text, by code points, after all that begin with
// the prefix; false where there is none.
func successor(prefix string) (string, bool) {
	for prefix != "" {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case last == utf8.MaxRune:
			continue
		case last == 0xD7FF: // what follows is no character
			last = 0xE000
		default:
			last++
		}
		return prefix + string(last), true
	}
	return "", false
}
