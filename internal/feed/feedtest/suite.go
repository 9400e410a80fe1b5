package feedtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/feed"
	"rollbook/internal/roster"
)

// Maker writes a district in a format and opens it.
type Maker func(t *testing.T, district District) feed.Source

// Run checks that a format's source keeps the contract of feed.Source.
func Run(t *testing.T, open func(t *testing.T, district District) feed.Source) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, Maker){
		"order":         checkOrder,
		"parts":         checkParts,
		"canonical":     checkCanonical,
		"drop":          checkDrop,
		"optional":      checkOptional,
		"rows add up":   checkRowsAddUp,
		"one cause":     checkOneCause,
		"catastrophic":  checkCatastrophic,
		"receiver":      checkReceiverErrors,
		"done context":  checkDoneContext,
		"ended context": checkEndedContext,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open)
		})
	}
}

// read reads a district without error.
func read(t *testing.T, open Maker, district District) *Recorder {
	t.Helper()
	recorder := &Recorder{}
	if err := open(t, district).Read(t.Context(), recorder); err != nil {
		t.Fatalf("Read: %v", err)
	}
	return recorder
}

func wantRows(t *testing.T, want []Row, got *Recorder) {
	t.Helper()
	if diff := cmp.Diff(want, got.Rows, cmpopts.IgnoreFields(Row{}, "File", "Line"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func wantNoFindings(t *testing.T, got *Recorder) {
	t.Helper()
	for _, f := range got.Findings {
		t.Errorf("finding: %s %s %s:%d:%d %s", f.Severity, f.Rule, f.File, f.Line, f.Column, f.Message)
	}
}

func checkOrder(t *testing.T, open Maker) {
	recorder := &Recorder{}
	recorder.At = func(part feed.Part, at feed.Place) {
		if len(recorder.Parts) == 0 || recorder.Parts[len(recorder.Parts)-1] != part {
			t.Errorf("a row of part %d came without its Begin", part)
			return
		}
		if file := recorder.Files[len(recorder.Files)-1]; at.File != file {
			t.Errorf("a row of part %d is in %q, and Begin said %q", part, at.File, file)
		}
		if n := len(recorder.Rows); n > 0 && recorder.Rows[n-1].Part == part && recorder.Rows[n-1].Line >= at.Line {
			t.Errorf("line %d of %s came after line %d", at.Line, at.File, recorder.Rows[n-1].Line)
		}
		if at.Line < 1 || at.Column("no such header") != 0 {
			t.Errorf("place: line %d, column of nothing %d", at.Line, at.Column("no such header"))
		}
	}
	if err := open(t, town()).Read(t.Context(), recorder); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(allParts(), recorder.Parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	wantRows(t, town().Rows, recorder)
	wantNoFindings(t, recorder)
}

func checkParts(t *testing.T, open Maker) {
	district := town().lacking(feed.Courses, feed.Demographics, feed.Contacts)
	district.Rows = slices.DeleteFunc(district.Rows, func(r Row) bool { return r.Part == feed.Flags })
	got := read(t, open, district)
	if diff := cmp.Diff(district.Parts, got.Parts); diff != "" {
		t.Errorf("parts, flags without rows among them (-want +got):\n%s", diff)
	}
	wantRows(t, district.Rows, got)
}

func checkCanonical(t *testing.T, open Maker) {
	got := read(t, open, sloppy())
	wantRows(t, town().Rows, got)
	wantNoFindings(t, got)
}

func checkDrop(t *testing.T, open Maker) {
	got := read(t, open, town().with(feed.Orgs, "", roster.Org{SourcedID: "X", Type: "school"}))
	wantRows(t, town().Rows, got)
	dropped := []feed.Fallen{{Part: feed.Orgs, Key: "X"}}
	if diff := cmp.Diff(dropped, got.Dropped, cmpopts.IgnoreFields(feed.Fallen{}, "Words")); diff != "" {
		t.Errorf("dropped (-want +got):\n%s", diff)
	}
	if len(got.Findings) != 1 || got.Findings[0].Rule != feed.RuleValueRequired || got.Findings[0].Severity != feed.Error ||
		got.Findings[0].Record != "X" || got.Findings[0].Rows != 1 {
		t.Errorf("findings: %+v, want one error about X", got.Findings)
	}
	if second := nth(got.Calls, "Begin", 2); slices.Index(got.Calls, "Drop") > second || slices.Index(got.Calls, "Find") > second {
		t.Errorf("the dropped row was told after the next part began: %v", got.Calls)
	}
}

// nth returns the place of the nth call of a method, and past the end where
// there is none.
func nth(calls []string, method string, n int) int {
	for i, call := range calls {
		if call == method {
			if n--; n == 0 {
				return i
			}
		}
	}
	return len(calls)
}

func checkOptional(t *testing.T, open Maker) {
	district := town().with(feed.Affiliations, "P1", roster.Affiliation{OrgSourcedID: "D", Role: "teacher", Grade: "ninth"})
	want := town().with(feed.Affiliations, "P1", roster.Affiliation{OrgSourcedID: "D", Role: "teacher"})
	got := read(t, open, district)
	wantRows(t, want.Rows, got)
	if len(got.Findings) != 1 || got.Findings[0].Severity != feed.Warning || got.Findings[0].Rule != feed.RuleCodeUnknown {
		t.Errorf("findings: %+v, want one warning about the grade", got.Findings)
	}
}

func checkRowsAddUp(t *testing.T, open Maker) {
	bad := []any{
		roster.Org{SourcedID: "X1"}, roster.Org{SourcedID: "X2", Type: "shed"}, roster.Org{SourcedID: "X3", Name: "Shed", Type: "shed"},
	}
	got := read(t, open, town().with(feed.Orgs, "", bad...))
	rows := 0
	for _, f := range got.Findings {
		rows += f.Rows
	}
	if rows != len(bad) || len(got.Dropped) != len(bad) {
		t.Errorf("the findings count %d rows and %d were dropped, want %d: %+v", rows, len(got.Dropped), len(bad), got.Findings)
	}
}

func checkOneCause(t *testing.T, open Maker) {
	const many = 500
	var bad []any
	for i := range many {
		bad = append(bad, Enrollment{"K", fmt.Sprint(i), "wizard"})
	}
	got := read(t, open, town().with(feed.Enrollments, "", bad...))
	if len(got.Findings) != 1 || got.Findings[0].Rows != many || got.Findings[0].Rule != feed.RuleCodeUnknown {
		t.Fatalf("findings: %+v, want one for %d rows", got.Findings, many)
	}
	if find, next := nth(got.Calls, "Find", 1), nth(got.Calls, "Begin", 1+int(feed.Demographics)); find > next {
		t.Error("the finding came after the next part began")
	}
}

func checkCatastrophic(t *testing.T, open Maker) {
	got := read(t, open, town().lacking(feed.People))
	if len(got.Findings) != 1 || got.Findings[0].Severity != feed.Catastrophic || got.Calls[len(got.Calls)-1] != "Find" {
		t.Errorf("findings %+v, last call %s: want one catastrophic one, and nothing after it",
			got.Findings, got.Calls[len(got.Calls)-1])
	}
}

func checkReceiverErrors(t *testing.T, open Maker) {
	district := town().with(feed.Orgs, "", roster.Org{SourcedID: "X", Type: "school"})
	for _, method := range []string{
		"Begin", "Org", "Session", "Course", "Person", "Affiliation", "Class", "Enrollment", "Demographics", "Flag",
		"Contact", "Find", "Drop",
	} {
		want := errors.New("no room for " + method)
		recorder := &Recorder{Fail: func(called string) error {
			if called == method {
				return want
			}
			return nil
		}}
		source := open(t, district)
		synctest.Test(t, func(t *testing.T) { // fails if a goroutine outlives Read
			if got := source.Read(t.Context(), recorder); got != want { //nolint:errorlint // as it is
				t.Errorf("%s failed and Read returned %v, want the same error", method, got)
			}
		})
		if calls := len(recorder.Calls); recorder.Calls[calls-1] != method {
			t.Errorf("%s failed and %s was called afterwards", method, recorder.Calls[calls-1])
		}
	}
}

func checkDoneContext(t *testing.T, open Maker) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := open(t, town()).Read(ctx, &Recorder{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Read with a done context: %v", err)
	}
}

func checkEndedContext(t *testing.T, open Maker) {
	const many = 20_000
	source := open(t, town().with(feed.People, "", crowd(many)...))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		recorder := &Recorder{Fail: func(method string) error {
			if method == "Person" {
				cancel()
			}
			return nil
		}}
		if err := source.Read(ctx, recorder); !errors.Is(err, context.Canceled) {
			t.Errorf("Read with a context that ended: %v", err)
		}
		if n := len(recorder.Values(feed.People)); n >= many {
			t.Errorf("all %d people came although the context ended with the first", n)
		}
	})
}
