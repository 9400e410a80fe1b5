package undo

import (
	"context"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

// names takes the user name of an account back. One that was given by way of an interim
// one is taken back by way of it.
func (w *worker) names(e *effect, c *ledger.Change, held ledger.Object) {
	if len(e.names) == 0 {
		return
	}
	if _, planned := c.Set.Get(directory.UserPrincipalName); !planned {
		return
	}
	c.Wave = waveAccounts + w.backwards(e.names[0].rank)
	for i := len(e.names) - 1; i > 0; i-- {
		interim := *c
		interim.Wave = waveAccounts + w.backwards(e.names[i].rank)
		interim.Set = directory.Values{{Property: directory.UserPrincipalName, Text: e.names[i-1].name}}
		interim.Was = c.Was.Only(interim.Set)
		w.add(interim, held)
	}
}

// checkNames leaves the user names as they are that another account has by now which
// does not give it up.
func (w *worker) checkNames(ctx context.Context) error {
	frees, keys := map[string]bool{}, []directory.Key{}
	for _, s := range w.steps {
		if s.Record.Kind != directory.Account {
			continue
		}
		name, set := s.Set.Get(directory.UserPrincipalName)
		if set || s.Verb == directory.Delete {
			frees[s.ObjectID] = true
		}
		if set {
			keys = append(keys, directory.Key{Property: directory.UserPrincipalName, Value: name})
		}
	}
	if len(keys) == 0 {
		return nil
	}
	taken := map[string]bool{} // names
	for found, err := range w.Directory.Find(ctx, directory.Account, keys) {
		if err != nil {
			return err
		}
		if !frees[found.Object.Ref.ID] {
			taken[found.Key.Value] = true
		}
	}
	if len(taken) == 0 {
		return nil
	}
	w.leaveNames(taken)
	return w.checkNames(ctx) // who keeps a name that others were to have
}

// leaveNames takes out of the steps what would give accounts names that are taken.
func (w *worker) leaveNames(taken map[string]bool) {
	keeps := map[ledger.Record]bool{}
	for _, s := range w.steps {
		if name, set := s.Set.Get(directory.UserPrincipalName); set && s.Record.Kind == directory.Account && taken[name] {
			keeps[s.Record] = true
			w.keep(ledger.NameIsTaken, fact{record: s.Record, property: directory.UserPrincipalName})
		}
	}
	name := directory.Values{{Property: directory.UserPrincipalName}}
	var left []Step
	for _, s := range w.steps {
		if s.Record.Kind == directory.Account && keeps[s.Record] {
			s.Set, s.Was = s.Set.Without(name), s.Was.Without(name)
			if s.Verb == directory.Update && len(s.Set) == 0 {
				continue
			}
		}
		left = append(left, s)
	}
	w.steps = left
}
