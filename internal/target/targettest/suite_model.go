package targettest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rollbook/internal/directory"
)

// testLikeTheModel does random changes to the target and to a Memory, and compares
// outcomes and contents. The target is not emptied between sequences: they go on
// from where the one before ended.
func testLikeTheModel(t *testing.T, b bench) {
	pair := &twins{ctx: t.Context(), target: b.target, settle: b.settle, model: NewMemory(), ids: map[string]string{absent: absent}}
	rapid.Check(t, func(t *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(t, "packs") {
			pair.apply(t, pair.draw(t))
		}
		pair.compare(t)
	})
}

// twins are a target and the model of it. ids leads from the IDs of the model to
// those of the target.
type twins struct {
	ctx    context.Context
	target directory.Target
	settle Settle
	model  *Memory
	ids    map[string]string
}

// draw draws changes with IDs of the model, no two of them to one object, and none
// that depends on another: a name that is in one is in no other.
func (p *twins) draw(t *rapid.T) []directory.Change {
	names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "É", "f", "g", "h"}), 1, 4, rapid.ID[string]).Draw(t, "names")
	touched := map[string]bool{}
	var changes []directory.Change
	for _, name := range names {
		c := p.drawChange(t, name)
		keys := p.keys(c)
		if slices.ContainsFunc(keys, func(key string) bool { return touched[key] }) {
			continue
		}
		for _, key := range keys {
			touched[key] = true
		}
		changes = append(changes, c)
	}
	if slices.ContainsFunc(changes, func(c directory.Change) bool { return c.Verb == directory.Delete }) {
		return changes[:1] // what it frees is another's to take in a later wave
	}
	return changes
}

// keys returns what a change depends on: its object, and the names that it takes
// and may free.
func (p *twins) keys(c directory.Change) []string {
	ref, name := c.Ref, ""
	for _, o := range p.model.Objects(c.Ref.Kind) {
		if o.Ref.ID == c.Ref.ID || o.Ref.Anchor == c.Ref.Anchor {
			ref = o.Ref
			name, _ = o.Values.Get(directory.UserPrincipalName)
		}
	}
	taken, _ := c.Set.Get(directory.UserPrincipalName)
	keys := []string{string(ref.Kind) + " " + cmp.Or(ref.Anchor, ref.ID)}
	for _, n := range []string{name, taken} {
		if n != "" {
			keys = append(keys, "name "+strings.ToLower(n))
		}
	}
	return keys
}

func (p *twins) drawChange(t *rapid.T, name string) directory.Change {
	kind := rapid.SampledFrom(directory.Kinds()).Draw(t, "kind")
	verb := rapid.SampledFrom([]directory.Verb{directory.Create, directory.Create, directory.Update, directory.Update, directory.Update, directory.Delete}).Draw(t, "verb")
	var c directory.Change
	switch {
	case verb == directory.Create && kind == directory.Account:
		c = account(name)
	case verb == directory.Create:
		c = group(name)
	default:
		c = directory.Change{Verb: verb, Ref: directory.Ref{Kind: kind, ID: p.drawID(t, kind)}}
	}
	if verb == directory.Delete {
		return c
	}
	if verb == directory.Create && rapid.IntRange(0, 3).Draw(t, "tried") == 0 {
		c.Tried = time.Unix(1, 0)
	}
	for _, property := range rapid.SliceOfDistinct(rapid.SampledFrom([]directory.Property{
		directory.DisplayName, directory.Description, directory.CourseTitle, directory.UserPrincipalName,
	}), rapid.ID[directory.Property]).Draw(t, "properties") {
		switch {
		case property == directory.UserPrincipalName && kind == directory.Account:
			c.Set = c.Set.With(property, name+"@school.example")
		case property == directory.Description && kind == directory.Account, property == directory.UserPrincipalName:
		default:
			c.Set = c.Set.With(property, rapid.SampledFrom([]string{"", "x", "Y z"}).Draw(t, "text"))
		}
	}
	if kind == directory.ClassGroup {
		for _, to := range rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string { return p.drawID(t, directory.Account) }), 0, 4, rapid.ID[string]).Draw(t, "people") {
			l := link(rapid.SampledFrom([]directory.Relation{directory.Owner, directory.Member}).Draw(t, "relation"), directory.Ref{Kind: directory.Account, ID: to})
			l.Remove = rapid.Bool().Draw(t, "remove")
			c.Links = append(c.Links, l)
		}
	}
	return c
}

