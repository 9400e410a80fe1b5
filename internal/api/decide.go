package api

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"rollbook/internal/ledger"
	"rollbook/internal/odata"
	"rollbook/internal/run"
)

// approve approves a plan that is held, or parts of it, and applies that.
func (s *surface) approve(r *odata.Request) (odata.Answer, error) {
	d, err := s.decision(r)
	if err != nil {
		return odata.Answer{}, err
	}
	if _, err := s.Decide(r.Context(), d, nil); err != nil {
		return odata.Answer{}, err
	}
	return s.decided(r)
}

// reject says that a plan that is held is not to be applied.
func (s *surface) reject(r *odata.Request) (odata.Answer, error) {
	d, err := s.decision(r)
	if err != nil {
		return odata.Answer{}, err
	}
	if err := s.Reject(r.Context(), d); err != nil {
		return odata.Answer{}, err
	}
	return s.decided(r)
}

// decided answers with the plan as it is now.
func (s *surface) decided(r *odata.Request) (odata.Answer, error) {
	_, o, err := s.shownPlan(r)
	return odata.Answer{Object: o, Declared: s.model.Type(typePlan)}, err
}

// decision reads what a caller decided about the plan that the path names, and refuses
// it where the plan is not the one that he or she saw.
func (s *surface) decision(r *odata.Request) (run.Decision, error) {
	plan, shown, err := s.shownPlan(r)
	if err != nil {
		return run.Decision{}, err
	}
	payload, err := r.Payload()
	if err != nil {
		return run.Decision{}, err
	}
	o, err := payload.ForCreate(s.model.Type(typeDecision))
	if err != nil {
		return run.Decision{}, err
	}
	if plan.State != ledger.Held && plan.By != "" {
		return run.Decision{}, alreadyDecided(plan.By)
	}
	switch tags := r.HTTP.Header.Values("If-Match"); {
	case len(tags) == 0:
		return run.Decision{}, &odata.Error{
			Status: http.StatusPreconditionRequired, Code: "preconditionRequired",
			Message: "Send If-Match with the @odata.etag of the plan that you saw.",
		}
	case !slices.Contains(tags, "*") && !slices.Contains(tags, shown.ETag()):
		return run.Decision{}, &odata.Error{
			Status: http.StatusPreconditionFailed, Code: "preconditionFailed",
			Message: "The plan is not as it was when you saw it: read it again.",
		}
	}
	if hash := o.Get("hash").Text(); hash != plan.Hash {
		return run.Decision{}, &odata.Error{
			Status: http.StatusConflict, Code: "planOutdated", Target: "hash",
			Message: "hash is not that of the plan: send the hash of the plan that you saw.",
		}
	}
	id, name := r.Caller().Identity()
	d := run.Decision{Plan: plan.ID, Note: o.Get("note").Text(), By: cmp.Or(name, id)}
	for _, part := range o.Get("parts").List() {
		d.Schools = append(d.Schools, part.Text())
	}
	return d, nil
}

func alreadyDecided(by string) *odata.Error {
	return &odata.Error{Status: http.StatusConflict, Code: "alreadyDecided", Message: fmt.Sprintf("The plan was decided by %s.", by)}
}

// refusal translates the errors of decisions, and those that pass.
func (c Config) refusal(err error) *odata.Error {
	if decided, is := errors.AsType[ledger.Decided](err); is {
		return alreadyDecided(decided.By)
	}
	if cannot, is := errors.AsType[*run.CannotUndo](err); is {
		return &odata.Error{Status: http.StatusConflict, Code: "cannotUndo", Target: "runId", Message: sentence(cannot)}
	}
	if run.IsNotThere(err) {
		return odata.NotFound("%s", sentence(err))
	}
	if whole, is := errors.AsType[*run.WholeOnly](err); is {
		return &odata.Error{Status: http.StatusConflict, Code: "wholeOnly", Target: "parts", Message: sentence(whole)}
	}
	_, outdated := errors.AsType[ledger.Outdated](err)
	_, notAllowed := errors.AsType[ledger.NotAllowed](err)
	if outdated || notAllowed {
		return &odata.Error{Status: http.StatusConflict, Code: "planOutdated", Message: "Something moved since the plan was made, or it waits no longer: have a run make it anew."}
	}
	if needs, is := errors.AsType[*run.NeedsOther](err); is {
		return &odata.Error{Status: http.StatusConflict, Code: "partNeedsOther", Target: "parts", Message: sentence(needs)}
	}
	return c.Refusal(err)
}

// sentence makes a sentence of an error.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
