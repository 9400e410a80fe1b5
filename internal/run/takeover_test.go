package run_test

import (
	"strings"
	"testing"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/store/ledgerstore"
)

// restored is an installation that a release left which did not know streams: the
// first night had a feed of "Rosters", the second one of "North", which took the
// people of the first away.
func restored(t *testing.T, db store.DB) *twoStreams {
	t.Helper()
	w := &world{db: db, path: t.TempDir(), now: time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)}
	w.start(db, idsAfter(1000))
	if err := ledgerstore.TakeOver(t.Context(), db); err != nil {
		t.Fatal(err)
	}
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
		held := w.dump(t)["held_object"]
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
		wantCounts(t, counts{ledger.Counts{Memberships: ledger.LinkCounts{Add: 2}}, run.Applied{Memberships: 2}, run.Completed}, got)
		wantSame(t, "groups", both(), w.groups(t))
		wantSame(t, "accounts", accountsOf(held), accountsOf(w.dump(t)["held_object"]))
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

// accountsOf returns which record has which account, and whether Rollbook made it.
func accountsOf(held []string) []string {
	var accounts []string
	for _, row := range held {
		if columns := strings.Split(row, "|"); columns[2] == string(directory.Account) {
			accounts = append(accounts, strings.Join(append(columns[:5:5], columns[6:8]...), "|"))
		}
	}
	return accounts
}

// What a release before the ledger remembered is held, and counts as ours: accounts
// and groups with their IDs, what was written to them, and who was put into them.
func TestWhatWasRememberedIsHeld(t *testing.T) {
	t.Parallel()
	dbtest.Restored(t, "testdata/0013", func(t *testing.T, db store.DB) {
		for range 2 { // the second time there is nothing left to take over
			if err := ledgerstore.TakeOver(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		}
		l := ledgerstore.Ledger{DB: db}
		held := map[string]ledger.Object{}
		for _, kind := range directory.Kinds() {
			for o, err := range l.Objects(t.Context(), ledger.Hosted, kind, 1) {
				if err != nil {
					t.Fatal(err)
				}
				held[o.ID] = o
			}
		}
		if len(held) != 6 {
			t.Errorf("%d objects are held, want 4 accounts and 2 groups", len(held))
		}
		const id = "00000000-0000-7000-8000-0000000000"
		wantSame(t, "an account", ledger.Object{
			Record: ledger.Record{Kind: directory.Account, Source: 1, ID: 2}, ID: id + "19", Made: true, Written: directory.Values{
				{Property: directory.Anchor, Text: "user_p-1"}, {Property: directory.DisplayName, Text: "Paul Pupil"},
				{Property: directory.ExternalID, Text: "p-1"}, {Property: directory.GivenName, Text: "Paul"}, {Property: directory.Mail},
				{Property: directory.PrimaryRole, Text: "student"}, {Property: directory.Surname, Text: "Pupil"},
				{Property: directory.UserPrincipalName, Text: "pupil.1@harbor.example"},
			},
		}, held[id+"19"])
		wantSame(t, "a group", ledger.Object{
			Record: ledger.Record{Kind: directory.ClassGroup, Source: 1, ID: 2}, ID: id + "28", Made: true, Written: directory.Values{
				{Property: directory.DisplayName, Text: "Class 2"}, {Property: directory.MailNickname, Text: "Section_k-2"},
			}, Links: []ledger.Linked{{Relation: directory.Member, IDs: ledger.IDs{4}}, {Relation: directory.Owner, IDs: ledger.IDs{3}}},
		}, held[id+"28"])
	})
}
