package server_test

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollbook/internal/server"
)

func observed(t *testing.T, handler http.HandlerFunc) (*httptest.Server, *logged) {
	t.Helper()
	log := &logged{}
	s := httptest.NewServer(server.Observe(handler, slog.New(slog.NewTextHandler(log, nil))))
	t.Cleanup(s.Close)
	return s, log
}

func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	s, log := observed(t, func(http.ResponseWriter, *http.Request) { panic("out of chalk") })
	answer, body := mustGet(t, s.Client(), s.URL+"/beta")
	if answer.StatusCode != http.StatusInternalServerError || !strings.Contains(body, `"code":"generalException"`) {
		t.Errorf("got %d %s", answer.StatusCode, body)
	}
	if strings.Contains(body, "chalk") {
		t.Error("the caller is told about the inside")
	}
	got := log.String()
	for _, want := range []string{"out of chalk", "observe_test.go", "status=500", "request-id=" + answer.Header.Get("request-id")} {
		if !strings.Contains(got, want) {
			t.Errorf("the log lacks %q:\n%s", want, got)
		}
	}
}

func TestPanicInTheMiddleEndsTheConnection(t *testing.T) {
	t.Parallel()
	s, log := observed(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
		panic("out of chalk")
	})
	answer, err := s.Client().Get(s.URL)
	if err == nil {
		_, err = io.ReadAll(answer.Body)
		answer.Body.Close()
	}
	if err == nil {
		t.Error("half an answer looks like a whole one")
	}
	s.Close()
	if !strings.Contains(log.String(), "msg=request") {
		t.Error("the request is not in the log")
	}
}

// overPipe serves handler on one connection in a bubble of synctest, where
// hours pass in no time, and returns the client's end of it.
func overPipe(t *testing.T, handler http.HandlerFunc) net.Conn {
	t.Helper()
	client, remote := net.Pipe()
	listener := &oneConn{conn: remote, closed: make(chan struct{})}
	s := &http.Server{Handler: server.Observe(handler, slog.New(slog.DiscardHandler))}
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() {
		client.Close()
		_ = s.Close()
		time.Sleep(time.Minute) // for those who sleep between two pieces
	})
	return client
}

// oneConn is a listener to which one connection is made.
type oneConn struct {
	conn   net.Conn
	closed chan struct{}
}

func (o *oneConn) Accept() (net.Conn, error) {
	if conn := o.conn; conn != nil {
		o.conn = nil
		return conn, nil
	}
	<-o.closed
	return nil, net.ErrClosed
}

func (o *oneConn) Close() error {
	select {
	case <-o.closed:
	default:
		close(o.closed)
	}
	return nil
}

func (o *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

const postOf = "POST /x HTTP/1.1\r\nHost: school.example\r\nContent-Length: "

func TestSlowBodyIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := make(chan time.Duration, 1)
		client := overPipe(t, func(_ http.ResponseWriter, r *http.Request) {
			begun := time.Now()
			if _, err := io.ReadAll(r.Body); err == nil {
				t.Error("the whole body arrived")
			}
			took <- time.Since(begun)
		})
		go func() {
			_, _ = io.WriteString(client, postOf+"1000\r\n\r\n")
			for range 1000 { // a byte now and then, to hold the connection
				if _, err := io.WriteString(client, "x"); err != nil {
					return
				}
				time.Sleep(5 * time.Second)
			}
		}()
		if got := <-took; got > time.Minute {
			t.Errorf("the connection was held for %v", got)
		}
	})
}

func TestLargeBodyOnASlowLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pieces, piece = 600, 16 << 10 // ten minutes at 16 KiB a second
		client := overPipe(t, func(w http.ResponseWriter, r *http.Request) {
			if n, err := io.Copy(io.Discard, r.Body); err != nil || n != pieces*piece {
				t.Errorf("got %d bytes, %v", n, err)
			}
		})
		go func() {
			_, _ = io.WriteString(client, postOf+"9830400\r\n\r\n")
			for range pieces {
				if _, err := client.Write(make([]byte, piece)); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
		mustAnswer(t, client, http.StatusOK)
	})
}

// TestLongWorkIsNotCutOff has the server think for longer than a body may take.
func TestLongWorkIsNotCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := overPipe(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			time.Sleep(10 * time.Minute)
			if err := r.Context().Err(); err != nil {
				t.Errorf("the request was given up: %v", err)
			}
		})
		for range 2 { // on one connection
			go func() { _, _ = io.WriteString(client, postOf+"2\r\n\r\n{}") }()
			mustAnswer(t, client, http.StatusOK)
		}
	})
}

// TestClientThatGoesAway has a client give up while the server works, long
// after the body arrived.
func TestClientThatGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := make(chan time.Duration, 1)
		client := overPipe(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			begun := time.Now()
			select {
			case <-r.Context().Done():
			case <-time.After(10 * time.Minute):
			}
			took <- time.Since(begun)
		})
		_, _ = io.WriteString(client, postOf+"2\r\n\r\n{}")
		time.Sleep(2 * time.Minute)
		client.Close()
		if got := <-took; got != 2*time.Minute {
			t.Errorf("the request ended after %v", got)
		}
	})
}

// TestSlowReaderIsLetGo has a client that takes no more of its answer.
func TestSlowReaderIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := make(chan time.Duration, 1)
		client := overPipe(t, func(w http.ResponseWriter, _ *http.Request) {
			begun := time.Now()
			var err error
			for err == nil {
				_, err = w.Write(make([]byte, 1<<20))
			}
			if _, timeout := errors.AsType[net.Error](err); !timeout {
				t.Errorf("got %v", err)
			}
			took <- time.Since(begun)
		})
		_, _ = io.WriteString(client, "GET /x HTTP/1.1\r\nHost: school.example\r\n\r\n")
		if got := <-took; got > 5*time.Minute {
			t.Errorf("the connection was held for %v", got)
		}
	})
}

func mustAnswer(t *testing.T, client net.Conn, want int) {
	t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != want {
		t.Errorf("got %d, want %d", answer.StatusCode, want)
	}
}

// raw sends text to a server and returns all that it answers until it hangs up.
func raw(t *testing.T, s *httptest.Server, text string) string {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// TestTwoLengthsEndTheConnection smuggles a request behind one that says its
// length in two ways.
func TestTwoLengthsEndTheConnection(t *testing.T) {
	t.Parallel()
	const next = "GET /smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	for name, c := range map[string]struct {
		request string
		answers int
	}{
		"both":            {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1},
		"the other way":   {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 1},
		"chunks alone":    {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 1},
		"a length alone":  {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 2},
		"another coding":  {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 1},
		"several lengths": {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 1},
	} {
		s, _ := observed(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
		if got := raw(t, s, c.request+next); strings.Count(got, "HTTP/1.1 ") != c.answers {
			t.Errorf("%s: %d answers, want %d: %q", name, strings.Count(got, "HTTP/1.1 "), c.answers, got)
		}
	}
}
