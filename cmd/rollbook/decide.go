package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"
	"slices"

	"github.com/spf13/cobra"

	"rollbook/internal/guard"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

const decideStatus = `
EXIT STATUS
  0  done
  1  the program failed, or the run was stopped; the next run goes on from there
  2  wrong usage, or no such plan
  3  done, but for changes that the directory refused
  5  refused: the plan was decided on before, or is not the same any more
  6  another process is at work; nothing was done
`

func newApplyCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "apply PLAN",
		Short: `Apply a plan that "rollbook plan" kept`,
		Long: `Apply a plan that was kept. It is made again before, from what is stored: where
anything moved since, it is refused, and nothing is done. A plan that is held has to
be approved instead.
` + decideStatus,
		Args: oneArg("the plan: its number, or latest"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.decide(cmd.Context(), args[0], run.Decision{}, ledger.Planned)
		},
	}
}

func newApproveCommand(a *app) *cobra.Command {
	var d run.Decision
	cmd := &cobra.Command{
		Use:   "approve PLAN",
		Short: "Approve a plan that is held, or some schools of it, and apply it at once",
		Long: `Approve a plan that is held, and apply it. It is made again before, from what is
stored: where anything moved since, it is refused, and nothing is done. With
--school only what it does there is applied, and the rest waits on.
` + decideStatus,
		Args: oneArg("the plan: its number, or latest"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.decide(cmd.Context(), args[0], d, ledger.Held)
		},
	}
	cmd.Flags().StringSliceVar(&d.Schools, "school", nil, "only this school, by its sourcedId; may be given several times")
	cmd.Flags().StringVar(&d.Note, "note", "", "why, for who reads it later")
	return cmd
}

func newRejectCommand(a *app) *cobra.Command {
	var d run.Decision
	cmd := &cobra.Command{
		Use:   "reject PLAN",
		Short: "Say that a plan that is held is not to be applied",
		Long: `Say that a plan that is held is not to be applied. The same plan made again stays
rejected, and sync says so; another one is decided anew.
` + decideStatus,
		Args: oneArg("the plan: its number, or latest"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.reject(cmd.Context(), args[0], d) },
	}
	cmd.Flags().StringVar(&d.Note, "note", "", "why, for who reads it later")
	return cmd
}

// decide applies a plan that is in a state.
func (a *app) decide(ctx context.Context, name string, d run.Decision, state ledger.State) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		plan, _, err := parts.FindPlan(ctx, name)
		if err != nil {
			return usageError(err)
		}
		if plan.State == ledger.Held && state == ledger.Planned {
			return &exitError{status: exitHeld, err: fmt.Errorf(`plan %d is held: "rollbook plan show %d" says why, "rollbook approve %d" applies it`, plan.ID, plan.ID, plan.ID)}
		}
		d.Plan, d.By = plan.ID, a.who()
		return a.approve(ctx, parts, d, plan.Hash)
	})
}

// approve approves a plan, and says what was done.
func (a *app) approve(ctx context.Context, parts *server.Parts, d run.Decision, hash string) error {
	result, err := parts.Decide(ctx, d, a.progress())
	if err != nil {
		return decisionError(err)
	}
	after := map[string]any{"plan": d.Plan, "hash": hash, "decision": "approved", "note": d.Note, "schools": d.Schools}
	if err := a.audit(ctx, parts, "rollbook approve", after); err != nil {
		return err
	}
	terminal.Printf(a.out, "approved  plan %d\n", d.Plan)
	terminal.Printf(a.out, "applied   %s\n", applied(result.Applied))
	if result.Held != nil {
		terminal.Printf(a.out, "waits     the rest, as plan %d\n", result.Held.Plan)
		result.Held = nil
	}
	return statusOf(result)
}

