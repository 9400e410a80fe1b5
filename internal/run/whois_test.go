package run_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollbook/internal/feed"
	"rollbook/internal/guard"
	dir "rollbook/internal/hosted"
	"rollbook/internal/run"
)

// rename gives a person another sourcedId in every file.
func (w *world) rename(t *testing.T, from, to string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.path, "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if body, err := os.ReadFile(file); err != nil || strings.Contains(string(body), from) {
			w.edit(t, filepath.Base(file), from, to)
		}
	}
}

// copyOf works on a copy of a folder from now on.
func (w *world) copyOf(t *testing.T, folder string) {
	t.Helper()
	w.path = t.TempDir()
	if err := os.CopyFS(w.path, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
}

func (w *world) user(t *testing.T, name string) dir.User {
	t.Helper()
	for u, err := range w.directory.Users(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(u.UserPrincipalName, name+"@") {
			return u
		}
	}
	t.Fatalf("%s has no account", name)
	return dir.User{}
}

func ruled(result run.Result, rule feed.Rule) []feed.Finding {
	return slices.DeleteFunc(slices.Clone(result.Findings), func(f feed.Finding) bool { return f.Rule != rule })
}

// A pupil whose id changed is the same child: the account and the memberships stay, and
// are managed from then on as if the id had always been this one.
func TestTheSamePersonUnderANewID(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		before, groups := w.user(t, "bbell27"), w.groups(t)
		w.rename(t, "p-2002", "x-77")
		result := w.sync(t)
		if told := ruled(result, "account-relinked"); len(told) != 1 || told[0].Record != "x-77" || !strings.Contains(told[0].Message, "p-2002") {
			t.Errorf("told: %+v", result.Findings)
		}
		if n := result.Plan.Memberships; n.Add+n.Remove > 0 || result.Applied.Memberships > 0 {
			t.Errorf("memberships %+v, %+v", n, result.Applied)
		}
		wantSame(t, "groups", groups, w.groups(t))
		if after := w.user(t, "bbell27"); after.ID != before.ID || after.Anchor == before.Anchor {
			t.Errorf("the account was %+v and is %+v", before, after)
		}
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
		w.edit(t, "users.csv", "bbell27", "bbell28") // it is ours to rename
		w.drop(t, "enrollments.csv", "k-201,x-77")
		w.sync(t)
		w.user(t, "bbell28")
		if members := w.groups(t)["k-201"].Members; strings.Contains(members, "bbell") {
			t.Errorf("who left the class is still in it: %s", members)
		}
		if members := w.groups(t)["k-202"].Members; !strings.Contains(members, "bbell28") {
			t.Errorf("who did not leave is not in the class: %s", members)
		}
	})
}

// Nobody gets the account of another: where the names differ, or the holder is there,
// the new one waits, and the finding says whose it is.
func TestAUserNameThatWasGivenAnew(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(t *testing.T, w *world)
		says string
	}{
		"other names": {func(t *testing.T, w *world) {
			w.rename(t, "p-2002", "x-77")
			w.edit(t, "users.csv", "Ben,Bell", "Beatrice,Bell")
		}, "p-2002, who is gone"},
		"no names": {func(t *testing.T, w *world) {
			w.rename(t, "p-2002", "x-77")
			w.edit(t, "users.csv", "Ben,Bell", ",")
		}, "p-2002, who is gone"},
		"another kind of role": {func(t *testing.T, w *world) {
			w.rename(t, "p-2002", "x-77")
			w.edit(t, "roles.csv", "x-77,s-110,student", "x-77,s-110,teacher")
		}, "p-2002, who is gone"},
		"the holder is there": {func(t *testing.T, w *world) {
			w.edit(t, "users.csv", "p-2003,cchen27", "p-2003,cchen28\nx-77,bbell27,Ben,Bell,,,\np-9999,other")
			w.edit(t, "roles.csv", "p-2003,", "x-77,s-110,student,y-2027,,,,\np-2003,")
		}, "p-2002, who is still there"},
	} {
		t.Run(name, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, w *world) {
				w.unguard(t)
				w.sync(t)
				before := w.user(t, "bbell27")
				test.edit(t, w)
				taken := ruled(w.sync(t), "match-account-taken")
				if len(taken) != 1 || taken[0].Record != "x-77" || !strings.Contains(taken[0].Message, test.says) {
					t.Errorf("findings %+v, want one that says %q", taken, test.says)
				}
				if after := w.user(t, "bbell27"); after.Anchor != before.Anchor {
					t.Errorf("the account is %s's", after.Anchor)
				}
			})
		})
	}
}

