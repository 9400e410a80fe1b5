package sds_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/roster"
)

func TestListsHoldEachValueOnce(t *testing.T) {
	t.Parallel()
	files := sound()
	files["courses.csv"] = "sourcedId,orgSourcedId,title,subject,grade\nC,S,Algebra,\"02, 02,x\",\"9,09,10\"\n" +
		"C2,S,Algebra,\"02, 02,x\",\"9,09,10\"\n" // a value that came before, with what there is to find in it
	files["classes.csv"] = "sourcedId,orgSourcedId,title,sessionSourcedIds\nK,S,Algebra,\"T1, T2,,T1\"\n"
	got := read(t, writeFiles(t, files))
	checkFindings(t, []found{{feed.Warning, feed.RuleCodeUnknown, "courses.csv", 2, 13, "C", 2, `"x"`}}, got.Findings)
	want := []any{
		roster.Course{SourcedID: "C", OrgSourcedID: "S", Title: "Algebra", Subjects: []string{"02"}, Grades: []string{"09", "10"}},
		roster.Course{SourcedID: "C2", OrgSourcedID: "S", Title: "Algebra", Subjects: []string{"02"}, Grades: []string{"09", "10"}},
		roster.Class{SourcedID: "K", OrgSourcedID: "S", Title: "Algebra", SessionSourcedIDs: []string{"T1", "T2"}},
	}
	if diff := cmp.Diff(want, append(got.Values(feed.Courses), got.Values(feed.Classes)...)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}
