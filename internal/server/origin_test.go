package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rollbook/internal/config"
	"rollbook/internal/server"
)

// TestEveryAddressNamesTheHostThatWasAsked asks one server by two names, and
// looks at everything that it answers with an address in.
func TestEveryAddressNamesTheHostThatWasAsked(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.Hosts = []string{"one.example", "two.example"}
	parts := mustOpen(t, cfg)
	s := mustStart(t, cfg)
	tenant, listens := parts.Tenant, strings.TrimPrefix(s.Addresses().URL, "https://")
	c := caller{client: clientByAnyName(t, s), token: mustToken(t, parts)}
	for _, base := range []string{"https://one.example", "https://two.example:8443"} {
		c.base = base
		for path, member := range map[string]string{
			"/" + tenant + "/v2.0/.well-known/openid-configuration": "issuer",
			"/common/v2.0/.well-known/openid-configuration":         "jwks_uri",
			"/beta":                                  "@odata.context",
			"/v1.0/groups":                           "@odata.context",
			industryData + "/operations":             "@odata.context",
			industryData + "?$select=dataConnectors": "@odata.context",
		} {
			_, _, answer := c.mustCall(t, http.MethodGet, path, nil)
			if got, _ := answer[member].(string); !strings.HasPrefix(got, base+"/") || strings.Contains(got, listens) {
				t.Errorf("%s%s: %s is %q", base, path, member, answer[member])
			}
		}
	}
}

// TestForwarded has proxies say for whom they ask. Only those that are trusted
// are believed, and only about the one who asked them.
func TestForwarded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trusted []string
		peer    string
		header  http.Header
		want    string // the address, and by which scheme the server was asked
	}{
		"nobody is trusted": {nil, "192.0.2.1:7", http.Header{"X-Forwarded-For": {"198.51.100.9"}, "X-Forwarded-Proto": {"https"}}, "192.0.2.1:7 http"},
		"a stranger":        {[]string{"10.0.0.0/8"}, "192.0.2.1:7", http.Header{"X-Forwarded-For": {"198.51.100.9"}, "X-Forwarded-Proto": {"https"}}, "192.0.2.1:7 http"},
		"a proxy":           {[]string{"192.0.2.1"}, "192.0.2.1:7", http.Header{"X-Forwarded-For": {"198.51.100.9"}, "X-Forwarded-Proto": {"https"}}, "198.51.100.9:0 https"},
		"with a port":       {[]string{"192.0.2.1"}, "192.0.2.1:7", http.Header{"X-Forwarded-For": {"198.51.100.9:4711"}}, "198.51.100.9:4711 http"},
		"IPv6":              {[]string{"2001:db8::/64"}, "[2001:db8::1]:7", http.Header{"X-Forwarded-For": {"2001:db8:1::9"}}, "[2001:db8:1::9]:0 http"},
		"IPv6 in brackets":  {[]string{"192.0.2.1"}, "192.0.2.1:7", http.Header{"X-Forwarded-For": {"[2001:db8:1::9]"}}, "[2001:db8:1::9]:0 http"},
		"IPv4 within IPv6":  {[]string{"192.0.2.1"}, "[::ffff:192.0.2.1]:7", http.Header{"X-Forwarded-For": {"198.51.100.9"}}, "198.51.100.9:0 http"},
		"two proxies":       {[]string{"10.0.0.0/8"}, "10.0.0.1:7", http.Header{"X-Forwarded-For": {"198.51.100.9, 10.0.0.2"}}, "198.51.100.9:0 http"},
		"two headers":       {[]string{"10.0.0.0/8"}, "10.0.0.1:7", http.Header{"X-Forwarded-For": {"198.51.100.9", "10.0.0.2"}}, "198.51.100.9:0 http"},
		"made up before":    {[]string{"10.0.0.0/8"}, "10.0.0.1:7", http.Header{"X-Forwarded-For": {"203.0.113.5, 198.51.100.9"}}, "198.51.100.9:0 http"},
		"all are proxies":   {[]string{"10.0.0.0/8"}, "10.0.0.1:7", http.Header{"X-Forwarded-For": {"10.0.0.3, 10.0.0.2"}}, "10.0.0.3:0 http"},
		"not an address":    {[]string{"10.0.0.0/8"}, "10.0.0.1:7", http.Header{"X-Forwarded-For": {"198.51.100.9, unknown"}}, "10.0.0.1:7 http"},
		"empty":             {[]string{"10.0.0.0/8"}, "10.0.0.1:7", http.Header{"X-Forwarded-For": {" , ,"}}, "10.0.0.1:7 http"},
		"no header":         {[]string{"10.0.0.0/8"}, "10.0.0.1:7", http.Header{}, "10.0.0.1:7 http"},
	} {
		at, err := server.NewOrigin(config.Config{TrustedProxies: c.trusted})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header, r.Host = c.peer, c.header, "x"
		got := ""
		at.Behind(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = r.RemoteAddr + " " + strings.TrimSuffix(at.URL(r), "://x")
		})).ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestNamesOfTheServer asks in the ways that leave little to name it by.
func TestNamesOfTheServer(t *testing.T) {
	t.Parallel()
	handler := func(public string) http.HandlerFunc {
		at, err := server.NewOrigin(config.Config{PublicURL: public})
		if err != nil {
			t.Fatal(err)
		}
		return func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, at.URL(r)) }
	}
	plain := httptest.NewServer(handler(""))
	defer plain.Close()
	if got := raw(t, plain, "GET / HTTP/1.0\r\n\r\n"); !strings.HasSuffix(got, "\r\n\r\n"+plain.URL) {
		t.Errorf("HTTP/1.0 without a host: %q, want %s", got, plain.URL)
	}
	if got := raw(t, plain, "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"); !strings.HasSuffix(got, "\r\n\r\nhttp://a.example") {
		t.Errorf("a host: %q", got)
	}
	public := httptest.NewServer(handler("https://public.example/"))
	defer public.Close()
	if got := raw(t, public, "GET / HTTP/1.0\r\nHost: a.example\r\n\r\n"); !strings.HasSuffix(got, "\r\n\r\nhttps://public.example") {
		t.Errorf("a public URL: %q", got)
	}
}
