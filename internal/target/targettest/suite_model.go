package targettest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rollbook/internal/directory"
)

// testLikeTheModel does random batches of effects to the target and to a
// Memory, and compares outcomes and contents. The target is not emptied between
// sequences: they go on from where the one before ended.
func testLikeTheModel(t *testing.T, b bench) {
	pair := newTwins(t, b)
	rapid.Check(t, func(t *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			if err := pair.apply(pair.drawBatch(t)); err != nil {
				t.Fatal(err)
			}
		}
		if err := pair.compare(); err != nil {
			t.Fatal(err)
		}
	})
}

// twins are a target and the model of it. IDs differ; names leads from those of
// the model to those of the target.
type twins struct {
	ctx           context.Context
	target        directory.Target
	model         *Memory
	names         map[string]string
	users, groups []string // IDs of the model
}

func newTwins(t *testing.T, b bench) *twins {
	return &twins{ctx: t.Context(), target: b.target, model: NewMemory(), names: map[string]string{absent: absent}}
}

func (p *twins) drawBatch(t *rapid.T) []directory.Effect {
	return rapid.SliceOfN(rapid.Custom(p.draw), 1, 12).Draw(t, "effects")
}

// draw makes an effect with IDs of the model.
func (p *twins) draw(t *rapid.T) directory.Effect {
	kind := rapid.SampledFrom([]directory.EffectKind{
		directory.CreateUser, directory.CreateUser, directory.UpdateUser, directory.CreateGroup, directory.UpdateGroup,
		directory.ChangeMembers, directory.ChangeMembers, directory.ChangeMembers, directory.DeleteUser, directory.DeleteGroup,
	}).Draw(t, "kind")
	name := rapid.SampledFrom([]string{"a", "b", "c", "d", "É", "é", "f", "g"}).Draw(t, "name")
	switch kind {
	case directory.CreateUser:
		_, effect := person(name)
		effect.Anchor = directory.UserAnchor(rapid.SampledFrom([]string{"1", "2", "3", "4"}).Draw(t, "anchor"))
		return effect
	case directory.CreateGroup:
		_, effect := class(name)
		return effect
	case directory.UpdateUser, directory.DeleteUser:
		return directory.Effect{Kind: kind, ID: drawID(t, p.users), Set: drawSet(t, name)}
	case directory.ChangeMembers:
		effect := directory.Effect{Kind: kind, ID: drawID(t, p.groups)}
		p.drawMembers(t, &effect)
		return effect
	}
	return directory.Effect{Kind: kind, ID: drawID(t, p.groups), Set: drawSet(t, name)}
}

// drawID takes one of the latest objects, of which most are still there.
func drawID(t *rapid.T, ids []string) string {
	latest := ids[max(0, len(ids)-6):]
	return rapid.SampledFrom(append([]string{absent}, latest...)).Draw(t, "id")
}

func drawSet(t *rapid.T, name string) map[string]*string {
	choices := map[string][]*string{
		directory.PropertyAnchor:            {nil, ptr(directory.UserAnchor("1")), ptr(directory.UserAnchor("5"))},
		directory.PropertyUserPrincipalName: {ptr(name + "@school.example")},
		directory.PropertyDisplayName:       {nil, ptr("Person " + name)},
		directory.PropertyAccountEnabled:    {ptr("true"), ptr("false"), ptr("no")},
		directory.AttributeGrade:            {nil, ptr("01"), ptr(name)},
	}
	set := map[string]*string{}
	properties := []string{directory.PropertyAnchor, directory.PropertyUserPrincipalName,
		directory.PropertyDisplayName, directory.PropertyAccountEnabled, directory.AttributeGrade}
	for _, property := range rapid.SliceOfNDistinct(rapid.SampledFrom(properties), 1, 2, rapid.ID[string]).Draw(t, "set") {
		set[property] = rapid.SampledFrom(choices[property]).Draw(t, property)
	}
	return set
}

