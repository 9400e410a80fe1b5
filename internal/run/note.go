package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/feed"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// note remembers what became of an effect: what is remembered afterwards is
// what the directory now holds of what Rollbook put there.
func (a *applier) note(b *batch, i int, outcome directory.Outcome) {
	e := b.planned[i]
	p := a.opts.Progress
	if outcome.Err != nil && !b.partly(i, outcome.Err) {
		a.fail(b, i, fmt.Sprintf("%s %s: %v", e.Kind, e.Anchor, outcome.Err))
		if _, known := b.accounts[e.Source][e.Object]; e.Kind == directory.UpdateUser && !known {
			remember(&b.Accounts, e.Source, plan.Account{Person: e.Object, ObjectID: e.ObjectID}) // the account is the person's all the same
		}
		p.Add(1)
		return
	}
	switch e.Kind {
	case directory.CreateUser:
		a.result.Applied.Users++
		remember(&b.Created, e.Source, plan.Account{Person: e.Object, ObjectID: outcome.ID, Created: true, Written: e.Properties.Encode()})
		a.people.learn(e.Source, e.Object, outcome.ID)
	case directory.UpdateUser:
		a.result.Applied.Users++
		account := b.accounts[e.Source][e.Object]
		account.Person, account.ObjectID = e.Object, outcome.ID
		account.Written = e.Properties.Over(plan.DecodeProperties(account.Written)).Encode()
		remember(&b.Accounts, e.Source, account)
	case directory.CreateGroup:
		a.result.Applied.Groups++
		remember(&b.ClassGroups, e.Source, plan.ClassGroup{Class: e.Object, ObjectID: outcome.ID, Written: e.Properties.Encode()})
	case directory.UpdateGroup:
		a.result.Applied.Groups++
		group := b.groups[e.Source][e.Object]
		group.Class, group.ObjectID = e.Object, outcome.ID
		group.Written = e.Properties.Over(plan.DecodeProperties(group.Written)).Encode()
		remember(&b.ClassGroups, e.Source, group)
	case directory.ChangeMembers:
		a.noteMembers(b, i, outcome)
		p.Add(int64(e.Memberships()))
		return
	}
	p.Add(1)
}

// partly reports whether an effect that failed was done but for some users who
// are not there. Of a group that was not made nothing was done.
func (b *batch) partly(i int, err error) bool {
	return b.effects[i].Kind == directory.ChangeMembers && b.effects[i].ID != "" && errors.Is(err, directory.ErrNotFound)
}

// noteMembers remembers who is in a group now. People who have no account, or
// whose account is gone, are not in it, and are put in by a later plan.
func (a *applier) noteMembers(b *batch, i int, outcome directory.Outcome) {
	e, missing := b.planned[i], b.missing[i]
	group := b.groups[e.Source][e.Object]
	group.Class = e.Object
	if outcome.ID != "" {
		group.ObjectID = outcome.ID
	}
	owners, err := plan.DecodePeople(group.Owners)
	members, err2 := plan.DecodePeople(group.Members)
	if err := errors.Join(err, err2); err != nil {
		a.fail(b, i, fmt.Sprintf("%s: %v", e.Anchor, err))
		return
	}
	add, addMembers := e.AddOwners.Without(missing), e.AddMembers.Without(missing)
	group.Owners = owners.After(add, e.RemoveOwners).Encode(nil)
	group.Members = members.After(addMembers, e.RemoveMembers).Encode(nil)
	remember(&b.ClassGroups, e.Source, group)
	a.result.Applied.Memberships += len(add) + len(addMembers) + len(e.RemoveOwners) + len(e.RemoveMembers)
	switch {
	case outcome.Err != nil:
		a.fail(b, i, fmt.Sprintf("%s: %v", e.Anchor, outcome.Err))
	case len(missing) > 0:
		a.fail(b, i, fmt.Sprintf("%s: %d people have no account", e.Anchor, len(missing)))
	}
}

// effectFailed is the rule of an effect that the directory refused.
const effectFailed = "effect-failed"

// fail notes that an effect failed, in the journal and for a person to see.
func (a *applier) fail(b *batch, i int, message string) {
	a.result.Applied.Failed++
	b.Failures = append(b.Failures, Failure{b.seqs[i], message})
	file, anchor := feed.Classes.File(), directory.GroupAnchor("")
	if b.planned[i].Phase() == 0 {
		file, anchor = feed.People.File(), directory.UserAnchor("")
	}
	a.problems.Add(feed.Finding{
		Severity: feed.Error, Rule: effectFailed, File: file, Rows: 1,
		Record:  strings.TrimPrefix(b.planned[i].Anchor, anchor),
		Message: "the directory was not changed: " + message,
		Hint:    "It is tried again with the next run. Where another account has the name, correct one of the two.",
	})
}

func remember[T any](by *map[int][]T, source int, what T) {
	if *by == nil {
		*by = map[int][]T{}
	}
	(*by)[source] = append((*by)[source], what)
}

// bulkLookups is from how many memberships on the accounts of all people are
// read at once: a read of all costs about as much as this many single ones.
const bulkLookups = 20_000

// people finds the accounts of people while a plan is applied.
type people struct {
	journal Journal
	memory  plan.Memory
	bulk    bool
	known   map[int]map[roster.ID]string // single lookups, by source
	all     map[int]plan.AccountIDs      // by source: as the plan found them, or read in bulk
}

// account returns the directory's ID of a person's account, "" for none.
func (p *people) account(ctx context.Context, source int, id roster.ID) (string, error) {
	if all, ok := p.all[source]; ok {
		return all.Of(id), nil
	}
	if p.bulk {
		all, err := p.everybody(ctx, source)
		return all.Of(id), err
	}
	if object, ok := p.known[source][id]; ok {
		return object, nil
	}
	found, err := p.journal.Accounts(ctx, source, []roster.ID{id})
	if err != nil {
		return "", err
	}
	p.learn(source, id, found[id].ObjectID)
	return found[id].ObjectID, nil
}

// everybody reads the accounts of all people. Those of whom the plan was made by
// another process are read when the first membership comes, after the accounts.
func (p *people) everybody(ctx context.Context, source int) (plan.AccountIDs, error) {
	var all plan.AccountIDs
	for a, err := range p.memory.Accounts(ctx, source) {
		if err != nil {
			return nil, err
		}
		all.Set(a.Person, a.ObjectID)
	}
	p.all[source] = all
	return all, nil
}

// learn notes an account that was just found or made.
func (p *people) learn(source int, id roster.ID, object string) {
	if all, ok := p.all[source]; ok {
		all.Set(id, object)
		p.all[source] = all
		return
	}
	if p.bulk {
		return
	}
	if p.known == nil {
		p.known = map[int]map[roster.ID]string{}
	}
	if p.known[source] == nil {
		p.known[source] = map[roster.ID]string{}
	}
	p.known[source][id] = object
}
