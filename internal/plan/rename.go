package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/match"
	"rollbook/internal/roster"
)

// NameTaken is the reason of a person whose account is to have a user name that another
// account has and keeps.
const NameTaken = "user-name-taken"

// NamesExchanged is the reason of a person whose account changes user names with those
// of others, by way of an interim one.
const NamesExchanged = "user-names-exchanged"

// rename is a change of an account that gives it another user name, or makes one with
// a name that another account gives up.
type rename struct {
	change ledger.Change
	key    string // the person's sourcedId
	role   string // RefRole of somebody who had no account
	to     string // in lower case
	wave   int    // 0 while it is not known
}

// object tells the accounts of renames apart, new ones too.
func (r *rename) object() string {
	if r.change.Verb == directory.Create {
		return r.change.Anchor
	}
	return r.change.ObjectID
}

// mostRenames bounds the memory that renames take. More of them are another scheme of
// names, which the guard holds, and are not put in order.
const mostRenames = 20_000

// claimFreed plans the account of somebody who claims the user name of another account,
// which is to have another one itself: there is one once that has moved away. It
// reports whether it does.
func (m Maker) claimFreed(g *Matching, who *member, account string) (bool, error) {
	if !slices.ContainsFunc(g.renames, func(r *rename) bool { return r.change.ObjectID == account }) {
		return false, nil
	}
	w, wanted, err := g.shapeAccount(who)
	if err != nil || !wanted {
		return false, err
	}
	c, planned := m.change(w, ledger.Object{}, false)
	if !planned {
		return false, nil
	}
	name, why := refusedName(c.Set)
	if why != "" {
		return false, nil
	}
	g.renames = append(g.renames, &rename{change: c, key: who.record.Key, role: who.role.Code, to: strings.ToLower(name)})
	return true, nil
}

// isRename reports whether a change gives an account that Rollbook named another user
// name.
func isRename(c ledger.Change) bool {
	return c.Verb == directory.Update && changes(c, directory.UserPrincipalName)
}

// MakeRenames returns the renames of accounts in the order of their waves, once
// everything else about accounts is planned: a name is free only once whoever has it
// has another. Those of all sources must be planned together, in that order.
func (m Maker) MakeRenames(ctx context.Context, g *Matching, findings Findings) ([]ledger.Change, error) {
	if len(g.renames) == 0 {
		return nil, nil
	}
	holders, err := m.nameHolders(ctx, g)
	if err != nil {
		return nil, fmt.Errorf("find out who has the names: %w", err)
	}
	kept := g.dropImpossible(holders, findings)
	var changes []ledger.Change
	for _, r := range g.order(kept, holders) {
		first := r.change
		first.Set = directory.Values{{Property: directory.UserPrincipalName, Text: interimName(first, r.to)}}
		first.Was = first.Was.Only(first.Set)
		changes = append(changes, first)
		findings.Add(Problem{Reason: NamesExchanged, Kind: roster.KindPerson, Key: r.key, Value: r.to})
	}
	slices.SortStableFunc(kept, func(a, b *rename) int { return a.wave - b.wave })
	for _, r := range kept {
		if r.change.Verb == directory.Create {
			g.people.set(r.change.Record.ID, provisioned)
			g.Created[r.role]++
		}
		m.Measures.account(r.change, false)
		r.change.Wave = r.wave
		changes = append(changes, r.change)
	}
	return changes, nil
}

// nameHolders finds the accounts that have the names which others are to have, by name.
func (m Maker) nameHolders(ctx context.Context, g *Matching) (map[string]string, error) {
	var keys []directory.Key
	for _, r := range g.renames {
		keys = append(keys, directory.Key{Property: directory.UserPrincipalName, Value: r.to})
	}
	holders := map[string]string{}
	for found, err := range m.Directory.Find(ctx, directory.Account, keys) {
		if err != nil {
			return nil, err
		}
		holders[strings.ToLower(found.Key.Value)] = found.Object.Ref.ID
	}
	return holders, nil
}

// dropImpossible drops the renames to names that somebody keeps, or that several are to
// have, until none is left: who does not get a name keeps the one that he or she has.
func (g *Matching) dropImpossible(holders map[string]string, findings Findings) []*rename {
	renamed, wanted := map[string]bool{}, map[string]int{}
	for _, r := range g.renames {
		renamed[r.object()] = true
		wanted[r.to]++
	}
	for _, c := range g.claims {
		if _, refused := g.result.Refused[c.Person]; !refused && c.Key.Property == directory.UserPrincipalName {
			wanted[strings.ToLower(c.Key.Value)]++
		}
	}
	kept := g.renames
	for dropped := true; dropped; {
		dropped = false
		var left []*rename
		for _, r := range kept {
			holder, held := holders[r.to]
			free := !held || holder == r.object() || renamed[holder]
			if free && wanted[r.to] == 1 {
				left = append(left, r)
				continue
			}
			dropped = true
			delete(renamed, r.object())
			problem := Problem{Reason: NameTaken, Kind: roster.KindPerson, Key: r.key, Value: r.to}
			if r.change.Verb == directory.Create {
				problem.Reason, problem.Holder = string(match.TakenAccount), g.holders[r.change.Record.ID].String()
			}
			findings.Add(problem)
		}
		kept = left
	}
	return kept
}

// order gives each rename its wave, after that of whoever has the name now. Of those
// that go round in a circle one gets an interim name first; they are returned.
func (g *Matching) order(renames []*rename, holders map[string]string) (interim []*rename) {
	by := map[string]*rename{}
	for _, r := range renames {
		by[r.object()] = r
	}
	before := func(r *rename) *rename { // who has to give up the name
		holder := by[holders[r.to]]
		if holder == r {
			return nil
		}
		return holder
	}
	for _, r := range renames {
		var path []*rename
		for at := r; at != nil && at.wave == 0; at = before(at) {
			if slices.Contains(path, at) { // round in a circle
				circle := path[slices.Index(path, at):]
				// The one that gives its name up first, by way of an interim one, gets
				// the name that it is to have last.
				first := circle[0]
				interim = append(interim, first)
				for i := 1; i < len(circle); i++ {
					circle[len(circle)-i].wave = 1 + i
				}
				first.wave = 1 + len(circle)
				break
			}
			path = append(path, at)
		}
		for i := len(path) - 1; i >= 0; i-- {
			if at := path[i]; at.wave == 0 {
				at.wave = 1
				if first := before(at); first != nil {
					at.wave = first.wave + 1
				}
			}
		}
	}
	return interim
}

// interimName is a user name that nobody has, in the domain of another one.
func interimName(c ledger.Change, name string) string {
	_, domain, _ := strings.Cut(name, "@")
	return fmt.Sprintf("interim-%d-%d@%s", c.Record.Source, c.Record.ID, domain)
}
