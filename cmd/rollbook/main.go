// Rollbook makes a directory agree with a school's roster.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones, also on machines that have no list of them
)

func main() { os.Exit(runMain()) }

func runMain() int {
	limitMemory(os.Getenv)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends the work at a safe point. From then on signals do
	// what they do by default, so that a second one ends the program at once.
	context.AfterFunc(ctx, stop)

	return execute(ctx, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}, os.Args[1:], os.Getenv)
}
