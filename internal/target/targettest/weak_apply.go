package targettest

import (
	"slices"
	"strings"
	"time"

	"rollbook/internal/directory"
)

// do does a change, in as many calls as the server needs, up to the first that
// fails.
func (w *Weak) do(c directory.Change) directory.Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := doing{Weak: w, asked: c, out: directory.Outcome{Seq: c.Seq, Ref: c.Ref, State: directory.Done}}
	if err := d.run(w.folded(c)); err != nil {
		d.out.State, d.out.Err = directory.Failed, err
	}
	if w.weak.LaterIDs && d.out.Ref.ID != "" && c.Ref.ID == "" {
		d.out.Ref.ID, d.out.Ref.At = "", place(d.out.Ref.ID)
	}
	return d.out
}

// doing is a change that is being done.
type doing struct {
	*Weak
	asked directory.Change
	ours  bool // the object of a create is there, and an earlier attempt made it
	out   directory.Outcome
}

func (d *doing) run(c directory.Change) error {
	if at, told := strings.CutPrefix(c.Ref.At, place("")); told && c.Ref.ID == "" {
		c.Ref.ID = at
	}
	if err := d.lookUp(&c); err != nil {
		return err
	}
	if !c.Tried.IsZero() {
		c.Links = d.open(c)
	}
	first, packs := d.packs(c)
	if err := d.call(first); err != nil {
		return err
	}
	for _, pack := range packs {
		next := directory.Change{Verb: directory.Update, Ref: directory.Ref{Kind: c.Ref.Kind, ID: d.out.Ref.ID}, Links: pack}
		if err := d.call(next); err != nil {
			return err
		}
	}
	d.late()
	return nil
}

// lookUp finds the object of a create, as an earlier attempt may have made it. The
// server takes two groups of one name. What reads do not show is proved not to be
// there only after the lag.
func (d *doing) lookUp(c *directory.Change) error {
	if c.Verb != directory.Create || c.Ref.ID != "" {
		return nil
	}
	for _, id := range d.named[c.Ref.Anchor] {
		if o, there := d.look(id); there && o.Ref.Kind == c.Ref.Kind && o.Ref.Anchor == c.Ref.Anchor {
			c.Ref.ID, d.ours = id, !c.Tried.IsZero()
			return nil
		}
	}
	if wait := c.Tried.Add(d.weak.Lag).Sub(d.clock.Now()); !c.Tried.IsZero() && wait > 0 {
		return directory.Busy{After: wait, Text: "what was made before cannot be seen yet"}
	}
	return nil
}

// open returns the links of a change that was tried before which reads do not show
// to be as they should.
func (d *doing) open(c directory.Change) []directory.LinkChange {
	now, _ := d.look(c.Ref.ID)
	has := map[edge]bool{}
	for _, l := range now.Links {
		has[edge{l.Relation, l.To.ID}] = true
	}
	return slices.DeleteFunc(slices.Clone(c.Links), func(l directory.LinkChange) bool { return has[edge{l.Relation, l.To.ID}] != l.Remove })
}

// packs cuts a change into the calls that the server takes: the values with as
// many links as fit, and then the links that are left, additions first.
func (d *doing) packs(c directory.Change) (first directory.Change, rest [][]directory.LinkChange) {
	first = c
	links := slices.Clone(c.Links)
	slices.SortStableFunc(links, func(a, b directory.LinkChange) int {
		switch {
		case a.Remove == b.Remove:
			return 0
		case a.Remove:
			return 1
		}
		return -1
	})
	size := len(links)
	if d.weak.PackLinks > 0 {
		size = min(size, d.weak.PackLinks)
	}
	if d.weak.Apart && c.Verb == directory.Create && c.Ref.ID == "" {
		size = 0
	}
	first.Links, links = links[:size], links[size:]
	for len(links) > 0 {
		n := len(links)
		if d.weak.PackLinks > 0 {
			n = min(n, d.weak.PackLinks)
		}
		rest, links = append(rest, links[:n]), links[n:]
	}
	return first, rest
}

// call does one call to the server, unless it fails.
func (d *doing) call(c directory.Change) error {
	now := d.clock.Now()
	d.calls++
	if d.Called != nil {
		d.Called(d.calls)
	}
	every := func(n int) bool { return n > 0 && d.dice.IntN(n) == 0 }
	switch made, young := d.made[c.Ref.ID]; {
	case now.Before(d.crowded):
		return directory.Busy{After: d.crowded.Sub(now), All: true, Text: "too many requests"}
	case every(d.weak.Crowded):
		d.crowded = now.Add(5 * time.Second)
		return directory.Busy{After: 5 * time.Second, All: true, Text: "too many requests"}
	case every(d.weak.Busy):
		return directory.Busy{Text: "try again"}
	case young && c.Verb != directory.Delete && now.Before(made.Add(d.weak.Late)):
		return directory.Busy{After: made.Add(d.weak.Late).Sub(now), Text: "it was made a moment ago, and is not found yet"}
	case every(d.weak.Lost):
		if every(2) {
			d.write(c)
		}
		return directory.Unknown{Text: "no answer came"}
	}
	out := d.write(c)
	d.out.Ref = out.Ref
	if out.Err == nil {
		d.note(c, out)
	}
	return out.Err
}

// write does a call on the server.
func (d *doing) write(c directory.Change) directory.Outcome {
	d.server.mu.Lock()
	o := d.server.objects[c.Ref.ID]
	if o == nil && c.Verb == directory.Create && c.Ref.ID == "" {
		o = d.holder(c)
	}
	out := d.server.doTo(o, c, true)
	d.server.mu.Unlock()
	if out.Made && o == nil {
		d.made[out.Ref.ID] = d.clock.Now()
	}
	if out.Ref.ID != "" {
		d.show(out.Ref.ID)
	}
	return out
}

// holder returns the account that has our anchor, which the server tells when it
// refuses a second one of that name.
func (d *doing) holder(c directory.Change) *object {
	if c.Ref.Kind != directory.Account {
		return nil
	}
	return d.server.find(c)
}

// note adds what a call did to what the change did: of values in the form in which
// they were asked for, and beside it in which they are kept.
func (d *doing) note(c directory.Change, out directory.Outcome) {
	for _, v := range c.Set {
		if asked, is := d.asked.Set.Get(v.Property); is && asked != v.Text {
			d.out.Kept = d.out.Kept.With(v.Property, v.Text)
		}
	}
	d.out.Made = d.out.Made || out.Made || d.ours
	if d.out.Made && d.asked.Verb == directory.Create {
		d.out.Set, d.out.Was = d.asked.Set, nil
	} else {
		d.out.Set, d.out.Was = d.asked.Set.Only(out.Set).Over(d.out.Set), out.Was.Over(d.out.Was)
	}
	d.out.Links, d.out.Refused = append(d.out.Links, out.Links...), append(d.out.Refused, out.Refused...)
}

// late says that a new object is on its way, for as long as the server does.
func (d *doing) late() {
	if d.weak.Later > 0 && d.asked.Verb == directory.Create && d.clock.Now().Sub(d.made[d.out.Ref.ID]) < d.weak.Later {
		d.out.State, d.out.Handle = directory.Accepted, d.out.Ref.ID
	}
}
