package feed

import (
	"cmp"
	"slices"

	"golang.org/x/sync/errgroup"

	"rollbook/internal/roster"
)

// A person or class is one record, but what is said of it comes in several
// files. drafts hold the parts that are new until all are known.
type drafts struct {
	contents arena
	parts    [][]place // by part and slot; nil for a part of which nothing changed
	bits     []uint8   // by slot: for each part whether it is here, and whether it differs
}

// differsShift is where the bits begin that say which parts differ from what was known.
const differsShift = 4

// has reports whether a part of a record is here.
func (d *drafts) has(slot, part int) bool {
	return slot < len(d.bits) && d.bits[slot]&(1<<part) != 0
}

// differ says whether a part that is here differs from what was known.
func (d *drafts) differ(slot, part int, differs bool) {
	d.bits[slot] &^= 1 << part << differsShift
	if differs {
		d.bits[slot] |= 1 << part << differsShift
	}
}

// forget forgets a part of a record.
func (d *drafts) forget(slot, part int) {
	if slot < len(d.bits) {
		d.bits[slot] &^= 1<<part | 1<<part<<differsShift
	}
}

// differs reports whether any part of a record differs from what was known.
func (d *drafts) differs(slot int) bool { return slot < len(d.bits) && d.bits[slot]>>differsShift != 0 }

// keep takes a part that is new or has other content. A check, which compares
// with nothing, keeps none.
func (l *loader) keep(x *index, slot, part int, digest roster.Digest, content []byte) {
	x.digests.at(slot)[part] = digest
	if l.opts.check {
		return
	}
	d := &x.drafts
	for len(d.parts) < x.kind.Parts() {
		d.parts = append(d.parts, nil)
	}
	for len(d.parts[part]) <= slot {
		d.parts[part] = append(d.parts[part], 0)
	}
	for len(d.bits) <= slot {
		d.bits = append(d.bits, 0)
	}
	d.parts[part][slot] = d.contents.add(content)
	d.bits[slot] |= 1 << part
}

// keepNew keeps a part that differs from what was known.
func (l *loader) keepNew(x *index, slot, part int, digest roster.Digest, content []byte) {
	l.keep(x, slot, part, digest, content)
	if !l.opts.check {
		x.drafts.differ(slot, part, true)
	}
}

// kept returns a part that was kept.
func (x *index) kept(slot, part int) []byte {
	return x.drafts.contents.get(x.drafts.parts[part][slot])
}

// handDrafts hands on the records that changed or are no longer active.
func (l *loader) handDrafts(kind roster.Kind) error {
	x := l.indexes[kind]
	if x == nil {
		return nil
	}
	for slot := range x.keys.len() {
		var err error
		switch s := x.state[slot]; {
		case x.drafts.differs(slot) && (slot < x.known || s&active != 0):
			err = l.handDraft(x, slot)
		case s&(was|active) == was:
			err = l.changes.Deactivate(l.ctx, kind, x.entry(slot))
		}
		if err != nil {
			return err
		}
	}
	x.drafts = drafts{}
	return nil
}

// completeDrafts lays what the feed says of records that changed over what was
// known of them. People and classes do not wait for each other.
func (l *loader) completeDrafts() error {
	var both errgroup.Group
	if people := l.indexes[roster.KindPerson]; people != nil {
		both.Go(func() error {
			if err := l.settle(people); err != nil {
				return err
			}
			if err := l.mergeAffiliations(people); err != nil {
				return err
			}
			if err := l.countChangedDetails(people); err != nil {
				return err
			}
			return l.keepTheRest(people)
		})
	}
	if classes := l.indexes[roster.KindClass]; classes != nil {
		both.Go(func() error {
			if err := l.settle(classes); err != nil {
				return err
			}
			if err := l.mergeRolls(classes); err != nil {
				return err
			}
			return l.keepTheRest(classes)
		})
	}
	return both.Wait()
}

// keepTheRest keeps beside the new parts of each record what was known of the
// others.
func (l *loader) keepTheRest(x *index) error {
	var slots []int
	for slot := range x.known {
		const all = 1<<differsShift - 1
		if x.drafts.differs(slot) && x.drafts.bits[slot]&all != 1<<x.kind.Parts()-1 {
			slots = append(slots, slot)
		}
	}
	return l.contents(x, slots, func(int, roster.Contents) error { return nil })
}

// handDraft hands on one record.
func (l *loader) handDraft(x *index, slot int) error {
	var contents roster.Contents
	for part := range x.kind.Parts() {
		if x.drafts.has(slot, part) {
			contents[part] = x.kept(slot, part)
		}
	}
	l.buf = contents.Join(x.kind, l.buf[:0])
	return l.changes.Put(l.ctx, roster.Record{
		Kind: x.kind, ID: x.ids[slot], Key: x.keys.at(slot), Digests: *x.digests.at(slot),
		Active: x.state[slot]&active != 0, Body: l.buf,
	})
}

// contents calls fn with what was known of records, of which a part has changed.
// The others are kept beside the new part, so that they need not be read again.
func (l *loader) contents(x *index, slots []int, fn func(slot int, contents roster.Contents) error) error {
	slices.SortFunc(slots, func(a, b int) int { return cmp.Compare(x.ids[a], x.ids[b]) })
	ids := make([]roster.ID, len(slots))
	for i, slot := range slots {
		ids[i] = x.ids[slot]
	}
	return l.known.Bodies(l.ctx, x.kind, ids, func(body []byte) error {
		slot := slots[0]
		slots = slots[1:]
		contents := roster.Record{Kind: x.kind, Body: body}.Split()
		for part := range x.kind.Parts() {
			if !x.drafts.has(slot, part) {
				l.keep(x, slot, part, x.digests.at(slot)[part], contents[part])
			}
		}
		return fn(slot, contents)
	})
}
