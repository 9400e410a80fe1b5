package api

import (
	"cmp"
	"errors"

	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

// decisions are what people said of records, and what holds in all runs until it is
// withdrawn.
func (s *surface) decisions() *odata.EntitySet {
	read, write := []string{planRead, planApprove, planCreate, decisionWrite}, []string{decisionWrite}
	return &odata.EntitySet{
		Path: "decisions", Type: s.model.Type(typeRecordDecision), ReadAll: read, ReadOne: read, Write: write,
		Order: []odata.Order{{Property: "decidedDateTime"}, {Property: "id"}},
		List: func(r *odata.Request) ([]*odata.Object, error) {
			made, err := s.Decisions(r.Context())
			if err != nil {
				return nil, err
			}
			var all []*odata.Object
			for _, d := range made {
				all = append(all, s.recordDecision(d))
			}
			return all, nil
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			d, err := s.decisionOnRecord(r)
			return s.recordDecision(d), err
		},
		Create: s.createDecision,
		Delete: func(r *odata.Request) error {
			d, err := s.decisionOnRecord(r)
			if err != nil {
				return err
			}
			return s.WithdrawDecision(r.Context(), d)
		},
	}
}

func (s *surface) decisionOnRecord(r *odata.Request) (flow.Decision, error) {
	made, err := s.Decisions(r.Context())
	if err != nil {
		return flow.Decision{}, err
	}
	for _, d := range made {
		if d.ID == r.Param("id") {
			return d, nil
		}
	}
	return flow.Decision{}, odata.NotFound("There is no decision '%s'.", r.Param("id"))
}

// createDecision decides on a record, in the place of an earlier decision on it.
func (s *surface) createDecision(r *odata.Request, asked *odata.Object) (*odata.Object, error) {
	id, name := r.Caller().Identity()
	record, by, note := asked.Get("record").Text(), cmp.Or(name, id), asked.Get("note").Text()
	if record == "" {
		return nil, odata.BadRequest(odata.InnerInvalidType, "record", "Say on whom: record is the sourcedId of a person or class.")
	}
	var d flow.Decision
	var err error
	switch as := flow.DecidedAs(asked.Get("as").Text()); as {
	case flow.Link:
		d, err = s.Link(r.Context(), record, asked.Get("userName").Text(), note, by)
	case flow.Ignore:
		d, err = s.Ignore(r.Context(), record, note, by)
	default:
		return nil, odata.BadRequest(odata.InnerInvalidType, "as", "A decision is link or ignore, not '%s'.", as)
	}
	if wrong, is := errors.AsType[*flow.Error](err); is && wrong.Kind == flow.Invalid {
		return nil, odata.BadRequest(odata.InnerInvalidType, wrong.Target, "%s.", wrong.Message)
	}
	if err != nil {
		return nil, err
	}
	return s.recordDecision(d), nil
}

func (s *surface) recordDecision(d flow.Decision) *odata.Object {
	kind := "person"
	if d.Record.Class {
		kind = "class"
	}
	return odata.New(s.model.Type(typeRecordDecision)).
		Set("id", odata.Text(d.ID)).
		Set("kind", odata.Text(kind)).
		Set("record", odata.Text(d.Record.SourcedID)).
		Set("as", odata.Text(string(d.As))).
		Set("userName", odata.Text(d.UserName)).
		Set("note", odata.Text(d.Note)).
		Set("decidedBy", odata.Text(d.By)).
		Set("decidedDateTime", odata.Time(d.At))
}
