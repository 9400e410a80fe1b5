package tables_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func TestChange(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		ids := people(t, target)
		before, err := target.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		made, err := target.Change(t.Context(),
			hosted.Effect{Kind: hosted.CreateGroup, Group: &hosted.Group{DisplayName: "Choir", MailNickname: "Choir"}},
			hosted.Effect{Kind: hosted.ChangeMembers, Add: []hosted.Membership{{Relation: hosted.Owner, UserID: ids[0]}}})
		if err != nil {
			t.Fatal(err)
		}
		if after, err := target.Version(t.Context()); err != nil || after == before {
			t.Errorf("the version stays %s (%v)", after, err)
		}
		owners, err := target.ListMembers(t.Context(), made[0], hosted.Owner, hosted.Query{})
		if diff := cmp.Diff([]string{"Ána"}, names(owners)); err != nil || diff != "" || made[0] != made[1] {
			t.Error(made, err, diff)
		}
		// A run goes on with what it finds.
		mustApply(t, target, hosted.Effect{Kind: hosted.ChangeMembers, ID: made[0], Add: []hosted.Membership{
			{Relation: hosted.Owner, UserID: ids[0]}, {Relation: hosted.Owner, UserID: ids[1]}}})
		if n, err := target.CountMembers(t.Context(), made[0], hosted.Owner, nil); n != 2 || err != nil {
			t.Error(n, err)
		}
	})
}

// Where one effect cannot be done, none is.
func TestChangeIsWhole(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		ids := people(t, target)
		group := mustApply(t, target, hosted.Effect{
			Kind: hosted.CreateGroup, Anchor: "Section_1", Group: &hosted.Group{MailNickname: "Choir"}})[0]
		member := []hosted.Membership{{Relation: hosted.Member, UserID: ids[0]}}
		mustApply(t, target, hosted.Effect{Kind: hosted.ChangeMembers, ID: group, Add: member})
		before, err := target.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		first := hosted.Effect{Kind: hosted.UpdateUser, ID: ids[0], Set: map[string]*string{"displayName": ptr("lost")}}
		for name, test := range map[string]struct {
			effect hosted.Effect
			want   error
		}{
			"name taken":      {hosted.Effect{Kind: hosted.UpdateUser, ID: ids[1], Set: map[string]*string{"userPrincipalName": ptr("ána.ünal@SCHOOL.example")}}, hosted.ErrConflict},
			"anchor taken":    {hosted.Effect{Kind: hosted.CreateGroup, Anchor: "Section_1", Group: &hosted.Group{}}, hosted.ErrConflict},
			"user's anchor":   {hosted.Effect{Kind: hosted.CreateUser, Anchor: hosted.UserAnchor("Ána Ünal"), User: &hosted.User{UserPrincipalName: "x@x"}}, hosted.ErrConflict},
			"nickname taken":  {hosted.Effect{Kind: hosted.CreateGroup, Group: &hosted.Group{MailNickname: "CHOIR"}}, hosted.ErrConflict},
			"user not there":  {hosted.Effect{Kind: hosted.DeleteUser, ID: "x"}, hosted.ErrNotFound},
			"group not there": {hosted.Effect{Kind: hosted.DeleteGroup, ID: "x"}, hosted.ErrNotFound},
			"not in":          {hosted.Effect{Kind: hosted.ChangeMembers, ID: group, Remove: []hosted.Membership{{Relation: hosted.Owner, UserID: ids[0]}}}, hosted.ErrNotFound},
			"no such user":    {hosted.Effect{Kind: hosted.ChangeMembers, ID: group, Add: []hosted.Membership{{Relation: hosted.Owner, UserID: "x"}}}, hosted.ErrNotFound},
		} {
			if _, err := target.Change(t.Context(), first, test.effect); !errors.Is(err, test.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err = target.Change(t.Context(), first, hosted.Effect{Kind: hosted.ChangeMembers, ID: group, Add: member})
		if belongs, ok := errors.AsType[*hosted.BelongsError](err); !ok || belongs.Membership != member[0] {
			t.Errorf("who is in: %v", err)
		}
		after, err := target.Version(t.Context())
		user, errUser := target.User(t.Context(), ids[0])
		if err := errors.Join(err, errUser); err != nil || after != before || user.DisplayName != "Ána Ünal" {
			t.Error("something was done:", after, before, user, err)
		}
	})
}
