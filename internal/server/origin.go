package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"rollbook/internal/config"
)

const (
	forwardedFor   = "X-Forwarded-For"
	forwardedProto = "X-Forwarded-Proto"
)

// origin knows by which name a client asked for the server, and from where it
// did. It is the one place that does: whatever answers with an address of the
// server begins it with URL, and whoever asks for http.Request.RemoteAddr gets
// the client's and not that of a proxy.
type origin struct {
	publicURL string         // that the server is known by; "" for the host that each client asks
	proxies   []netip.Prefix // that are believed when they say for whom they ask
}

func newOrigin(cfg config.Config) (*origin, error) {
	proxies, err := cfg.Proxies()
	if err != nil {
		return nil, err
	}
	return &origin{publicURL: strings.TrimSuffix(cfg.PublicURL, "/"), proxies: proxies}, nil
}

// URL returns the scheme and host by which the client reached the server, as in
// https://rollbook.example:8443.
func (o *origin) URL(r *http.Request) string {
	if o.publicURL != "" {
		return o.publicURL
	}
	scheme := "http://"
	// Of those who are not believed, the header was taken away.
	if r.TLS != nil || strings.EqualFold(r.Header.Get(forwardedProto), "https") {
		scheme = "https://"
	}
	if r.Host != "" {
		return scheme + r.Host
	}
	// HTTP/1.0 names no host. The address that the connection is to is all there is.
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return scheme + local.String()
	}
	return scheme + "localhost"
}

// behind has next see each request as the client sent it: what a trusted proxy
// says of it holds, and what anybody else says of itself is taken away.
func (o *origin) behind(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err == nil && o.trusts(peer.Addr()) {
			if at := o.client(peer, r.Header[forwardedFor]); at != peer {
				r.RemoteAddr = at.String()
			}
		} else {
			delete(r.Header, forwardedProto)
		}
		next.ServeHTTP(w, r)
	})
}

// client returns where a request came from before it reached the proxy at peer.
// Each proxy adds the address that asked it at the end, so the last one that is
// no trusted proxy is the client's; what stands before it may be made up.
func (o *origin) client(peer netip.AddrPort, forwarded []string) netip.AddrPort {
	hops, at := strings.Join(forwarded, ","), peer
	for hops != "" && o.trusts(at.Addr()) {
		comma := strings.LastIndexByte(hops, ',')
		hop, ok := parseHop(strings.TrimSpace(hops[comma+1:]))
		if !ok {
			break
		}
		at, hops = hop, hops[:max(comma, 0)]
	}
	return at
}

// parseHop reads an address as proxies write it: alone or with a port.
func parseHop(text string) (netip.AddrPort, bool) {
	if at, err := netip.ParseAddrPort(text); err == nil {
		return at, true
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return netip.AddrPortFrom(address, 0), err == nil
}

func (o *origin) trusts(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	for _, proxy := range o.proxies {
		if proxy.Contains(address) {
			return true
		}
	}
	return false
}
