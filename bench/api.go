package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// requests is what a server did under one kind of load.
type requests struct {
	Name        string  `json:"name"`
	Method      string  `json:"method"`
	Connections int     `json:"connections"`
	PerSecond   float64 `json:"perSecond"`
	Bare        float64 `json:"barePerSecond"`
	Ratio       float64 `json:"ratio"` // to bare
	Budget      float64 `json:"budget,omitzero"`
	Median      float64 `json:"medianMilliseconds"`
	P99         float64 `json:"p99Milliseconds"`
}

// getBudget is the share of the bare handler's requests that a GET has to reach.
const getBudget = 0.5

// measureAPI measures reading and changing through the API.
func measureAPI(ctx context.Context, p program, data string, length time.Duration, r *report) error {
	listen, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	// All come as one client, which may not ask so often otherwise.
	real, err := startServer(ctx, p.path, append([]string{"serve", "--rate", "0", "--listen", listen}, p.state...), listen)
	if err != nil {
		return err
	}
	defer real.stop()
	var token bytes.Buffer
	args := []string{"token", "--lifetime", "1h"}
	for _, permission := range permissions() {
		args = append(args, "--permission", permission)
	}
	if err := p.output(ctx, &token, append(args, p.state...)); err != nil {
		return err
	}
	call := load{url: "https://" + listen, token: strings.TrimSpace(token.String()), length: length}
	if r.Syncs, err = syncsPerSecond(data); err != nil {
		return err
	}
	kinds, err := prepareKinds(ctx, call)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if err := k.measure(ctx, call, filepath.Join(data, "answer.json"), r); err != nil {
			return err
		}
	}
	return nil
}

// kind is one of the requests that are measured.
type kind struct {
	name, method, path string
	body               string
	budget             float64 // of the bare handler's requests; 0 for none
}

// measure measures a kind of request over some numbers of connections, each
// beside a handler that answers the same bytes and does nothing else.
func (k kind) measure(ctx context.Context, call load, file string, r *report) error {
	base := call.url
	call.method, call.body, call.url = k.method, k.body, base+k.path
	body, err := call.once(ctx)
	if err != nil {
		return err
	}
	bare, err := startBare(ctx, file, body)
	if err != nil {
		return err
	}
	defer bare.stop()
	for _, connections := range []int{1, 16, 64} {
		fmt.Fprintf(os.Stderr, "bench: %s over %d connections\n", k.name, connections)
		call.connections, call.url = connections, base+k.path
		got, err := call.run(ctx)
		if err != nil {
			return err
		}
		call.url = "https://" + bare.address + "/"
		least, err := call.run(ctx)
		if err != nil {
			return err
		}
		r.Requests = append(r.Requests, requests{
			Name: k.name, Method: k.method, Connections: connections, PerSecond: got.perSecond, Bare: least.perSecond,
			Ratio: got.perSecond / least.perSecond, Budget: k.budget, Median: got.median, P99: got.p99,
		})
	}
	return nil
}

// syncsPerSecond is how often a file beside the database can be made durable:
// the most that changes one after the other can reach.
func syncsPerSecond(dir string) (float64, error) {
	file, err := os.CreateTemp(dir, "fsync-")
	if err != nil {
		return 0, fmt.Errorf("measure fsync: %w", err)
	}
	defer file.Close() // the folder goes with the benchmark
	page := make([]byte, 4096)
	begin, count := time.Now(), 0
	for ; time.Since(begin) < time.Second; count++ {
		if _, err := file.Write(page); err != nil {
			return 0, fmt.Errorf("measure fsync: %w", err)
		}
		if err := file.Sync(); err != nil {
			return 0, fmt.Errorf("measure fsync: %w", err)
		}
	}
	return float64(count) / time.Since(begin).Seconds(), nil
}
