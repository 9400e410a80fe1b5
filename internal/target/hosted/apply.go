package hosted

import (
	"context"
	"errors"
	"iter"

	"rollbook/internal/directory"
	"rollbook/internal/hosted"
)

// Apply implements directory.Target. It takes changes in packs, each of them one
// transaction: nothing is lost of one that fails, and nobody needs to look up what
// became of one.
func (t Target) Apply(ctx context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	var p writes
	for c := range changes {
		p.add(c)
		if !p.full() {
			continue
		}
		if err := t.write(ctx, &p, report); err != nil {
			return err
		}
	}
	return t.write(ctx, &p, report)
}

// writes are changes that are written together.
type writes struct {
	changes []directory.Change
	effects []hosted.Effect
	first   []int // of each change: its first effect
	links   int
}

func (p *writes) full() bool { return len(p.changes) >= pack || p.links >= packLinks }

// add adds the effects that a change comes to: one on the object, and one on who
// is linked to it.
func (p *writes) add(c directory.Change) {
	p.changes, p.first, p.links = append(p.changes, c), append(p.first, len(p.effects)), p.links+len(c.Links)
	account := c.Ref.Kind == directory.Account
	e := hosted.Effect{Anchor: c.Ref.Anchor, ID: c.Ref.ID}
	verb := c.Verb
	if verb == directory.Create && c.Ref.ID != "" {
		verb = directory.Update // it goes on with what an earlier attempt created
	}
	switch {
	case verb == directory.Create && account:
		e.Kind, e.User, e.Set = hosted.CreateUser, userOf(c), setOf(c.Set)
	case verb == directory.Create:
		e.Kind, e.Group, e.Set = hosted.CreateGroup, newGroupOf(c), setOf(c.Set)
	case verb == directory.Delete && account:
		e.Kind = hosted.DeleteUser
	case verb == directory.Delete:
		e.Kind = hosted.DeleteGroup
	case verb == directory.Update && account:
		e.Kind, e.Set = hosted.UpdateUser, setOf(c.Set)
	case verb == directory.Update:
		e.Kind, e.Set = hosted.UpdateGroup, setOf(c.Set)
	}
	p.effects = append(p.effects, e)
	if len(c.Links) == 0 {
		return
	}
	members := hosted.Effect{Kind: hosted.ChangeMembers, ID: c.Ref.ID}
	for _, l := range c.Links {
		if l.Remove {
			members.Remove = append(members.Remove, membershipOf(l.Link))
		} else {
			members.Add = append(members.Add, membershipOf(l.Link))
		}
	}
	p.effects = append(p.effects, members)
}

// write writes what was added, and reports what became of it.
func (t Target) write(ctx context.Context, p *writes, report func(...directory.Outcome) error) error {
	if len(p.changes) == 0 {
		return nil
	}
	done, err := t.Directory.Apply(ctx, p.effects)
	outcomes := make([]directory.Outcome, len(p.changes))
	for i, c := range p.changes {
		if err != nil {
			// The transaction failed. Whether it was committed all the same nobody knows.
			outcomes[i] = directory.Outcome{Seq: c.Seq, Ref: c.Ref, State: directory.Failed, Err: directory.Unknown{Text: err.Error()}}
			continue
		}
		last := len(done)
		if i+1 < len(p.first) {
			last = p.first[i+1]
		}
		outcomes[i] = outcome(c, done[p.first[i]:last])
	}
	*p = writes{}
	return errors.Join(err, report(outcomes...))
}

// outcome returns what became of a change of which the effects came out so.
func outcome(c directory.Change, done []hosted.Outcome) directory.Outcome {
	object := done[0]
	out := directory.Outcome{Seq: c.Seq, Ref: c.Ref, State: directory.Done, Made: object.Made}
	if object.ID != "" {
		out.Ref.ID = object.ID
	}
	if out.Err = failure(c, object.Err); out.Err != nil {
		out.State, out.Made = directory.Failed, false
	} else {
		out.Set, out.Was = changed(c, object)
		if found := object.WasUser != nil || object.WasGroup != nil; c.Verb == directory.Create && c.Ref.ID == "" && found && !c.Tried.IsZero() {
			out.Made, out.Set, out.Was = true, c.Set, nil // an attempt before this one made it
		}
	}
	if len(done) == 1 {
		return out
	}
	members := done[1]
	switch {
	case members.Err == nil:
		out.Links = c.Links
		if len(members.Unchanged) > 0 {
			out.Links, _ = links(c, members)
		}
	case len(members.Missing) > 0:
		out.Links, out.Refused = links(c, members)
	case out.Err == nil:
		out.State, out.Err = directory.Failed, failure(c, members.Err)
	}
	return out
}

// links returns the links of a change that were really changed, and those that
// could not be.
func links(c directory.Change, members hosted.Outcome) (done []directory.LinkChange, refused []directory.LinkFailure) {
	unchanged, missing := map[hosted.Membership]bool{}, map[hosted.Membership]bool{}
	for _, m := range members.Unchanged {
		unchanged[m] = true
	}
	for _, m := range members.Missing {
		missing[m] = true
	}
	for _, l := range c.Links {
		m := membershipOf(l.Link)
		switch {
		case missing[m] && !l.Remove:
			refused = append(refused, directory.LinkFailure{LinkChange: l, Err: directory.NotFound{Ref: l.To}})
		case !unchanged[m]:
			done = append(done, l)
		}
	}
	return done, refused
}

// changed returns the values that a change really changed, and what they were.
func changed(c directory.Change, object hosted.Outcome) (set, was directory.Values) {
	switch {
	case object.WasUser != nil:
		return c.Set.Difference(accountOf(*object.WasUser).Values)
	case object.WasGroup != nil:
		return c.Set.Difference(groupOf(*object.WasGroup).Values)
	}
	return c.Set, nil
}

// failure returns why an effect failed in the words of the contract.
func failure(c directory.Change, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, hosted.ErrNotFound):
		return directory.NotFound{Ref: c.Ref}
	case errors.Is(err, hosted.ErrConflict):
		name, _ := c.Set.Get(directory.UserPrincipalName)
		return directory.Conflict{Property: directory.UserPrincipalName, Value: name}
	}
	return directory.Invalid{Text: err.Error()}
}
