package server_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/server"
)

// held is a connection that says where it comes from, and whether it was closed.
type held struct {
	net.Conn
	remote net.Addr
	closed *[]string
}

func (h held) RemoteAddr() net.Addr { return h.remote }

func (h held) Close() error {
	*h.closed = append(*h.closed, h.remote.String())
	return nil
}

// TestConnectionsAreBounded plays what clients do. A step is an address with a
// port, and what happens on it: + it comes, ! it is asked something, . it is
// answered, * the asker is known, - it goes.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	const a, b, c, d, proxy = "192.0.2.1:", "192.0.2.2:", "[2001:db8::1]:", "[2001:db8::2]:", "192.0.2.99:"
	for name, x := range map[string]struct {
		most  int
		steps string
		want  []string // that are closed, in their order
	}{
		"within the bounds":              {8, a + "1+ " + a + "2+ " + b + "1+ " + b + "2+", nil},
		"one address":                    {8, a + "1+ " + a + "2+ " + a + "3+ " + a + "4+", []string{a + "1", a + "2"}},
		"one that left":                  {8, a + "1+ " + a + "2+ " + a + "1- " + a + "3+", nil},
		"a network of IPv6":              {8, c + "1+ " + d + "1+ " + c + "2+", []string{c + "1"}},
		"with a token":                   {8, a + "1+ " + a + "1* " + a + "2+ " + a + "2* " + a + "3+ " + a + "4+ " + a + "5+", []string{a + "3"}},
		"resting ones first":             {8, a + "1+ " + a + "1! " + a + "2+ " + a + "3+", []string{a + "2"}},
		"busy strangers too":             {8, a + "1+ " + a + "1! " + a + "2+ " + a + "2! " + a + "3+", []string{a + "1"}},
		"behind a proxy":                 {8, proxy + "1+ " + proxy + "2+ " + proxy + "3+ " + proxy + "4+", nil},
		"in all, of the address of most": {4, proxy + "1+ " + proxy + "2+ " + a + "1+ " + b + "1+ " + c + "1+", []string{a + "1"}},
		"in all, of strangers":           {4, b + "1+ " + b + "1* " + proxy + "1+ " + proxy + "2+ " + a + "1+ " + c + "1+", []string{a + "1"}},
		"in all, of those that rest":     {2, a + "1+ " + a + "1* " + a + "1! " + b + "1+ " + b + "1* " + c + "1+", []string{b + "1"}},
		"in all, and all are at work":    {2, a + "1+ " + a + "1* " + a + "1! " + b + "1+ " + b + "1* " + b + "1! " + c + "1+", []string{c + "1"}},
		"and at rest again":              {2, a + "1+ " + a + "1* " + a + "1! " + a + "1. " + b + "1+ " + b + "1* " + b + "1! " + c + "1+", []string{a + "1"}},
	} {
		connections := server.NewConnections(x.most)
		var closed []string
		open := map[string]held{}
		for step := range strings.FieldsSeq(x.steps) {
			at, what := step[:len(step)-1], step[len(step)-1]
			if what == '+' {
				open[at] = held{remote: net.TCPAddrFromAddrPort(netip.MustParseAddrPort(at)), closed: &closed}
			}
			switch what {
			case '*':
				connections.Prove(at)
			default:
				connections.Follow(open[at], map[byte]http.ConnState{
					'+': http.StateNew, '!': http.StateActive, '.': http.StateIdle, '-': http.StateClosed,
				}[what])
			}
		}
		if diff := cmp.Diff(x.want, closed); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestIdleConnectionsKeepNobodyOut opens many times as many connections as there
// may be, without and with the beginning of a request, and never says more.
func TestIdleConnectionsKeepNobodyOut(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.Connections = 8
	parts := mustOpen(t, cfg)
	s := mustStart(t, cfg)
	client := clientFor(t, s)
	ask := func() (reused bool) {
		r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			GotConn: func(got httptrace.GotConnInfo) { reused = got.Reused },
		}), http.MethodGet, s.Addresses().URL+"/v1.0/groups", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+mustToken(t, parts))
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		_, _ = io.Copy(io.Discard, answer.Body)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("got %d", answer.StatusCode)
		}
		return reused
	}
	var idle []net.Conn
	open := func(begin string) {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.Addresses().URL, "https://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		_, _ = io.WriteString(conn, begin) // which may be closed by now
		idle = append(idle, conn)
	}
	for n := range 60 {
		open([]string{"", "\x16\x03\x01"}[n%2])
		if n%20 == 10 && ask() != (n > 10) {
			t.Errorf("after %d idle connections the one of a client with a token was closed", n)
		}
	}
	client.CloseIdleConnections()
	ask() // on a new connection, which comes after all others
	// Two of an address may stay. All others are closed now, and not at a timeout.
	for n, conn := range idle[:58] {
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, err := conn.Read(make([]byte, 1))
		if timeout, ok := errors.AsType[net.Error](err); err == nil || ok && timeout.Timeout() {
			t.Fatalf("connection %d is open: %v", n, err)
		}
	}
}
