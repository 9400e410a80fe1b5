package main

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// measureNight measures what a nightly feed costs, the first one and the later ones.
func measureNight(ctx context.Context, p program, d district, r *report) error {
	floor, err := d.floor()
	if err != nil {
		return err
	}
	r.Floor, r.Bytes = floor.took.Seconds(), floor.bytes

	checked, err := measured(ctx, p, "check", d.tonight)
	if err != nil {
		return err
	}
	first, err := measured(ctx, p, "sync", d.tonight)
	if err != nil {
		return err
	}
	again, err := measured(ctx, p, "sync", d.tonight)
	if err != nil {
		return err
	}
	next, err := measured(ctx, p, "sync", d.next)
	if err != nil {
		return err
	}
	if r.Rows, _ = first.rows(); r.Rows == 0 {
		return errors.New("the result of the first sync counts no rows")
	}
	return r.addNight(checked, first, again, next)
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
		args = append(args, "--domain", "district.example")
	}
	var m measurement
	u, err := p.run(ctx, &m.outcome, args...)
	m.usage = u
	return m, err
}

func (r *report) addNight(checked, first, again, next measurement) error {
	load, loadErr := first.seconds("check", "store")
	provision, provisionErr := first.seconds("match", "plan", "apply")
	replan, replanErr := again.seconds("match", "plan")
	if err := errors.Join(loadErr, provisionErr, replanErr); err != nil {
		return err
	}
	r.add("check only", checked.Wall, 3, checked.usage, "")
	r.add("first load", load, 12, first.usage, stored(first))
	r.add("first plan and apply", provision, 15, first.usage, applied(first))
	unchanged := stored(again) + ", " + applied(again)
	r.add("same feed again", again.Wall, 4, again.usage, unchanged)
	if _, written := again.rows(); written > 0 || again.effects() > 0 {
		r.Work[len(r.Work)-1].Verdict = "WRITES"
	}
	r.add("plan after an unchanged feed", replan, 1, again.usage, "")
	r.add("1 % of rows changed", next.Wall, 5, next.usage, stored(next)+", "+applied(next))
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
