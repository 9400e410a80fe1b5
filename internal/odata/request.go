package odata

import (
	"context"
	"net/http"
	"strconv"
	"strings"
)

// Request is a request that found its operation.
type Request struct {
	HTTP    *http.Request
	ID      string // request-id
	Client  string // client-request-id
	Origin  string // scheme and host by which the caller reached the server: https://host
	Base    string // Origin and prefix: https://host/beta
	Options *Options
	Cast    *Type // the type that the path casts its end to; nil for none
	Args    []Arg // of a function, from the path

	keys      []string // that stand in the path
	operation *Operation
	caller    Caller
	service   *Service
	format    format
	writer    http.ResponseWriter
	applied   string   // of the preferences
	batch     *Request // that this is an item of; nil for none
	batched   string   // the key of the item
	body      []byte   // once it was read

	watched  context.Context // that changes are made in; nil for that of HTTP
	changes  []change
	asked    *Object // what the body says
	repeated bool    // was done before
}

// Caller returns who makes the request.
func (r *Request) Caller() Caller { return r.caller }

// Context returns the context of the request.
func (r *Request) Context() context.Context {
	if r.watched != nil {
		return r.watched
	}
	return r.HTTP.Context()
}

// Model returns the model of the service.
func (r *Request) Model() *Model { return r.service.Model }

// Param returns the key that stands in the path for the name.
func (r *Request) Param(name string) string {
	for i, key := range r.operation.keys {
		if key == name {
			return r.keys[i]
		}
	}
	return ""
}

// Arg returns the argument of a function: from its parentheses, by an alias
// (@p) or from the query; "" where it was not given.
func (r *Request) Arg(name string) string {
	for _, a := range r.Args {
		if !strings.EqualFold(a.Name, name) {
			continue
		}
		if strings.HasPrefix(a.Value, "@") {
			value, _ := r.Options.Arg(a.Value)
			return value
		}
		return a.Value
	}
	value, _ := r.Options.Arg(name)
	return value
}

// Payload reads the body.
func (r *Request) Payload() (*Payload, error) {
	if err := checkJSON(r.HTTP); err != nil {
		return nil, err
	}
	body, err := r.content()
	if err != nil {
		return nil, err
	}
	p, err := r.service.Model.ParsePayload(body, r.service.Seal)
	if p != nil {
		p.request = r
	}
	return p, err
}

// content returns the body as it is, which is read once.
func (r *Request) content() (body []byte, err error) {
	if r.body == nil {
		r.body, err = readBody(r.writer, r.HTTP, maxBody)
	}
	return r.body, err
}

// Require returns an error unless the caller has one of the permissions.
func (r *Request) Require(anyOf ...string) error {
	if len(anyOf) == 0 || r.caller.Has(anyOf...) {
		return nil
	}
	return &Error{Status: http.StatusForbidden, Code: CodeDenied,
		Message: "Insufficient privileges to complete the operation. One of these permissions is needed: " + strings.Join(anyOf, ", ") + "."}
}

// PageSize returns how many entities the caller wants in a page (Prefer:
// odata.maxpagesize), which is never more than the limit.
func (r *Request) PageSize(limit int) int {
	for _, header := range r.HTTP.Header["Prefer"] {
		for preference := range strings.SplitSeq(header, ",") {
			name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(preference)), "=")
			size, err := strconv.Atoi(strings.Trim(value, `"`))
			if strings.TrimPrefix(name, "odata.") == "maxpagesize" && err == nil && size > 0 && size < limit {
				r.applied = "odata.maxpagesize=" + strconv.Itoa(size)
				return size
			}
		}
	}
	return limit
}

// prefers reports whether the Prefer header has the preference.
func (r *Request) prefers(preference string) bool {
	for _, header := range r.HTTP.Header["Prefer"] {
		if strings.Contains(strings.ToLower(strings.ReplaceAll(header, " ", "")), preference) {
			return true
		}
	}
	return false
}
