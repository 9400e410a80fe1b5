package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// requests is what a server did under one kind of load.
type requests struct {
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

const setsPath = "/beta/external/industryData/outboundProvisioningFlowSets"

// patchBody moves the flow's time and changes nothing, so that no request
// leaves something behind for the next measurement.
const patchBody = `{"@odata.type":"#microsoft.graph.industryData.classGroupProvisioningFlow",` +
	`"configuration":{"additionalOptions":{"createTeam":false}}}`

// measureAPI measures reading and changing one flow through the API.
func measureAPI(ctx context.Context, p program, data string, length time.Duration, r *report) error {
	listen, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	real, err := startServer(ctx, p.path, append([]string{"serve", "--listen", listen}, p.state...), listen)
	if err != nil {
		return err
	}
	defer real.stop()
	var token bytes.Buffer
	if err := p.output(ctx, &token, append([]string{"token", "--permission", "IndustryData-OutboundFlow.ReadWrite.All", "--lifetime", "1h"}, p.state...)); err != nil {
		return err
	}
	call := load{url: "https://" + listen, token: strings.TrimSpace(token.String()), length: length}
	if call.url, err = classGroupFlow(ctx, call); err != nil {
		return err
	}
	body, err := call.once(ctx)
	if err != nil {
		return err
	}
	bare, err := startBare(ctx, filepath.Join(data, "flow.json"), body)
	if err != nil {
		return err
	}
	defer bare.stop()
	if r.Syncs, err = syncsPerSecond(data); err != nil {
		return err
	}
	return measureLoads(ctx, call, "https://"+bare.address+"/", r)
}

func measureLoads(ctx context.Context, call load, bareURL string, r *report) error {
	for _, method := range []string{http.MethodGet, http.MethodPatch} {
		for _, connections := range []int{1, 16, 64} {
			fmt.Fprintf(os.Stderr, "bench: %s over %d connections\n", method, connections)
			call.method, call.connections = method, connections
			if method == http.MethodPatch {
				call.body = patchBody
			}
			got, err := call.run(ctx)
			if err != nil {
				return err
			}
			call := call
			call.url = bareURL
			bare, err := call.run(ctx)
			if err != nil {
				return err
			}
			q := requests{
				Method: method, Connections: connections, PerSecond: got.perSecond, Bare: bare.perSecond,
				Ratio: got.perSecond / bare.perSecond, Median: got.median, P99: got.p99,
			}
			if method == http.MethodGet {
				q.Budget = getBudget
			}
			r.Requests = append(r.Requests, q)
		}
	}
	return nil
}

// classGroupFlow returns the address of the first class group flow.
func classGroupFlow(ctx context.Context, call load) (string, error) {
	base := call.url
	type list struct {
		Value []struct {
			Type string `json:"@odata.type"`
			ID   string `json:"id"`
		} `json:"value"`
	}
	get := func(path string) (list, error) {
		call.url = base + path
		body, err := call.once(ctx)
		if err != nil {
			return list{}, err
		}
		var l list
		if err := json.Unmarshal(body, &l); err != nil {
			return list{}, fmt.Errorf("GET %s: %w", path, err)
		}
		return l, nil
	}
	sets, err := get(setsPath)
	if err != nil {
		return "", err
	}
	for _, set := range sets.Value {
		path := setsPath + "/" + set.ID + "/provisioningFlows"
		flows, err := get(path)
		if err != nil {
			return "", err
		}
		for _, flow := range flows.Value {
			if strings.HasSuffix(flow.Type, ".classGroupProvisioningFlow") {
				return base + path + "/" + flow.ID, nil
			}
		}
	}
	return "", errors.New("no class group flow: sync makes one on first use")
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
