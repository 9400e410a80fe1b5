package sds_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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
