package identity

import (
	"net"
	"net/netip"
	"time"

	"golang.org/x/time/rate"
)

// Wrong secrets at once, and as many again in each minute: of one client from one
// address, and from one address whatever the client.
const (
	clientAttempts  = 10
	addressAttempts = 50
)

// attempts counts wrong secrets. A right one is never counted and never refused:
// a secret has 256 random bits, so nobody gets nearer to it by trying, and
// whoever tries must not shut out those who come from the same address, which may
// be that of a whole school.
type attempts struct {
	byClient  *buckets[attempt]
	byAddress *buckets[string]
}

type attempt struct{ client, address string }

func newAttempts(now func() time.Time) *attempts {
	return &attempts{
		byClient:  newBuckets[attempt](aMinute(clientAttempts), clientAttempts, now),
		byAddress: newBuckets[string](aMinute(addressAttempts), addressAttempts, now),
	}
}

func aMinute(n int) rate.Limit { return rate.Limit(n) / 60 }

// wrong counts a wrong secret, and returns how long to wait before the next try
// where there were too many.
func (a *attempts) wrong(client, remoteAddr string) time.Duration {
	address := Source(remoteAddr)
	return max(a.byClient.take(attempt{client, address}), a.byAddress.take(address))
}

// Source returns the address that a client is counted by: all of an IPv6
// network of 64 bits is one, as one machine has all of its addresses.
func Source(remoteAddr string) string {
	host, _, err := net.SplitHostPort(remoteAddr)
	if err != nil {
		return remoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if address = address.Unmap(); address.Is4() {
		return address.String()
	}
	network, err := address.Prefix(64)
	if err != nil {
		return host
	}
	return network.String()
}
