package upload_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/feed"
	"rollbook/internal/upload"
)

func TestSession(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		first := w.session(t, "c1")
		if !strings.HasPrefix(first.Address, w.server.URL+"/"+tenant+"/c1/"+first.ContainerID+"?") || strings.ContainsAny(first.Address, "%#") {
			t.Errorf("the URL is %s", first.Address)
		}
		if first.SessionExpires != start().Add(14*time.Hour) || first.ContainerExpires != start().Add(48*time.Hour) {
			t.Errorf("expires %v and %v", first.SessionExpires, first.ContainerExpires)
		}
		put(t, first, "users.csv", "x")
		w.advance(time.Hour)
		if again := w.session(t, "c1"); again != first {
			t.Errorf("while one is open there is another session: %+v", again)
		}
		if other := w.session(t, "c2"); other.ContainerID == first.ContainerID {
			t.Error("two connectors share a session")
		}
		reset, err := w.Session(t.Context(), "c1", true)
		if err != nil || reset.ContainerID == first.ContainerID {
			t.Errorf("a reset session is %+v, %v", reset, err)
		}
		if got := w.onDisk(t); len(got) != 0 {
			t.Errorf("what was uploaded before the reset is still there: %v", got)
		}
		status, code := send(t, "PUT", at(first, "users.csv", ""), "x", "x-ms-blob-type", "BlockBlob")
		expect(t, "a URL from before the reset", status, code, 404, "ContainerNotFound")
		w.advance(14 * time.Hour)
		if later := w.session(t, "c1"); later.ContainerID == reset.ContainerID {
			t.Error("a session whose time is over is handed out again")
		}
	})
}

func TestValidateAndTake(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		if _, err := w.Validate(ctx, "c1"); !errors.Is(err, upload.ErrNoSession) {
			t.Errorf("without a session: %v", err)
		}
		s := w.session(t, "c1")
		put(t, s, "users.csv", "a")
		op := w.validate(t, "c1")
		want := upload.Operation{
			ID: op.ID, Created: start(), LastAction: start(), ConnectorID: "c1", Status: "succeeded",
			Errors: []upload.PublicError{}, ValidatedFiles: []string{"users.csv"}, Warnings: op.Warnings,
		}
		if diff := cmp.Diff(want, op); diff != "" {
			t.Error(diff)
		}
		status, code := send(t, "PUT", at(s, "users.csv", ""), "b", "x-ms-blob-type", "BlockBlob")
		expect(t, "an upload after validation", status, code, 404, "ContainerNotFound")
		path, id, ok, err := w.Next(ctx, "c1")
		if !ok || err != nil || path != w.checked || content(t, filepath.Join(path, "users.csv")) != "a" {
			t.Errorf("next is %s, %t, %v, want what was checked, %s", path, ok, err, w.checked)
		}
		if _, _, ok, err := w.Next(ctx, "c2"); ok || err != nil {
			t.Errorf("another connector has an upload: %v", err)
		}

		put(t, w.session(t, "c1"), "users.csv", "newer")
		w.validate(t, "c1")
		if content(t, filepath.Join(path, "users.csv")) != "a" {
			t.Error("what a run may be reading was removed")
		}
		newer, newerID, _, err := w.Next(ctx, "c1")
		if err != nil || newerID == id {
			t.Errorf("next is still %s, %v", newer, err)
		}
		if err := w.Taken(ctx, id); err != nil {
			t.Fatal(err)
		}
		if _, next, ok, err := w.Next(ctx, "c1"); !ok || next != newerID || err != nil {
			t.Errorf("after the older was taken next is %s, %t, %v", next, ok, err)
		}
		for range 2 {
			if err := w.Taken(ctx, newerID); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, ok, err := w.Next(ctx, "c1"); ok || err != nil {
			t.Errorf("there is an upload after all were taken: %v", err)
		}
		if got := w.onDisk(t); len(got) != 0 {
			t.Errorf("left on disk: %v", got)
		}
		if ops, err := w.Operations(ctx); len(ops) != 2 || ops[0].ID != op.ID || err != nil {
			t.Errorf("operations are %+v, %v, want two in order", ops, err)
		}
	})
}

