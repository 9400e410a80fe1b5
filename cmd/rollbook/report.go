package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"rollbook/internal/feed"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/run"
	"rollbook/internal/terminal"
)

const (
	someFindings  = 20
	everyFinding  = -1
	columnPadding = 2
)

// printResult prints what a run did, for a person.
func (a *app) printResult(path string, r run.Result, dryRun bool) error {
	if r.Recovered != (run.Applied{}) {
		terminal.Printf(a.out, "resumed   %s: what was left of a run that was cut off\n", applied(r.Recovered))
	}
	if r.ClockIsFar() {
		if err := printFindings(a.out, r.Findings, everyFinding); err != nil {
			return err
		}
		return terminal.Printf(a.out, "refused   nothing was read, and nothing was changed\n")
	}
	if err := a.printFeed(path, r.Feed, r.Findings, someFindings); err != nil {
		return err
	}
	if len(r.Findings) > someFindings {
		all := "findings " + r.Run.ID
		if dryRun { // it leaves no record
			all = "check " + terminal.Text(path)
		}
		terminal.Printf(a.out, "          all of them: rollbook %s\n", all)
	}
	switch {
	case r.Unusable() && r.Run.Status == run.Failed:
		return terminal.Printf(a.out, "refused   the feed cannot be used; nothing was changed%s\n", recorded(r, dryRun))
	case r.Unusable():
		terminal.Printf(a.out, "refused   the feed of %s cannot be used; what it said before stands\n", strings.Join(r.Refused, ", "))
	}
	if err := a.printPlanned(r, dryRun); err != nil {
		return err
	}
	if text := frozen(r.Frozen); text != "" {
		terminal.Printf(a.out, "frozen    %s: what the feed says of them cannot be read\n", text)
	}
	if text := leftOut(r.NotProvisioned); text != "" {
		terminal.Printf(a.out, "left out  %s\n", text)
	}
	for _, s := range r.Skipped {
		terminal.Printf(a.out, "skipped   %s: %s\n", s.Flow, s.Reason)
	}
	if err := a.printTargets(r); err != nil {
		return err
	}
	var total float64
	var took []string
	for _, s := range r.Stages {
		total += s.Seconds
		took = append(took, fmt.Sprintf("%s %.2f s", s.Name, s.Seconds))
	}
	return terminal.Printf(a.out, "took      %.2f s: %s%s\n", total, strings.Join(took, ", "), recorded(r, dryRun))
}

// printPlanned says what was planned, and what became of it.
func (a *app) printPlanned(r run.Result, dryRun bool) error {
	terminal.Printf(a.out, "plan      %s\n", describe(r.Plan.Counts, agrees(r)))
	return a.printDone(r, dryRun)
}

// printDone says what became of a plan.
func (a *app) printDone(r run.Result, dryRun bool) error {
	switch {
	case dryRun:
		terminal.Printf(a.out, "dry run   nothing was changed; plan %s\n", shortHash(r.Plan))
	case r.Plan.State == ledger.Planned && r.Plan.ID != 0:
		terminal.Printf(a.out, "kept      nothing was changed; rollbook plan show %d; rollbook apply %d\n", r.Plan.ID, r.Plan.ID)
	case r.Held == nil:
		terminal.Printf(a.out, "applied   %s\n", applied(r.Applied))
	}
	if r.Held == nil {
		return nil
	}
	return a.printHeld(r)
}

// printTargets says what was done to the directories beside the hosted one.
func (a *app) printTargets(r run.Result) error {
	for _, t := range r.Targets {
		if t.Err != nil {
			terminal.Printf(a.out, "target    %s: nothing was done: %v\n", t.Name, t.Err)
			continue
		}
		terminal.Printf(a.out, "target    %s: %s\n", t.Name, describe(t.Result.Plan.Counts, agrees(t.Result)))
		if err := a.printDone(t.Result, false); err != nil {
			return err
		}
		if text := leftOut(elsewhere(t.Result.NotProvisioned, r.NotProvisioned)); text != "" {
			terminal.Printf(a.out, "left out  %s\n", text)
		}
		if len(t.Result.Findings) > 0 {
			if err := printFindings(a.out, t.Result.Findings, someFindings); err != nil {
				return err
			}
		}
	}
	return nil
}

