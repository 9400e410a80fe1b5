package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

const result = `{"run":{"id":"x"},
	"feed":{"users.csv":{"rows":10,"added":1,"changed":2,"deactivated":3,"unchanged":4},"orgs.csv":{"rows":1}},
	"applied":{"users":1,"groups":2,"memberships":4,"failed":0},
	"stages":[{"name":"check","seconds":0.5},{"name":"store","seconds":0.25}]}`

func TestOutcome(t *testing.T) {
	t.Parallel()
	var o outcome
	if err := json.Unmarshal([]byte(result), &o); err != nil {
		t.Fatal(err)
	}
	all, written := o.rows()
	if diff := cmp.Diff([]int{11, 6, 7}, []int{all, written, o.effects()}); diff != "" {
		t.Errorf("rows, rows written, effects (-want +got):\n%s", diff)
	}
	if got, err := o.seconds("check", "store"); err != nil || got != 0.75 {
		t.Errorf("seconds = %v, %v, want 0.75", got, err)
	}
	// A stage that is not there must not pass for one that took no time.
	if _, err := o.seconds("check", "apply"); err == nil {
		t.Error("a missing stage is no error")
	}
}

func TestWritingOnAnUnchangedFeedIsNamed(t *testing.T) {
	t.Parallel()
	var m measurement
	if err := json.Unmarshal([]byte(strings.Replace(result, `"check"`, `"match"`, 1)), &m.outcome); err != nil {
		t.Fatal(err)
	}
	m.Stages = append(m.Stages, stage{"check", 1}, stage{"plan", 1}, stage{"apply", 1})
	r := report{Floor: 1}
	if err := r.addNight(m, m, m, m); err != nil {
		t.Fatal(err)
	}
	for _, w := range r.Work {
		if w.Name == "same feed again" && w.Verdict != "WRITES" {
			t.Errorf("the verdict is %s, want WRITES", w.Verdict)
		}
	}
}

func TestFloorReadsEveryField(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"a.csv": "id,name\n1,\"x, y\"\n", "b.csv": "id\n22\n", "notes.txt": "no"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := district{tonight: dir}.floor()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{15, 23}, []int64{got.fields, got.bytes}); diff != "" {
		t.Errorf("fields, bytes (-want +got):\n%s", diff)
	}
}

func TestSummarize(t *testing.T) {
	t.Parallel()
	var took []time.Duration
	for i := 101; i > 0; i-- {
		took = append(took, time.Duration(i)*time.Millisecond)
	}
	got, err := summarize(took, 2*time.Second)
	want := loadResult{perSecond: 50.5, median: 51, p99: 100}
	if err != nil || got != want {
		t.Errorf("summarize = %+v, %v, want %+v", got, err, want)
	}
	if _, err := summarize(nil, time.Second); err == nil {
		t.Error("no answer at all is no error")
	}
}
