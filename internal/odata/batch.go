package odata

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const batchPath = "$batch"

// The bounds of a batch.
const (
	maxBatchItems  = 20
	maxBatchBody   = 4 << 20  // bytes
	maxBatchAnswer = 16 << 20 // bytes; items that come after that have to be asked for by themselves
)

// batchRequest is the body of $batch (OData JSON 4.01 section 19).
type batchRequest struct {
	Requests []batchItem `json:"requests"`
}

type batchItem struct {
	ID        batchID           `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      jsontext.Value    `json:"body"`
	DependsOn []batchID         `json:"dependsOn"`

	key string // the id in lower case, by which items are told apart
}

// batchID is the id of an item: a string or, as some clients have it, a number.
// Answers have strings, as those of Graph do.
type batchID string

// UnmarshalJSON implements json.Unmarshaler.
func (id *batchID) UnmarshalJSON(text []byte) error {
	if jsontext.Value(text).Kind() == '0' {
		*id = batchID(text)
		return nil
	}
	return json.Unmarshal(text, (*string)(id))
}

// key returns the id as ids are told apart.
func (id batchID) key() string { return strings.ToLower(string(id)) }

type batchAnswer struct {
	Responses []batchItemAnswer `json:"responses"`
}

type batchItemAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    jsontext.Value    `json:"body,omitzero"`
}

// batch answers several requests at once, each as if it had come alone, on
// behalf of who sent the batch.
func (s *Service) batch(r *Request) (Answer, error) {
	if r.batched != "" {
		return Answer{}, BadRequest(InnerInvalidFormat, "url", "A batch cannot be in a batch.")
	}
	items, err := r.batchItems()
	if err != nil {
		return Answer{}, err
	}
	order, err := batchOrder(items)
	if err != nil {
		return Answer{}, err
	}
	answers, size := make([]batchItemAnswer, len(items)), 0
	failed := map[string]bool{}
	for _, i := range order {
		item := &items[i]
		w := s.serveItem(r, item, size, failed)
		size += len(w.body)
		failed[item.key] = w.status >= http.StatusBadRequest
		answers[i] = w.answer(string(item.ID))
	}
	text, err := json.Marshal(batchAnswer{answers}, json.Deterministic(true))
	return Answer{Text: string(text), Media: r.format.contentType()}, err
}

func (r *Request) batchItems() ([]batchItem, error) {
	if err := checkJSON(r.HTTP); err != nil {
		return nil, err
	}
	body, err := readBody(r.writer, r.HTTP, maxBatchBody)
	if err != nil {
		return nil, err
	}
	var batch batchRequest
	if err := json.Unmarshal(body, &batch, json.MatchCaseInsensitiveNames(true)); err != nil {
		return nil, batchMalformed(err)
	}
	if n := len(batch.Requests); n == 0 || n > maxBatchItems {
		return nil, BadRequest(InnerInvalidFormat, "requests", "A batch has 1 to %d requests, not %d.", maxBatchItems, n)
	}
	seen := map[string]bool{}
	for i := range batch.Requests {
		item := &batch.Requests[i]
		item.key = item.ID.key()
		if item.key == "" || seen[item.key] {
			return nil, BadRequest(InnerInvalidFormat, "requests/id", "Each request of a batch needs an id of its own; letter case makes no difference. '%s' is empty or occurs twice.", item.ID)
		}
		seen[item.key] = true
		if len(item.DependsOn) > maxBatchItems {
			return nil, BadRequest(InnerInvalidFormat, "requests/dependsOn", "The request '%s' depends on more than the batch has.", item.ID)
		}
	}
	return batch.Requests, nil
}

func batchMalformed(err error) error {
	if wrong, ok := errors.AsType[*json.SemanticError](err); ok {
		at := strings.TrimPrefix(string(wrong.JSONPointer), "/")
		return BadRequest(InnerInvalidFormat, at, "The batch cannot be read: '%s' has the wrong type.", at)
	}
	return BadRequest(InnerInvalidJSON, "", "The batch is not JSON: %v.", err)
}

// batchOrder returns the order in which the items can be done: each after those
// that it depends on, and otherwise as they came.
func batchOrder(items []batchItem) ([]int, error) {
	done := map[string]bool{}
	known := func(id batchID) bool {
		return slices.ContainsFunc(items, func(item batchItem) bool { return item.key == id.key() })
	}
	order := make([]int, 0, len(items))
	for len(order) < len(items) {
		before := len(order)
		for i := range items {
			item := &items[i]
			for _, id := range item.DependsOn {
				if !known(id) {
					return nil, BadRequest(InnerInvalidFormat, "requests/dependsOn", "The request '%s' depends on '%s', which is not in the batch.", item.ID, id)
				}
			}
			ready := !slices.ContainsFunc(item.DependsOn, func(id batchID) bool { return !done[id.key()] })
			if ready && !done[item.key] {
				done[item.key] = true
				order = append(order, i)
			}
		}
		if len(order) == before {
			return nil, BadRequest(InnerInvalidFormat, "requests/dependsOn", "Requests of the batch depend on each other in a circle.")
		}
	}
	return order, nil
}

// serveItem answers one item.
func (s *Service) serveItem(batch *Request, item *batchItem, size int, failed map[string]bool) *recorder {
	w := newRecorder()
	hr, err := batch.itemRequest(item)
	if err != nil {
		hr = batch.HTTP
	}
	r := s.newRequest(w, hr, batch.Origin)
	r.batch, r.batched, r.caller = batch, item.key, batch.caller
	if hr.Header.Get("client-request-id") == "" {
		r.Client = batch.Client
		w.header.Set("client-request-id", r.Client)
	}
	switch {
	case err != nil:
		s.refuse(r, err)
	case slices.ContainsFunc(item.DependsOn, func(id batchID) bool { return failed[id.key()] }):
		s.refuse(r, &Error{Status: http.StatusFailedDependency, Code: "failedDependency", Message: "A request that this one depends on has failed."})
	case size > maxBatchAnswer:
		s.refuse(r, &Error{Status: http.StatusRequestEntityTooLarge, Code: CodeTooLarge, Message: "The answers to this batch are too large together; ask for this by itself."})
	default:
		s.serve(r)
	}
	return w
}

// itemRequest returns an item as the request that it stands for.
func (r *Request) itemRequest(item *batchItem) (*http.Request, error) {
	if item.Method == "" || item.URL == "" {
		return nil, BadRequest(InnerRequired, "requests", "The request '%s' needs a method and a url.", item.ID)
	}
	address, err := r.itemAddress(item.URL)
	if err != nil {
		return nil, err
	}
	var body []byte
	if item.Body.Kind() != 'n' {
		body = item.Body
	}
	hr, err := http.NewRequestWithContext(r.Context(), strings.ToUpper(item.Method), address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, BadRequest(InnerInvalidFormat, "method", "'%s' is not a method.", item.Method)
	}
	hr.Host, hr.RemoteAddr = r.HTTP.Host, r.HTTP.RemoteAddr
	for name, value := range item.Headers {
		hr.Header.Set(name, value)
	}
	return hr, nil
}

// itemAddress returns the address of an item. It is relative to the service,
// or absolute with a host by which the service goes.
func (r *Request) itemAddress(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" {
		return nil, BadRequest(InnerInvalidFormat, "url", "'%s' is not an address.", text)
	}
	if u.Host != "" || u.Scheme != "" {
		own, _ := url.Parse(r.Base)
		if !strings.EqualFold(u.Host, own.Host) && !strings.EqualFold(u.Host, r.HTTP.Host) {
			return nil, BadRequest(InnerInvalidFormat, "url", "'%s' leads to another host; addresses in a batch are relative to '%s'.", text, r.Base)
		}
	} else if u, err = url.Parse(r.service.Prefix + "/" + strings.TrimLeft(text, "/")); err != nil {
		return nil, BadRequest(InnerInvalidFormat, "url", "'%s' is not an address.", text)
	}
	return u, nil
}
