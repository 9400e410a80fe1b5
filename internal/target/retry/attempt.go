package retry

import (
	"errors"
	"slices"
	"time"

	"rollbook/internal/directory"
)

// attempt is a change that was handed over, and what came of it until now.
type attempt struct {
	change directory.Change // what is left to be done
	times  int              // it was handed over again
	waits  bool             // to be handed over again
	after  time.Duration    // as long as the directory asked for
	last   directory.Outcome
	lost   bool // an answer was lost: what is so now may be our doing

	made      bool
	set, was  directory.Values
	links     []directory.LinkChange
	refused   []directory.LinkFailure
	kept      directory.Values
	lostSet   directory.Values       // what was asked for when an answer was lost
	lostWas   directory.Values       //
	lostLinks []directory.LinkChange //
}

// add adds what an attempt did, and takes it from what is left.
func (a *attempt) add(now time.Time, o directory.Outcome) {
	if o.Made && !a.made || len(o.Set.Without(a.set))+len(o.Links) > 0 {
		a.times = 0 // it brought the change forward
	}
	a.made = a.made || o.Made
	a.set, a.was = o.Set.Over(a.set), a.was.Over(o.Was)
	a.links, a.kept = append(a.links, o.Links...), o.Kept.Over(a.kept)
	if o.Ref.ID != "" {
		a.change.Ref.ID = o.Ref.ID
	}
	if o.Ref.At != "" {
		a.change.Ref.At = o.Ref.At
	}
	a.last, a.after = o, 0
	if o.State == directory.Accepted {
		a.change.Handle = o.Handle
	}
	a.note(now, o.Err)
	var left []directory.LinkChange
	for _, f := range o.Refused {
		if again(f.Err) {
			a.note(now, f.Err)
			left = append(left, f.LinkChange)
		} else {
			a.refused = append(a.refused, f)
		}
	}
	switch o.State {
	case directory.Done:
		a.change.Links = left
	case directory.Part, directory.Accepted, directory.Failed:
		a.change.Links = slices.DeleteFunc(slices.Clone(a.change.Links), func(l directory.LinkChange) bool {
			return slices.Contains(o.Links, l) || slices.ContainsFunc(o.Refused, func(f directory.LinkFailure) bool { return f.LinkChange == l && !again(f.Err) })
		})
	}
	a.change.Set, a.change.Was = without(a.change.Set, o.Set, a.change), without(a.change.Was, o.Set, a.change)
}

// without returns values but for those that were set. What is not created yet
// needs all of them.
func without(values, set directory.Values, c directory.Change) directory.Values {
	if c.Verb == directory.Create && c.Ref.ID == "" {
		return values
	}
	return slices.DeleteFunc(slices.Clone(values), func(v directory.Value) bool {
		_, done := set.Get(v.Property)
		return done
	})
}

// note notes what an error says of the next attempt.
func (a *attempt) note(now time.Time, err error) {
	var busy directory.Busy
	if errors.As(err, &busy) {
		a.after = max(a.after, busy.After)
	}
	var unknown directory.Unknown
	if !errors.As(err, &unknown) {
		return
	}
	a.change.Tried = now // it may have been written just before
	a.lost, a.lostSet, a.lostWas = true, a.change.Set.Over(a.lostSet), a.lostWas.Over(a.change.Was)
	a.lostLinks = append(a.lostLinks, a.change.Links...)
}

// mayBeAgain reports whether the change is to be handed over once more.
func (a *attempt) mayBeAgain(o directory.Outcome) bool {
	switch o.State {
	case directory.Accepted:
		return true
	case directory.Done:
		return len(a.change.Links) > 0
	case directory.Failed, directory.Part:
	}
	return again(o.Err)
}

// outcome returns what all attempts did together, of which one was the last.
func (a *attempt) outcome(last directory.Outcome) directory.Outcome {
	o := directory.Outcome{
		Seq: last.Seq, Ref: last.Ref, State: last.State, Err: last.Err, Handle: last.Handle,
		Made: a.made, Set: a.set, Was: a.was, Links: a.links, Refused: a.refused, Kept: a.kept,
	}
	if o.Ref.ID == "" {
		o.Ref.ID, o.Ref.At = a.change.Ref.ID, a.change.Ref.At
	}
	if last.State == directory.Done {
		for _, f := range last.Refused {
			if again(f.Err) {
				o.Refused = append(o.Refused, f)
			}
		}
		a.claim(&o)
	}
	return o
}

// claim counts as done by us what is so now and was not when the plan was made,
// where an answer was lost: an attempt without an answer may have done it.
func (a *attempt) claim(o *directory.Outcome) {
	if !a.lost {
		return
	}
	o.Set, o.Was = o.Set.Over(a.lostSet), o.Was.Over(a.lostWas)
	for _, l := range a.lostLinks {
		refused := slices.ContainsFunc(o.Refused, func(f directory.LinkFailure) bool { return f.LinkChange == l })
		if !refused && !slices.Contains(o.Links, l) {
			o.Links = append(o.Links, l)
		}
	}
}
