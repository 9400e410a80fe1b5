package run

import (
	"errors"
	"fmt"
	"strings"

	"rollbook/internal/feed"
	"rollbook/internal/match"
	"rollbook/internal/plan"
)

// end closes the run's record: how it ended, how each activity ended, and the
// totals.
func (p *pass) end(err error) {
	p.begin("", 0)
	p.result.Findings = append(p.result.Findings, p.problems.Findings()...)
	p.problems = feed.Bounded{}
	now := p.Now().UTC()
	p.run.End = &now
	p.run.Status = p.status()
	switch {
	case err != nil:
		p.run.fail(codeOf(err), err.Error())
	case p.allRefused():
		f := p.result.Findings[0]
		p.run.fail(string(f.Rule), strings.TrimPrefix(fmt.Sprintf("%s: %s", f.File, f.Message), ": "))
	}
	p.result.Run.Status = p.run.Status
	for i := range p.run.Activities {
		p.endActivity(&p.run.Activities[i])
	}
	p.total()
}

// status says how a run ended that did not fail.
func (p *pass) status() Status {
	worst := Completed
	for _, f := range p.result.Findings {
		switch f.Severity {
		case feed.Catastrophic, feed.Error:
			worst = CompletedWithErrors
		case feed.Warning:
			if worst == Completed {
				worst = CompletedWithWarnings
			}
		}
	}
	switch {
	case p.result.Applied.Failed > 0:
		return CompletedWithErrors
	case p.result.Held != nil && worst == Completed:
		return CompletedWithWarnings
	}
	return worst
}

func (r *Run) fail(code, message string) {
	r.Status = Failed
	r.BlockingError = &BlockingError{Code: code, Message: message}
	for i := range r.Activities {
		if r.Activities[i].Status == ActivityInProgress {
			r.Activities[i].Status = ActivityFailed
			r.Activities[i].BlockingError = r.BlockingError
		}
	}
}

func codeOf(err error) string {
	switch {
	case errors.Is(err, ErrNoInboundFlow):
		return "noInboundFlow"
	case errors.Is(err, ErrOnlyOneRoster):
		return codeNotSupported
	}
	if _, unclear := errors.AsType[*UnclearFlow](err); unclear {
		return "severalInboundFlows"
	}
	return "generalException"
}

func (p *pass) endActivity(a *Activity) {
	if a.Status != ActivityInProgress {
		return
	}
	switch {
	case a.Inbounds != nil && a.Inbounds.Errors > 0, !a.Inbound && p.result.Applied.Failed > 0:
		a.Status = ActivityCompletedWithErrors
	case a.Inbounds != nil && a.Inbounds.Warnings > 0, a.Partial:
		a.Status = ActivityCompletedWithWarnings
	default:
		a.Status = ActivityCompleted
	}
}

// total counts over all inbound flows.
func (p *pass) total() {
	p.run.Totals = Totals{Matched: p.run.Totals.Matched, Unmatched: p.run.Totals.Unmatched}
	for _, a := range p.run.Activities {
		if c := a.Inbounds; c != nil {
			p.run.Totals.Organizations += c.Organizations.Active
			p.run.Totals.People += c.People.Active
			p.run.Totals.Groups += c.Groups.Active
			p.run.Totals.Memberships += c.Memberships.Active
			p.run.Totals.Errors += c.Errors
			p.run.Totals.Warnings += c.Warnings
		}
	}
}

// problems turns what a plan ran into, into findings of the run.
type problems struct {
	*pass
	words map[string]wording // by reason
}

// Add implements plan.Findings.
func (p problems) Add(problem plan.Problem) {
	p.gone = p.gone || problem.Reason == plan.AccountGone || problem.Reason == plan.GroupGone
	if problem.Reason == plan.Relinked {
		if p.relinked++; p.relinked > fewRelinked {
			return // a system that gives everybody a new id is one cause: see tellRelinked
		}
	}
	words := p.words[problem.Reason]
	p.pass.problems.Add(feed.Finding{
		Severity: words.severity, Rule: feed.Rule(problem.Reason), File: words.file, Record: problem.Key, Rows: 1,
		Message: words.about(problem), Hint: words.hint,
	})
}

// fewRelinked is how many people under new ids are named one by one.
const fewRelinked = 20

// tellRelinked makes one finding of the people under new ids who are not named.
func (p *pass) tellRelinked() {
	if more := p.relinked - fewRelinked; more > 0 {
		p.problems.Add(feed.Finding{
			Severity: feed.Warning, Rule: plan.Relinked, File: feed.People.File(), Rows: more,
			Message: fmt.Sprintf("%d more people are under other ids, with the same names and the same kind of role; their accounts and memberships go over", more),
			Hint:    "If the system made all ids anew, that is right. The plan names everybody: rollbook plan show --kind account.",
		})
	}
}

type wording struct {
	severity      feed.Severity
	file          string
	message, hint string
}

// about returns the message about a problem.
func (w wording) about(p plan.Problem) string {
	if p.Holder != "" {
		return fmt.Sprintf(w.message, p.Value, p.Holder)
	}
	return fmt.Sprintf(w.message, p.Value)
}

// problemWords says what is wrong, and what to do, for each reason.
func problemWords() map[string]wording {
	people, classes := feed.People.File(), feed.Classes.File()
	return map[string]wording{
		string(match.ClaimedTwice): {
			feed.Error, people, "several people are looked up by %q, so it is not clear whose account that is; none of them gets it",
			"Give each person a user name of their own in the source system.",
		},
		string(match.SeveralAccounts): {
			feed.Error, people, "several accounts of the directory have %q; the person gets none of them",
			"Make the property that people are matched by unique in the directory.",
		},
		string(match.TakenAccount): {
			feed.Error, people, "the account %q is that of %s; nobody gets the account of another",
			"If the holder is gone and it is the same person: rollbook link, with the person and the user name. If not, give the new one another user name in the source system.",
		},
		plan.NameTaken: {
			feed.Error, people, "the account cannot have the user name %q, which another account has or gets; it keeps the one that it has",
			"Give the two people user names of their own in the source system, or rename the other account.",
		},
		plan.NamesExchanged: {
			feed.Warning, people, "the account exchanges user names with others, and gets %q by way of an interim name",
			"Nothing needs to be done. If the names of the people are right and their user names are not, correct them in the source system.",
		},
		plan.Relinked: {
			feed.Warning, people, "this is %q under another id: the names and the kind of role are the same, so the account and its memberships go over",
			"Nothing needs to be done. If they are two people, reject the plan or give the new one another user name.",
		},
		plan.NameRefused: {
			feed.Error, people, "no account can have the user name %q: directories refuse it",
			"Give the person another user name in the source system; docs/findings.md says what a user name may be.",
		},
		plan.AccountGone: {
			feed.Error, people, "the account with the ID %s was deleted in the directory; it is not made again by itself",
			"To have it made anew: rollbook recreate, with the record's sourcedId. An account that is made by hand with the same user name is taken by the next run.",
		},
		plan.LinkedGone: {
			feed.Error, people, "the person is linked to the account %q, which the directory does not have",
			"Link the person to another account: rollbook link. Or let the school have its way: rollbook decisions withdraw.",
		},
		plan.ClassInSeveralSets: {
			feed.Warning, classes, "several flow sets have the organization %s of this class; the one that was created first makes its group",
			"Name each organization in one flow set only.",
		},
		plan.GroupGone: {
			feed.Error, classes, "the class's group with the ID %s was deleted in the directory; it is not made again by itself",
			"To have it made anew: rollbook recreate, with the record's sourcedId. If the class is over, remove it from the source system.",
		},
	}
}
