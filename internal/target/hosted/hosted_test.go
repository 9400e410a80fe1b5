package hosted_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"rollbook/internal/directory"
	dir "rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/target/hosted"
	"rollbook/internal/target/targettest"
)

func TestTarget(t *testing.T) {
	t.Parallel()
	for engine, open := range map[string]func(testing.TB) store.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			targettest.Run(t, func(t *testing.T) (directory.Target, targettest.Hand) {
				d := tables.New(open(t), time.Now, uuid.NewString)
				return hosted.Target{Directory: d}, func(ctx context.Context, c directory.Change) error { return byHand(ctx, d, c) }
			})
		})
	}
}

// byHand does a change as the API does it.
func byHand(ctx context.Context, d *tables.Directory, c directory.Change) error {
	set := map[string]*string{}
	for _, v := range c.Set {
		set[string(v.Property)] = &v.Text
	}
	var effects []dir.Effect
	account := c.Ref.Kind == directory.Account
	switch {
	case c.Verb == directory.Create:
		user, err := dir.User{}.With(set)
		if err != nil {
			return err
		}
		effects = append(effects, dir.Effect{Kind: dir.CreateUser, User: &user})
	case c.Verb == directory.Delete && account:
		effects = append(effects, dir.Effect{Kind: dir.DeleteUser, ID: c.Ref.ID})
	case c.Verb == directory.Delete:
		effects = append(effects, dir.Effect{Kind: dir.DeleteGroup, ID: c.Ref.ID})
	case account:
		effects = append(effects, dir.Effect{Kind: dir.UpdateUser, ID: c.Ref.ID, Set: set})
	default:
		members := dir.Effect{Kind: dir.ChangeMembers, ID: c.Ref.ID}
		for _, l := range c.Links {
			m := dir.Membership{Relation: dir.Relation(l.Relation), UserID: l.To.ID}
			if l.Remove {
				members.Remove = append(members.Remove, m)
			} else {
				members.Add = append(members.Add, m)
			}
		}
		effects = append(effects, members)
	}
	_, err := d.Change(ctx, effects...)
	return err
}
