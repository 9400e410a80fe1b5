package server

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"

	"rollbook/internal/identity"
)

const (
	fewDescriptors  = 256
	manyDescriptors = 8192
)

// mostConnections is the bound where none is configured: clients have half of the
// descriptors, and the other half is for the database, uploads and feeds.
func mostConnections(configured int) int {
	if configured > 0 {
		return configured
	}
	return max(descriptors()/2, 1)
}

// connections bounds how many connections clients hold open: in all, and of one
// address those that nobody is known by yet. Each takes a descriptor, of which the
// database needs some too.
//
// A new connection is taken, and where it is one too many, another is closed for
// it, so that whoever opens connections and says nothing keeps nobody out, not
// even those who come from the same address. It is refused only where all others
// are known to be in use.
type connections struct {
	most      int // in all
	strangers int // of one address, without a token or a signed address
	exempt    func(netip.Addr) bool
	log       *slog.Logger

	mu   sync.Mutex
	open map[string]*connection // by the remote address, port included
	came int
}

// connection is one that is open.
type connection struct {
	conn   net.Conn
	at     string // that strangers are counted by
	number int    // in the order in which they came
	active bool   // a request is being answered on it
	known  bool   // a request on it had a good token, or the signed address of an upload
}

// newConnections returns bounds for so many connections, of which one address may
// have a quarter without showing a token. Those of exempt addresses, which stand
// for many clients, count only in all.
func newConnections(most int, exempt func(netip.Addr) bool, log *slog.Logger) *connections {
	return &connections{
		most: most, strangers: max(most/4, 1), exempt: exempt, log: log, open: map[string]*connection{},
	}
}

// follow is told of each connection's state by an http.Server.
func (c *connections) follow(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		for _, closed := range c.admit(conn) {
			c.log.Warn("a connection was closed to make room for another one", "address", closed.at, "known", closed.known)
			closeNow(closed.conn)
		}
	case http.StateActive, http.StateIdle:
		c.change(conn.RemoteAddr().String(), func(o *connection) { o.active = state == http.StateActive })
	case http.StateClosed, http.StateHijacked:
		c.mu.Lock()
		defer c.mu.Unlock()
		if name := conn.RemoteAddr().String(); c.open[name] != nil && c.open[name].conn == conn {
			delete(c.open, name)
		}
	}
}

// admit adds a connection, and returns those that are to be closed for it.
func (c *connections) admit(conn net.Conn) (closed []*connection) {
	remote := conn.RemoteAddr().String()
	peer, err := netip.ParseAddrPort(remote)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.came++
	added := &connection{conn: conn, at: identity.Source(remote), number: c.came, known: err == nil && c.exempt(peer.Addr())}
	if !added.known {
		closed = c.drop(closed, c.countStrangers()[added.at]-c.strangers+1, func(o *connection) bool { return !o.known && o.at == added.at })
	}
	if len(c.open) >= c.most {
		// Of whoever has most of those that are not known; and where all are, any.
		crowd := c.crowd()
		closed = c.drop(closed, 1, func(o *connection) bool {
			return !o.known && o.at == crowd || o.known && !o.active && crowd == ""
		})
	}
	if len(c.open) >= c.most {
		return append(closed, added)
	}
	c.open[remote] = added
	return closed
}

// drop forgets up to n of the connections that it may, and adds them to the list:
// those on which nothing is being answered first, and of these the oldest.
func (c *connections) drop(list []*connection, n int, may func(*connection) bool) []*connection {
	for ; n > 0; n-- {
		var worst *connection
		name := ""
		for key, o := range c.open {
			if may(o) && (worst == nil || o.before(worst)) {
				name, worst = key, o
			}
		}
		if worst == nil {
			break
		}
		delete(c.open, name)
		list = append(list, worst)
	}
	return list
}

// before reports whether a connection is closed rather than another one.
func (o *connection) before(other *connection) bool {
	if o.active != other.active {
		return other.active
	}
	return o.number < other.number
}

func (c *connections) countStrangers() map[string]int {
	counts := map[string]int{}
	for _, o := range c.open {
		if !o.known {
			counts[o.at]++
		}
	}
	return counts
}

// crowd returns the address with most connections that are not known, "" where
// there are none.
func (c *connections) crowd() (address string) {
	counts := c.countStrangers()
	for at, n := range counts {
		if n > counts[address] || n == counts[address] && at < address {
			address = at
		}
	}
	return address
}

// prove notes that a request proved who sends it. It is given the request's
// RemoteAddr, which a trusted proxy changes: its connections are known anyway.
func (c *connections) prove(remoteAddr string) {
	c.change(remoteAddr, func(o *connection) { o.known = true })
}

func (c *connections) change(remoteAddr string, change func(*connection)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o := c.open[remoteAddr]; o != nil {
		change(o)
	}
}

// proving returns what authenticates requests, and notes those that are.
func (c *connections) proving(authenticate func(*http.Request) (identity.Caller, error)) func(*http.Request) (identity.Caller, error) {
	return func(r *http.Request) (identity.Caller, error) {
		caller, err := authenticate(r)
		if err == nil {
			c.prove(r.RemoteAddr)
		}
		return caller, err
	}
}

// closeNow ends a connection without a word: the other side may not listen, and
// TLS would wait for it.
func closeNow(conn net.Conn) {
	if wrapped, ok := conn.(*tls.Conn); ok {
		conn = wrapped.NetConn()
	}
	_ = conn.Close() // it may have been closed from the other side
}