func TestTakingTheNewestLetsGoOfOlderOnes(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		for range 2 {
			put(t, w.session(t, "c1"), "users.csv", "a")
			w.validate(t, "c1")
		}
		_, id, _, err := w.Next(t.Context(), "c1")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Taken(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if path, _, ok, err := w.Next(t.Context(), "c1"); ok || err != nil {
			t.Errorf("an upload that is out of date is next: %s, %v", path, err)
		}
	})
}

func TestOperationShowsFindings(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.findings = []feed.Finding{
			{Severity: feed.Catastrophic, Rule: feed.RuleFileNotFound, File: "orgs.csv", Hint: "Upload it."},
			{Severity: feed.Catastrophic, Rule: feed.RuleHeaderMissing, File: "users.csv", Line: 1, Message: "no sourcedId"},
			{Severity: feed.Error, Rule: feed.RuleValueRequired, File: "roles.csv", Line: 3, Column: 5, Message: "role is empty", Hint: "fill it in"},
			{Severity: feed.Warning, Rule: feed.RuleCodeUnknown, File: "roles.csv", Line: 4, Column: 1, Message: "no such grade"},
		}
		s := w.session(t, "c1")
		for _, name := range []string{"users.csv", "roles.csv", "classes.csv"} {
			put(t, s, name, "x")
		}
		got := w.validate(t, "c1")
		got.ID = ""
		want := upload.Operation{
			Created: start(), LastAction: start(), ConnectorID: "c1", Status: "succeeded",
			Errors: []upload.PublicError{
				{Code: "RequiredFileNotFound", Target: "orgs.csv", Message: "The required file orgs.csv was not found. Upload it."},
				{Code: "header-missing", Target: "users.csv", Message: "line 1: no sourcedId"},
				{Code: "value-required", Target: "roles.csv", Message: "line 3, column 5: role is empty (fill it in)"},
			},
			Warnings: []upload.PublicError{
				{Code: "OptionalFileNotFound", Target: "enrollments.csv", Message: "The file enrollments.csv was not found. It is needed for class groups only."},
				{Code: "code-unknown", Target: "roles.csv", Message: "line 4, column 1: no such grade"},
			},
			ValidatedFiles: []string{},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, _, ok, err := w.Next(t.Context(), "c1"); ok || err != nil {
			t.Errorf("an upload with a catastrophic finding is next: %v", err)
		}
		w.session(t, "c2") // tidies up, as the worker does when it is not stopped at once
		if left := w.onDisk(t); len(left) != 0 {
			t.Errorf("a refused upload is left on disk: %v", left)
		}
	})
}

func TestManyFindingsAreCut(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		for range 130 {
			w.findings = append(w.findings, feed.Finding{Severity: feed.Error, Rule: feed.RuleDuplicate, File: "users.csv"})
		}
		w.session(t, "c1")
		got := w.validate(t, "c1")
		if len(got.Errors) != 100 || !strings.Contains(got.StatusDetail, "30 more") {
			t.Errorf("%d errors, detail %q, want 100 and 30 more", len(got.Errors), got.StatusDetail)
		}
	})
}

func TestArchiveIsChecked(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.archived = []string{"orgs.csv", "enrollments.csv"}
		put(t, w.session(t, "c1"), "feed.zip", "PK")
		got := w.validate(t, "c1")
		if filepath.Base(w.checked) != "feed.zip" {
			t.Errorf("checked %s, want the archive", w.checked)
		}
		if diff := cmp.Diff([]string{"enrollments.csv", "orgs.csv"}, got.ValidatedFiles); diff != "" {
			t.Error(diff)
		}
		if len(got.Warnings) != 1 || got.Warnings[0].Target != "classes.csv" {
			t.Errorf("warnings %+v, want that classes.csv is missing", got.Warnings)
		}
	})
}

