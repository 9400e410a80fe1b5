package main

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollbook/internal/feed"
	"rollbook/internal/plan"
	"rollbook/internal/run"
)

// document is what a sync prints as JSON. Its members are documented and stay
// as they are, whatever a run counts besides.
type document struct {
	Run      run.ResultRun         `json:"run"`
	Feed     map[string]fileCounts `json:"feed"`
	Findings []finding             `json:"findings"`
	Plan     run.PlanSummary       `json:"plan"`
	Applied  run.Applied           `json:"applied"`
	Stages   []run.Stage           `json:"stages"`
	Skipped  []run.Skipped         `json:"skipped,omitempty"` // there where there are any
	Held     *run.Held             `json:"held,omitempty"`    // there where a plan waits

	NotProvisioned map[plan.Reason]int `json:"notProvisioned,omitempty"` // what was read and is not, by reason
	Targets        []targetDocument    `json:"targets,omitempty"`        // the directories beside the hosted one
}

// targetDocument is what a sync did to a directory beside the hosted one.
type targetDocument struct {
	Name     string          `json:"name"`
	Error    string          `json:"error,omitempty"` // why nothing was done
	Run      run.ResultRun   `json:"run,omitzero"`
	Findings []finding       `json:"findings"`
	Plan     run.PlanSummary `json:"plan"`
	Applied  run.Applied     `json:"applied"`
	Held     *run.Held       `json:"held,omitempty"`
}

// checkDocument is what a check prints as JSON: the part of a document that a
// check has.
type checkDocument struct {
	Feed     map[string]fileCounts `json:"feed"`
	Findings []finding             `json:"findings"`
}

type fileCounts struct {
	Rows        int `json:"rows"`
	Added       int `json:"added"`
	Changed     int `json:"changed"`
	Deactivated int `json:"deactivated"`
	Unchanged   int `json:"unchanged"`
	Errors      int `json:"errors"`
	Warnings    int `json:"warnings"`
}

type finding struct {
	Severity feed.Severity `json:"severity"`
	Rule     feed.Rule     `json:"rule"`
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Column   int           `json:"column"`
	Record   string        `json:"record"`
	Message  string        `json:"message"`
	Hint     string        `json:"hint"`
}

func newDocument(r run.Result) document {
	d := document{r.Run, countsOf(r.Feed), findingsOf(r.Findings), r.Plan, r.Applied, r.Stages, r.Skipped, r.Held, r.NotProvisioned, nil}
	for _, t := range r.Targets {
		one := targetDocument{
			Name: t.Name, Run: t.Result.Run, Findings: findingsOf(t.Result.Findings), Plan: t.Result.Plan, Applied: t.Result.Applied, Held: t.Result.Held,
		}
		if t.Err != nil {
			one.Error = t.Err.Error()
		}
		d.Targets = append(d.Targets, one)
	}
	return d
}

func countsOf(files map[string]*feed.FileReport) map[string]fileCounts {
	counts := make(map[string]fileCounts, len(files))
	for name, f := range files {
		counts[name] = fileCounts{f.Rows, f.Added, f.Changed, f.Deactivated, f.Unchanged, f.Errors, f.Warnings}
	}
	return counts
}

func findingsOf(found []feed.Finding) []finding {
	list := make([]finding, len(found))
	for i, f := range found {
		list[i] = finding{f.Severity, f.Rule, f.File, f.Line, f.Column, f.Record, f.Message, f.Hint}
	}
	return list
}

// printJSON prints a value as JSON, with a line of its own for each member.
func (a *app) printJSON(value any) error {
	text, err := json.Marshal(value, json.Deterministic(true), json.FormatNilSliceAsNull(false), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	_, err = a.out.Write(append(text, '\n'))
	return err
}

// printJSONLine prints a value as one line of JSON.
func (a *app) printJSONLine(value any) error {
	text, err := json.Marshal(value, json.Deterministic(true), json.FormatNilSliceAsNull(false))
	if err != nil {
		return err
	}
	_, err = a.out.Write(append(text, '\n'))
	return err
}
