package main

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// measureNight measures what a nightly feed costs, the first one and the later
// ones. The floor is measured again before each of them, and its mean counts:
// what else the machine does changes from minute to minute.
func measureNight(ctx context.Context, p program, d district, r *report) error {
	steps := []struct{ command, feed string }{
		{"check", d.tonight}, {"sync", d.tonight}, {"sync", d.tonight}, {"sync", d.next},
	}
	var results [4]measurement
	for i, step := range steps {
		floor, err := d.floor()
		if err != nil {
			return err
		}
		r.Floor += floor.took.Seconds() / float64(len(steps))
		r.Bytes = floor.bytes
		if results[i], err = measured(ctx, p, step.command, step.feed); err != nil {
			return err
		}
	}
	if r.Rows, _ = results[1].rows(); r.Rows == 0 {
		return errors.New("the result of the first sync counts no rows")
	}
	return r.addNight(results[0], results[1], results[2], results[3])
}

// measurement is a command's result and what it took.
type measurement struct {
	outcome
	usage
}

func measured(ctx context.Context, p program, command, feed string) (measurement, error) {
	fmt.Fprintln(os.Stderr, "bench:", command, feed)
	args := append([]string{command, feed, "--json"}, p.state...)
	if command == "sync" {
		args = append(args, "--domain", "district.example", "--at-rest", "0")
	}
	var m measurement
	u, err := p.run(ctx, &m.outcome, args...)
	m.usage = u
	return m, err
}

func (r *report) addNight(checked, first, again, next measurement) error {
	load, loadErr := first.seconds("check", "store")
	provision, provisionErr := first.seconds("match", "plan", "apply")
	reload, reloadErr := next.seconds("check", "store")
	if err := errors.Join(loadErr, provisionErr, reloadErr); err != nil {
		return err
	}
	// Where nothing changed these stages may be left out altogether.
	replan, note := 0.0, "planning is skipped"
	if seconds, err := again.seconds("match", "plan"); err == nil {
		replan, note = seconds, ""
	}
	r.add("check only", checked.Wall, 2.8, checked.usage, "")
	r.add("first load", load, 12, first.usage, stored(first))
	r.add("first plan and apply", provision, 25, first.usage, applied(first))
	unchanged := stored(again) + ", " + applied(again)
	r.add("same feed again", again.Wall, 3.5, again.usage, unchanged)
	if _, written := again.rows(); written > 0 || again.effects() > 0 {
		r.Work[len(r.Work)-1].Verdict = "WRITES"
	}
	r.add("plan after an unchanged feed", replan, 1, again.usage, note)
	r.add("1 % of rows changed", reload, 0, next.usage, stored(next))
	r.add("the same, planned and applied too", next.Wall, 8, next.usage, applied(next))
	r.Memory = max(checked.Memory, first.Memory, again.Memory, next.Memory)
	return nil
}

func stored(m measurement) string {
	_, written := m.rows()
	return fmt.Sprintf("%d rows written", written)
}

func applied(m measurement) string {
	text := fmt.Sprintf("%d effects", m.effects())
	if m.Applied.Failed > 0 {
		text += fmt.Sprintf(", %d FAILED", m.Applied.Failed)
	}
	return text
}
