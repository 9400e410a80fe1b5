package server_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"rollbook/internal/server"
	"rollbook/internal/store"
)

// TestStopFinishesRequestsInFlight stops the server while a request's body is
// under way.
func TestStopFinishesRequestsInFlight(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"HTTP/1.1", "HTTP/2"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := mustStart(t, testConfig(t))
			client := clientFor(t, s)
			transport := client.Transport.(*http.Transport)
			transport.ForceAttemptHTTP2 = version == "HTTP/2"
			transport.ExpectContinueTimeout = time.Minute
			body, more := io.Pipe()
			r := inFlight(t, s, body)
			status := make(chan int, 1)
			go func() {
				answer, err := client.Do(r)
				if err != nil {
					t.Error(err)
					status <- 0
					return
				}
				answer.Body.Close()
				status <- answer.StatusCode
			}()
			mustWriteTo(t, more, "grant_type=client_credentials&")
			stopped := make(chan error, 1)
			go func() { stopped <- s.Stop(context.Background()) }()
			awaitClosed(t, s)
			mustWriteTo(t, more, "client_id=nobody&client_secret=x")
			more.Close()
			if got := <-status; got != http.StatusUnauthorized {
				t.Errorf("the request in flight got %d", got)
			}
			if err := <-stopped; err != nil {
				t.Error(err)
			}
		})
	}
}

// inFlight returns a request for a token whose body is not read before the server
// asks for it: once some of the body is gone, the request is surely in flight.
func inFlight(t *testing.T, s *server.Server, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Addresses().URL+"/common/oauth2/v2.0/token", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Expect", "100-continue")
	return r
}

func mustWriteTo(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
}

// awaitClosed returns when the server takes no more connections.
func awaitClosed(t *testing.T, s *server.Server) {
	t.Helper()
	for t.Context().Err() == nil {
		client := clientFor(t, s)
		answer, err := client.Get(s.Addresses().URL + "/healthz")
		client.CloseIdleConnections()
		if err != nil {
			return
		}
		answer.Body.Close()
	}
	t.Fatal("the server goes on taking connections")
}

func TestStopCutsOffWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	s := mustStart(t, testConfig(t))
	client := clientFor(t, s)
	client.Transport.(*http.Transport).ExpectContinueTimeout = time.Minute
	body, more := io.Pipe()
	defer more.Close()
	r := inFlight(t, s, body)
	go func() {
		answer, err := client.Do(r)
		if err == nil {
			answer.Body.Close()
		}
	}()
	mustWriteTo(t, more, "grant_type=")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(ctx); err == nil || !strings.Contains(err.Error(), "requests in flight") {
		t.Errorf("got %v", err)
	}
}

// TestRestartGoesOnWithRuns has a server find a run that was asked for before
// it started.
func TestRestartGoesOnWithRuns(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	parts := mustOpen(t, cfg)
	if err := parts.Engine(nil).Request(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := &logged{}
	cfg.Log = slog.New(slog.NewTextHandler(log, nil))
	mustStart(t, cfg)
	log.await(t, `msg="run ended"`)
	if runs, err := (store.Runs{DB: parts.DB}).Runs(t.Context()); err != nil || len(runs) != 1 || runs[0].End == nil {
		t.Errorf("got runs %+v, %v; want one that has ended", runs, err)
	}
}
