package match_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/directory"
	"rollbook/internal/match"
	"rollbook/internal/roster"
)

// accounts is a directory whose accounts are looked up by name and mail. It
// counts the values that it is asked for, and by how many calls.
type accounts struct {
	objects      []directory.Object
	asked, calls int
	err          error
}

func (a *accounts) Find(_ context.Context, _ directory.Kind, keys []directory.Key) iter.Seq2[directory.Found, error] {
	a.asked += len(keys)
	a.calls++
	return func(yield func(directory.Found, error) bool) {
		if a.err != nil {
			yield(directory.Found{}, a.err)
			return
		}
		for _, key := range keys {
			for _, o := range a.objects {
				has, _ := o.Values.Get(key.Property)
				if strings.EqualFold(has, key.Value) && !yield(directory.Found{Key: key, Object: o}, nil) {
					return
				}
			}
		}
	}
}

// account is an account with a name and a mail address, which may be empty.
func account(id, name, mail string) directory.Object {
	o := directory.Object{Ref: directory.Ref{Kind: directory.Account, ID: id}}
	o.Values = o.Values.With(directory.UserPrincipalName, name)
	if mail != "" {
		o.Values = o.Values.With(directory.Mail, mail)
	}
	return o
}

func claim(person roster.ID, property directory.Property, value string) match.Claim {
	return match.Claim{Person: person, Key: match.Key{Property: property, Value: value}}
}

func TestFind(t *testing.T) {
	t.Parallel()
	upn, mail := directory.UserPrincipalName, directory.Mail
	ana := account("1", "Ana@School.example", "")
	ben := account("2", "ben@school.example", "same@school.example")
	cleo := account("3", "cleo@school.example", "same@school.example")
	dan := account("4", "dan@school.example", "dan@mail.example")
	for name, test := range map[string]struct {
		claims  []match.Claim
		found   map[roster.ID]directory.Object
		refused map[roster.ID]match.Refusal
		asked   int
	}{
		"nobody":       {nil, map[roster.ID]directory.Object{}, map[roster.ID]match.Refusal{}, 0},
		"without case": {[]match.Claim{claim(7, upn, "ANA@school.EXAMPLE")}, map[roster.ID]directory.Object{7: ana}, map[roster.ID]match.Refusal{}, 1},
		"not there":    {[]match.Claim{claim(7, upn, "zoe@school.example")}, map[roster.ID]directory.Object{}, map[roster.ID]match.Refusal{}, 1},
		"claimed twice": {
			[]match.Claim{claim(7, upn, "ana@school.example"), claim(8, upn, "Ana@school.example"), claim(9, upn, "ben@school.example")},
			map[roster.ID]directory.Object{9: ben},
			map[roster.ID]match.Refusal{
				7: {Reason: match.ClaimedTwice, Value: "ana@school.example"}, 8: {Reason: match.ClaimedTwice, Value: "Ana@school.example"},
			},
			1,
		},
		"one value of two properties": {
			[]match.Claim{claim(7, upn, "ana@school.example"), claim(8, mail, "ana@school.example")},
			map[roster.ID]directory.Object{7: ana}, map[roster.ID]match.Refusal{}, 2,
		},
		"one account by two properties": {
			[]match.Claim{claim(7, upn, "dan@school.example"), claim(8, mail, "dan@mail.example"), claim(9, upn, "ana@school.example")},
			map[roster.ID]directory.Object{9: ana},
			map[roster.ID]match.Refusal{
				7: {Reason: match.ClaimedTwice, Value: "dan@school.example"}, 8: {Reason: match.ClaimedTwice, Value: "dan@mail.example"},
			},
			3,
		},
		"several accounts": {
			[]match.Claim{claim(7, mail, "same@school.example")},
			map[roster.ID]directory.Object{}, map[roster.ID]match.Refusal{7: {Reason: match.SeveralAccounts, Value: "same@school.example"}}, 1,
		},
		"taken": {
			[]match.Claim{claim(7, upn, "cleo@school.example")},
			map[roster.ID]directory.Object{}, map[roster.ID]match.Refusal{7: {Reason: match.TakenAccount, Value: "cleo@school.example", Account: "3"}}, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &accounts{objects: []directory.Object{ana, ben, cleo, dan}}
			got, err := match.Find(t.Context(), d, test.claims, func(id string) bool { return id == "3" })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(match.Result{Found: test.found, Refused: test.refused}, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if d.asked != test.asked {
				t.Errorf("%d values were looked up, want %d", d.asked, test.asked)
			}
		})
	}
}

func TestFindAsksForManyAtOnce(t *testing.T) {
	t.Parallel()
	d := &accounts{}
	var claims []match.Claim
	for i := range 4500 {
		claims = append(claims, claim(roster.ID(i+1), directory.UserPrincipalName, fmt.Sprint(i)))
	}
	if _, err := match.Find(t.Context(), d, claims, nil); err != nil || d.asked != 4500 || d.calls != 3 {
		t.Errorf("%d values by %d calls, %v; want 4500 by 3", d.asked, d.calls, err)
	}
}

func TestFindRefusesExactlyWhatIsClaimedTwice(t *testing.T) {
	t.Parallel()
	var claims []match.Claim
	want := map[roster.ID]match.Refusal{}
	for i := range 3000 {
		id, value := roster.ID(i+1), fmt.Sprint("user", i)
		claims = append(claims, claim(id, directory.UserPrincipalName, value))
		if i%7 == 0 {
			other := strings.ToUpper(value)
			claims = append(claims, claim(id+5000, directory.UserPrincipalName, other))
			want[id], want[id+5000] = match.Refusal{Reason: match.ClaimedTwice, Value: value}, match.Refusal{Reason: match.ClaimedTwice, Value: other}
		}
	}
	got, err := match.Find(t.Context(), &accounts{}, claims, nil)
	if diff := cmp.Diff(want, got.Refused); diff != "" || err != nil {
		t.Errorf("%v, refused (-want +got):\n%s", err, diff)
	}
}

func TestFindFails(t *testing.T) {
	t.Parallel()
	d := &accounts{err: errors.New("no answer")}
	_, err := match.Find(t.Context(), d, []match.Claim{claim(1, directory.Mail, "a")}, nil)
	if !errors.Is(err, d.err) {
		t.Errorf("Find: %v, want %v", err, d.err)
	}
}
