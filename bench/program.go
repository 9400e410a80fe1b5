package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
)

// program is the binary under measurement, and where it keeps its state.
type program struct {
	path  string
	state []string // flags: --data and so on
}

// usage is what a process took.
type usage struct {
	Wall   float64 `json:"wallSeconds"`
	CPU    float64 `json:"cpuSeconds"` // user and system
	Memory int64   `json:"peakBytes"`
}

// doneWithRecordErrors is the exit status of a sync or a check that found bad
// rows: the others were worked on, so the measurement counts.
const doneWithRecordErrors = 3

// run runs the program to its end, and decodes what it writes into result,
// unless that is nil.
func (p program) run(ctx context.Context, result any, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, p.path, args...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	begin := time.Now()
	err := cmd.Run()
	u := usage{Wall: time.Since(begin).Seconds()}
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != doneWithRecordErrors) {
		return u, failed(cmd, err, out.String(), complaints.String())
	}
	if rusage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.Memory = rusage.Maxrss * 1024 // the kernel counts in KiB
	}
	u.CPU = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	if result == nil {
		return u, nil
	}
	if err := json.Unmarshal(out.Bytes(), result); err != nil {
		return u, failed(cmd, fmt.Errorf("what it wrote is not the JSON expected: %w", err), out.String(), complaints.String())
	}
	return u, nil
}

// output runs the program and keeps what it writes.
func (p program) output(ctx context.Context, into *bytes.Buffer, args []string) error {
	cmd := exec.CommandContext(ctx, p.path, args...)
	var complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = into, &complaints
	if err := cmd.Run(); err != nil {
		return failed(cmd, err, into.String(), complaints.String())
	}
	return nil
}

// failed is an error that shows the end of what a command wrote.
func failed(cmd *exec.Cmd, err error, out, complaints string) error {
	return fmt.Errorf("%s: %w\n%s%s", strings.Join(cmd.Args, " "), err, tail("standard output", out), tail("standard error", complaints))
}

func tail(name, text string) string {
	const most = 20
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if text = strings.Join(lines[max(0, len(lines)-most):], "\n"); text == "" {
		return ""
	}
	const widest = 4000 // a line of JSON may be all there is
	return fmt.Sprintf("--- %s\n%s\n", name, text[:min(len(text), widest)])
}

// outcome is what sync and check write with --json, as far as it is measured.
type outcome struct {
	Feed map[string]struct {
		Rows        int `json:"rows"`
		Added       int `json:"added"`
		Changed     int `json:"changed"`
		Deactivated int `json:"deactivated"`
		Errors      int `json:"errors"`
	} `json:"feed"`
	Applied struct {
		Users       int `json:"users"`
		Groups      int `json:"groups"`
		Memberships int `json:"memberships"`
		Failed      int `json:"failed"`
	} `json:"applied"`
	Stages []stage `json:"stages"`
}

type stage struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// seconds adds up the stages named. A stage that the run did not report is an
// error: it would count as infinitely fast.
func (o outcome) seconds(names ...string) (float64, error) {
	var sum float64
	for _, name := range names {
		i := slices.IndexFunc(o.Stages, func(s stage) bool { return s.Name == name })
		if i < 0 {
			return 0, fmt.Errorf("the result has no stage %q, but %v", name, o.Stages)
		}
		sum += o.Stages[i].Seconds
	}
	return sum, nil
}

// rows returns how many rows the feed has and how many of them were written.
func (o outcome) rows() (all, written int) {
	for _, file := range o.Feed {
		all += file.Rows
		written += file.Added + file.Changed + file.Deactivated
	}
	return all, written
}

func (o outcome) effects() int {
	return o.Applied.Users + o.Applied.Groups + o.Applied.Memberships
}
