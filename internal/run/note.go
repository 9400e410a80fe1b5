package run

import (
	"context"
	"fmt"

	"rollbook/internal/directory"
	"rollbook/internal/feed"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// note counts what became of a change, shows it, and returns it for the ledger.
func (w *wave) note(h *handed, o directory.Outcome) ledger.Noted {
	noted := ledger.Noted{Outcome: h.outcome(o)}
	noted.Time = w.Now()
	if noted.ID+noted.At+h.held.ID+h.held.At != "" {
		noted.Object = h.held.After(h.Change, noted.Outcome)
		if noted.Object.ID == "" {
			w.nameless[h.Anchor] = noted.Object
		}
	}
	if w.plan.Purpose == ledger.ForRollback {
		w.takenBack(h, &noted)
	} else if h.Record.Kind == directory.Account && noted.ID != "" {
		w.people.learn(h.Record.Source, h.Record.ID, noted.ID)
		if h.From != 0 && noted.State == directory.Done {
			noted.From = holder(h.Change)
			w.people.learn(h.Record.Source, h.From, "")
		}
	}
	if noted.State == directory.Accepted && !w.last {
		w.accepted = true
		return noted
	}
	w.count(h, noted.Outcome)
	switch {
	case noted.State == directory.Accepted:
		w.fail(h, fmt.Sprintf("%s %s: the directory took it on, and has not done it yet", h.Verb, h.Anchor))
	case noted.State == directory.Failed:
		w.fail(h, fmt.Sprintf("%s %s: %s", h.Verb, h.Anchor, noted.Message))
	case len(noted.Refused) > 0:
		w.fail(h, refusal(h.Change, noted.Refused))
	}
	return noted
}

// takenBack notes what a change of a rollback took back, and who has the object since.
func (w *wave) takenBack(h *handed, noted *ledger.Noted) {
	noted.Undone = ledger.TakenBack(h.Change, noted.Outcome)
	if noted.State != directory.Done {
		return
	}
	switch {
	case h.GivesUp():
		noted.Object, noted.From = ledger.Object{}, h.Record
		if h.Record.Kind == directory.Account {
			w.people.learn(h.Record.Source, h.Record.ID, "")
		}
	case h.From != 0:
		noted.From = holder(h.Change)
		w.people.learn(h.Record.Source, h.Record.ID, noted.ID)
		w.people.learn(h.Record.Source, h.From, "")
	}
}

// count counts what was done.
func (w *wave) count(h *handed, out ledger.Outcome) {
	applied, size := &w.result.Applied, h.Size()
	if out.State != directory.Failed && (len(h.Set) > 0 || h.Verb == directory.Delete) {
		if h.Record.Kind == directory.Account {
			applied.Users++
		} else {
			applied.Groups++
		}
	}
	links := linked(ledger.Moves(h.Change.Links))
	for _, refused := range out.Refused {
		links -= len(refused.Links.IDs)
	}
	if out.State == directory.Failed {
		links = linked(ledger.Moves(out.Changed(h.Change).Links))
	}
	applied.Memberships += links
	if len(h.Set) > 0 {
		size++
	}
	w.opts.Progress.Add(int64(size))
}

// refusal says which links of a change were refused. Those to people without an
// account come first.
func refusal(c ledger.Change, refused []ledger.Refused) string {
	people, waiting := 0, 0
	for _, r := range refused {
		people += len(r.Links.IDs)
		if r.Code == directory.CodeWaits {
			waiting += len(r.Links.IDs)
		}
	}
	if refused[0].Code == directory.CodeWaits {
		return fmt.Sprintf("%s: %d people have no account", c.Anchor, waiting)
	}
	return fmt.Sprintf("%s: %d memberships were refused: %s", c.Anchor, people, refused[0].Message)
}

// failure returns the code and the words of what went wrong.
func failure(err error) (code, message string) {
	if err == nil {
		return "", ""
	}
	return directory.Code(err), err.Error()
}

// effectFailed is the rule of a change that the directory refused.
const effectFailed = "effect-failed"

// fail notes for a person to see that a change failed.
func (w *wave) fail(h *handed, message string) {
	w.result.Applied.Failed++
	file := feed.Classes.File()
	if h.Record.Kind == directory.Account {
		file = feed.People.File()
	}
	record, _ := h.Record.Kind.SourcedID(h.Anchor)
	w.problems.Add(feed.Finding{
		Severity: feed.Error, Rule: effectFailed, File: file, Rows: 1, Record: record,
		Message: "the directory was not changed: " + message,
		Hint:    "It is tried again with the next run. Where another account has the name, correct one of the two.",
	})
}

// bulkLookups is from how many memberships on the accounts of all people are
// read at once: a read of all costs about as much as this many single ones.
const bulkLookups = 20_000

// people finds the accounts of people while a plan is applied.
type people struct {
	ledger ledger.Holdings
	target ledger.Target
	bulk   bool
	known  map[int]map[roster.ID]string // single lookups, by source
	all    map[int]ledger.AccountIDs    // by source: as the plan found them, or read in bulk
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
	account := ""
	for found, err := range p.ledger.ObjectsOf(ctx, p.target, directory.Account, source, ledger.IDs{id}) {
		if err != nil {
			return "", err
		}
		account = found.ID
	}
	p.learn(source, id, account)
	return account, nil
}

// everybody reads the accounts of all people. Those of whom the plan was made by
// another process are read when the first membership comes, after the accounts.
func (p *people) everybody(ctx context.Context, source int) (ledger.AccountIDs, error) {
	var all ledger.AccountIDs
	for account, err := range p.ledger.Objects(ctx, p.target, directory.Account, source) {
		if err != nil {
			return nil, err
		}
		all.Set(account.Record.ID, account.ID)
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
