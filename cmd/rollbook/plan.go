package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newPlanCommand(a *app) *cobra.Command {
	opts := syncOptions{keep: true}
	cmd := &cobra.Command{
		Use:   "plan PATH",
		Short: "Read a roster and keep the plan of what the directory needs, to be read and applied later",
		Long: `Read and store a feed as "rollbook sync" does, and keep the plan without applying
it. "rollbook plan show" shows it, "rollbook apply" applies it. The next sync makes
a plan of its own, which takes its place.

EXIT STATUS
  0  done; others as of "rollbook sync"
  5  the plan would be held: "rollbook approve" applies it
`,
		Args: oneArg("the folder or zip archive with the roster"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.sync(cmd.Context(), args[0], opts) },
	}
	cmd.Flags().StringVar(&opts.flow, "flow", "", "the name or ID of the inbound flow whose feed this is; needed where several take feeds")
	cmd.Flags().BoolVar(&opts.json, "json", false, "print one JSON object on standard output, and nothing else")
	a.atRestFlag(cmd)
	cmd.AddCommand(newPlanShowCommand(a))
	return cmd
}

func newPlanShowCommand(a *app) *cobra.Command {
	var pick picking
	cmd := &cobra.Command{
		Use:   "show [PLAN]",
		Short: "Show a plan: what it does at each school, why it waits, and its changes",
		Long: `Show a plan, the latest one that does anything where none is named: its state, why
it waits if it does, and what it does at each school. With --changes, or one of the
filters, every change with whom it concerns, what was there before, and why.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a plan that does not exist
`,
		Args: atMostOne("a plan: its number, or latest"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.showPlan(cmd.Context(), cmp.Or(first(args), "latest"), pick)
		},
	}
	cmd.Flags().BoolVar(&pick.changes, "changes", false, "show every change")
	cmd.Flags().StringVar(&pick.school, "school", "", "only changes of the school with this sourcedId")
	cmd.Flags().StringVar(&pick.class, "class", "", "only changes of the class with this sourcedId")
	cmd.Flags().StringVar(&pick.person, "person", "", "only changes that concern the person with this sourcedId")
	cmd.Flags().StringVar(&pick.kind, "kind", "", "only changes of this kind of object: account or group")
	cmd.Flags().BoolVar(&pick.json, "json", false, "print a JSON object for the plan, and one a line for each change")
	return cmd
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// atMostOne refuses more than one argument.
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usageError(fmt.Errorf("%s takes one argument at most, %s", cmd.CommandPath(), what))
		}
		return nil
	}
}

// picking says which changes of a plan are shown.
type picking struct {
	changes               bool
	school, class, person string
	kind                  string // account or group
	json                  bool
}

func (p picking) any() bool { return p.changes || p.school+p.class+p.person+p.kind != "" }

// check refuses a kind that there is not.
func (p picking) check() error {
	if p.kind != "" && p.kind != "account" && p.kind != "group" {
		return usageError(fmt.Errorf("--kind is account or group, and not %q", p.kind))
	}
	return nil
}

func (a *app) showPlan(ctx context.Context, name string, pick picking) error {
	if err := pick.check(); err != nil {
		return err
	}
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		plan, schools, err := parts.FindPlan(ctx, name)
		if err != nil {
			return usageError(err)
		}
		targets, err := parts.TargetNames(ctx)
		if err != nil {
			return err
		}
		names, err := parts.Names(ctx)
		if err != nil {
			return err
		}
		called, err := names.Schools(ctx)
		if err != nil {
			return err
		}
		if pick.json {
			err = a.printPlanJSON(plan, schools, called)
		} else {
			err = a.printPlan(plan, targets(plan.Target), schools, called)
		}
		if err != nil || !pick.any() {
			return err
		}
		return a.printChanges(ctx, parts, names, called, plan, pick)
	})
}

// printPlan prints what a plan does, by school.
func (a *app) printPlan(plan ledger.Plan, target string, schools []ledger.Part, called func(string) string) error {
	terminal.Printf(a.out, "plan      %d, %s, made %s\n", plan.ID, plan.State, plan.Created.Format("2006-01-02 15:04 UTC"))
	if plan.By != "" {
		terminal.Printf(a.out, "decided   by %s\n", plan.By)
	}
	if target != server.HostedName {
		terminal.Printf(a.out, "target    %s\n", target)
	}
	terminal.Printf(a.out, "does      %s\n", describe(plan.Counts, false))
	if len(plan.Guard.Trips) > 0 {
		printWhy(a.out, run.HeldOf(plan, called).Why)
	}
	for _, c := range plan.Guard.Causes {
		terminal.Printf(a.out, "cause     %s\n", c.Message)
	}
	table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', tabwriter.AlignRight)
	terminal.Printf(table, "school\t\tcreated\tupdated\tdeleted\tgroups\tadded\tremoved\t\n")
	for _, s := range schools {
		c := s.Counts
		terminal.Printf(table, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", s.Key, called(s.Key),
			c.Accounts.Create, c.Accounts.Update, c.Accounts.Delete+c.Groups.Delete, c.Groups.Create+c.Groups.Update, c.Memberships.Add, c.Memberships.Remove)
	}
	return table.Flush()
}

