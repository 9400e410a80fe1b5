package targettest

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rollbook/internal/directory"
)

// Memory is a directory.Target that keeps everything in maps, of any kind of
// object. User principal names are unique without case.
type Memory struct {
	mu      sync.Mutex
	objects map[string]*object // by ID
	log     []entry            // what changed, oldest first
	lastID  int
}

var _ directory.Target = (*Memory)(nil)

type object struct {
	directory.Object
	links map[edge]bool
}

// edge is a relation to an object with an ID.
type edge struct {
	relation directory.Relation
	to       string
}

// entry says that an object changed.
type entry struct {
	ref  directory.Ref
	gone bool
	own  bool // Apply did it
}

// NewMemory returns an empty directory.
func NewMemory() *Memory { return &Memory{objects: map[string]*object{}} }

// Abilities implements directory.Target.
func (m *Memory) Abilities(context.Context) (directory.Abilities, error) {
	return directory.Abilities{Kinds: everyKind(), Pack: 1, Side: 1, Marks: directory.MarksWithDeletions}, nil
}

// everyKind says that everything can be done with objects of all kinds.
func everyKind() map[directory.Kind]directory.KindAbilities {
	kinds := map[directory.Kind]directory.KindAbilities{}
	for _, kind := range directory.Kinds() {
		k := directory.KindAbilities{
			Verbs:  map[directory.Verb]bool{directory.Create: true, directory.Update: true, directory.Delete: true},
			Anchor: true, Relations: map[directory.Relation]directory.RelationAbilities{},
		}
		for _, relation := range kind.Relations() {
			k.Relations[relation] = directory.RelationAbilities{InCreate: -1}
		}
		kinds[kind] = k
	}
	return kinds
}

// Probe implements directory.Target.
func (m *Memory) Probe(context.Context) ([]directory.Problem, error) { return nil, nil }

// Objects returns all objects of a kind, with their links, sorted by ID.
func (m *Memory) Objects(kind directory.Kind) []directory.Object {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []directory.Object
	for _, id := range slices.Sorted(maps.Keys(m.objects)) {
		if o := m.objects[id]; o.Ref.Kind == kind {
			all = append(all, m.copy(o))
		}
	}
	return all
}

// copy returns an object with its links, without those to objects that are gone.
func (m *Memory) copy(o *object) directory.Object {
	c := o.Object
	c.Values, c.Links = slices.Clone(o.Values), nil
	for l := range o.links {
		if to := m.objects[l.to]; to != nil {
			c.Links = append(c.Links, directory.Link{Relation: l.relation, To: to.Ref})
		}
	}
	slices.SortFunc(c.Links, func(a, b directory.Link) int {
		return strings.Compare(string(a.Relation)+a.To.ID, string(b.Relation)+b.To.ID)
	})
	return c
}

// Since implements directory.Target. It leaves out what Apply did.
func (m *Memory) Since(ctx context.Context, mark directory.Mark, kinds []directory.Kind) iter.Seq2[directory.Observed, error] {
	return func(yield func(directory.Observed, error) bool) {
		observed, err := m.observe(mark, kinds)
		if err != nil {
			yield(directory.Observed{}, err)
			return
		}
		for _, one := range observed {
			if err := ctx.Err(); err != nil {
				yield(directory.Observed{}, err)
				return
			}
			if !yield(one, nil) {
				return
			}
		}
	}
}

func (m *Memory) observe(mark directory.Mark, kinds []directory.Kind) ([]directory.Observed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	changed := map[string]directory.Ref{}
	if mark == "" {
		for id, o := range m.objects {
			changed[id] = o.Ref
		}
	} else {
		from, err := strconv.Atoi(string(mark))
		if err != nil || from > len(m.log) {
			return nil, directory.Expired{Text: fmt.Sprintf("there is no mark %q", mark)}
		}
		for _, e := range m.log[from:] {
			if !e.own {
				changed[e.ref.ID] = e.ref
			}
		}
	}
	var all []directory.Observed
	for _, id := range slices.Sorted(maps.Keys(changed)) {
		if !slices.Contains(kinds, changed[id].Kind) {
			continue
		}
		o := m.objects[id]
		if o == nil {
			all = append(all, directory.Observed{Ref: changed[id], Gone: directory.GoneHard})
			continue
		}
		one := m.copy(o)
		seen := directory.Observed{Ref: one.Ref, Values: one.Values, Whole: true}
		for _, l := range one.Links {
			seen.Links = append(seen.Links, directory.LinkChange{Link: l})
		}
		all = append(all, seen)
	}
	return append(all, directory.Observed{Mark: directory.Mark(strconv.Itoa(len(m.log)))}), nil
}

// Find implements directory.Target.
func (m *Memory) Find(ctx context.Context, kind directory.Kind, keys []directory.Key) iter.Seq2[directory.Found, error] {
	return func(yield func(directory.Found, error) bool) {
		objects := m.Objects(kind)
		for _, key := range keys {
			for _, o := range objects {
				if err := ctx.Err(); err != nil {
					yield(directory.Found{}, err)
					return
				}
				if answers(o, key) && !yield(directory.Found{Key: key, Object: o}, nil) {
					return
				}
			}
		}
	}
}

// answers reports whether an object is one that is looked for.
func answers(o directory.Object, key directory.Key) bool {
	if key.Property == directory.Anchor {
		return key.Value != "" && o.Ref.Anchor == key.Value
	}
	text, there := o.Values.Get(key.Property)
	return there && text != "" && strings.EqualFold(text, key.Value)
}

// Apply implements directory.Target.
func (m *Memory) Apply(ctx context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	for c := range changes {
		var out directory.Outcome
		if err := ctx.Err(); err != nil {
			out = directory.Outcome{Seq: c.Seq, Ref: c.Ref, State: directory.Failed, Err: directory.Busy{Text: err.Error()}}
		} else {
			out = m.do(c, true)
		}
		if err := report(out); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// ByHand does what somebody else does in the directory, and returns what became
// of it. It may create objects without anchor.
func (m *Memory) ByHand(c directory.Change) directory.Outcome { return m.do(c, false) }
