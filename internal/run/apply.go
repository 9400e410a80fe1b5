package run

import (
	"context"
	"fmt"
	"strconv"

	"rollbook/internal/directory"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// A batch is what is handed to the directory at once. Its size bounds how long
// other writers wait, and how much is tried again after a crash.
const (
	effectsInBatch     = 2000
	membershipsInBatch = 40_000
)

// apply carries out what is left of a plan. It does exactly what the plan's
// lines say, in their order, and notes what became of them batch by batch: a
// batch that may have been tried before is handed over again under the same
// name, which the directory recognizes.
func (p *pass) apply(ctx context.Context, open OpenPlan) error {
	a := applier{pass: p, plan: open, people: people{journal: p.Journal, memory: p.Memory, bulk: open.Summary.Memberships.Add+open.Summary.Memberships.Remove > bulkLookups}}
	var lines []plan.Line
	memberships := 0
	for line, err := range p.Journal.Lines(ctx, open.ID, open.Done) {
		if err != nil {
			return fmt.Errorf("read the plan: %w", err)
		}
		if len(lines) > 0 && phase(lines[0]) != phase(line) || len(lines) == effectsInBatch || memberships >= membershipsInBatch {
			if err := a.batch(ctx, lines); err != nil {
				return err
			}
			lines, memberships = lines[:0], 0
		}
		lines = append(lines, line)
		memberships += len(line.Body) / bytesOfMembership
	}
	if err := a.batch(ctx, lines); err != nil {
		return err
	}
	version, err := p.Target.Version(ctx)
	if err != nil {
		return fmt.Errorf("read the directory's version: %w", err)
	}
	if err := p.Marks.SetMark(ctx, markDirectory, version); err != nil {
		return err
	}
	return p.Journal.Close(ctx, open.ID)
}

// bytesOfMembership is about what one membership takes in a line.
const bytesOfMembership = 6

func phase(l plan.Line) int { return plan.Effect{Kind: l.Kind}.Phase() }

// applier applies one plan.
type applier struct {
	*pass
	plan   OpenPlan
	people people
}

// batch applies some lines of one phase.
func (a *applier) batch(ctx context.Context, lines []plan.Line) error {
	if len(lines) == 0 {
		return nil
	}
	through := lines[len(lines)-1].Seq
	if err := a.Journal.Tried(ctx, a.plan.ID, through); err != nil {
		return err
	}
	b := batch{Done: Done{Through: through}}
	for _, line := range lines {
		effect, err := line.Effect()
		if err != nil {
			return err
		}
		b.planned = append(b.planned, effect)
		b.seqs = append(b.seqs, line.Seq)
	}
	if err := a.recall(ctx, &b); err != nil {
		return fmt.Errorf("recall what was applied: %w", err)
	}
	for i := range b.planned {
		if err := a.prepare(ctx, &b, i); err != nil {
			return err
		}
	}
	name := strconv.FormatInt(a.plan.ID, 10) + "/" + strconv.FormatInt(lines[0].Seq, 10)
	outcomes, err := a.Target.Apply(ctx, name, b.effects)
	if err != nil {
		return fmt.Errorf("write to the directory: %w", err)
	}
	for i, outcome := range outcomes {
		a.note(&b, i, outcome)
	}
	return a.Journal.Done(ctx, a.plan.ID, b.Done)
}

// batch is what is handed to the directory at once, with what was applied
// before to the objects it touches.
type batch struct {
	Done
	planned  []plan.Effect
	seqs     []int64
	effects  []directory.Effect
	missing  []plan.People // for each effect, people it names that have no account
	accounts map[int]map[roster.ID]plan.Account
	groups   map[int]map[roster.ID]plan.ClassGroup
}

// recall reads what is remembered of the objects that a batch touches.
func (a *applier) recall(ctx context.Context, b *batch) error {
	people, classes := map[int][]roster.ID{}, map[int][]roster.ID{}
	for _, e := range b.planned {
		switch e.Kind {
		case directory.UpdateUser:
			people[e.Source] = append(people[e.Source], e.Object)
		case directory.UpdateGroup, directory.ChangeMembers:
			classes[e.Source] = append(classes[e.Source], e.Object)
		}
	}
	b.accounts, b.groups = map[int]map[roster.ID]plan.Account{}, map[int]map[roster.ID]plan.ClassGroup{}
	var err error
	for source, ids := range people {
		if b.accounts[source], err = a.Journal.Accounts(ctx, source, ids); err != nil {
			return err
		}
	}
	for source, ids := range classes {
		if b.groups[source], err = a.Journal.ClassGroups(ctx, source, ids); err != nil {
			return err
		}
	}
	return nil
}

// prepare turns a planned effect into one that the directory understands.
func (a *applier) prepare(ctx context.Context, b *batch, i int) error {
	e := b.planned[i]
	effect := directory.Effect{Kind: e.Kind, Anchor: e.Anchor, ID: e.ObjectID}
	var missing plan.People
	switch e.Kind {
	case directory.CreateUser:
		user := userOf(e)
		effect.User = &user
	case directory.CreateGroup:
		group := groupOf(e)
		effect.Group = &group
	case directory.UpdateUser, directory.UpdateGroup:
		effect.Set = setOf(e.Properties)
	case directory.ChangeMembers:
		if effect.ID == "" {
			effect.ID = b.groups[e.Source][e.Object].ObjectID
		}
		var err error
		if missing, err = a.memberships(ctx, e, &effect); err != nil {
			return err
		}
	}
	b.effects = append(b.effects, effect)
	b.missing = append(b.missing, missing)
	return nil
}

// memberships fills in whose accounts come into a group and leave it, and
// returns the people who have no account.
func (a *applier) memberships(ctx context.Context, e plan.Effect, effect *directory.Effect) (missing plan.People, err error) {
	for _, part := range []struct {
		people   plan.People
		relation directory.Relation
		to       *[]directory.Membership
	}{
		{e.AddOwners, directory.Owner, &effect.Add},
		{e.AddMembers, directory.Member, &effect.Add},
		{e.RemoveOwners, directory.Owner, &effect.Remove},
		{e.RemoveMembers, directory.Member, &effect.Remove},
	} {
		for _, id := range part.people {
			account, err := a.people.account(ctx, e.Source, id)
			if err != nil {
				return nil, err
			}
			if account == "" {
				missing = append(missing, id)
				continue
			}
			*part.to = append(*part.to, directory.Membership{Relation: part.relation, UserID: account})
		}
	}
	return missing, nil
}

// userOf returns the account that an effect creates.
func userOf(e plan.Effect) directory.User {
	u := directory.User{Anchor: e.Anchor, AccountEnabled: true, Attributes: map[string]string{}}
	for _, p := range e.Properties {
		switch p.Name {
		case directory.PropertyAnchor:
		case directory.PropertyUserPrincipalName:
			u.UserPrincipalName = p.Value
		case directory.PropertyDisplayName:
			u.DisplayName = p.Value
		case directory.PropertyGivenName:
			u.GivenName = p.Value
		case directory.PropertySurname:
			u.Surname = p.Value
		case directory.PropertyMail:
			u.Mail = p.Value
		default:
			if p.Value != "" {
				u.Attributes[p.Name] = p.Value
			}
		}
	}
	return u
}

// groupOf returns the group that an effect creates.
func groupOf(e plan.Effect) directory.Group {
	g := directory.Group{Anchor: e.Anchor, Attributes: map[string]string{}}
	for _, p := range e.Properties {
		switch p.Name {
		case directory.PropertyDisplayName:
			g.DisplayName = p.Value
		case directory.PropertyMailNickname:
			g.MailNickname = p.Value
		case directory.PropertyHasTeam:
			g.HasTeam = p.Value == strconv.FormatBool(true)
		default:
			if p.Value != "" {
				g.Attributes[p.Name] = p.Value
			}
		}
	}
	return g
}

// setOf returns properties as an update writes them: "" removes.
func setOf(properties plan.Properties) map[string]*string {
	set := make(map[string]*string, len(properties))
	for _, p := range properties {
		if p.Value == "" {
			set[p.Name] = nil
		} else {
			set[p.Name] = &p.Value
		}
	}
	return set
}
