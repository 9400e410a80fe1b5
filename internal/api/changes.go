package api

import (
	"cmp"
	"strconv"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/odata"
)

// changes answers with a page of the changes of a plan, in their order. Their filter
// takes equality of partKey, kind and verb, with and between them.
func (s *surface) changes(r *odata.Request) (odata.Answer, error) {
	plan, _, err := s.planOf(r)
	if err != nil {
		return odata.Answer{}, err
	}
	wanted, err := s.wanted(r)
	if err != nil {
		return odata.Answer{}, err
	}
	after, err := strconv.ParseInt(cmp.Or(r.Options.SkipToken, "0"), 10, 64)
	if err != nil {
		return odata.Answer{}, odata.BadRequest(odata.InnerInvalidQuery, "$skiptoken", "The value of $skiptoken does not belong to this request; use an @odata.nextLink as it is.")
	}
	most := r.PageSize(defaultTop)
	if r.Options.Top >= 0 {
		most = min(r.Options.Top, maxTop)
	}
	var found []ledger.Entry
	next := ""
	for e, err := range s.Changes(r.Context(), plan.ID, after) {
		if err != nil {
			return odata.Answer{}, err
		}
		if !wanted(e) {
			continue
		}
		if len(found) == most {
			if most > 0 {
				next = strconv.FormatInt(found[most-1].Seq, 10)
			}
			break
		}
		found = append(found, e)
	}
	called, err := s.Called(r.Context(), found)
	if err != nil {
		return odata.Answer{}, err
	}
	page := odata.Page{Count: -1, Objects: []*odata.Object{}, Next: next}
	for _, e := range found {
		o, err := s.change(e, called)
		if err != nil {
			return odata.Answer{}, err
		}
		page.Objects = append(page.Objects, o)
	}
	return odata.Answer{Page: &page, Declared: s.model.Type(typeChange)}, nil
}

// wanted returns what tells the changes that the caller wants.
func (s *surface) wanted(r *odata.Request) (func(ledger.Entry) bool, error) {
	if r.Options.Filter == nil {
		return func(ledger.Entry) bool { return true }, nil
	}
	compiled, err := s.model.Compile(r.Options.Filter, s.model.Type(typeChange))
	if err != nil {
		return nil, err
	}
	return matches(compiled)
}

func matches(e odata.Expr) (func(ledger.Entry) bool, error) {
	switch e := e.(type) {
	case odata.And:
		left, err := matches(e.Left)
		if err != nil {
			return nil, err
		}
		right, err := matches(e.Right)
		return func(c ledger.Entry) bool { return left(c) && right(c) }, err
	case odata.Comparison:
		member := map[string]func(ledger.Entry) string{
			"partKey": func(c ledger.Entry) string { return c.Part },
			"kind":    func(c ledger.Entry) string { return string(c.Record.Kind) },
			"verb":    func(c ledger.Entry) string { return string(c.Verb) },
		}[e.Property]
		if member != nil && e.Op == "eq" {
			value := e.Value.Text()
			return func(c ledger.Entry) bool { return member(c) == value }, nil
		}
	}
	return nil, odata.BadRequest(odata.InnerInvalidQuery, "$filter", "On changes $filter takes partKey, kind and verb with eq, and and between them.")
}

// reason is why a change is made, as data and in words.
type reason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func because(code string) reason { return reason{code, ledger.Sentence(code)} }

func (s *surface) change(e ledger.Entry, called func(ledger.Record) string) (*odata.Object, error) {
	type link struct {
		Verb     string `json:"verb"`
		Relation string `json:"role"`
		Person   string `json:"person"`
		Because  reason `json:"because"`
	}
	links := []link{}
	for _, l := range e.Links {
		verb := "add"
		if l.Remove {
			verb = "remove"
		}
		for _, id := range l.IDs {
			person := called(ledger.Record{Kind: l.Relation.To(), Source: e.Record.Source, ID: id})
			links = append(links, link{verb, string(l.Relation), person, because(l.Because)})
		}
	}
	o := odata.New(s.model.Type(typeChange)).
		Set("id", odata.Text(strconv.FormatInt(e.Seq, 10))).
		Set("partKey", odata.Text(e.Part)).
		Set("verb", odata.Text(string(e.Verb))).
		Set("kind", odata.Text(string(e.Record.Kind))).
		Set("object", odata.Text(cmp.Or(called(e.Record), e.Anchor)))
	if e.ObjectID != "" {
		o.Set("objectId", odata.Text(e.ObjectID))
	}
	members := map[string]any{"set": values(e.Set), "was": values(e.Was), "links": links, "because": because(e.Because)}
	if e.Outcome != nil {
		members["outcome"] = map[string]any{
			"state": outcomeState(e.Outcome.State), "code": e.Outcome.Code, "message": e.Outcome.Message, "dateTime": e.Outcome.Time,
		}
	}
	return o.SetJSON(members)
}

func values(of directory.Values) map[string]string {
	all := map[string]string{}
	for _, v := range of {
		all[string(v.Property)] = v.Text
	}
	return all
}

func outcomeState(s directory.OutcomeState) string {
	switch s {
	case directory.Done:
		return "done"
	case directory.Failed:
		return "failed"
	case directory.Accepted:
		return "accepted"
	case directory.Part:
		return "part"
	}
	return "unknown"
}