// recorded names the run, by which its findings and its record are found. A dry
// run leaves no record.
func recorded(r run.Result, dryRun bool) string {
	if dryRun {
		return ""
	}
	return "; run " + r.Run.ID
}

// applied says what was done in one line.
func applied(done run.Applied) string {
	text := fmt.Sprintf("%s, %s, %s",
		count(done.Users, "account"), count(done.Groups, "class group"), count(done.Memberships, "membership"))
	if done.Failed > 0 {
		text += fmt.Sprintf("; %s failed and will be tried again", count(done.Failed, "effect"))
	}
	return text
}

// printFeed prints what a feed held and what is wrong with it.
func (a *app) printFeed(path string, files map[string]*feed.FileReport, findings []feed.Finding, most int) error {
	terminal.Printf(a.out, "checked   %s\n", path)
	table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', tabwriter.AlignRight)
	terminal.Printf(table, "file\trows\tadded\tchanged\tdeactivated\tunchanged\terrors\twarnings\t\n")
	for _, name := range fileOrder(files) {
		f := files[name]
		terminal.Printf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			name, f.Rows, f.Added, f.Changed, f.Deactivated, f.Unchanged, f.Errors, f.Warnings)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return printFindings(a.out, findings, most)
}

// fileOrder returns the files in the order in which a feed is read.
func fileOrder(files map[string]*feed.FileReport) []string {
	place := map[string]int{}
	for i, part := range feed.Parts() {
		place[part.File()] = i
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(place[a], place[b]), strings.Compare(a, b))
	})
	return names
}

// printFindings prints findings, the worst first, each with what to do.
func printFindings(w io.Writer, findings []feed.Finding, most int) error {
	if len(findings) == 0 {
		return terminal.Printf(w, "findings  none\n")
	}
	counts := map[feed.Severity]int{}
	for _, f := range findings {
		counts[f.Severity]++
	}
	var parts []string
	for _, s := range []feed.Severity{feed.Catastrophic, feed.Error, feed.Warning} {
		if counts[s] > 0 {
			parts = append(parts, counted(counts[s], s))
		}
	}
	terminal.Printf(w, "findings  %s\n", strings.Join(parts, ", "))
	shown := findings
	if most >= 0 && len(findings) > most {
		shown = findings[:most]
	}
	for _, f := range shown {
		terminal.Printf(w, "  %-12s %s  %s%s\n", f.Severity, where(f), subject(f), f.Message)
		if f.Hint != "" {
			terminal.Printf(w, "  %-12s %s (%s)\n", "", f.Hint, f.Rule)
		}
	}
	if len(shown) < len(findings) {
		terminal.Printf(w, "          and %d more\n", len(findings)-len(shown))
	}
	return nil
}

// counted returns a number of findings of a severity in words.
func counted(n int, s feed.Severity) string {
	if s == feed.Catastrophic {
		return fmt.Sprintf("%d %s", n, s)
	}
	return count(n, string(s))
}

// where returns the place of a finding as editors understand it.
func where(f feed.Finding) string {
	switch {
	case f.Line == 0:
		return terminal.Text(f.File)
	case f.Column == 0:
		return fmt.Sprintf("%s:%d", terminal.Text(f.File), f.Line)
	}
	return fmt.Sprintf("%s:%d:%d", terminal.Text(f.File), f.Line, f.Column)
}

func subject(f feed.Finding) string {
	if f.Record == "" {
		return ""
	}
	return terminal.Text(f.Record) + ": "
}

// agrees reports whether everything that was read is provisioned, as far as it ever is.
func agrees(r run.Result) bool {
	for reason := range r.NotProvisioned {
		if reason != plan.PeopleOfOtherRoles {
			return false
		}
	}
	return r.Held == nil && !r.Frozen.Any()
}

