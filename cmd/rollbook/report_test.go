package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
)

func TestPrintResult(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := &app{streams: streams{out: &out}}
	err := a.printResult("feed", run.Result{
		Run:  run.ResultRun{ID: "r-1"},
		Feed: map[string]*feed.FileReport{"users.csv": {Rows: 3, Added: 1, Changed: 1, Errors: 1}},
		Findings: []feed.Finding{
			{Severity: feed.Error, Rule: feed.RuleDuplicate, File: "users.csv", Line: 4, Column: 1, Record: "p-1", Message: "used twice", Hint: "Use it once."},
			{Severity: feed.Warning, Rule: feed.RuleColumnCount, File: "users.csv", Line: 5, Message: "short"},
		},
		Plan:      run.PlanSummary{Counts: ledger.Counts{Accounts: ledger.ObjectCounts{Create: 1, Update: 1}, Memberships: ledger.LinkCounts{Remove: 2}}},
		Applied:   run.Applied{Users: 2, Memberships: 1, Failed: 1},
		Stages:    []run.Stage{{Name: "check", Seconds: 1}, {Name: "apply", Seconds: 0.5}},
		Recovered: run.Applied{Users: 7, Groups: 1},
		Skipped:   []run.Skipped{{Flow: "From the API", ID: "f-1", Reason: "it cannot be read yet"}},
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	want := `resumed   7 accounts, 1 class group, 0 memberships: what was left of a run that was cut off
checked   feed
       file  rows  added  changed  deactivated  unchanged  errors  warnings
  users.csv     3      1        1            0          0       1         0
findings  1 error, 1 warning
  error        users.csv:4:1  p-1: used twice
               Use it once. (record-duplicate)
  warning      users.csv:5  short
plan      1 account to create, 1 account to update, 2 memberships to remove
applied   2 accounts, 0 class groups, 1 membership; 1 effect failed and will be tried again
skipped   From the API: it cannot be read yet
took      1.50 s: check 1.00 s, apply 0.50 s; run r-1
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}
