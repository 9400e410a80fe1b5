package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newHistoryCommand(a *app) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "history PERSON|CLASS",
		Short: "Show what was done to a person or a class in the directory, when, and why",
		Long: `Show what was done to the account of a person and where he or she came and left, or
to the group of a class and who came and left there: when, by which plan of which
run, why, and what came of it. The newest comes first.

PERSON and CLASS are sourcedIds; SOURCE:ID, with the number of the source system,
where two have one. A person may be named by the user name too.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a person or class that was never there
`,
		Args: oneArg("the sourcedId of a person or class"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.history(cmd.Context(), args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object a line")
	return cmd
}

// happened is one thing that was done.
type happened struct {
	Time    time.Time    `json:"dateTime"`
	Run     string       `json:"runId"`
	Plan    int64        `json:"planId"`
	Verb    string       `json:"verb"` // create, update, add, remove
	Kind    string       `json:"kind"`
	Object  string       `json:"object"`
	Role    string       `json:"role,omitempty"`   // of somebody who came or left
	Person  string       `json:"person,omitempty"` // who came or left
	Set     []shownValue `json:"set,omitempty"`
	Because string       `json:"because"`
	Outcome string       `json:"outcome"` // done, failed, or not yet
	Message string       `json:"message,omitempty"`
}

func (a *app) history(ctx context.Context, key string, asJSON bool) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		record, err := parts.FindRecord(ctx, key)
		if run.IsNotThere(err) {
			return usageError(err)
		}
		if err != nil {
			return err
		}
		if err := a.audit(ctx, parts, "rollbook history", map[string]any{"record": key}); err != nil {
			return err
		}
		var entries []ledger.Entry
		for e, err := range parts.Ledger().Changes(ctx, ledger.Query{Record: record}) {
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		names, err := parts.Names(ctx)
		if err != nil {
			return err
		}
		for page := range slices.Chunk(entries, pageOfChanges) {
			if err := names.Learn(ctx, page); err != nil {
				return err
			}
		}
		for _, e := range slices.Backward(entries) {
			for _, h := range happenings(names, e, record) {
				if err := a.printHappened(h, asJSON); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// happenings are what a change did to a record, or with it.
func happenings(names *server.Names, e ledger.Entry, record ledger.Record) []happened {
	object := names.Of(e.Record.Kind, e.Record.Source, e.Record.ID)
	h := happened{
		Time: e.Plan.Created, Run: e.Plan.Run, Plan: e.Plan.ID, Kind: kindName(e.Record.Kind), Object: object,
		Because: ledger.Sentence(e.Because), Outcome: "not yet",
	}
	changed := ledger.Changed{Set: e.Set, Was: e.Was, Links: e.Links}
	if e.Outcome != nil {
		h.Time, h.Message = e.Outcome.Time, e.Outcome.Message
		changed = e.Outcome.Changed(e.Change)
		if h.Outcome = "done"; e.Outcome.State == directory.Failed {
			h.Outcome = "failed"
		}
	}
	var all []happened
	if e.Record == record {
		own := h
		own.Verb = string(e.Verb)
		for _, v := range changed.Set {
			was, _ := changed.Was.Get(v.Property)
			if v.Text+was == "" {
				continue // neither before nor after
			}
			own.Set = append(own.Set, shownValue{string(v.Property), v.Text, was})
		}
		if e.Verb != directory.Update || len(own.Set) > 0 {
			all = append(all, own)
		}
	}
	for _, l := range changed.Links {
		for _, id := range l.IDs {
			if e.Record != record && id != record.ID {
				continue
			}
			moved := h
			moved.Verb, moved.Role = "add", string(l.Relation)
			if l.Remove {
				moved.Verb = "remove"
			}
			moved.Person, moved.Because = names.Of(l.Relation.To(), e.Record.Source, id), ledger.Sentence(l.Because)
			all = append(all, moved)
		}
	}
	return all
}

func (a *app) printHappened(h happened, asJSON bool) error {
	if asJSON {
		return a.printJSONLine(h)
	}
	what := h.Verb + " " + h.Kind + " " + h.Object
	if h.Role != "" {
		what = h.Verb + " " + h.Role + " " + h.Person + ", " + h.Object
	}
	if h.Outcome != "done" {
		what = h.Outcome + ": " + what
	}
	terminal.Printf(a.out, "%s  plan %-4d %s: %s\n", h.Time.UTC().Format("2006-01-02 15:04Z"), h.Plan, terminal.Text(what), h.Because)
	for _, v := range h.Set {
		terminal.Printf(a.out, "  %-20s %q, was %q\n", v.Property, v.Is, v.Was)
	}
	if h.Message != "" {
		terminal.Printf(a.out, "  %s\n", terminal.Text(h.Message))
	}
	return nil
}
