package tables

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// The columns in the order in which rows are read and written.
const (
	userColumns = "num, id, anchor, upn_folded, upn, display_folded, display, given_folded, given," +
		" surname_folded, surname, mail_folded, mail, account_enabled, attributes"
	groupColumns = "num, id, anchor, display_folded, display, nickname_folded, nickname," +
		" description, has_team, attributes"
)

func fold(value string) string { return strings.ToLower(value) }

// folded is a text in its two columns.
type folded struct {
	lower string
	exact *string
}

func (f folded) text() string {
	if f.exact != nil {
		return *f.exact
	}
	return f.lower
}

// columns appends the two columns of a text.
func columns(row []any, value string) []any {
	lower := fold(value)
	if lower == value {
		return append(row, lower, nil)
	}
	return append(row, lower, value)
}

// optional is NULL for "".
func optional(value string) any {
	if value == "" {
		return nil
	}
	return value
}

func appendUser(row []any, num int64, user hosted.User) ([]any, error) {
	attributes, err := encodeAttributes(user.Attributes)
	if err != nil {
		return nil, err
	}
	row = append(row, num, user.ID, optional(user.Anchor))
	row = columns(row, user.UserPrincipalName)
	row = columns(row, user.DisplayName)
	row = columns(row, user.GivenName)
	row = columns(row, user.Surname)
	row = columns(row, user.Mail)
	return append(row, user.AccountEnabled, attributes), nil
}

func scanUser(row store.Row) (int64, hosted.User, error) {
	var num int64
	var user hosted.User
	var anchor, attributes *string
	var upn, display, given, surname, mail folded
	err := row.Scan(&num, &user.ID, &anchor, &upn.lower, &upn.exact, &display.lower, &display.exact,
		&given.lower, &given.exact, &surname.lower, &surname.exact, &mail.lower, &mail.exact,
		&user.AccountEnabled, &attributes)
	if err != nil {
		return 0, user, err
	}
	if anchor != nil {
		user.Anchor = *anchor
	}
	user.UserPrincipalName, user.DisplayName = upn.text(), display.text()
	user.GivenName, user.Surname, user.Mail = given.text(), surname.text(), mail.text()
	user.Attributes, err = decodeAttributes(attributes)
	return num, user, err
}

func appendGroup(row []any, num int64, group hosted.Group) ([]any, error) {
	attributes, err := encodeAttributes(group.Attributes)
	if err != nil {
		return nil, err
	}
	row = append(row, num, group.ID, optional(group.Anchor))
	row = columns(row, group.DisplayName)
	row = columns(row, group.MailNickname)
	return append(row, group.Description, group.HasTeam, attributes), nil
}

func scanGroup(row store.Row) (int64, hosted.Group, error) {
	var num int64
	var group hosted.Group
	var anchor, attributes *string
	var display, nickname folded
	err := row.Scan(&num, &group.ID, &anchor, &display.lower, &display.exact, &nickname.lower, &nickname.exact,
		&group.Description, &group.HasTeam, &attributes)
	if err != nil {
		return 0, group, err
	}
	if anchor != nil {
		group.Anchor = *anchor
	}
	group.DisplayName, group.MailNickname = display.text(), nickname.text()
	group.Attributes, err = decodeAttributes(attributes)
	return num, group, err
}

// encodeAttributes returns a JSON object, its members sorted.
func encodeAttributes(attributes map[string]string) (any, error) {
	if len(attributes) == 0 {
		return nil, nil
	}
	text := []byte("{")
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if len(text) > 1 {
			text = append(text, ',')
		}
		var errs [2]error
		text, errs[0] = jsontext.AppendQuote(text, name)
		text = append(text, ':')
		text, errs[1] = jsontext.AppendQuote(text, attributes[name])
		if err := errors.Join(errs[:]...); err != nil {
			return nil, fmt.Errorf("attributes: %w: %w", hosted.ErrInvalid, err)
		}
	}
	return string(append(text, '}')), nil
}

func decodeAttributes(text *string) (map[string]string, error) {
	if text == nil {
		return nil, nil
	}
	var attributes map[string]string
	if err := json.Unmarshal([]byte(*text), &attributes); err != nil {
		return nil, fmt.Errorf("attributes: %w", err)
	}
	return attributes, nil
}
