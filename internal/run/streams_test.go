package run_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollbook/internal/feed"
	"rollbook/internal/flow"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/run"
	"rollbook/internal/store/dbtest"
)

// uploads are the folders that were uploaded and that no run took yet, by connector.
type uploads map[string]string

func (u uploads) Next(_ context.Context, connector string) (path, upload string, found bool, err error) {
	path, found = u[connector]
	return path, connector, found, nil
}

func (uploads) Rejected(context.Context, string) (string, error) { return "", nil }

func (u uploads) Taken(_ context.Context, upload string) error {
	delete(u, upload)
	return nil
}

// twoStreams is an installation with two inbound flows of one source system,
// "Rosters" and "North", each of a connector and a small school of its own.
type twoStreams struct {
	*world
	flows  [2]flow.InboundFlow
	inbox  uploads
	school [2]files
}

// files are those of a feed.
type files map[string]string

// school is a school with one class, whose teacher and pupil are named after it.
func school(n int) files {
	text := func(s string) string { return fmt.Sprintf(s, n) }
	return files{
		"orgs.csv":             text("sourcedId,name,type\ns-%[1]d,School %[1]d,school\n"),
		"academicSessions.csv": "sourcedId,title,type,schoolYear,startDate,endDate\ny-1,Year,schoolYear,2027,2026-08-01,2027-07-31\n",
		"users.csv":            text("sourcedId,username,givenName,familyName\nt-%[1]d,teacher.%[1]d,Tess,Teacher\np-%[1]d,pupil.%[1]d,Paul,Pupil\n"),
		"roles.csv":            text("userSourcedId,orgSourcedId,role\nt-%[1]d,s-%[1]d,teacher\np-%[1]d,s-%[1]d,student\n"),
		"classes.csv":          text("sourcedId,orgSourcedId,title,sessionSourcedIds\nk-%[1]d,s-%[1]d,Class %[1]d,y-1\n"),
		"enrollments.csv":      text("classSourcedId,userSourcedId,role\nk-%[1]d,t-%[1]d,teacher\nk-%[1]d,p-%[1]d,student\n"),
	}
}

// with returns the files with lines added to some of them.
func (f files) with(lines files) files {
	more := maps.Clone(f)
	for name, text := range lines {
		more[name] += text
	}
	return more
}

func onTwoStreams(t *testing.T, test func(t *testing.T, w *twoStreams)) {
	t.Helper()
	onEveryEngine(t, func(t *testing.T, w *world) { test(t, w.twoStreams(t)) })
}

func (w *world) twoStreams(t *testing.T) *twoStreams {
	t.Helper()
	two := &twoStreams{world: w, inbox: uploads{}, school: [2]files{school(1), school(2)}}
	w.Inbox = two.inbox
	config, err := w.flows.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	two.flows[0] = config.InboundFlows[0]
	two.flows[1] = two.addFlow(t, "North", config.SourceSystems[0].ID)
	return two
}

