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
	Body   string // the rest of the Effect
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

// Writer numbers, counts and hashes the effects of a plan, and hands them on in
// sheets. A dry run keeps none of them.
type Writer struct {
	keep    func(ctx context.Context, sheet Sheet) error
	phases  [Phases]phase
	body    []byte // of the last effect
	summary Summary
}

// phase is what was written of a phase.
type phase struct {
	lines int64
	sheet Sheet // that is not full
	hash  hash.Hash
}

// NewWriter returns a writer that hands its sheets to keep. Those of a phase come
// in order.
func NewWriter(keep func(ctx context.Context, sheet Sheet) error) *Writer {
	w := &Writer{keep: keep}
	for i := range w.phases {
		w.phases[i].hash = sha256.New()
	}
	return w
}

// Add writes an effect.
func (w *Writer) Add(ctx context.Context, e Effect) error {
	p := &w.phases[e.Phase()]
	p.lines++
	w.body = e.AppendBody(w.body[:0])
	p.sheet.add(int64(e.Phase())<<phaseBits|p.lines, e, w.body)
	w.count(e)
	if len(p.sheet.Body) < sheetSize {
		return nil
	}
	return w.handOn(ctx, p)
}

func (w *Writer) handOn(ctx context.Context, p *phase) error {
	sheet := p.sheet
	p.sheet = Sheet{}
	p.hash.Write(sheet.Body)
	return w.keep(ctx, sheet)
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

// Finish hands on what is left, and returns the counts and the hash of what was
// written.
func (w *Writer) Finish(ctx context.Context) (Summary, error) {
	total := sha256.New()
	for i := range w.phases {
		p := &w.phases[i]
		if p.sheet.Lines > 0 {
			if err := w.handOn(ctx, p); err != nil {
				return Summary{}, err
			}
		}
		total.Write(p.hash.Sum(nil))
	}
	w.summary.Hash = hex.EncodeToString(total.Sum(nil))
	return w.summary, nil
}
