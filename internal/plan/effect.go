package plan

import (
	"fmt"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// Effect is one line of a plan: what is to be written for which record of the
// roster. It names people by their roster IDs: the accounts of some exist only
// once the plan is being applied.
type Effect struct {
	Kind   directory.EffectKind
	Source int
	Object roster.ID // a person or a class

	Anchor string
	// ObjectID is the directory's identifier of what is written, "" for what the plan creates.
	ObjectID string
	// Properties are what a create writes, and what an update changes.
	Properties Properties
	// Was are the values before an update, of the same properties.
	Was Properties

	AddOwners     People
	AddMembers    People
	RemoveOwners  People
	RemoveMembers People
}

// Inverse returns the effect that undoes this one once it was applied to the
// object with an ID.
func (e Effect) Inverse(objectID string) (Effect, error) {
	inverse := Effect{Source: e.Source, Object: e.Object, Anchor: e.Anchor, ObjectID: objectID}
	switch e.Kind {
	case directory.CreateUser:
		inverse.Kind = directory.DeleteUser
	case directory.CreateGroup:
		inverse.Kind = directory.DeleteGroup
	case directory.UpdateUser, directory.UpdateGroup:
		inverse.Kind, inverse.Properties, inverse.Was = e.Kind, e.Was.orFalse(), e.Properties
	case directory.ChangeMembers:
		inverse.Kind = e.Kind
		inverse.AddOwners, inverse.RemoveOwners = e.RemoveOwners, e.AddOwners
		inverse.AddMembers, inverse.RemoveMembers = e.RemoveMembers, e.AddMembers
	default:
		return Effect{}, fmt.Errorf("a %s cannot be undone from the journal", e.Kind)
	}
	return inverse, nil
}

// Memberships returns how many memberships the effect changes.
func (e Effect) Memberships() int {
	return len(e.AddOwners) + len(e.AddMembers) + len(e.RemoveOwners) + len(e.RemoveMembers)
}

// Phase is the part of a plan that an effect belongs to. Phases are applied
// one after the other: accounts, groups, then who is in them.
func (e Effect) Phase() int {
	switch e.Kind {
	case directory.CreateUser, directory.UpdateUser:
		return 0
	case directory.CreateGroup, directory.UpdateGroup:
		return 1
	}
	return 2
}

// Phases is the number of phases.
const Phases = 3