// An archive that was cut off has one thing wrong with it.
func TestCutArchiveIsOneFinding(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.findings = []feed.Finding{{Severity: feed.Catastrophic, Rule: feed.RuleFileUnreadable, File: "feed.zip", Message: "the archive cannot be read"}}
		put(t, w.session(t, "c1"), "feed.zip", "PK\x03\x04")
		got := w.validate(t, "c1")
		if len(got.Errors) != 1 || got.Errors[0].Target != "feed.zip" || len(got.Warnings) != 0 || len(got.ValidatedFiles) != 0 {
			t.Errorf("%+v, want one error about the archive and nothing else", got)
		}
	})
}

func TestCheckThatDoesNotWorkOutCanBeRepeated(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.failure = errors.New("disk on fire")
		put(t, w.session(t, "c1"), "users.csv", "a")
		if got := w.validate(t, "c1"); got.Status != "failed" || !strings.Contains(got.StatusDetail, "disk on fire") {
			t.Errorf("got %+v, want failed", got)
		}
		w.failure = nil
		if got := w.validate(t, "c1"); got.Status != "succeeded" {
			t.Errorf("the second time: %+v", got)
		}
		if _, _, ok, err := w.Next(t.Context(), "c1"); !ok || err != nil {
			t.Errorf("nothing is next: %v", err)
		}
	})
}

// A check that could not be made is an operation like any other, and over.
func TestFail(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		why := upload.PublicError{Code: "away", Message: "nobody answers", Target: "https://sis.example"}
		id, err := w.Fail(t.Context(), "api", why)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Operation(t.Context(), id)
		want := upload.Operation{
			ID: id, Created: start(), LastAction: start(), ConnectorID: "api",
			Status: "failed", StatusDetail: "nobody answers", Errors: []upload.PublicError{why},
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
		w.advance(8 * 24 * time.Hour)
		w.session(t, "files") // sweeps
		if _, err := w.Operation(t.Context(), id); !errors.Is(err, upload.ErrNoOperation) {
			t.Errorf("after its time: %v", err)
		}
	})
}

func TestWhatExpiredIsRemoved(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		put(t, w.session(t, "c1"), "users.csv", "a")
		put(t, w.session(t, "c2"), "users.csv", "a")
		op := w.validate(t, "c2")
		w.advance(47 * time.Hour)
		w.session(t, "c3")
		if got := w.onDisk(t); len(got) != 2 {
			t.Errorf("on disk before the time is over: %v", got)
		}
		w.advance(time.Hour)
		if _, err := w.Validate(t.Context(), "c1"); !errors.Is(err, upload.ErrNoSession) {
			t.Errorf("validating an expired upload: %v", err)
		}
		w.session(t, "c4")
		path, _, ok, err := w.Next(t.Context(), "c2")
		if got := w.onDisk(t); !ok || err != nil || len(got) != 1 || filepath.Dir(path) != got[0] {
			t.Errorf("on disk: %v, next %s, %v; want only what waits for a run", got, path, err)
		}
		w.advance(8 * 24 * time.Hour)
		w.session(t, "c5")
		if _, err := w.Operation(t.Context(), op.ID); !errors.Is(err, upload.ErrNoOperation) {
			t.Errorf("an operation of last week: %v", err)
		}
	})
}

func TestWhatADeletedConnectorLeftIsRemoved(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		for _, connector := range []string{"c1", "c2"} {
			put(t, w.session(t, connector), "users.csv", "a")
			w.validate(t, connector)
			put(t, w.session(t, connector), "users.csv", "b")
		}
		w.deleted = "c1"
		w.session(t, "c3")
		if got := w.onDisk(t); len(got) != 2 || strings.Contains(strings.Join(got, " "), "/c1/") {
			t.Errorf("on disk: %v; want what waits and what is open, of c2", got)
		}
		if _, _, ok, err := w.Next(t.Context(), "c1"); ok || err != nil {
			t.Errorf("an upload of a deleted connector is next: %v", err)
		}
		if _, err := w.Validate(t.Context(), "c1"); !errors.Is(err, upload.ErrNoSession) {
			t.Errorf("an upload of a deleted connector can be validated: %v", err)
		}
	})
}
