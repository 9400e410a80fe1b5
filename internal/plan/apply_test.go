package plan_test

import (
	"context"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

// apply carries out a plan, and holds what was done.
func (w *world) apply(t fataler, m *made) {
	t.Helper()
	for _, o := range m.unwritten {
		w.objects[o.Record] = o
	}
	for _, c := range m.changes {
		w.carryOut(t, c)
	}
	w.mark = m.next
}

// carryOut does a change, and holds what the target says of it.
func (w *world) carryOut(t fataler, c ledger.Change) {
	t.Helper()
	held := w.objects[c.Record]
	change := directory.Change{
		Seq: c.Seq, Verb: c.Verb, Ref: directory.Ref{Kind: c.Record.Kind, Anchor: c.Anchor, ID: c.ObjectID}, Set: c.Set, Was: c.Was,
	}
	for _, l := range c.Links {
		for _, id := range l.IDs {
			end, known := w.objects[ledger.Record{Kind: l.Relation.To(), Source: c.Record.Source, ID: id}]
			if !known {
				t.Fatalf("the plan names person %d, who has no account", id)
			}
			change.Links = append(change.Links, directory.LinkChange{
				Link: directory.Link{Relation: l.Relation, To: directory.Ref{Kind: l.Relation.To(), ID: end.ID}}, Remove: l.Remove,
			})
		}
	}
	var out directory.Outcome
	err := w.directory.Apply(context.Background(), slices.Values([]directory.Change{change}), func(o ...directory.Outcome) error {
		out = o[0]
		return nil
	})
	if err != nil || out.Err != nil {
		t.Fatalf("%s %s: %v %v", c.Verb, c.Anchor, err, out.Err)
	}
	w.objects[c.Record] = held.After(c, outcomeOf(c, change, out))
}

// outcomeOf is the outcome of a change as the ledger has it.
func outcomeOf(c ledger.Change, change directory.Change, out directory.Outcome) ledger.Outcome {
	o := ledger.Outcome{State: out.State, ID: out.Ref.ID, Made: out.Made, Set: out.Set, Was: out.Was}
	at := 0
	for _, l := range c.Links {
		did, found := l, ledger.Linked{Relation: l.Relation}
		did.IDs = nil
		for _, id := range l.IDs {
			if slices.Contains(out.Links, change.Links[at]) {
				did.IDs = append(did.IDs, id)
			} else if !l.Remove {
				found.Found = append(found.Found, id)
			}
			at++
		}
		o.Links, o.Found = append(o.Links, did), append(o.Found, found)
	}
	return o
}

// byHand does what an administrator does in the directory.
func (w *world) byHand(t fataler, c directory.Change) string {
	t.Helper()
	out := w.directory.ByHand(c)
	if out.Err != nil || len(out.Refused) > 0 {
		t.Fatalf("%s %+v by hand: %v %v", c.Verb, c.Ref, out.Err, out.Refused)
	}
	return out.Ref.ID
}

// group is a group as the tests look at it: people by their user names.
type group struct {
	Name            string
	Owners, Members []string
}

// held returns the groups of the directory by anchor.
func (w *world) held(fataler) map[string]group {
	names := map[string]string{}
	for _, o := range w.directory.Objects(directory.Account) {
		names[o.Ref.ID] = value(o, directory.UserPrincipalName)
	}
	groups := map[string]group{}
	for _, o := range w.directory.Objects(directory.ClassGroup) {
		g := group{Name: value(o, directory.DisplayName)}
		for _, l := range o.Links {
			if l.Relation == directory.Owner {
				g.Owners = append(g.Owners, names[l.To.ID])
			} else {
				g.Members = append(g.Members, names[l.To.ID])
			}
		}
		slices.Sort(g.Owners)
		slices.Sort(g.Members)
		groups[o.Ref.Anchor] = g
	}
	return groups
}

func value(o directory.Object, p directory.Property) string {
	text, _ := o.Values.Get(p)
	return text
}

// object returns the group of the directory with an anchor.
func (w *world) object(t fataler, anchor string) directory.Object {
	t.Helper()
	for _, o := range w.directory.Objects(directory.ClassGroup) {
		if o.Ref.Anchor == anchor {
			return o
		}
	}
	t.Fatalf("there is no group %s", anchor)
	return directory.Object{}
}

// user returns the account with a user name.
func (w *world) user(t fataler, name string) directory.Object {
	t.Helper()
	for _, o := range w.directory.Objects(directory.Account) {
		if value(o, directory.UserPrincipalName) == name {
			return o
		}
	}
	t.Fatalf("there is no account %s", name)
	return directory.Object{}
}

// only returns the values of an object but for some.
func only(o directory.Object, but ...directory.Property) directory.Values {
	return slices.DeleteFunc(slices.Clone(o.Values), func(v directory.Value) bool { return slices.Contains(but, v.Property) })
}
