package odata

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

func (s *Service) write(r *Request, a Answer) {
	r.audit(a.status(), nil)
	header := r.writer.Header()
	if a.Location != "" {
		header.Set("Location", a.Location)
	}
	if a.Applied != "" {
		header.Set("Preference-Applied", a.Applied)
	}
	if a.allow != "" {
		header.Set("Allow", a.allow)
	}
	if a.empty() {
		r.writer.WriteHeader(a.status())
		return
	}
	buffer, _ := s.buffers.Get().(*[]byte)
	if buffer == nil {
		buffer = new([]byte)
	}
	tag := a.tag(*buffer)
	if tag != "" {
		header["Etag"] = []string{tag}
	}
	if r.unchanged(tag) {
		r.writer.WriteHeader(http.StatusNotModified)
		return
	}
	body, err := s.body((*buffer)[:0], r, a, tag)
	if err != nil {
		s.refuse(r, err)
		return
	}
	send(r, a.status(), body)
	*buffer = body
	s.buffers.Put(buffer)
}

func (a *Answer) empty() bool {
	return a.Object == nil && a.Page == nil && a.Values == nil && a.Text == ""
}

func (a *Answer) status() int {
	switch {
	case a.Status != 0:
		return a.Status
	case a.empty():
		return http.StatusNoContent
	}
	return http.StatusOK
}

func (s *Service) body(dst []byte, r *Request, a Answer, tag string) ([]byte, error) {
	if a.Text != "" {
		r.writer.Header()["Content-Type"] = []string{cmp.Or(a.Media, "text/plain")}
		return append(dst, a.Text...), nil
	}
	r.writer.Header()["Content-Type"] = []string{r.format.contentType()}
	e := Encoder{Metadata: r.format.metadata, tag: tag, tags: a.tagged, within: a.tagged || a.within, quoted: r.format.quoted, links: r.Base + "/", set: a.set}
	context := ""
	if a.Context != "" {
		context = r.Base + "/$metadata#" + a.Context
	}
	if err := e.choose(r, a.Declared); err != nil {
		return nil, err
	}
	if a.Values != nil {
		return e.appendValues(dst, a.Values, r.Base+"/$metadata#Collection(Edm.String)"), nil
	}
	if a.Object != nil {
		return e.AppendEntity(dst, a.Object, a.Declared, context), nil
	}
	return e.appendPage(dst, r, a, context), nil
}

// appendValues appends a collection of strings.
func (e *Encoder) appendValues(dst []byte, values []string, context string) []byte {
	dst = append(dst, '{')
	if e.Metadata != MetadataNone {
		dst = append(appendText(append(dst, `"@odata.context":`...), context), ',')
	}
	dst = append(dst, `"value":[`...)
	for i, value := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, value)
	}
	return append(dst, ']', '}')
}

// choose makes the encoder write what $select asks for.
func (e *Encoder) choose(r *Request, t *Type) error {
	if len(r.Options.Select) == 0 {
		return nil
	}
	e.Select = make([]string, 0, len(r.Options.Select))
	for _, name := range r.Options.Select {
		p := r.Model().find(t, name)
		if p == nil {
			return BadRequest(InnerInvalidQuery, "$select", "The property '%s' of $select does not exist on type '%s'.", name, t.Name)
		}
		e.Select = append(e.Select, p.Name)
	}
	return nil
}

func (m *Model) find(t *Type, name string) *Property {
	for _, candidate := range m.family(t) {
		if p := candidate.any(name); p != nil {
			return p
		}
	}
	return nil
}

