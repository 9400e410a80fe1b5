package odata

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
)

// ServeHTTP answers a request whose path begins with the prefix of the service.
// It never redirects: clients lose the body of a request on the way.
func (s *Service) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	s.serve(s.newRequest(w, hr, s.Origin(hr)))
}

func (s *Service) serve(r *Request) {
	answer, err := s.answer(r)
	if err != nil {
		s.refuse(r, err)
		return
	}
	s.write(r, answer)
}

func (s *Service) newRequest(w http.ResponseWriter, hr *http.Request, origin string) *Request {
	r := &Request{HTTP: hr, ID: s.NewID(), Client: hr.Header.Get("client-request-id"), Origin: origin, Base: origin + s.Prefix, service: s, writer: w}
	if r.Client == "" || len(r.Client) > 128 {
		r.Client = r.ID
	}
	r.format = formatOf(hr.Header.Get("Accept"))
	header := w.Header()
	values := []string{r.ID, r.Client, "4.0"} // one allocation for three headers
	header["Request-Id"] = values[0:1:1]
	header["Client-Request-Id"] = values[1:2:2]
	header["Odata-Version"] = values[2:3:3]
	return r
}

func (s *Service) answer(r *Request) (Answer, error) {
	op, answer, err := s.find(r)
	if op == nil || !op.public {
		// What is there is not for strangers to find out.
		if err := s.authenticate(r); err != nil {
			return Answer{}, err
		}
	}
	if err := s.admit(r); err != nil {
		return Answer{}, err
	}
	if op == nil || err != nil {
		return answer, err
	}
	if err := r.Require(op.Permissions...); err != nil {
		return Answer{}, err
	}
	if r.Options, err = ParseQuery(r.HTTP.URL.RawQuery); err != nil {
		return Answer{}, err
	}
	r.operation = op
	if r.Options.ID != "" && !op.removesReference() {
		return Answer{}, BadRequest(InnerInvalidQuery, "$id", "The query option $id is not supported here.")
	}
	if err := r.negotiate(); err != nil {
		return Answer{}, err
	}
	return s.once(r)
}

// negotiate settles how the answer is written, before anything is done.
func (r *Request) negotiate() error {
	if r.Options.Format != "" {
		r.format = formatOf(r.Options.Format)
	}
	switch {
	case r.operation.Path == metadataPath:
		return checkXML(r.Options.Format)
	case r.operation.public:
		return nil // which reads a description whatever it is written in
	}
	return checkAccept(r.accept())
}

// authenticate finds out who calls.
func (s *Service) authenticate(r *Request) error {
	if r.caller != nil {
		return nil // of the batch that this is an item of
	}
	caller, err := s.Authenticate(r.HTTP)
	if err != nil {
		return cmp.Or(s.admit(r), unauthenticated(err))
	}
	r.caller = caller
	return nil
}

// admit refuses a request of a caller that asks too often.
func (s *Service) admit(r *Request) error {
	if s.Admit == nil {
		return nil
	}
	wait := s.Admit(r.caller, r.HTTP)
	if wait <= 0 {
		return nil
	}
	return &Error{Status: http.StatusTooManyRequests, Code: CodeTooMany, RetryAfter: wait,
		Message: "There were too many requests. Retry-After says in how many seconds to ask again."}
}

func unauthenticated(err error) error {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal
	}
	return &Error{Status: http.StatusUnauthorized, Code: CodeUnauthenticated, Message: "Access needs a valid bearer token: " + err.Error() + "."}
}

// find returns the operation that is asked for, or, with none, the answer.
func (s *Service) find(r *Request) (*Operation, Answer, error) {
	path, ok := s.below(r.HTTP.URL.EscapedPath())
	if !ok {
		return nil, Answer{}, NotFound("There is nothing at the path '%s'; this API is at '%s'.", r.HTTP.URL.Path, s.Prefix)
	}
	segments, err := ParsePath(path)
	if err != nil {
		return nil, Answer{}, err
	}
	n, err := s.match(r, segments)
	if err != nil {
		return nil, Answer{}, err
	}
	if len(n.operations) == 0 {
		return nil, Answer{}, NotFound("There is nothing at the path '%s'.", r.HTTP.URL.Path)
	}
	method := r.HTTP.Method
	switch method {
	case http.MethodHead:
		method = http.MethodGet
	case http.MethodOptions:
		return nil, Answer{Status: http.StatusNoContent, allow: n.methods()}, nil
	}
	if op := n.operations[method]; op != nil {
		return op, Answer{}, nil
	}
	return nil, Answer{}, &Error{Status: http.StatusMethodNotAllowed, Code: CodeNotAllowed, Allow: n.methods(),
		Message: "The method " + method + " is not allowed here; allowed are " + n.methods() + "."}
}

// Serves reports whether a path belongs to the service.
func (s *Service) Serves(path string) bool {
	_, ok := s.below(path)
	return ok
}

// below returns what follows the prefix of the service in a path.
func (s *Service) below(path string) (string, bool) {
	if len(path) < len(s.Prefix) || !strings.EqualFold(path[:len(s.Prefix)], s.Prefix) {
		return "", false
	}
	rest := path[len(s.Prefix):]
	return rest, rest == "" || rest[0] == '/'
}
