package api

import (
	"errors"
	"net/http"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/odata"
	"rollbook/internal/run"
)

// createPlan makes a plan that takes back what a run did, or a part of it, and keeps it
// to be decided on.
func (s *surface) createPlan(r *odata.Request, asked *odata.Object) (*odata.Object, error) {
	if purpose := asked.Get("purpose").Text(); purpose != string(ledger.ForRollback) {
		return nil, odata.BadRequest(odata.InnerInvalidType, "purpose", "A plan is made for the purpose rollback; plans for feeds are made by runs.")
	}
	of := ledger.Undoing{Run: asked.Get("runId").Text()}
	var narrowed int
	for name, narrow := range map[string]func(string) error{
		"schools": func(key string) error { of.School = key; return nil },
		"classes": s.recordInto(r, &of, directory.ClassGroup),
		"people":  s.recordInto(r, &of, directory.Account),
	} {
		keys := asked.Get(name).List()
		if narrowed += len(keys); narrowed > 1 {
			return nil, odata.BadRequest(odata.InnerInvalidType, name, "Name one school, class or person at most.")
		}
		for _, key := range keys {
			if err := narrow(key.Text()); err != nil {
				return nil, err
			}
		}
	}
	result, err := s.Rollback(r.Context(), of, nil)
	if errors.Is(err, run.ErrNotFound) {
		return nil, odata.BadRequest(odata.InnerInvalidType, "runId", "There is no run '%s'.", of.Run)
	}
	if err != nil {
		return nil, err
	}
	if result.Plan.ID == 0 {
		return nil, &odata.Error{Status: http.StatusConflict, Code: "nothingToUndo", Message: "Nothing is left to take back of the run."}
	}
	made, _, err := s.Plan(r.Context(), result.Plan.ID)
	if err != nil {
		return nil, err
	}
	called, err := s.Schools(r.Context())
	if err != nil {
		return nil, err
	}
	return s.plan(made, called)
}

// recordInto returns what narrows a rollback to a person or a class.
func (s *surface) recordInto(r *odata.Request, of *ledger.Undoing, kind directory.Kind) func(string) error {
	return func(key string) (err error) {
		of.Record, err = s.FindRecordOf(r.Context(), kind, key)
		return err
	}
}

// undoing is what a plan for a rollback takes back, as it is written.
type undoing struct {
	Run      string     `json:"runId"`
	School   string     `json:"schoolId,omitempty"`
	InTheWay []inTheWay `json:"inTheWay"`
	More     int        `json:"more,omitzero"`
}

// inTheWay is something that a run did and that stays. What it is about is told by the
// identifiers of the roster: who reads plans need not know names.
type inTheWay struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Kind     string `json:"kind"`
	Property string `json:"property,omitempty"`
	Role     string `json:"role,omitempty"`
	Run      string `json:"laterRunId,omitempty"`
}

func undoingOf(u ledger.Undoing) undoing {
	shown := undoing{Run: u.Run, School: u.School, InTheWay: []inTheWay{}, More: u.More}
	for _, w := range u.InTheWay {
		shown.InTheWay = append(shown.InTheWay, inTheWay{w.Code, w.Sentence(), string(w.Record.Kind), string(w.Property), string(w.Relation), w.Run})
	}
	return shown
}