func (a *app) reject(ctx context.Context, name string, d run.Decision) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		plan, _, err := parts.FindPlan(ctx, name)
		if err != nil {
			return usageError(err)
		}
		d.Plan, d.By = plan.ID, a.who()
		if err := parts.Reject(ctx, d); err != nil {
			return decisionError(err)
		}
		after := map[string]any{"plan": plan.ID, "hash": plan.Hash, "decision": "rejected", "note": d.Note}
		if err := a.audit(ctx, parts, "rollbook reject", after); err != nil {
			return err
		}
		return terminal.Printf(a.out, "rejected  plan %d; the same plan stays rejected, another one is decided anew\n", plan.ID)
	})
}

// decisionError gives refusals of decisions their exit status.
func decisionError(err error) error {
	_, decided := errors.AsType[ledger.Decided](err)
	_, outdated := errors.AsType[ledger.Outdated](err)
	_, notAllowed := errors.AsType[ledger.NotAllowed](err)
	_, needs := errors.AsType[*run.NeedsOther](err)
	_, whole := errors.AsType[*run.WholeOnly](err)
	_, atWork := errors.AsType[*server.HeldError](err)
	switch {
	case outdated:
		return &exitError{status: exitHeld, err: fmt.Errorf("%w: something moved since; run sync again, and decide on what it holds then", err)}
	case notAllowed:
		return &exitError{status: exitHeld, err: fmt.Errorf("%w: there is nothing to decide any more", err)}
	case decided, needs:
		return &exitError{status: exitHeld, err: err}
	case errors.Is(err, ledger.ErrNotFound), whole:
		return usageError(err)
	case atWork:
		return &exitError{status: exitAtWork, err: err}
	}
	return err
}

// who is the user of the machine, who decides at the command line.
func (a *app) who() string {
	if u, err := user.Current(); err == nil {
		return cmp.Or(u.Username, u.Uid)
	}
	return "somebody at the command line"
}

// printHeld says what waits, why, and what can be done.
func (a *app) printHeld(r run.Result) error {
	h := r.Held
	if h.Rejected != "" {
		terminal.Printf(a.out, "rejected  plan %d does the same, and %s rejected it; nothing of it was done\n", h.Plan, h.Rejected)
		return nil
	}
	printWhy(a.out, h.Why)
	for _, c := range h.Causes {
		terminal.Printf(a.out, "cause     %s\n", c.Message)
	}
	first := len(h.Why) == 1 && h.Why[0].Rule == guard.FirstPlan
	switch {
	case first:
		terminal.Printf(a.out, "done      nothing yet\n")
	case h.Doubt:
		terminal.Printf(a.out, "done      nothing: the feed or the configuration is in doubt\n")
	case r.Applied == (run.Applied{}):
		terminal.Printf(a.out, "done      nothing: there is nothing that it adds\n")
	default:
		terminal.Printf(a.out, "done      what it adds: %s\n", applied(r.Applied))
	}
	if h.Plan == 0 {
		return terminal.Printf(a.out, "next      correct the export; a run would hold this plan\n")
	}
	if first {
		return terminal.Printf(a.out, "next      rollbook plan show %d --changes; rollbook approve %d; rollbook reject %d\n", h.Plan, h.Plan, h.Plan)
	}
	return terminal.Printf(a.out, "next      correct the export and sync again, or: rollbook plan show %d; rollbook approve %d; rollbook reject %d\n", h.Plan, h.Plan, h.Plan)
}

// schoolsNamed is how many schools are named beside each other.
const schoolsNamed = 5

// printWhy says what is too much, without naming every school.
func printWhy(w io.Writer, why []run.Reason) {
	trips := make([]guard.Trip, len(why))
	for i, reason := range why {
		trips[i] = reason.Trip
	}
	for _, t := range guard.Main(trips, schoolsNamed) {
		i := slices.IndexFunc(why, func(r run.Reason) bool { return r.Trip == t })
		terminal.Printf(w, "held      %s\n", why[i].Message)
	}
}
