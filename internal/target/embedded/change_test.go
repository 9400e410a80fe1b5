package embedded_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/directory"
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
			directory.Effect{Kind: directory.CreateGroup, Group: &directory.Group{DisplayName: "Choir", MailNickname: "Choir"}},
			directory.Effect{Kind: directory.ChangeMembers, Add: []directory.Membership{{Relation: directory.Owner, UserID: ids[0]}}})
		if err != nil {
			t.Fatal(err)
		}
		if after, err := target.Version(t.Context()); err != nil || after == before {
			t.Errorf("the version stays %s (%v)", after, err)
		}
		owners, err := target.ListMembers(t.Context(), made[0], directory.Owner, directory.Query{})
		if diff := cmp.Diff([]string{"Ána"}, names(owners)); err != nil || diff != "" || made[0] != made[1] {
			t.Error(made, err, diff)
		}
		// A run goes on with what it finds.
		mustApply(t, target, directory.Effect{Kind: directory.ChangeMembers, ID: made[0], Add: []directory.Membership{
			{Relation: directory.Owner, UserID: ids[0]}, {Relation: directory.Owner, UserID: ids[1]}}})
		if n, err := target.CountMembers(t.Context(), made[0], directory.Owner, nil); n != 2 || err != nil {
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
		group := mustApply(t, target, directory.Effect{
			Kind: directory.CreateGroup, Anchor: "Section_1", Group: &directory.Group{MailNickname: "Choir"}})[0]
		member := []directory.Membership{{Relation: directory.Member, UserID: ids[0]}}
		mustApply(t, target, directory.Effect{Kind: directory.ChangeMembers, ID: group, Add: member})
		before, err := target.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		first := directory.Effect{Kind: directory.UpdateUser, ID: ids[0], Set: map[string]*string{"displayName": ptr("lost")}}
		for name, test := range map[string]struct {
			effect directory.Effect
			want   error
		}{
			"name taken":      {directory.Effect{Kind: directory.UpdateUser, ID: ids[1], Set: map[string]*string{"userPrincipalName": ptr("ána.ünal@SCHOOL.example")}}, directory.ErrConflict},
			"anchor taken":    {directory.Effect{Kind: directory.CreateGroup, Anchor: "Section_1", Group: &directory.Group{}}, directory.ErrConflict},
			"user's anchor":   {directory.Effect{Kind: directory.CreateUser, Anchor: directory.UserAnchor("Ána Ünal"), User: &directory.User{UserPrincipalName: "x@x"}}, directory.ErrConflict},
			"nickname taken":  {directory.Effect{Kind: directory.CreateGroup, Group: &directory.Group{MailNickname: "CHOIR"}}, directory.ErrConflict},
			"user not there":  {directory.Effect{Kind: directory.DeleteUser, ID: "x"}, directory.ErrNotFound},
			"group not there": {directory.Effect{Kind: directory.DeleteGroup, ID: "x"}, directory.ErrNotFound},
			"not in":          {directory.Effect{Kind: directory.ChangeMembers, ID: group, Remove: []directory.Membership{{Relation: directory.Owner, UserID: ids[0]}}}, directory.ErrNotFound},
			"no such user":    {directory.Effect{Kind: directory.ChangeMembers, ID: group, Add: []directory.Membership{{Relation: directory.Owner, UserID: "x"}}}, directory.ErrNotFound},
		} {
			if _, err := target.Change(t.Context(), first, test.effect); !errors.Is(err, test.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err = target.Change(t.Context(), first, directory.Effect{Kind: directory.ChangeMembers, ID: group, Add: member})
		if belongs, ok := errors.AsType[*directory.BelongsError](err); !ok || belongs.Membership != member[0] {
			t.Errorf("who is in: %v", err)
		}
		after, err := target.Version(t.Context())
		user, errUser := target.User(t.Context(), ids[0])
		if err := errors.Join(err, errUser); err != nil || after != before || user.DisplayName != "Ána Ünal" {
			t.Error("something was done:", after, before, user, err)
		}
	})
}
