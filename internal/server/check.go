package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollbook/internal/store"
)

const (
	// serverChecks is how often a server looks at the structure of its database.
	serverChecks = 24 * time.Hour

	// runChecks is how often a run of a command does, before it begins: it takes the
	// time of reading the file, and where a server runs there is nothing left to do.
	runChecks = 7 * 24 * time.Hour

	// checkAgain is when a server looks whether it is time to.
	checkAgain = time.Hour
)

// markChecked names when the structure of the database was looked at last.
const markChecked = "checked"

// Verify looks through everything that is stored, and makes anew what follows from
// the rest.
func (p *Parts) Verify(ctx context.Context) (store.Checked, error) {
	checked, err := p.DB.Check(ctx, true)
	if err == nil {
		p.health.found(ctx, checked.Err())
		err = p.noteChecked(ctx, checked)
	}
	return checked, err
}

// checkIfDue looks at the structure of the database unless that was done within an
// interval. It returns a store.Damaged where something is.
func (p *Parts) checkIfDue(ctx context.Context, every time.Duration) error {
	text, err := (store.Marks{DB: p.DB}).Mark(ctx, markChecked)
	if err != nil {
		return err
	}
	now := p.Config.Now()
	last, err := time.Parse(time.RFC3339, text)
	if err == nil && now.Sub(last) < every && !now.Before(last) {
		return nil
	}
	checked, err := p.DB.Check(ctx, false)
	if err != nil {
		return err
	}
	p.health.found(ctx, checked.Err())
	return errors.Join(checked.Err(), p.noteChecked(ctx, checked))
}

// noteChecked notes that nothing was found. What was is looked for again.
func (p *Parts) noteChecked(ctx context.Context, checked store.Checked) error {
	if len(checked.Problems) > 0 {
		return nil
	}
	err := (store.Marks{DB: p.DB}).SetMark(ctx, markChecked, p.Config.Now().UTC().Format(time.RFC3339))
	if err != nil {
		return fmt.Errorf("note that the database was checked: %w", err)
	}
	return nil
}

// keepChecking looks at the structure of the database day by day until ctx is done.
// What is found shows in the log and in /readyz.
func (p *Parts) keepChecking(ctx context.Context) {
	tick := time.NewTicker(checkAgain)
	defer tick.Stop()
	for {
		err := p.checkIfDue(ctx, serverChecks)
		if err != nil && ctx.Err() == nil && !isDamage(err) {
			p.Config.Log.ErrorContext(ctx, "the database could not be checked", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
