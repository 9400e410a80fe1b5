package api

import (
	"cmp"
	"net/http"
	"time"

	"rollbook/internal/odata"
)

// Finding is a finding of the latest feeds, with its life over the runs that read them.
type Finding struct {
	ID, Rule, Severity, State   string
	File, Record, Message, Hint string
	Line, Column, Runs          int
	FirstSeen                   time.Time
	FirstRun                    string
	QuietUntil                  time.Time
	QuietBy, QuietNote          string
}

// findings are what the latest feeds had wrong with them.
func (s *surface) findings() *odata.EntitySet {
	read := []string{findingRead, decisionWrite}
	list := func(r *odata.Request) ([]*odata.Object, error) {
		found, err := s.FindingsNow(r.Context())
		if err != nil {
			return nil, err
		}
		var all []*odata.Object
		for _, f := range found {
			all = append(all, s.finding(f))
		}
		return all, nil
	}
	return &odata.EntitySet{
		Path: "findings", Type: s.model.Type(typeFinding), ReadAll: read, ReadOne: read, List: list,
		Order: []odata.Order{{Property: "file"}, {Property: "line"}, {Property: "id"}},
		Get:   among(list, "No finding of the latest runs is '%s'."),
	}
}

func (s *surface) finding(f Finding) *odata.Object {
	o := odata.New(s.model.Type(typeFinding)).
		Set("id", odata.Text(f.ID)).
		Set("rule", odata.Text(f.Rule)).
		Set("severity", odata.Text(f.Severity)).
		Set("state", odata.Text(f.State)).
		Set("file", odata.Text(f.File)).
		Set("line", odata.Int(int64(f.Line))).
		Set("column", odata.Int(int64(f.Column))).
		Set("record", odata.Text(f.Record)).
		Set("message", odata.Text(f.Message)).
		Set("hint", odata.Text(f.Hint)).
		Set("firstSeenDateTime", odata.Time(f.FirstSeen)).
		Set("firstSeenRunId", odata.Text(f.FirstRun)).
		Set("runs", odata.Int(int64(f.Runs)))
	if !f.QuietUntil.IsZero() {
		o.Set("quietUntilDateTime", odata.Time(f.QuietUntil)).Set("quietBy", odata.Text(f.QuietBy)).Set("quietNote", odata.Text(f.QuietNote))
	}
	return o
}

// quiet leaves a finding out of what is open until some time; without a time it is told
// again.
func (s *surface) quiet(r *odata.Request) (odata.Answer, error) {
	payload, err := r.Payload()
	if err != nil {
		return odata.Answer{}, err
	}
	t := s.model.Type(typeQuiet)
	asked, err := payload.ForCreate(t)
	if err != nil {
		return odata.Answer{}, err
	}
	var until time.Time
	if text := asked.Get("until").Text(); text != "" {
		if until, err = time.Parse(time.RFC3339, text); err != nil {
			return odata.Answer{}, odata.BadRequest(odata.InnerInvalidType, "until", "until is a time, such as 2027-01-31T00:00:00Z.")
		}
	}
	id, name := r.Caller().Identity()
	f, err := s.QuietUntil(r.Context(), r.Param("id"), until, asked.Get("note").Text(), cmp.Or(name, id))
	if err != nil {
		return odata.Answer{}, err
	}
	return odata.Answer{Object: s.finding(f), Declared: s.model.Type(typeFinding)}, nil
}

// findingOperations are what can be done with findings.
func (s *surface) findingOperations() []odata.Operation {
	return []odata.Operation{
		{Method: http.MethodPost, Path: "findings/{id}/quiet", Permissions: []string{decisionWrite}, Handle: s.quiet, Bound: &odata.Bound{Type: typeFinding, Returns: typeFinding}},
	}
}
