package ledgerstore

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// changeBody is what is kept of a change as JSON, beside its columns.
type changeBody struct {
	Set     values         `json:"set,omitempty"`
	Was     values         `json:"was,omitempty"`
	Links   []ledger.Links `json:"links,omitempty"`
	Because string         `json:"because,omitempty"`
	From    roster.ID      `json:"from,omitzero"`

	Password string `json:"password,omitempty"` // where it is
}

// outcomeBody is what is kept of an outcome as JSON, beside its columns.
type outcomeBody struct {
	At      string           `json:"at,omitempty"`
	Made    bool             `json:"made,omitempty"`
	AsAsked bool             `json:"asAsked,omitempty"`
	Set     values           `json:"set,omitempty"`
	Was     values           `json:"was,omitempty"`
	Links   []ledger.Links   `json:"links,omitempty"`
	Found   []ledger.Linked  `json:"found,omitempty"`
	Refused []ledger.Refused `json:"refused,omitempty"`
	Kept    values           `json:"kept,omitempty"`
	Handle  string           `json:"handle,omitempty"`
	Code    string           `json:"code,omitempty"`
	Message string           `json:"message,omitempty"`
}

// values are directory.Values as a JSON object. A plan has millions of them, which
// is why they are written without reflection.
type values directory.Values

// MarshalJSONTo implements json.MarshalerTo.
func (v values) MarshalJSONTo(e *jsontext.Encoder) error {
	err := e.WriteToken(jsontext.BeginObject)
	for _, value := range v {
		err = errors.Join(err, e.WriteToken(jsontext.String(string(value.Property))), e.WriteToken(jsontext.String(value.Text)))
	}
	return errors.Join(err, e.WriteToken(jsontext.EndObject))
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (v *values) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	read := directory.Values{}
	for d.PeekKind() == '"' {
		property, err := d.ReadToken()
		if err != nil {
			return err
		}
		name := property.String()
		text, err := d.ReadToken()
		if err != nil {
			return err
		}
		read = read.With(directory.Property(name), text.String())
	}
	*v = values(read)
	_, err := d.ReadToken()
	return err
}

// appendBody appends the body of a change.
func appendBody(dst []byte, c ledger.Change) ([]byte, error) {
	dst = append(dst, '{')
	var err error
	for _, part := range []struct {
		name   string
		values directory.Values
	}{{`"set":`, c.Set}, {`"was":`, c.Was}} {
		if len(part.values) == 0 {
			continue
		}
		dst = append(separate(dst), part.name...)
		if dst, err = appendValues(dst, part.values); err != nil {
			return nil, err
		}
	}
	if len(c.Links) > 0 {
		dst = append(separate(dst), `"links":[`...)
		for i, l := range c.Links {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = appendLinks(dst, l); err != nil {
				return nil, err
			}
		}
		dst = append(dst, ']')
	}
	if c.Because != "" {
		dst = append(separate(dst), `"because":`...)
		if dst, err = jsontext.AppendQuote(dst, c.Because); err != nil {
			return nil, err
		}
	}
	if c.From != 0 {
		dst = append(separate(dst), `"from":`...)
		dst = strconv.AppendUint(dst, uint64(c.From), 10)
	}
	if c.Password != "" {
		dst = append(separate(dst), `"password":`...)
		if dst, err = jsontext.AppendQuote(dst, c.Password); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func separate(dst []byte) []byte {
	if dst[len(dst)-1] != '{' {
		return append(dst, ',')
	}
	return dst
}

func appendValues(dst []byte, v directory.Values) ([]byte, error) {
	dst = append(dst, '{')
	var err error
	for i, value := range v {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = jsontext.AppendQuote(dst, string(value.Property)); err != nil {
			return nil, err
		}
		dst = append(dst, ':')
		if dst, err = jsontext.AppendQuote(dst, value.Text); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func appendLinks(dst []byte, l ledger.Links) ([]byte, error) {
	dst = append(dst, `{"relation":`...)
	dst, err := jsontext.AppendQuote(dst, string(l.Relation))
	if err != nil {
		return nil, err
	}
	if l.Remove {
		dst = append(dst, `,"remove":true`...)
	}
	dst = append(dst, `,"because":`...)
	if dst, err = jsontext.AppendQuote(dst, l.Because); err != nil {
		return nil, err
	}
	return append(appendIDs(append(dst, `,"ids":`...), l.IDs), '}'), nil
}

func appendIDs(dst []byte, ids ledger.IDs) []byte {
	dst = append(dst, '[')
	for i, id := range ids {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendUint(dst, uint64(id), 10)
	}
	return append(dst, ']')
}

// decodeBody fills in what appendBody wrote.
func decodeBody(body []byte, c *ledger.Change) error {
	var b changeBody
	if err := json.Unmarshal(body, &b); err != nil {
		return fmt.Errorf("change %d: %w", c.Seq, err)
	}
	c.Set, c.Was, c.Links, c.Because, c.From = directory.Values(b.Set), directory.Values(b.Was), b.Links, b.Because, b.From
	c.Password = b.Password
	return nil
}

// encodeOutcome returns the body of an outcome; nil for the one that most have.
func encodeOutcome(o ledger.Outcome) (any, error) {
	b := outcomeBody{
		At: o.At, Made: o.Made, AsAsked: o.AsAsked, Set: values(o.Set), Was: values(o.Was), Links: o.Links, Found: o.Found,
		Refused: o.Refused, Kept: values(o.Kept), Handle: o.Handle, Code: o.Code, Message: o.Message,
	}
	switch plain := o.AsAsked && o.At == "" && len(o.Kept) == 0 && o.State == directory.Done; {
	case plain && o.Made:
		return madeAsAsked, nil
	case plain:
		return nil, nil
	}
	body, err := json.Marshal(b)
	return string(body), err
}

// madeAsAsked is the body of an outcome of a create that did all of it.
const madeAsAsked = `{"made":true,"asAsked":true}`

func decodeOutcome(body *string, o *ledger.Outcome) error {
	switch {
	case body == nil:
		o.AsAsked = true
		return nil
	case *body == madeAsAsked:
		o.AsAsked, o.Made = true, true
		return nil
	}
	var b outcomeBody
	if err := json.Unmarshal([]byte(*body), &b); err != nil {
		return fmt.Errorf("outcome of change %d: %w", o.Seq, err)
	}
	o.At, o.Made, o.AsAsked, o.Set, o.Was = b.At, b.Made, b.AsAsked, directory.Values(b.Set), directory.Values(b.Was)
	o.Links, o.Found, o.Refused = b.Links, b.Found, b.Refused
	if len(b.Kept) > 0 {
		o.Kept = directory.Values(b.Kept)
	}
	o.Handle, o.Code, o.Message = b.Handle, b.Code, b.Message
	return nil
}
