package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rollbook/internal/simulate"
	"rollbook/internal/terminal"
)

// simulateOptions are the flags of simulate.
type simulateOptions struct {
	scale, out, today string
	seed              uint64
	next              bool
}

const simulateHelp = `Write a believable school district as SDS V2.1 files, to try and to measure with.

The same scale, seed and school year always give the same district. With --next
it is the following night of that district: about one record in a hundred has
changed, students have come, left and moved, a class is new.

  scale   users    classes  enrollments
  S       5,000    1,010    37,000
  M       64,000   12,900   480,000
  L       448,000  90,200   3,400,000
  XL      993,000  200,000  7,500,000

EXIT STATUS
  0  done
  1  the files could not be written
  2  wrong usage
`

func newSimulateCommand(*app) *cobra.Command {
	var opts simulateOptions
	cmd := &cobra.Command{
		Use:     "simulate --out DIR",
		Short:   "Write a made-up school district",
		Long:    simulateHelp,
		Example: "  rollbook simulate --scale S --out night1\n  rollbook simulate --scale S --next --out night2",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSimulate(cmd, opts) },
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.scale, "scale", "S", "how large: S, M, L or XL")
	flags.Uint64Var(&opts.seed, "seed", 1, "which district")
	flags.StringVar(&opts.out, "out", "", "the folder to write into; made if needed (required)")
	flags.StringVar(&opts.today, "today", "", "a day of the school year, YYYY-MM-DD (default: the current day)")
	flags.BoolVar(&opts.next, "next", false, "write the following night of the same district")
	return cmd
}

func runSimulate(cmd *cobra.Command, opts simulateOptions) error {
	if opts.out == "" {
		return usageError(fmt.Errorf("--out is missing: name the folder to write into"))
	}
	scale, err := simulate.ParseScale(opts.scale)
	if err != nil {
		return usageError(fmt.Errorf("--scale: %w", err))
	}
	today := time.Now()
	if opts.today != "" {
		if today, err = time.Parse(time.DateOnly, opts.today); err != nil {
			return usageError(fmt.Errorf("--today: %q is not a day of the form YYYY-MM-DD", opts.today))
		}
	}
	written, err := simulate.Write(cmd.Context(), opts.out, simulate.Options{
		Scale: scale, Seed: opts.seed, Today: today, Next: opts.next,
	})
	if err != nil {
		return err
	}
	terminal.Printf(cmd.OutOrStdout(), "%s: %d users, %d classes, %d enrollments\n",
		opts.out, written["users.csv"], written["classes.csv"], written["enrollments.csv"])
	return nil
}