// drawID draws the ID of an object of the model, or of none.
func (p *twins) drawID(t *rapid.T, kind directory.Kind) string {
	ids := []string{absent}
	for _, o := range p.model.Objects(kind) {
		ids = append(ids, o.Ref.ID)
	}
	return rapid.SampledFrom(ids).Draw(t, "id")
}

// apply does changes to both, and compares what became of them.
func (p *twins) apply(t *rapid.T, changes []directory.Change) {
	theirs := slices.Clone(changes)
	for i := range theirs {
		theirs[i].Ref.ID = p.ids[theirs[i].Ref.ID]
		theirs[i].Links = slices.Clone(theirs[i].Links)
		for j := range theirs[i].Links {
			theirs[i].Links[j].To.ID = p.ids[theirs[i].Links[j].To.ID]
		}
	}
	want, err := try(p.ctx, p.model, changes...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := try(p.ctx, p.target, theirs...)
	if err != nil {
		t.Fatal(err)
	}
	p.settle()
	if err := identify(p.ctx, p.target, got); err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if want[i].Ref.ID != "" && want[i].State == directory.Done && changes[i].Ref.ID == "" {
			p.ids[want[i].Ref.ID] = got[i].Ref.ID
		}
		if diff := gocmp.Diff(p.told(want[i]), told(got[i]), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("outcome of %s %+v (-want +got):\n%s", changes[i].Verb, changes[i], diff)
		}
	}
}

// told is an outcome as it is compared.
func told(o directory.Outcome) map[string]string {
	t := map[string]string{"state": fmt.Sprint(o.State), "made": fmt.Sprint(o.Made), "error": fmt.Sprintf("%T", o.Err)}
	if o.State == directory.Done {
		t["id"], t["set"], t["was"] = o.Ref.ID, fmt.Sprint(o.Set), fmt.Sprint(o.Was)
		t["links"] = fmt.Sprint(linkNames(o.Links))
		var refused []directory.LinkChange
		for _, f := range o.Refused {
			refused = append(refused, f.LinkChange)
		}
		t["refused"] = fmt.Sprint(linkNames(refused))
	}
	return t
}

func linkNames(links []directory.LinkChange) []string {
	var names []string
	for _, l := range links {
		names = append(names, fmt.Sprint(l.Relation, " ", l.To.ID, " ", l.Remove))
	}
	slices.Sort(names)
	return names
}

// told is an outcome of the model with the IDs of the target.
func (p *twins) told(o directory.Outcome) map[string]string {
	o.Ref.ID = p.ids[o.Ref.ID]
	o.Links, o.Refused = slices.Clone(o.Links), slices.Clone(o.Refused)
	for i := range o.Links {
		o.Links[i].To.ID = p.ids[o.Links[i].To.ID]
	}
	for i := range o.Refused {
		o.Refused[i].To.ID = p.ids[o.Refused[i].To.ID]
	}
	return told(o)
}

// compare compares what both hold.
func (p *twins) compare(t *rapid.T) {
	var sides [2]map[string]content
	for i, target := range []directory.Target{p.model, p.target} {
		contents, _, err := everything(p.ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		sides[i] = map[string]content{}
		for _, c := range contents {
			sides[i][c.Anchor] = c
		}
	}
	if diff := gocmp.Diff(sides[0], sides[1], cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("contents (-model +target):\n%s", diff)
	}
}
