package run_test

import (
	"testing"
	"time"

	"rollbook/internal/plan"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// restored is an installation that a release left which did not know streams: the
// first night had a feed of "Rosters", the second one of "North", which took the
// people of the first away.
func restored(t *testing.T, db store.DB) *twoStreams {
	t.Helper()
	w := &world{db: db, path: t.TempDir(), now: time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)}
	w.start(db, idsAfter(1000))
	config, err := w.flows.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	two := &twoStreams{world: w, inbox: uploads{}, school: [2]files{school(1), school(2)}}
	w.Inbox = two.inbox
	copy(two.flows[:], config.InboundFlows)
	return two
}

// The roster that a release without streams left goes to the stream that was
// stored last; the others begin anew, and find their people's accounts.
func TestARosterGoesToTheStreamStoredLast(t *testing.T) {
	t.Parallel()
	dbtest.Restored(t, "testdata/0013", func(t *testing.T, db store.DB) {
		w := restored(t, db)
		var before run.Result
		accounts := w.dump(t)["account"]
		for range 2 {
			before = w.night(t, 1)
			wantCounts(t, nothingToDo, before)
		}
		for name, f := range before.Feed {
			if f.Unchanged != f.Rows {
				t.Errorf("%s: %+v, want everything unchanged", name, *f)
			}
		}
		got := w.night(t, 0)
		wantCounts(t, counts{plan.Summary{Memberships: plan.Memberships{Add: 2}}, run.Applied{Memberships: 2}, run.Completed}, got)
		wantSame(t, "groups", both(), w.groups(t))
		wantSame(t, "accounts", accounts, w.dump(t)["account"])
		wantCounts(t, nothingToDo, w.night(t, 0, 1))
	})
}

// Of two flows that a run took while it stored one feed, the one that was uploaded
// to last stored it; of two that it stored a feed of each, the last one did.
func TestWhichStreamWasStoredLast(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		script string
		want   int
	}{
		"one feed, and the first was uploaded to last": {
			`INSERT INTO upload (id, seq, connector, state, session_expires, expires) SELECT 'u-' || id, 10 - seq, id, 'gone', 0, 0
				FROM configured_entity WHERE kind = 'dataConnectors'`, 0,
		},
		"a feed of each": {
			`INSERT INTO upload (id, seq, connector, state, session_expires, expires) SELECT 'u-' || id, 10 - seq, id, 'gone', 0, 0
				FROM configured_entity WHERE kind = 'dataConnectors';
			UPDATE feed SET run = (SELECT MAX(run) FROM feed)`, 1,
		},
		"the last flow was deleted": {
			`DELETE FROM configured_entity WHERE kind = 'inboundFlows' AND seq = (SELECT MAX(seq) FROM configured_entity WHERE kind = 'inboundFlows')`, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.RestoredWith(t, "testdata/0013", test.script, func(t *testing.T, db store.DB) {
				w := restored(t, db)
				latest, err := w.Feeds.Latest(t.Context(), 1)
				if err != nil {
					t.Fatal(err)
				}
				if len(latest) != 1 || latest[w.flows[test.want].ID] != 2 {
					t.Errorf("latest feeds %v, want feed 2 of %s", latest, w.flows[test.want].DisplayName)
				}
			})
		})
	}
}