// frozen says in one line what stays as it was.
func frozen(f feed.Frozen) string {
	return counts(
		numbered{f.People.Count, "person", "people"}, numbered{f.Classes.Count, "class", "classes"},
		numbered{f.Affiliations.Count, "role", "roles"}, numbered{f.Enrollments.Count, "enrollment", "enrollments"},
	)
}

// elsewhere returns what is not provisioned to one directory and is told of no other.
func elsewhere(here, told map[plan.Reason]int) map[plan.Reason]int {
	rest := maps.Clone(here)
	maps.DeleteFunc(rest, func(r plan.Reason, n int) bool { return told[r] == n })
	return rest
}

// leftOut says in one line what is not provisioned, and why.
func leftOut(of map[plan.Reason]int) string {
	return counts(
		numbered{of[plan.ClassesOver], "class whose sessions are over", "classes whose sessions are over"},
		numbered{of[plan.ClassesLater], "class that begins later", "classes that begin later"},
		numbered{of[plan.ClassesUnsure], "class whose dates cannot be read", "classes whose dates cannot be read"},
		numbered{of[plan.ClassesWithoutFlow], "class of an organization that no flow set selects", "classes of organizations that no flow set selects"},
		numbered{of[plan.GroupsGone], "class whose group was deleted by hand", "classes whose groups were deleted by hand"},
		numbered{of[plan.GroupsOfMoreOwners], "class group with more owners than the directory holds", "class groups with more owners than the directory holds"},
		numbered{of[plan.GroupsWithoutOwner], "class group without an owner", "class groups without an owner"},
		numbered{of[plan.GroupsWithoutAnybody], "class group without anybody", "class groups without anybody"},
		numbered{of[plan.PeopleWithoutRole], "person without a role today", "people without a role today"},
		numbered{of[plan.PeopleLater], "person whose role begins later", "people whose roles begin later"},
		numbered{of[plan.PeopleUnsure], "person whose role ended with its session, or cannot be read", "people whose roles ended with their sessions, or cannot be read"},
		numbered{of[plan.PeopleWithoutAccount], "person with a role and no account", "people with a role and no account"},
		numbered{of[plan.PeopleOfOtherRoles], "person whose role gets no account", "people whose roles get no account"},
		numbered{of[plan.RecordsIgnored], "person or class that is left as it is by decision", "people and classes that are left as they are by decision"},
		numbered{of[plan.ChangesUndone], "change that a rollback took back", "changes that a rollback took back"},
	)
}

// numbered is a number of something.
type numbered struct {
	n            int
	one, several string
}

// counts lists numbers of things, without those of which there are none.
func counts(of ...numbered) string {
	var parts []string
	for _, c := range of {
		switch c.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+c.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.several))
		}
	}
	return strings.Join(parts, ", ")
}

// describe says what a plan does in one line. agrees says that nothing is left out of
// it.
func describe(s ledger.Counts, agrees bool) string {
	var parts []string
	add := func(n int, noun, verb string) {
		if n > 0 {
			parts = append(parts, count(n, noun)+" to "+verb)
		}
	}
	add(s.Accounts.Create, "account", "create")
	add(s.Accounts.Update, "account", "update")
	add(s.Groups.Create, "class group", "create")
	add(s.Groups.Update, "class group", "update")
	add(s.Accounts.Delete, "account", "delete")
	add(s.Groups.Delete, "class group", "delete")
	add(s.Memberships.Add, "membership", "add")
	add(s.Memberships.Remove, "membership", "remove")
	switch {
	case len(parts) == 0 && agrees:
		return "nothing to do: the directory agrees with the roster"
	case len(parts) == 0:
		return "nothing to do"
	}
	return strings.Join(parts, ", ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

const shortHashLength = 12

func shortHash(s run.PlanSummary) string { return s.Hash[:min(len(s.Hash), shortHashLength)] }
