package run

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"rollbook/internal/directory"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// A batch is what is handed to the directory at once. Its size bounds how long
// other writers wait, and how much is tried again after a crash.
const (
	effectsInBatch     = 4000
	membershipsInBatch = 80_000
)

// apply carries out what is left of a plan. It does exactly what the plan's
// lines say, in their order, and notes what became of them batch by batch: a
// batch that may have been tried before is handed over again under the same
// name, which the directory recognizes. Batches are read, and worked out, while
// those before them are written.
func (p *pass) apply(ctx context.Context, open OpenPlan) error {
	changes := open.Summary.Memberships
	a := applier{pass: p, plan: open, people: people{
		journal: p.Journal, memory: p.Memory, bulk: changes.Add+changes.Remove > bulkLookups, all: p.accounts,
	}}
	first := true
	for b, err := range ahead(ctx, a.ready) {
		if err == nil && first {
			err = p.noteAttempt(ctx, attempt{Plan: open.ID, Done: open.Done})
		}
		if err == nil && first {
			err = p.Journal.Tried(ctx, open.ID, b.Through)
		}
		if err == nil {
			err = a.apply(ctx, b)
		}
		if err != nil {
			return err
		}
		first = false
	}
	version, err := p.Target.Version(ctx)
	if err != nil {
		return fmt.Errorf("read the directory's version: %w", err)
	}
	if p.unsure() {
		version = ""
	}
	if err := p.Marks.SetMark(ctx, markDirectory, version); err != nil {
		return err
	}
	p.applied = open.ID
	return nil
}

// unsure reports whether the directory may be otherwise than is remembered: an
// effect failed that was to put right what another hand did, an account or group
// is gone, or the plan was cut off, so that nobody knows what it ran into. The
// next plan then looks at the directory itself.
func (p *pass) unsure() bool {
	return p.result.Applied.Failed > 0 || p.gone || p.stage == stageResume
}

// applier applies one plan.
type applier struct {
	*pass
	plan   OpenPlan
	people people
}

// ready yields the batches, worked out as far as that goes ahead of time: what
// memberships need of accounts and groups is known once those are written.
func (a *applier) ready(ctx context.Context) iter.Seq2[*batch, error] {
	return func(yield func(*batch, error) bool) {
		var last *batch
		for b, err := range ahead(ctx, a.batches) {
			if err == nil && last != nil && last.phase() != b.phase() {
				err = last.wait(ctx)
			}
			if err == nil {
				err = a.workOut(ctx, b)
			}
			if !yield(b, err) || err != nil {
				return
			}
			last = b
		}
	}
}

// batches yields what is left of the plan, decoded, in batches of one phase.
// Each is told how far the one after it goes.
func (a *applier) batches(ctx context.Context) iter.Seq2[*batch, error] {
	return func(yield func(*batch, error) bool) {
		last, b := newBatch(), newBatch()
		for line, err := range a.Journal.Lines(ctx, a.plan.ID, a.plan.Done) {
			var effect plan.Effect
			if err == nil {
				effect, err = line.Effect()
			}
			if err != nil {
				yield(nil, fmt.Errorf("read the plan: %w", err))
				return
			}
			if b.full(effect) {
				if !last.yield(yield, b.Through) {
					return
				}
				last, b = b, newBatch()
			}
			b.add(line.Seq, effect)
		}
		if last.yield(yield, b.Through) {
			b.yield(yield, b.Through)
		}
	}
}

// batch is what is handed to the directory at once, with what was applied
// before to the objects it touches.
type batch struct {
	Done
	planned     []plan.Effect
	seqs        []int64
	memberships int
	effects     []directory.Effect
	missing     []plan.People // for each effect, people it names that have no account
	accounts    map[int]map[roster.ID]plan.Account
	groups      map[int]map[roster.ID]plan.ClassGroup
	apply       directory.Prepared
	noted       chan struct{} // closed once the journal has what became of it
}

func newBatch() *batch { return &batch{noted: make(chan struct{})} }

// yield yields the batch, unless it is empty, with the sequence number through
// which effects may be tried once it is done.
func (b *batch) yield(yield func(*batch, error) bool, next int64) bool {
	b.Next = next
	return len(b.planned) == 0 || yield(b, nil)
}

// wait waits until the batch is done.
func (b *batch) wait(ctx context.Context) error {
	select {
	case <-b.noted:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *batch) phase() int { return b.planned[0].Phase() }

// full reports whether an effect belongs into the next batch.
func (b *batch) full(e plan.Effect) bool {
	return len(b.planned) > 0 && b.phase() != e.Phase() ||
		len(b.planned) == effectsInBatch || b.memberships >= membershipsInBatch
}

func (b *batch) add(seq int64, e plan.Effect) {
	b.planned, b.seqs, b.Through = append(b.planned, e), append(b.seqs, seq), seq
	b.memberships += e.Memberships()
}

// workOut does what can be done of a batch before it is applied.
func (a *applier) workOut(ctx context.Context, b *batch) error {
	if err := a.recall(ctx, b); err != nil {
		return fmt.Errorf("recall what was applied: %w", err)
	}
	for i := range b.planned {
		if err := a.prepare(ctx, b, i); err != nil {
			return err
		}
	}
	name := strconv.FormatInt(a.plan.ID, 10) + "/" + strconv.FormatInt(b.seqs[0], 10)
	var err error
	if b.apply, err = directory.Prepare(ctx, a.Target, name, b.effects); err != nil {
		return fmt.Errorf("prepare to write to the directory: %w", err)
	}
	return nil
}

// apply applies a batch.
func (a *applier) apply(ctx context.Context, b *batch) error {
	outcomes, err := b.apply(ctx)
	if err != nil {
		return fmt.Errorf("write to the directory: %w", err)
	}
	for i, outcome := range outcomes {
		a.note(b, i, outcome)
	}
	if err := a.Journal.Done(ctx, a.plan.ID, b.Done); err != nil {
		return err
	}
	close(b.noted)
	return nil
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