// addFlow makes a connector of a source system and an inbound flow that takes its
// feeds.
func (w *twoStreams) addFlow(t *testing.T, name, source string) flow.InboundFlow {
	t.Helper()
	connector, err := w.world.flows.CreateConnector(t.Context(), flow.Connector{Type: flow.AzureDataLakeConnector, DisplayName: name, SourceSystem: source})
	if err != nil {
		t.Fatal(err)
	}
	f := w.flows[0]
	f.ID, f.DisplayName, f.DataConnector = "", name, connector.ID
	f, err = w.world.flows.CreateInboundFlow(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// upload uploads the feeds of streams.
func (w *twoStreams) upload(t *testing.T, streams ...int) {
	t.Helper()
	for _, i := range streams {
		w.inbox[w.flows[i].DataConnector] = w.folder(t, w.school[i])
	}
}

func (w *twoStreams) folder(t *testing.T, f files) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range f {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// night does a run with the uploads of streams.
func (w *twoStreams) night(t *testing.T, streams ...int) run.Result {
	t.Helper()
	w.upload(t, streams...)
	w.now = w.now.AddDate(0, 0, 1)
	result, err := w.Run(t.Context(), run.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// both is what the groups hold while each school is in order.
func both() map[string]seats {
	return map[string]seats{
		"k-1": {"Class 1", "teacher.1", "pupil.1"},
		"k-2": {"Class 2", "teacher.2", "pupil.2"},
	}
}

// nightly are the tables in which every run writes something: its record, and when
// it was.
func nightly() []string { return []string{"run", "finding", "setting"} }

var nothingToDo = counts{Status: run.Completed}

// What two streams say differently is told, and what the older flow says counts.
func TestStreamsThatDisagree(t *testing.T) {
	onTwoStreams(t, func(t *testing.T, w *twoStreams) {
		if result := w.night(t, 0, 1); len(result.Findings) > 0 {
			t.Errorf("findings of streams that agree: %+v", result.Findings)
		}
		for _, name := range []string{"users.csv", "roles.csv"} {
			lines := strings.Split(w.school[0][name], "\n")
			w.school[1][name] += strings.ReplaceAll(lines[2], "Paul", "Other") + "\n"
		}
		w.school[1]["orgs.csv"] += "s-1,School 1,school\n"
		for range 2 {
			told := w.night(t, 1).Findings
			if len(told) != 1 || told[0].Rule != "streams-disagree" || told[0].Record != "p-1" || !strings.Contains(told[0].Message, w.flows[0].DisplayName) {
				t.Errorf("told %+v, want p-1 alone", told)
			}
		}
		if u := w.user(t, "pupil.1"); u.GivenName != "Paul" {
			t.Errorf("the newer flow renamed %+v", u)
		}
	})
}

// Each stream is complete by itself, on whichever nights its feeds come.
func TestStreamsKeepEachOthersPeople(t *testing.T) {
	onTwoStreams(t, func(t *testing.T, w *twoStreams) {
		w.night(t, 0)
		w.night(t, 1)
		wantSame(t, "groups", both(), w.groups(t))
		for _, streams := range [][]int{{0}, {1}, {0, 1}, {}} {
			before := w.dump(t, nightly()...)
			wantCounts(t, nothingToDo, w.night(t, streams...))
			wantSame(t, fmt.Sprintf("tables after %v", streams), before, w.dump(t, nightly()...))
		}
		w.school[0]["enrollments.csv"] = "classSourcedId,userSourcedId,role\nk-1,t-1,teacher\n"
		wantCounts(t, counts{ledger.Counts{Memberships: ledger.LinkCounts{Remove: 1}}, run.Applied{Memberships: 1}, run.Completed}, w.night(t, 0, 1))
	})
}

// What both streams say is one record, of which the flow that was created first
// says what it is; and it is there for as long as either says it.
func TestWhatTwoStreamsSayIsOneRecord(t *testing.T) {
	onTwoStreams(t, func(t *testing.T, w *twoStreams) {
		w.school[0] = w.school[0].with(files{
			"users.csv": "x-1,visitor,Vera,First\n", "roles.csv": "x-1,s-1,student\n", "enrollments.csv": "k-1,x-1,student\n",
		})
		w.school[1] = w.school[1].with(files{
			"users.csv": "x-1,visitor,Vera,Second\n", "roles.csv": "x-1,s-2,student\n", "enrollments.csv": "k-2,x-1,student\n",
		})
		w.upload(t, 0, 1)
		dry, err := w.Run(t.Context(), run.Options{DryRun: true})
		if err != nil {
			t.Fatal(err)
		}
		first := w.night(t, 1, 0)
		wantSame(t, "plan of the dry run and of the run", []any{dry.Plan.Counts, dry.Plan.Hash}, []any{first.Plan.Counts, first.Plan.Hash})
		surname := func(want string) {
			t.Helper()
			for u, err := range w.directory.Users(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if u.UserPrincipalName == "visitor@harbor.example" && u.Surname != want {
					t.Errorf("surname %q, want %q", u.Surname, want)
				}
			}
		}
		surname("First")
		wantSame(t, "groups", map[string]seats{
			"k-1": {"Class 1", "teacher.1", "pupil.1 visitor"}, "k-2": {"Class 2", "teacher.2", "pupil.2 visitor"},
		}, w.groups(t))
		w.night(t, 0)
		surname("First") // the first flow's, whichever feed came last
		w.school[0] = school(1)
		w.night(t, 0)
		surname("Second")
		wantSame(t, "groups", map[string]seats{
			"k-1": {"Class 1", "teacher.1", "pupil.1"}, "k-2": {"Class 2", "teacher.2", "pupil.2 visitor"},
		}, w.groups(t))
		w.school[1] = school(2)
		w.night(t, 1)
		wantSame(t, "groups", both(), w.groups(t))
	})
}

// A stream whose feed is refused says what it said before, and the run goes on
// with the others.
func TestARefusedStreamKeepsNoOtherBack(t *testing.T) {
	onTwoStreams(t, func(t *testing.T, w *twoStreams) {
		w.night(t, 0, 1)
		good := w.school[0]
		w.school[0] = maps.Clone(good)
		delete(w.school[0], "enrollments.csv")
		w.school[1] = w.school[1].with(files{"users.csv": "p-3,pupil.3,Pia,Pupil\n", "roles.csv": "p-3,s-2,student\n", "enrollments.csv": "k-2,p-3,student\n"})
		got := w.night(t, 0, 1)
		wantCounts(t, counts{
			ledger.Counts{Accounts: ledger.ObjectCounts{Create: 1}, Memberships: ledger.LinkCounts{Add: 1}},
			run.Applied{Users: 1, Memberships: 1}, run.CompletedWithErrors,
		}, got)
		if !got.Unusable() || len(got.Findings) != 1 || got.Findings[0].File != "Rosters/enrollments.csv" || got.Findings[0].Severity != feed.Catastrophic {
			t.Errorf("refused %q, findings %+v", got.Refused, got.Findings)
		}
		kept, err := w.Runs.Run(t.Context(), got.Run.ID)
		if err != nil {
			t.Fatal(err)
		}
		status := map[string]run.ActivityStatus{}
		for _, a := range kept.Activities[:2] {
			status[a.DisplayName] = a.Status
		}
		wantSame(t, "activities", map[string]run.ActivityStatus{"Rosters": run.ActivityFailed, "North": run.ActivityCompleted}, status)
		wantSame(t, "groups", map[string]seats{
			"k-1": {"Class 1", "teacher.1", "pupil.1"}, "k-2": {"Class 2", "teacher.2", "pupil.2 pupil.3"},
		}, w.groups(t))
		w.school[0] = good
		wantCounts(t, nothingToDo, w.night(t, 0))
	})
}

// Where no stream is left to go on with, the run has failed.
func TestAllStreamsAreRefused(t *testing.T) {
	onTwoStreams(t, func(t *testing.T, w *twoStreams) {
		w.night(t, 0, 1)
		before := w.dump(t, nightly()...)
		for _, f := range w.school {
			delete(f, "enrollments.csv")
		}
		if got := w.night(t, 0, 1); got.Run.Status != run.Failed || len(got.Refused) != 2 {
			t.Errorf("status %s, refused %q", got.Run.Status, got.Refused)
		}
		wantSame(t, "tables", before, w.dump(t, nightly()...))
	})
}

// A folder is the feed of one flow, which has to be named where there are several.
func TestAPathIsTheFeedOfOneFlow(t *testing.T) {
	onTwoStreams(t, func(t *testing.T, w *twoStreams) {
		twin := w.addFlow(t, "Twin", w.source(t))
		w.addFlow(t, "Twin", w.source(t))
		path := w.folder(t, w.school[1])
		for _, given := range []string{"", "South", "Twin"} {
			_, err := w.Run(t.Context(), run.Options{Path: path, Flow: given})
			unclear, ok := errors.AsType[*run.UnclearFlow](err)
			if !ok || unclear.Given != given || len(unclear.Flows) != 4 || unclear.Flows[1] != "North" || unclear.Flows[2] != twin.ID {
				t.Errorf("flow %q: %v", given, err)
			}
		}
		w.upload(t, 0)
		if _, err := w.Run(t.Context(), run.Options{Path: path, Flow: "North"}); err != nil {
			t.Fatal(err)
		}
		wantSame(t, "groups with the upload of the other flow", both(), w.groups(t))
		if _, err := w.Run(t.Context(), run.Options{Path: path, Flow: twin.ID}); err != nil {
			t.Fatal(err)
		}
	})
}

func (w *twoStreams) source(t *testing.T) string {
	t.Helper()
	config, err := w.world.flows.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return config.SourceSystems[0].ID
}

// What an inbound flow said stands when its time is over, until another one of its
// connector has brought a feed: the calendar takes nobody away.
func TestAnExpiredFlowStandsUntilItIsFollowed(t *testing.T) {
	onTwoStreams(t, func(t *testing.T, w *twoStreams) {
		w.night(t, 0, 1)
		next := w.flows[1]
		_, err := w.world.flows.UpdateInboundFlow(t.Context(), w.flows[1].ID, func(f flow.InboundFlow) (flow.InboundFlow, error) {
			f.ExpirationDateTime = &w.now
			return f, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got := w.night(t, 0)
		wantCounts(t, nothingToDo, got)
		if len(got.Skipped) != 1 || got.Skipped[0].Flow != "North" {
			t.Errorf("skipped %+v", got.Skipped)
		}
		next.ID, next.DisplayName = "", "North next year"
		if w.flows[1], err = w.world.flows.CreateInboundFlow(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, nothingToDo, w.night(t, 0))
		w.school[1]["enrollments.csv"] = "classSourcedId,userSourcedId,role\nk-2,t-2,teacher\n"
		got = w.night(t, 1)
		wantCounts(t, counts{ledger.Counts{Memberships: ledger.LinkCounts{Remove: 1}}, run.Applied{Memberships: 1}, run.Completed}, got)
		if len(got.Skipped) != 0 {
			t.Errorf("skipped %+v", got.Skipped)
		}
	})
}

// What a flow said that was deleted is gone, but not before those that there are
// have said something: one may have taken its place.
func TestADeletedFlowIsGone(t *testing.T) {
	onTwoStreams(t, func(t *testing.T, w *twoStreams) {
		w.night(t, 0, 1)
		if err := w.world.flows.DeleteInboundFlow(t.Context(), w.flows[1].ID); err != nil {
			t.Fatal(err)
		}
		again := w.flows[1]
		again.ID = ""
		var err error
		if w.flows[1], err = w.world.flows.CreateInboundFlow(t.Context(), again); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, nothingToDo, w.night(t, 0))
		wantCounts(t, nothingToDo, w.night(t, 1))
		if err := w.world.flows.DeleteInboundFlow(t.Context(), w.flows[1].ID); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, nothingToDo, w.night(t, 0)) // its class is kept, as one that left a feed
	})
}

func TestAFlowIsDeletedForGood(t *testing.T) {
	onTwoStreams(t, func(t *testing.T, w *twoStreams) {
		w.night(t, 0, 1)
		if err := w.world.flows.DeleteInboundFlow(t.Context(), w.flows[1].ID); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, nothingToDo, w.night(t, 0))
		wantSame(t, "groups", map[string]seats{"k-1": {"Class 1", "teacher.1", "pupil.1"}, "k-2": {"Class 2", "teacher.2", "pupil.2"}}, w.groups(t))
	})
}

// A dry run reads several feeds before it plans, as a run does: who is new in both
// is one person, and who is new in one of them nobody else.
func TestADryRunOfStreamsPlansAsTheRunDoes(t *testing.T) {
	onTwoStreams(t, func(t *testing.T, w *twoStreams) {
		w.night(t, 0, 1)
		w.school[0] = w.school[0].with(files{
			"users.csv": "x-1,visitor,Vera,Visitor\nn-1,new.1,Nora,New\n", "roles.csv": "x-1,s-1,student\nn-1,s-1,student\n",
			"enrollments.csv": "k-1,x-1,student\nk-1,n-1,student\n",
		})
		w.school[1] = w.school[1].with(files{
			"users.csv": "n-2,new.2,Nils,New\nx-1,visitor,Vera,Visitor\n", "roles.csv": "n-2,s-2,student\nx-1,s-2,student\n",
			"enrollments.csv": "k-2,n-2,student\nk-2,x-1,student\n",
		})
		w.upload(t, 0, 1)
		w.now = w.now.AddDate(0, 0, 1)
		before := w.dump(t)
		dry, err := w.Run(t.Context(), run.Options{DryRun: true})
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, "tables after the dry run", before, w.dump(t))
		done, err := w.Run(t.Context(), run.Options{})
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, "plan of the dry run and of the run", []any{dry.Plan.Counts, dry.Plan.Hash}, []any{done.Plan.Counts, done.Plan.Hash})
		wantCounts(t, counts{
			ledger.Counts{Accounts: ledger.ObjectCounts{Create: 3}, Memberships: ledger.LinkCounts{Add: 4}},
			run.Applied{Users: 3, Memberships: 4}, run.Completed,
		}, done)
	})
}

// Two streams that change on one night are planned from what changed, as one is.
func TestTwoStreamsArePlannedFromWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t)).twoStreams(t)
	some, union := &somewhat{}, w.Roster
	w.Roster = func(streams run.Streams, pending bool) plan.Roster {
		some.Roster = union(streams, pending)
		return some
	}
	w.night(t, 0, 1)
	for i, n := range []string{"1", "2"} {
		w.school[i]["classes.csv"] = "sourcedId,orgSourcedId,title,sessionSourcedIds\nk-" + n + ",s-" + n + ",New " + n + ",y-1\n"
	}
	wantCounts(t, counts{ledger.Counts{Groups: ledger.ObjectCounts{Update: 2}}, run.Applied{Groups: 2}, run.Completed}, w.night(t, 0, 1))
	if some.some.Load() == 0 {
		t.Error("everything was looked at")
	}
}
