package crashtest_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"rollbook/internal/hosted"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/simulate"
	"rollbook/internal/store"
)

// errGone is what a database answers that is gone.
var errGone = errors.New("the database is gone")

// failing is a database that is gone after one of its commits, as it is for a
// process that is killed there: that commit takes effect and nobody hears of it,
// and nothing that comes later, no cleaning up either, has any effect.
type failing struct {
	store.DB
	left atomic.Int64 // commits until it is gone
}

func (f *failing) Write(ctx context.Context, fn func(store.Tx) error) error {
	return f.commit(func() error { return f.DB.Write(ctx, fn) })
}

func (f *failing) WriteBulk(ctx context.Context, fn func(store.Tx) error) error {
	return f.commit(func() error { return f.DB.WriteBulk(ctx, fn) })
}

func (f *failing) commit(write func() error) error {
	left := f.left.Add(-1)
	if left >= 0 {
		if err := write(); err != nil || left > 0 {
			return err
		}
	}
	return errGone
}

func (f *failing) ReadRow(ctx context.Context, sql string, args []any, dest ...any) error {
	if f.left.Load() <= 0 {
		return errGone
	}
	return f.DB.ReadRow(ctx, sql, args, dest...)
}

func (f *failing) Read(ctx context.Context, fn func(store.Tx) error) error {
	if f.left.Load() <= 0 {
		return errGone
	}
	return f.DB.Read(ctx, fn)
}

// cutOff does a sync that loses its database after so many commits, and reports
// whether it did.
func cutOff(t *testing.T, i installation, path string, commits int) (was bool) {
	t.Helper()
	i.use(t, func(p *server.Parts) {
		db := &failing{DB: p.DB}
		db.left.Store(int64(commits))
		_, err := sync(t, through(db, p), path)
		was = db.left.Load() <= 0
		if err != nil != was || was && !errors.Is(err, errGone) {
			t.Errorf("cut off after %d commits: %t, and the sync returned %v", commits, was, err)
		}
	})
	return was
}

func mustSync(t *testing.T, i installation, path string) (result run.Result) {
	t.Helper()
	i.use(t, func(p *server.Parts) {
		var err error
		if result, err = sync(t, p, path); err != nil || result.Applied.Failed > 0 || result.Unusable() {
			t.Fatalf("sync: %v, %+v", err, result)
		}
	})
	return result
}

// TestCutOffAtEveryCommit cuts syncs off after each of their commits (on
// PostgreSQL after every other one, and of a short test after every seventh), has
// the next sync finish, and compares with one that nobody disturbed.
func TestCutOffAtEveryCommit(t *testing.T) {
	t.Parallel()
	scale := simulate.Scale{Users: 250, Classes: 50}
	first, second := night(t, scale, false), night(t, scale, true)
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			unused := e.fresh(t)
			unused.make(t)
			used := e.copy(t, unused)
			mustSync(t, used, first)
			shared := e.copy(t, unused)
			shared.use(t, addAccounts(t))
			for name, c := range map[string]struct {
				from installation
				path string
			}{
				"first night": {unused, first}, "next night": {used, second}, "accounts that exist": {shared, first},
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					everyCommit(t, e, c.from, c.path)
				})
			}
		})
	}
}

func everyCommit(t *testing.T, e engine, from installation, path string) {
	undisturbed := e.copy(t, from)
	mustSync(t, undisturbed, path)
	want := undisturbed.state(t)
	resumed := false
	stride := e.stride
	if testing.Short() {
		stride = strideShort
	}
	for commits := 1; !t.Failed(); commits += stride {
		i := e.copy(t, from)
		if !cutOff(t, i, path, commits) {
			if commits < fewest || !resumed && !testing.Short() {
				t.Errorf("a sync has %d commits, and one was resumed: %t", commits-1, resumed)
			}
			return
		}
		if commits%3 == 0 { // the one that finishes what was left is cut off too
			cutOff(t, i, path, 1+commits/3)
		}
		result := mustSync(t, i, path)
		resumed = resumed || result.Recovered.Users > 0 && result.Recovered.Memberships > 0
		if d := difference(want, i.state(t)); d != "" {
			t.Errorf("cut off after %d commits:\n%s", commits, d)
		}
	}
}

// strideShort is a prime, so that a third of the syncs that finish what was left
// is cut off too, and every piece of work by some of them.
const strideShort = 7

// fewest is how many commits a sync has at least, lest the test cut off none.
const fewest = 15

// addAccounts gives half of the people accounts that they are matched to.
func addAccounts(t *testing.T) func(*server.Parts) {
	return func(p *server.Parts) {
		fresh := engines()[0].fresh(t)
		fresh.make(t)
		path := night(t, simulate.Scale{Users: 250, Classes: 50}, false)
		mustSync(t, fresh, path)
		var effects []hosted.Effect
		fresh.use(t, func(other *server.Parts) {
			for u := range all(t, other.Directory.Users(t.Context())) {
				if len(effects) < 30 {
					u.Anchor, u.DisplayName = fmt.Sprintf("by hand %d", len(effects)), "By hand"
					effects = append(effects, hosted.Effect{Kind: hosted.CreateUser, Anchor: u.Anchor, User: &u})
				}
			}
		})
		if _, err := p.Directory.Change(t.Context(), effects...); err != nil {
			t.Fatal(err)
		}
	}
}
