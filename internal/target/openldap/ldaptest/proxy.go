package ldaptest

import (
	"net"
	"net/url"
	"sync"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Proxy stands between a client and the server, and dies at a call.
type Proxy struct {
	URL string

	upstream string
	mu       sync.Mutex
	left     int // calls that are passed on
	lose     bool
	last     net.Conn // by which the last call was done, whose answer is lost
	dead     bool
	open     []net.Conn
}

// NewProxy returns a proxy that passes so many calls on and is dead then: with lose the last
// of them is done, and its answer is lost.
func NewProxy(t testing.TB, server string, calls int, lose bool) *Proxy {
	t.Helper()
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	p := &Proxy{URL: "ldap://" + listener.Addr().String(), upstream: address.Host, left: calls, lose: lose}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

// Died reports whether the proxy is dead: the client made so many calls.
func (p *Proxy) Died() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

// serve passes the calls of a client on.
func (p *Proxy) serve(client net.Conn) {
	server, err := net.Dial("tcp", p.upstream)
	if err != nil || !p.keep(client, server) {
		_ = client.Close()
		if server != nil {
			_ = server.Close()
		}
		return
	}
	go func() {
		for {
			answer, err := ber.ReadPacket(server)
			if err != nil || p.loses(server) {
				_ = client.Close()
				return
			}
			if _, err := client.Write(answer.Bytes()); err != nil {
				return
			}
		}
	}()
	for {
		call, err := ber.ReadPacket(client)
		if err != nil || !p.pass(server, call.Bytes()) {
			_ = server.Close()
			return
		}
	}
}

// keep keeps connections to be closed when the proxy dies, and is false where it is dead.
func (p *Proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, conns...)
	return !p.dead
}

// pass passes a call on, and is false once the proxy is dead.
func (p *Proxy) pass(server net.Conn, call []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == 0 && p.last == nil {
		p.die()
	}
	if p.dead || p.last != nil {
		return !p.dead
	}
	if p.left--; p.left == 0 && p.lose {
		p.last = server
	}
	_, err := server.Write(call)
	return err == nil
}

// loses reports whether an answer is the one to be lost: the proxy is dead then.
func (p *Proxy) loses(server net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == server {
		p.die()
	}
	return p.dead
}

func (p *Proxy) die() {
	p.dead = true
	for _, c := range p.open {
		_ = c.Close()
	}
}
