package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// options are what a benchmark is made of.
type options struct {
	program  string
	cache    string // where districts are kept from one benchmark to the next
	scale    string
	seed     int
	database string // "" for SQLite
	loadTime time.Duration
	parts    string
}

func main() {
	var o options
	flag.StringVar(&o.program, "program", "bin/rollbook", "the `file` that is measured")
	flag.StringVar(&o.cache, "cache", ".cache/bench", "the `folder` in which districts and results are kept")
	flag.StringVar(&o.scale, "scale", "M", "the size of the district: S, M, L or XL")
	flag.IntVar(&o.seed, "seed", 1, "what the district is made from")
	flag.StringVar(&o.database, "database", "", "the `URL` of an empty PostgreSQL database, instead of SQLite")
	flag.DurationVar(&o.loadTime, "load", 3*time.Second, "how long each measurement of the API takes")
	flag.StringVar(&o.parts, "parts", "night,api", "what is measured; api needs night")
	bare := flag.String("bare", "", "serve the bytes of this `file`, to compare with; used by the benchmark itself")
	listen := flag.String("listen", "", "where -bare serves")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if *bare != "" {
		err = serveBare(ctx, *bare, *listen)
	} else {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	o.scale = strings.ToUpper(o.scale)
	if err := os.MkdirAll(o.cache, 0o755); err != nil {
		return fmt.Errorf("make cache: %w", err)
	}
	// Beside the cache, since a temporary folder may be in memory, where making
	// something durable costs nothing.
	data, err := os.MkdirTemp(o.cache, "state-")
	if err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()

	program := program{path: o.program, state: []string{"--data", data}}
	if o.database != "" {
		program.state = append(program.state, "--database", o.database)
	}
	d, err := openDistrict(ctx, program, o)
	if err != nil {
		return err
	}
	if _, err := program.run(ctx, nil, append([]string{"init"}, program.state...)...); err != nil {
		return err
	}
	r := report{Scale: o.scale, Seed: o.seed, Start: time.Now().UTC(), Engine: "SQLite", Machine: machine()}
	if o.database != "" {
		r.Engine = "PostgreSQL"
	}
	if err := measureNight(ctx, program, d, &r); err != nil {
		return err
	}
	r.printNight(os.Stdout)
	if strings.Contains(o.parts, "api") {
		if err := measureAPI(ctx, program, data, o.loadTime, &r); err != nil {
			return err
		}
		r.printAPI(os.Stdout)
	}
	name := filepath.Join(o.cache, "result-"+o.scale+"-"+strconv.Itoa(o.seed)+"-"+r.Engine+".json")
	return r.write(name)
}
