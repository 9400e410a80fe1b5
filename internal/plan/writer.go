package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// Line is an effect as the journal keeps it.
type Line struct {
	Seq    int64
	Kind   directory.EffectKind
	Source int
	Object roster.ID
	Body   []byte // the rest of the Effect
}

// Effect decodes the line.
func (l Line) Effect() (Effect, error) {
	e := Effect{Kind: l.Kind, Source: l.Source, Object: l.Object}
	if err := e.decodeBody(l.Body); err != nil {
		return Effect{}, fmt.Errorf("effect %d of the journal is damaged: %w", l.Seq, err)
	}
	return e, nil
}

// phaseBits is how many bits of a sequence number count within a phase, so
// that the phases of a plan can be written side by side and are still applied
// one after the other.
const phaseBits = 40

// Summary counts what a plan does.
type Summary struct {
	Users       Changes     `json:"users"`
	Groups      Changes     `json:"groups"`
	Memberships Memberships `json:"memberships"`
	// Hash identifies the plan: the same effects in the same order have the
	// same hash, and no others do.
	Hash string `json:"hash"`
}

// Changes counts objects.
type Changes struct {
	Create int `json:"create"`
	Update int `json:"update"`
}

// Memberships counts relations of a user to a group.
type Memberships struct {
	Add    int `json:"add"`
	Remove int `json:"remove"`
}

// Effects returns how many objects and memberships a plan touches.
func (s Summary) Effects() int {
	return s.Users.Create + s.Users.Update + s.Groups.Create + s.Groups.Update + s.Memberships.Add + s.Memberships.Remove
}

// Writer numbers, counts and hashes the effects of a plan, and hands their
// lines on. A dry run keeps none of them.
type Writer struct {
	keep    func(ctx context.Context, line Line) error
	next    [Phases]int64
	hashes  [Phases]hash.Hash
	bodies  []byte // of the last effects
	summary Summary
}

// NewWriter returns a writer that hands its lines to keep.
func NewWriter(keep func(ctx context.Context, line Line) error) *Writer {
	w := &Writer{keep: keep}
	for i := range w.hashes {
		w.hashes[i] = sha256.New()
	}
	return w
}

// Add writes an effect.
func (w *Writer) Add(ctx context.Context, e Effect) error {
	body := w.encode(e)
	phase := e.Phase()
	w.next[phase]++
	line := Line{
		Seq: int64(phase)<<phaseBits | w.next[phase], Kind: e.Kind, Source: e.Source, Object: e.Object, Body: body,
	}
	fmt.Fprintf(w.hashes[phase], "%d %d %d %d ", line.Kind, line.Source, line.Object, len(body))
	w.hashes[phase].Write(body)
	w.count(e)
	return w.keep(ctx, line)
}

// encode returns the body of an effect. Many share a piece of memory: a plan has
// as many as a district has people.
func (w *Writer) encode(e Effect) []byte {
	const piece, large = 64 << 10, 4 << 10
	if cap(w.bodies)-len(w.bodies) < large {
		w.bodies = make([]byte, 0, piece)
	}
	begin := len(w.bodies)
	w.bodies = e.AppendBody(w.bodies)
	return w.bodies[begin:len(w.bodies):len(w.bodies)]
}

func (w *Writer) count(e Effect) {
	switch s := &w.summary; e.Kind {
	case directory.CreateUser:
		s.Users.Create++
	case directory.UpdateUser:
		s.Users.Update++
	case directory.CreateGroup:
		s.Groups.Create++
	case directory.UpdateGroup:
		s.Groups.Update++
	case directory.ChangeMembers:
		s.Memberships.Add += len(e.AddOwners) + len(e.AddMembers)
		s.Memberships.Remove += len(e.RemoveOwners) + len(e.RemoveMembers)
	}
}

// Summary returns the counts and the hash of what was written so far.
func (w *Writer) Summary() Summary {
	total := sha256.New()
	for _, h := range w.hashes {
		total.Write(h.Sum(nil))
	}
	s := w.summary
	s.Hash = hex.EncodeToString(total.Sum(nil))
	return s
}