func (e *Encoder) appendPage(dst []byte, r *Request, a Answer, context string) []byte {
	dst = append(dst, '{')
	if context != "" && e.Metadata != MetadataNone {
		dst = append(dst, `"@odata.context":`...)
		dst = append(appendText(dst, context), ',')
	}
	if a.Page.Count >= 0 {
		dst = append(dst, `"@odata.count":`...)
		dst = append(e.appendLong(dst, int64(a.Page.Count)), ',')
	}
	if a.Page.Next != "" {
		dst = append(dst, `"@odata.nextLink":`...)
		dst = append(appendText(dst, r.Continued("skiptoken", a.Page.Next)), ',')
	}
	if a.Page.Delta != "" {
		dst = append(dst, `"@odata.deltaLink":`...)
		dst = append(appendText(dst, r.Continued("deltatoken", a.Page.Delta)), ',')
	}
	dst = append(dst, `"value":[`...)
	for i, o := range a.Page.Objects {
		if i > 0 {
			dst = append(dst, ',')
		}
		if a.references != "" {
			dst = e.appendReference(dst, o, a.references)
			continue
		}
		dst = e.Append(dst, o, a.Declared)
	}
	return append(dst, ']', '}')
}

// Continued returns the address of this request, continued at the place that a
// token names.
func (r *Request) Continued(option, token string) string {
	path, _ := r.service.below(r.HTTP.URL.EscapedPath())
	link := r.Base + path + "?"
	for _, p := range r.Options.given {
		switch p.name {
		case "skiptoken", "deltatoken":
		case "skip", "count":
			// The count is told once, and what was skipped stays skipped.
		default:
			link += "$" + p.name + "=" + p.raw + "&"
		}
	}
	return link + "$" + option + "=" + url.QueryEscape(token)
}

func send(r *Request, status int, body []byte) {
	r.writer.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	r.writer.WriteHeader(status)
	// A caller that is gone by now does not need its answer.
	_, _ = r.writer.Write(body)
}

// refuse answers with an error. What the service does not know answers 500
// without saying more than where to look.
func (s *Service) refuse(r *Request, err error) {
	refusal, ok := errors.AsType[*Error](err)
	if !ok && s.Refusal != nil {
		refusal = s.Refusal(err)
	}
	if refusal == nil {
		if s.Report != nil {
			s.Report(r.HTTP, r.ID, err)
		}
		refusal = &Error{Status: http.StatusInternalServerError, Code: CodeGeneral,
			Message: "The request failed here. The log has the reason under request-id " + r.ID + "."}
	}
	r.audit(refusal.Status, refusal)
	header := r.writer.Header()
	switch {
	case refusal.Status == http.StatusUnauthorized:
		header.Set("WWW-Authenticate", s.challenge(r.HTTP))
	case refusal.Allow != "":
		header.Set("Allow", refusal.Allow)
	case refusal.Location != "":
		header.Set("Location", refusal.Location)
	case refusal.RetryAfter > 0:
		header.Set("Retry-After", strconv.Itoa(int((refusal.RetryAfter+time.Second-1)/time.Second)))
	}
	header["Content-Type"] = []string{contentType}
	send(r, refusal.Status, s.envelope(r, refusal))
}

// challenge asks for a token. Whoever brought one is told that it is the token
// that is wrong (RFC 6750 section 3.1).
func (s *Service) challenge(r *http.Request) string {
	challenge := "Bearer realm=" + strconv.Quote(s.Realm)
	if r.Header.Get("Authorization") != "" {
		challenge += `, error="invalid_token"`
	}
	return challenge
}

// envelope returns the JSON of an error. Code and message are never empty:
// published clients fail without them.
func (s *Service) envelope(r *Request, e *Error) []byte {
	dst := append([]byte(nil), `{"error":{"code":`...)
	dst = appendText(dst, e.Code)
	dst = append(dst, `,"message":`...)
	dst = appendText(dst, e.Message)
	if e.Target != "" {
		dst = append(dst, `,"target":`...)
		dst = appendText(dst, e.Target)
	}
	dst = append(dst, `,"innerError":{`...)
	if e.InnerCode != "" {
		dst = append(dst, `"code":`...)
		dst = append(appendText(dst, e.InnerCode), ',')
	}
	dst = append(dst, `"date":"`...)
	dst = s.Now().UTC().AppendFormat(dst, "2006-01-02T15:04:05")
	dst = append(dst, `","request-id":`...)
	dst = appendText(dst, r.ID)
	dst = append(dst, `,"client-request-id":`...)
	dst = appendText(dst, r.Client)
	return append(dst, "}}}"...)
}
