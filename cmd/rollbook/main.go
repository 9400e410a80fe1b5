// Rollbook makes a directory agree with a school's roster.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() { os.Exit(runMain()) }

// A feed of a million people is half a gigabyte of small values that live until
// its end. Collecting less often saves a tenth of the time; the limit keeps the
// memory within bounds all the same.
const (
	collectAtGrowth = 250     // percent
	memoryLimit     = 1 << 30 // bytes
)

func runMain() int {
	debug.SetGCPercent(collectAtGrowth)
	debug.SetMemoryLimit(memoryLimit)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends the work at a safe point. From then on signals do
	// what they do by default, so that a second one ends the program at once.
	context.AfterFunc(ctx, stop)

	return execute(ctx, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}, os.Args[1:], os.Getenv)
}