// drawMembers never adds and removes the same membership at once: the contract
// does not say what comes of that. Nor does it remove an unknown user.
func (p *twins) drawMembers(t *rapid.T, effect *directory.Effect) {
	for range rapid.IntRange(1, 5).Draw(t, "changes") {
		change := directory.Membership{
			UserID:   drawID(t, p.users),
			Relation: rapid.SampledFrom([]directory.Relation{directory.Owner, directory.Member}).Draw(t, "relation"),
		}
		if rapid.Bool().Draw(t, "add") {
			if !slices.Contains(effect.Remove, change) {
				effect.Add = append(effect.Add, change)
			}
		} else if change.UserID != absent && !slices.Contains(effect.Add, change) {
			effect.Remove = append(effect.Remove, change)
		}
	}
}

func (p *twins) apply(effects []directory.Effect) error {
	got, err := p.target.Apply(p.ctx, "model", p.translate(effects))
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	return p.applied(effects, got)
}

// applied does to the model what was done to the target, and compares the outcomes.
func (p *twins) applied(effects []directory.Effect, got []directory.Outcome) error {
	want, err := p.model.Apply(p.ctx, "model", effects)
	if err != nil {
		return err
	}
	for i, effect := range effects {
		if !errors.Is(kindOf(got[i].Err), kindOf(want[i].Err)) {
			return fmt.Errorf("effect %d (%s): got error %q, want %q", i, effect.Kind, fmt.Sprint(got[i].Err), fmt.Sprint(want[i].Err))
		}
		if want[i].Err == nil {
			p.learn(effect.Kind, want[i].ID, got[i].ID)
		}
	}
	return nil
}

func (p *twins) learn(kind directory.EffectKind, model, target string) {
	if _, known := p.names[model]; known {
		return
	}
	p.names[model] = target
	switch kind {
	case directory.CreateUser:
		p.users = append(p.users, model)
	case directory.CreateGroup:
		p.groups = append(p.groups, model)
	}
}

func kindOf(err error) error {
	for _, kind := range []error{directory.ErrNotFound, directory.ErrConflict, directory.ErrInvalid} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	return err
}

// translate returns the effects with IDs of the target.
func (p *twins) translate(effects []directory.Effect) []directory.Effect {
	translated := slices.Clone(effects)
	for i, effect := range effects {
		translated[i].ID = p.names[effect.ID]
		translated[i].Add, translated[i].Remove = p.memberships(effect.Add), p.memberships(effect.Remove)
	}
	return translated
}

func (p *twins) memberships(all []directory.Membership) []directory.Membership {
	translated := make([]directory.Membership, len(all))
	for i, one := range all {
		translated[i] = directory.Membership{Relation: one.Relation, UserID: p.names[one.UserID]}
	}
	return in(translated...)
}

// compare returns an error that shows where the target differs from the model.
func (p *twins) compare() error {
	wantUsers, err := allUsers(p.ctx, p.model)
	if err != nil {
		return err
	}
	for i := range wantUsers {
		wantUsers[i].ID = p.names[wantUsers[i].ID]
	}
	gotUsers, err := allUsers(p.ctx, p.target)
	if err != nil {
		return err
	}
	wantGroups, err := allGroups(p.ctx, p.model)
	if err != nil {
		return err
	}
	for i := range wantGroups {
		wantGroups[i].ID = p.names[wantGroups[i].ID]
		wantGroups[i].Memberships = p.memberships(wantGroups[i].Memberships)
	}
	gotGroups, err := allGroups(p.ctx, p.target)
	if err != nil {
		return err
	}
	slices.SortFunc(wantGroups, byID)
	if diff := difference(sorted(wantUsers...), gotUsers) + difference(wantGroups, gotGroups); diff != "" {
		return fmt.Errorf("not as the model (-want +got)\n%s", diff)
	}
	return nil
}
