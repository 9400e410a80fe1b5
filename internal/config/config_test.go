package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/config"
)

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	got, err := config.Environment(environment(map[string]string{
		"ROLLBOOK_DATA": "/srv/rollbook", "ROLLBOOK_DATABASE": "postgres://db/rollbook",
		"ROLLBOOK_HOSTS": "a.example,b.example", "ROLLBOOK_ISSUERS": "https://login.example",
		"ROLLBOOK_AUDIENCES": "api://x", "ROLLBOOK_PLAIN_HTTP": "true", "ROLLBOOK_PUBLIC_URL": "https://x.example",
		"ROLLBOOK_TLS_CERT": "c.pem", "ROLLBOOK_TLS_KEY": "k.pem", "ROLLBOOK_RUN_STARTS": "0", "ROLLBOOK_RATE": "7",
		"ROLLBOOK_AUDIT_DAYS": "30", "ROLLBOOK_AT_REST": "9", "ROLLBOOK_CONNECTIONS": "99", "ROLLBOOK_TRUSTED_PROXIES": "10.0.0.7,2001:db8::/32",
		"ROLLBOOK_METRICS_LISTEN": ":9464", "ROLLBOOK_METRICS_TOKEN_FILE": "t",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Data: "/srv/rollbook", Database: "postgres://db/rollbook", Listen: "127.0.0.1:8443",
		Hosts: []string{"a.example", "b.example"}, Issuers: []string{"https://login.example"}, Audiences: []string{"api://x"},
		PlainHTTP: true, PublicURL: "https://x.example", TLSCert: "c.pem", TLSKey: "k.pem", Rate: 7, AtRest: 9, AuditDays: 30, Connections: 99,
		TrustedProxies: []string{"10.0.0.7", "2001:db8::/32"},
		MetricsListen:  ":9464", MetricsTokenFile: "t",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"ROLLBOOK_PLAIN_HTTP", "ROLLBOOK_RUN_STARTS", "ROLLBOOK_RATE", "ROLLBOOK_AUDIT_DAYS", "ROLLBOOK_AT_REST"} {
		if _, err := config.Environment(environment(map[string]string{name: "x"})); err == nil {
			t.Errorf("%s: x is accepted", name)
		}
	}
	if got := config.Default().RunStarts; got != 5 {
		t.Errorf("%d runs may be started, want 5 as in School Data Sync", got)
	}
}

func TestCheckServe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*config.Config)
		want   string // in the error; "" for none
	}{
		"defaults":             {func(*config.Config) {}, ""},
		"all interfaces":       {func(c *config.Config) { c.Listen = ":8443" }, ""},
		"any runs":             {func(c *config.Config) { c.RunStarts = 0 }, ""},
		"runs below 0":         {func(c *config.Config) { c.RunStarts = -1 }, "--run-starts"},
		"connections below 0":  {func(c *config.Config) { c.Connections = -1 }, "--connections"},
		"a rate below 0":       {func(c *config.Config) { c.Rate = -1 }, "--rate"},
		"a rate beyond all":    {func(c *config.Config) { c.Rate = 1 << 40 }, "--rate"},
		"any rate":             {func(c *config.Config) { c.Rate = 0 }, ""},
		"no audit log":         {func(c *config.Config) { c.AuditDays = 0 }, "--audit-days"},
		"no port":              {func(c *config.Config) { c.Listen = "127.0.0.1" }, "host:port"},
		"key only":             {func(c *config.Config) { c.TLSKey = "k.pem" }, "go together"},
		"given certificate":    {func(c *config.Config) { c.TLSCert, c.TLSKey = "c.pem", "k.pem" }, ""},
		"plain on loopback":    {func(c *config.Config) { c.PlainHTTP = true }, ""},
		"plain on localhost":   {func(c *config.Config) { c.PlainHTTP, c.Listen = true, "localhost:80" }, ""},
		"plain on ::1":         {func(c *config.Config) { c.PlainHTTP, c.Listen = true, "[::1]:80" }, ""},
		"plain on all":         {func(c *config.Config) { c.PlainHTTP, c.Listen = true, ":80" }, "--plain-http"},
		"plain on a network":   {func(c *config.Config) { c.PlainHTTP, c.Listen = true, "192.0.2.1:80" }, "--plain-http"},
		"plain on a name":      {func(c *config.Config) { c.PlainHTTP, c.Listen = true, "rollbook.example:80" }, "--plain-http"},
		"plain and TLS":        {func(c *config.Config) { c.PlainHTTP, c.TLSCert, c.TLSKey = true, "c", "k" }, "exclude"},
		"public":               {func(c *config.Config) { c.PublicURL = "https://x.example:444/" }, ""},
		"public with path":     {func(c *config.Config) { c.PublicURL = "https://x.example/y" }, "--public-url"},
		"public without TLS":   {func(c *config.Config) { c.PublicURL = "http://x.example" }, "--public-url"},
		"proxies":              {func(c *config.Config) { c.TrustedProxies = []string{"10.0.0.7", "10.0.0.0/8", "2001:db8::1"} }, ""},
		"a proxy by name":      {func(c *config.Config) { c.TrustedProxies = []string{"proxy.example"} }, "--trusted-proxy"},
		"half a network":       {func(c *config.Config) { c.TrustedProxies = []string{"10.0.0.0/"} }, "--trusted-proxy"},
		"issuer for anyone":    {func(c *config.Config) { c.Issuers = []string{"https://x"} }, "--audience"},
		"metrics":              {func(c *config.Config) { c.MetricsListen = ":9464" }, ""},
		"metrics here":         {func(c *config.Config) { c.MetricsListen, c.PlainHTTP = "[::1]:9464", true }, ""},
		"metrics without port": {func(c *config.Config) { c.MetricsListen = "9464" }, "--metrics-listen"},
		"metrics for anyone":   {func(c *config.Config) { c.MetricsListen = "0.0.0.0:9464" }, "--metrics-token-file"},
		"metrics on a name":    {func(c *config.Config) { c.MetricsListen = "rollbook.example:9464" }, "--metrics-token-file"},
		"metrics for some":     {func(c *config.Config) { c.MetricsListen, c.MetricsTokenFile = "0.0.0.0:9464", "t" }, ""},
		"metrics in the clear": {func(c *config.Config) {
			c.MetricsListen, c.MetricsTokenFile, c.PlainHTTP = "0.0.0.0:9464", "t", true
		}, "--plain-http"},
		"a token for nothing": {func(c *config.Config) { c.MetricsTokenFile = "t" }, "--metrics-listen"},
		"issuer for somebody": {func(c *config.Config) { c.Issuers, c.Audiences = []string{"https://x"}, []string{"y"} }, ""},
	} {
		cfg := config.Default()
		c.change(&cfg)
		err := cfg.CheckServe()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
