package sds_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/feed/sds"
	"rollbook/internal/vocab"
)

func TestExampleDistrictIsClean(t *testing.T) {
	t.Parallel()
	got := read(t, "../../../examples/district")
	if diff := cmp.Diff(0, len(got.Findings)); diff != "" {
		t.Errorf("findings: %v", got.Findings)
	}
	if len(got.Rows) < 150 {
		t.Errorf("the district has %d rows, want a whole district", len(got.Rows))
	}
}

// read reads a folder or archive.
func read(t *testing.T, path string) *feedtest.Recorder {
	t.Helper()
	source, err := sds.Open(path, sds.Options{Lists: vocab.NewLists(vocab.Seed())})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	recorder := &feedtest.Recorder{}
	if err := source.Read(t.Context(), recorder); err != nil {
		t.Fatal(err)
	}
	return recorder
}

func TestBrokenDistrict(t *testing.T) {
	t.Parallel()
	got := read(t, "../../../examples/broken")
	checkFindings(t, []found{
		{feed.Error, feed.RulePeriodReversed, "academicSessions.csv", 4, 38, "t-2", 1, "is before startDate 2030-07-31"},
		{feed.Warning, feed.RuleValueInvalid, "users.csv", 5, 35, "p-1004", 1, "not an e-mail address"},
		{feed.Warning, feed.RuleValueInvalid, "users.csv", 11, 59, "p-1010", 1, "international form"},
		{feed.Error, feed.RuleValueRequired, "users.csv", 14, 8, "p-2002", 1, "username is empty"},
		{feed.Error, feed.RuleValueInvalid, "roles.csv", 3, 37, "p-1002/s-120", 1, "MM/DD/YYYY"},
		{feed.Error, feed.RuleCodeUnknown, "roles.csv", 16, 14, "p-2003/s-110", 1, `"pupil" is not in the list RefRole`},
		{feed.Error, feed.RuleColumnCount, "classes.csv", 4, 0, "k-203", 1, "quotation marks"},
	}, got.Findings)
}