// planDocument is a plan as it is printed as JSON.
type planDocument struct {
	ID      int64         `json:"id"`
	State   ledger.State  `json:"state"`
	Hash    string        `json:"hash"`
	Created time.Time     `json:"created"`
	By      string        `json:"decidedBy,omitempty"`
	Counts  ledger.Counts `json:"counts"`
	Held    *run.Held     `json:"held,omitempty"`
	Parts   []partCounts  `json:"parts"`
}

type partCounts struct {
	Key    string        `json:"key"`
	Name   string        `json:"displayName"`
	State  ledger.State  `json:"state"`
	Hash   string        `json:"hash"`
	Counts ledger.Counts `json:"counts"`
}

// printPlanJSON prints a plan as one line of JSON.
func (a *app) printPlanJSON(plan ledger.Plan, schools []ledger.Part, called func(string) string) error {
	doc := planDocument{ID: plan.ID, State: plan.State, Hash: plan.Hash, Created: plan.Created, By: plan.By, Counts: plan.Counts}
	if len(plan.Guard.Trips) > 0 {
		doc.Held = run.HeldOf(plan, called)
	}
	for _, s := range schools {
		doc.Parts = append(doc.Parts, partCounts{s.Key, called(s.Key), s.State, s.Hash, s.Counts})
	}
	return a.printJSONLine(doc)
}

// pageOfChanges is how many changes are named at once.
const pageOfChanges = 500

// printChanges prints the changes of a plan that are picked.
func (a *app) printChanges(ctx context.Context, parts *server.Parts, names *server.Names, called func(string) string, plan ledger.Plan, pick picking) error {
	var page []ledger.Entry
	flush := func() error {
		if err := names.Learn(ctx, page); err != nil {
			return err
		}
		for _, e := range page {
			if err := a.printChange(names, called, e, pick); err != nil {
				return err
			}
		}
		page = page[:0]
		return nil
	}
	for e, err := range parts.Ledger().Changes(ctx, ledger.Query{Plan: plan.ID}) {
		if err != nil {
			return err
		}
		if page = append(page, e); len(page) == pageOfChanges {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// printChange prints one change, or what of it is picked.
func (a *app) printChange(names *server.Names, called func(string) string, e ledger.Entry, pick picking) error {
	record, _ := e.Record.Kind.SourcedID(e.Anchor)
	account := e.Record.Kind == directory.Account
	switch {
	case pick.kind != "" && account != (pick.kind == "account"):
		return nil
	case e.Erased, pick.school != "" && e.Part != pick.school, pick.class != "" && (account || record != pick.class),
		pick.person != "" && account && record != pick.person:
		return nil
	}
	shown := changeOf(names, e, pick.person)
	if pick.person != "" && !account && len(shown.Links) == 0 {
		return nil
	}
	if pick.json {
		return a.printJSONLine(shown)
	}
	terminal.Printf(a.out, "%-9s %s %s, %s: %s\n", shown.Verb, shown.Kind, terminal.Text(shown.Object), terminal.Text(called(e.Part)), shown.Because)
	for _, v := range shown.Set {
		terminal.Printf(a.out, "  %-20s %q, was %q\n", v.Property, v.Is, v.Was)
	}
	for _, l := range shown.Links {
		terminal.Printf(a.out, "  %-6s %-8s %s: %s\n", l.Verb, l.Relation, terminal.Text(l.Person), l.Because)
	}
	return nil
}

// shownChange is a change as it is printed.
type shownChange struct {
	Seq     int64        `json:"seq"`
	Verb    string       `json:"verb"`
	Kind    string       `json:"kind"`
	School  string       `json:"school"`
	Object  string       `json:"object"`
	Set     []shownValue `json:"set"`
	Links   []shownLink  `json:"links"`
	Because string       `json:"because"`
}

type shownValue struct {
	Property string `json:"property"`
	Is       string `json:"is"`
	Was      string `json:"was"`
}

type shownLink struct {
	Verb     string `json:"verb"`
	Relation string `json:"relation"`
	Person   string `json:"person"`
	Because  string `json:"because"`
}

// changeOf returns a change as it is printed, with links to one person alone where
// that is wanted.
func changeOf(names *server.Names, e ledger.Entry, person string) shownChange {
	c := shownChange{
		Seq: e.Seq, Verb: string(e.Verb), Kind: kindName(e.Record.Kind), School: e.Part,
		Object: cmp.Or(names.Of(e.Record.Kind, e.Record.Source, e.Record.ID), e.Anchor), Because: ledger.Sentence(e.Because),
	}
	for _, v := range e.Set {
		was, _ := e.Was.Get(v.Property)
		c.Set = append(c.Set, shownValue{string(v.Property), v.Text, was})
	}
	for _, l := range e.Links {
		verb := "add"
		if l.Remove {
			verb = "remove"
		}
		for _, id := range l.IDs {
			name := names.Of(l.Relation.To(), e.Record.Source, id)
			if person == "" || strings.HasSuffix(name, "("+person+")") {
				c.Links = append(c.Links, shownLink{verb, string(l.Relation), name, ledger.Sentence(l.Because)})
			}
		}
	}
	slices.SortStableFunc(c.Links, func(a, b shownLink) int { return strings.Compare(a.Verb, b.Verb) })
	return c
}

func kindName(k directory.Kind) string {
	if k == directory.Account {
		return "account"
	}
	return "class group"
}