// A school whose ids are all new is held, and nothing moves until somebody approves;
// then everybody has the account and the groups that he or she had.
func TestAllIDsAreNew(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		groups, user := w.groups(t), w.user(t, "bbell27")
		good := w.path
		w.copyOf(t, good)
		w.rename(t, "p-", "np-")
		held := w.sync(t).Held
		if held == nil || !held.Doubt || !slices.ContainsFunc(held.Why, func(r run.Reason) bool { return r.Rule == guard.AccountsRelinked }) {
			t.Fatalf("held %+v", held)
		}
		if told := ruled(w.sync(t), "account-relinked"); len(told) != 21 || told[20].Rows != 17 {
			t.Errorf("%d findings of one cause, the last of %d people", len(told), told[len(told)-1].Rows)
		}
		wantSame(t, "groups while it is held", groups, w.groups(t))
		w.approve(t, held.Plan)
		wantSame(t, "groups once it is approved", groups, w.groups(t))
		if after := w.user(t, "bbell27"); after.ID != user.ID || after.Anchor == user.Anchor {
			t.Errorf("the account was %+v and is %+v", user, after)
		}
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
	})
}

// An account that was deleted by hand and made anew by hand is taken; a group that was
// deleted by hand is told until its class is gone, and made anew when it comes back.
func TestWhatAHandDeleted(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		groups := w.groups(t)
		byHand(t, w, dir.Effect{Kind: dir.DeleteUser, ID: w.user(t, "bbell27").ID})
		byHand(t, w, dir.Effect{Kind: dir.DeleteGroup, ID: w.object(t, "k-204").ID})
		for range 2 {
			result := w.sync(t)
			if len(ruled(result, "account-gone")) != 1 || len(ruled(result, "group-gone")) != 1 {
				t.Fatalf("findings %+v", result.Findings)
			}
		}
		byHand(t, w, dir.Effect{Kind: dir.CreateUser, User: &dir.User{UserPrincipalName: "bbell27@harbor.example", DisplayName: "Ben Bell"}})
		if result := w.sync(t); len(ruled(result, "account-gone")) != 0 {
			t.Errorf("findings %+v", result.Findings)
		}
		good := w.path
		w.copyOf(t, good)
		w.drop(t, "classes.csv", "k-204")
		w.drop(t, "enrollments.csv", "k-204")
		if result := w.sync(t); len(result.Findings) > 0 {
			t.Errorf("findings once the class is gone: %+v", result.Findings)
		}
		w.path = good
		w.sync(t)
		wantSame(t, "groups", groups, w.groups(t))
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
	})
}

// What a hand deleted is made anew when somebody says so, with everybody in it.
func TestRecreate(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		groups := w.groups(t)
		if _, err := w.Recreate(t.Context(), "k-204"); !run.IsNotThere(err) {
			t.Errorf("recreate what is there: %v", err)
		}
		byHand(t, w, dir.Effect{Kind: dir.DeleteUser, ID: w.user(t, "bbell27").ID})
		byHand(t, w, dir.Effect{Kind: dir.DeleteGroup, ID: w.object(t, "k-204").ID})
		w.sync(t)
		for _, key := range []string{"p-2002", "1:k-204"} {
			if _, err := w.Recreate(t.Context(), key); err != nil {
				t.Errorf("recreate %s: %v", key, err)
			}
		}
		if result := w.sync(t); len(result.Findings) > 0 {
			t.Errorf("findings %+v", result.Findings)
		}
		wantSame(t, "groups", groups, w.groups(t))
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
	})
}

