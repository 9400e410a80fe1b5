package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// load is one request, made again and again over some connections.
type load struct {
	method      string // "" for GET
	url         string
	token       string
	body        string
	connections int
	length      time.Duration
}

// loadResult is how fast a server answered.
type loadResult struct {
	perSecond   float64
	median, p99 float64 // milliseconds
}

// run makes the request over all connections at once, each waiting for its
// answer before it asks again, for the load's length. Any other answer than
// success ends it.
func (l load) run(ctx context.Context) (loadResult, error) {
	timed, cancel := context.WithTimeout(ctx, l.length)
	defer cancel()
	took := make([][]time.Duration, l.connections)
	group, timed := errgroup.WithContext(timed)
	begin := time.Now()
	for i := range took {
		group.Go(func() error {
			client := oneConnection()
			defer client.CloseIdleConnections()
			for {
				asked := time.Now()
				_, err := l.ask(timed, client)
				if errors.Is(err, context.DeadlineExceeded) {
					return nil
				}
				if err != nil {
					return err
				}
				took[i] = append(took[i], time.Since(asked))
			}
		})
	}
	err := group.Wait()
	if err = errors.Join(err, ctx.Err()); err != nil {
		return loadResult{}, err
	}
	return summarize(slices.Concat(took...), time.Since(begin))
}

func summarize(all []time.Duration, length time.Duration) (loadResult, error) {
	if len(all) == 0 {
		return loadResult{}, errors.New("no request was answered in time")
	}
	slices.Sort(all)
	at := func(share float64) float64 { return all[int(share*float64(len(all)-1))].Seconds() * 1000 }
	return loadResult{perSecond: float64(len(all)) / length.Seconds(), median: at(0.5), p99: at(0.99)}, nil
}

// once makes the request once and returns the answer's body.
func (l load) once(ctx context.Context) ([]byte, error) {
	client := oneConnection()
	defer client.CloseIdleConnections()
	return l.ask(ctx, client)
}

func (l load) ask(ctx context.Context, client *http.Client) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, l.method, l.url, strings.NewReader(l.body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+l.token)
	if l.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %s\n%s", request.Method, l.url, answer.Status, body)
	}
	return body, nil
}

// oneConnection returns a client that keeps to one connection, with HTTP/1.1 so
// that as many connections as wanted are there.
func oneConnection() *http.Client {
	return &http.Client{Transport: &http.Transport{
		MaxConnsPerHost: 1,
		// Both servers are our own, on this machine, with certificates that they
		// made themselves.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13},
	}}
}
