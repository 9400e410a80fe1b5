package server

import (
	"context"
	"iter"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// HeldObject is an account or class group of a directory, by the ledger.
type HeldObject struct {
	Name, At        string // of its person or class; where the directory keeps it, or its ID there
	Owners, Members []string
}

// heldAtOnce is how many objects are named at once.
const heldAtOnce = 500

// HeldBy yields what a directory holds of a kind by the ledger, with how the people and
// classes are called. It returns a NoTargetError where there is no such directory.
func (p *Parts) HeldBy(ctx context.Context, target string, kind directory.Kind) (iter.Seq2[HeldObject, error], error) {
	number := ledger.Hosted
	if target != HostedName {
		t, err := p.FindTarget(ctx, target)
		if err != nil {
			return nil, err
		}
		number = ledger.Target(t.Number)
	}
	names, err := p.Names(ctx)
	if err != nil {
		return nil, err
	}
	return func(yield func(HeldObject, error) bool) {
		for source := range names.streams {
			var some []ledger.Object
			for o, err := range p.Ledger().Objects(ctx, number, kind, source) {
				if err != nil {
					yield(HeldObject{}, err)
					return
				}
				if some = append(some, o); len(some) == heldAtOnce {
					if !names.held(ctx, some, yield) {
						return
					}
					some = nil
				}
			}
			if !names.held(ctx, some, yield) {
				return
			}
		}
	}, nil
}

// held yields objects with their names, and is false where no more are wanted.
func (n *Names) held(ctx context.Context, objects []ledger.Object, yield func(HeldObject, error) bool) bool {
	var records []ledger.Record
	for _, o := range objects {
		records = append(records, o.Record)
		for _, l := range o.Links {
			for _, id := range l.IDs.With(l.Found) {
				records = append(records, ledger.Record{Kind: l.Relation.To(), Source: o.Record.Source, ID: id})
			}
		}
	}
	if err := n.LearnRecords(ctx, records); err != nil {
		yield(HeldObject{}, err)
		return false
	}
	for _, o := range objects {
		held := HeldObject{Name: n.Of(o.Record.Kind, o.Record.Source, o.Record.ID), At: o.At}
		if held.At == "" {
			held.At = o.ID
		}
		held.Owners = n.people(o, directory.Owner)
		held.Members = n.people(o, directory.Member)
		if !yield(held, nil) {
			return false
		}
	}
	return true
}

func (n *Names) people(o ledger.Object, relation directory.Relation) []string {
	var list []string
	linked := o.Linked(relation)
	for _, id := range linked.IDs.With(linked.Found) {
		list = append(list, n.Of(directory.Account, o.Record.Source, roster.ID(id)))
	}
	slices.Sort(list)
	return list
}