// User names are given in an order in which each is free: along a chain, and round in
// a circle by way of an interim name. Who would get a name that somebody keeps has none
// of it.
func TestUserNamesThatMove(t *testing.T) {
	type names map[string]string // by sourcedId
	before := names{"p-2001": "aarcon27", "p-2002": "bbell27", "p-2003": "cchen27"}
	for name, test := range map[string]struct {
		moves names
		want  names
		told  map[feed.Rule]int
	}{
		"a chain": {
			names{"p-2001": "bbell27", "p-2002": "cchen27", "p-2003": "new27"},
			names{"p-2001": "bbell27", "p-2002": "cchen27", "p-2003": "new27"}, nil,
		},
		"a swap": {
			names{"p-2001": "bbell27", "p-2002": "aarcon27"},
			names{"p-2001": "bbell27", "p-2002": "aarcon27", "p-2003": "cchen27"}, map[feed.Rule]int{"user-names-exchanged": 1},
		},
		"a circle": {
			names{"p-2001": "bbell27", "p-2002": "cchen27", "p-2003": "aarcon27"},
			names{"p-2001": "bbell27", "p-2002": "cchen27", "p-2003": "aarcon27"}, map[feed.Rule]int{"user-names-exchanged": 1},
		},
		"a circle and who comes after it": {
			names{"p-2001": "bbell27", "p-2002": "aarcon27", "p-2003": "new27"},
			names{"p-2001": "bbell27", "p-2002": "aarcon27", "p-2003": "new27"}, map[feed.Rule]int{"user-names-exchanged": 1},
		},
		"a name in other case": {
			names{"p-2001": "AArcon27"},
			names{"p-2001": "AArcon27", "p-2002": "bbell27", "p-2003": "cchen27"}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, w *world) {
				w.unguard(t)
				w.sync(t)
				ids := map[string]string{}
				for id, name := range before {
					ids[id] = w.user(t, name).ID
				}
				for id, to := range test.moves {
					w.edit(t, "users.csv", id+","+before[id]+",", id+",moved-"+to+",")
				}
				w.edit(t, "users.csv", ",moved-", ",")
				result := w.sync(t)
				for id, name := range test.want {
					if got := w.user(t, name).ID; got != ids[id] {
						t.Errorf("%s is the name of %s, want %s", name, got, ids[id])
					}
				}
				told := map[feed.Rule]int{}
				for _, f := range result.Findings {
					told[f.Rule]++
				}
				wantSame(t, "findings", test.told, told)
				wantCounts(t, counts{Status: run.Completed}, w.sync(t))
			})
		})
	}
}

// Somebody who is new gets the name that another gives up on the same night.
func TestAUserNameThatBecomesFree(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.unguard(t)
		w.sync(t)
		before := w.user(t, "bbell27").ID
		w.edit(t, "users.csv", "p-2002,bbell27,Ben,Bell,", "p-2002,ben.bell,Ben,Bell,,,\nx-77,bbell27,Bea,Bell,")
		w.edit(t, "roles.csv", "p-2002,s-110,", "x-77,s-110,student,y-2027,,,,\np-2002,s-110,")
		w.edit(t, "enrollments.csv", "k-201,p-2002,student", "k-201,p-2002,student\nk-201,x-77,student")
		if result := w.sync(t); len(result.Findings) > 0 {
			t.Errorf("findings %+v", result.Findings)
		}
		if w.user(t, "ben.bell").ID != before || w.user(t, "bbell27").ID == before {
			t.Error("the account did not move away with its person")
		}
		if members := w.groups(t)["k-201"].Members; !strings.Contains(members, "ben.bell") || !strings.Contains(members, "bbell27") {
			t.Errorf("members %s", members)
		}
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
	})
}

// A name that somebody keeps is not given, and what depends on it is not done either.
func TestAUserNameThatIsKept(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.unguard(t)
		w.sync(t)
		byHand(t, w, dir.Effect{Kind: dir.CreateUser, User: &dir.User{UserPrincipalName: "kept@harbor.example", DisplayName: "By hand"}})
		a, b := w.user(t, "aarcon27").ID, w.user(t, "bbell27").ID
		w.edit(t, "users.csv", "p-2002,bbell27", "p-2002,kept")
		w.edit(t, "users.csv", "p-2001,aarcon27", "p-2001,bbell27")
		for range 2 {
			if taken := ruled(w.sync(t), "user-name-taken"); len(taken) != 2 {
				t.Errorf("told %+v, want both", taken)
			}
			if w.user(t, "aarcon27").ID != a || w.user(t, "bbell27").ID != b {
				t.Error("a name changed hands")
			}
		}
	})
}
