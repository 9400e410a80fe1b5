package crashtest_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"rollbook/internal/run"
	"rollbook/internal/simulate"
)

const (
	kills      = 50 // on each engine
	killsShort = 6
	// seed decides on the moments; two runs of the test still differ, as time does.
	seed = 20260801
)

// statusRecordErrors is what the program ends with: some rows are wrong.
const statusRecordErrors = 3

// TestKill kills the program at random moments of a sync, has the next sync
// finish, and compares with one that nobody disturbed.
func TestKill(t *testing.T) {
	t.Parallel()
	program := build(t)
	// Large enough for several pieces of everything that is done in pieces.
	scale, n := simulate.Scale{Users: 4_200, Classes: 850}, kills
	if testing.Short() {
		scale, n = simulate.Scale{Users: 500, Classes: 100}, killsShort
	}
	first, second := night(t, scale, false), night(t, scale, true)
	for i, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			unused := e.fresh(t)
			used := newVictim(t, program, e, unused, first).kill(t, n*2/5, random)
			newVictim(t, program, e, used, second).kill(t, n-n*2/5, random)
		})
	}
}

// build builds the program.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "rollbook")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "rollbook/cmd/rollbook").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return program
}

// victim is a sync that is killed again and again.
type victim struct {
	program, path string
	engine        engine
	from          installation // each sync begins with a copy of it
	undisturbed   installation
	want          []string
	lasts         time.Duration // about how long a sync takes
	change        time.Duration // when about it begins to change things
}

// newVictim does the sync that nobody disturbs.
func newVictim(t *testing.T, program string, e engine, from installation, path string) *victim {
	t.Helper()
	v := &victim{program: program, path: path, engine: e, from: from, undisturbed: e.copy(t, from)}
	result := v.sync(t, v.undisturbed)
	v.want = v.undisturbed.state(t)
	var staged time.Duration
	for _, s := range result.Stages {
		staged += time.Duration(s.Seconds * float64(time.Second))
		if s.Name == "check" {
			v.change = staged
		}
	}
	v.change += v.lasts - staged // what comes before the first stage
	return v
}

// command returns the command of a sync.
func (v *victim) command(ctx context.Context, i installation) *exec.Cmd {
	cmd := exec.CommandContext(ctx, v.program, "sync", "--json", "--at-rest", "0", "--domain", "school.example", "--data", i.data, v.path)
	if i.database != "" {
		cmd.Args = append(cmd.Args, "--database", i.database)
	}
	return cmd
}

// sync does a sync to its end.
func (v *victim) sync(t *testing.T, i installation) run.Result {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := v.command(t.Context(), i)
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	err := cmd.Run()
	v.lasts = time.Since(began)
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != statusRecordErrors {
		t.Fatalf("sync: %v\n%s%s", err, &out, &errs)
	}
	var result run.Result
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		t.Fatalf("sync printed %s: %v", &out, err)
	}
	return result
}

// cutOff starts a sync and kills it. It reports whether it was still at work.
func (v *victim) cutOff(t *testing.T, i installation, moment time.Duration) bool {
	t.Helper()
	cmd := v.command(t.Context(), i)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	killer := time.AfterFunc(moment, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	killer.Stop()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() < 0 {
		return true
	}
	v.lasts = (v.lasts + time.Since(began)) / 2 // the machine is faster now than it was
	return false
}

// moment returns when to kill: anywhere in a sync, or where it changes things.
func (v *victim) moment(random *rand.Rand) time.Duration {
	from := time.Duration(0)
	if random.IntN(2) == 0 {
		from = min(v.change, v.lasts/2)
	}
	return from + time.Duration(random.Int64N(int64(v.lasts-from)))
}

// kill kills n syncs, and returns the installation of the one that nobody
// disturbed.
func (v *victim) kill(t *testing.T, n int, random *rand.Rand) installation {
	t.Helper()
	for killed, tries := 0, 0; killed < n && !t.Failed(); tries++ {
		if tries > 4*n {
			t.Fatalf("only %d of %d syncs were killed", killed, tries)
		}
		i := v.engine.copy(t, v.from)
		moments := []time.Duration{v.moment(random)}
		if !v.cutOff(t, i, moments[0]) {
			continue
		}
		killed++
		for random.IntN(4) == 0 { // the one that finishes what was left is killed too
			moments = append(moments, v.moment(random)/2)
			v.cutOff(t, i, moments[len(moments)-1])
		}
		v.sync(t, i)
		if d := difference(v.want, i.state(t)); d != "" {
			t.Errorf("seed %d, killed after %v of %v:\n%s", seed, moments, v.lasts, d)
		}
	}
	return v.undisturbed
}
