package run

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

// markWritten is when the target was written to last, where reads of it lag behind.
const markWritten = "written"

// lag returns how long a read of the target may not show what was written.
func (p *pass) lag(ctx context.Context) (time.Duration, error) {
	can, err := p.Target.Abilities(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask what the directory can do: %w", err)
	}
	return can.Lag, nil
}

// noteWritten notes when the target was written to.
func (p *pass) noteWritten(ctx context.Context) error {
	lag, err := p.lag(ctx)
	if err != nil || lag == 0 {
		return err
	}
	return p.Marks.SetMark(ctx, markWritten, p.Now().UTC().Format(time.RFC3339Nano))
}

// awaitWritten waits until a read of the target shows what was written to it: else
// that would be taken for what another hand undid.
func (p *pass) awaitWritten(ctx context.Context) error {
	lag, err := p.lag(ctx)
	if err != nil || lag == 0 {
		return err
	}
	text, err := p.Marks.Mark(ctx, markWritten)
	if err != nil || text == "" {
		return err
	}
	written, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return fmt.Errorf("recall when the directory was written to: %w", err)
	}
	return p.Sleep(ctx, min(written.Add(lag).Sub(p.Now()), lag))
}

// identify finds the IDs of the objects that the wave made and the target did not
// tell: what comes next refers to them. Those that are not found are found by the
// next observation, and what refers to them waits.
func (w *wave) identify(ctx context.Context) error {
	if len(w.nameless) == 0 {
		return nil
	}
	lag, err := w.lag(ctx)
	if err != nil {
		return err
	}
	if err := w.Sleep(ctx, lag); err != nil {
		return err
	}
	keys := map[directory.Kind][]directory.Key{}
	for anchor, o := range w.nameless {
		keys[o.Record.Kind] = append(keys[o.Record.Kind], directory.Key{Property: directory.Anchor, Value: anchor})
	}
	var known []ledger.Object
	for kind, of := range keys {
		slices.SortFunc(of, func(a, b directory.Key) int { return cmp.Compare(a.Value, b.Value) })
		for found, err := range w.Target.Find(ctx, kind, of) {
			if err != nil {
				return err
			}
			o := w.nameless[found.Key.Value]
			o.ID, o.At = found.Object.Ref.ID, found.Object.Ref.At
			known = append(known, o)
			if kind == directory.Account {
				w.people.learn(o.Record.Source, o.Record.ID, o.ID)
			}
		}
	}
	return w.Ledger.Hold(ctx, w.TargetID, known)
}
