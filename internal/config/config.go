package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"rollbook/internal/private"
)

// Config is everything that can be said to a command about the installation.
type Config struct {
	Data     string // the folder with the state, keys and certificates
	Database string // postgres://…; "" for what Data remembers, or else the SQLite file in it

	Listen    string   // host:port
	Hosts     []string // further names and addresses that the server's certificate is for
	PublicURL string   // where clients reach the server; "" for the host that each asks
	TLSCert   string   // PEM files of a certificate to use instead of an own one
	TLSKey    string
	PlainHTTP bool // no TLS; on the loopback interface only

	// TrustedProxies are addresses, and networks as 10.0.0.0/8, whose word counts
	// for whom they ask (X-Forwarded-For) and how they were asked (X-Forwarded-Proto).
	TrustedProxies []string

	Connections int // how many clients may hold open at once; 0 for half of the process's descriptors

	Rate      int // how many requests a second a client may make; 0 for any number
	RunStarts int // how many runs clients may start within 12 hours; 0 for any number

	AtRest int // for how many seconds the files of a feed must have been still before they are read; 0 for any time

	AuditDays int // how long records of the audit log are kept

	MetricsListen    string // host:port of /metrics; "" for nowhere, and no host for the loopback interface
	MetricsTokenFile string // what a scrape must present is in this file; "" for nothing

	// Outside issuers of tokens. The audiences are for all of them.
	Issuers   []string
	Audiences []string
}

// Default returns the configuration of an installation that was told nothing.
func Default() Config {
	return Config{Data: "./rollbook-data", Listen: "127.0.0.1:8443", Rate: 1000, RunStarts: 5, AtRest: 2, AuditDays: 400}
}

// Environment returns the defaults as the environment changes them. Lists are
// separated by commas.
func Environment(getenv func(string) string) (Config, error) {
	c := Default()
	if err := c.readSecrets(getenv); err != nil {
		return Config{}, err
	}
	for name, into := range c.texts() {
		if v := getenv(name); v != "" {
			*into = v
		}
	}
	for name, into := range c.lists() {
		if v := getenv(name); v != "" {
			*into = strings.Split(v, ",")
		}
	}
	if v := getenv("ROLLBOOK_PLAIN_HTTP"); v != "" {
		on, err := strconv.ParseBool(v)
		if err != nil {
			return Config{}, fmt.Errorf("ROLLBOOK_PLAIN_HTTP: %q is neither true nor false", v)
		}
		c.PlainHTTP = on
	}
	for name, into := range c.numbers() {
		v := getenv(name)
		if v == "" {
			continue
		}
		n, err := strconv.Atoi(v)
		if err != nil {
			return Config{}, fmt.Errorf("%s: %q is not a number", name, v)
		}
		*into = n
	}
	return c, nil
}

// readSecrets reads what may be a secret from the files that variables with _FILE
// at the end of their names name.
func (c *Config) readSecrets(getenv func(string) string) error {
	const variable = "ROLLBOOK_DATABASE"
	path := getenv(variable + "_FILE")
	if path == "" {
		return nil
	}
	if getenv(variable) != "" {
		return fmt.Errorf("%s and %s_FILE exclude each other", variable, variable)
	}
	text, err := private.Read(path)
	if err != nil {
		return fmt.Errorf("%s_FILE: %w", variable, err)
	}
	if c.Database = strings.TrimSpace(string(text)); c.Database == "" {
		return fmt.Errorf("%s_FILE: %s is empty", variable, path)
	}
	return nil
}

// DatabaseHasPassword reports whether the address of the database holds a password.
func (c Config) DatabaseHasPassword() bool {
	u, err := url.Parse(c.Database)
	if err != nil {
		return false
	}
	_, has := u.User.Password()
	return has || u.Query().Has("password")
}

func (c *Config) texts() map[string]*string {
	return map[string]*string{
		"ROLLBOOK_DATA":       &c.Data,
		"ROLLBOOK_DATABASE":   &c.Database,
		"ROLLBOOK_LISTEN":     &c.Listen,
		"ROLLBOOK_PUBLIC_URL": &c.PublicURL,
		"ROLLBOOK_TLS_CERT":   &c.TLSCert,
		"ROLLBOOK_TLS_KEY":    &c.TLSKey,

		"ROLLBOOK_METRICS_LISTEN":     &c.MetricsListen,
		"ROLLBOOK_METRICS_TOKEN_FILE": &c.MetricsTokenFile,
	}
}

func (c *Config) numbers() map[string]*int {
	return map[string]*int{
		"ROLLBOOK_CONNECTIONS": &c.Connections,
		"ROLLBOOK_RATE":        &c.Rate,
		"ROLLBOOK_RUN_STARTS":  &c.RunStarts,
		"ROLLBOOK_AUDIT_DAYS":  &c.AuditDays,
		"ROLLBOOK_AT_REST":     &c.AtRest,
	}
}

func (c *Config) lists() map[string]*[]string {
	return map[string]*[]string{
		"ROLLBOOK_HOSTS":           &c.Hosts,
		"ROLLBOOK_TRUSTED_PROXIES": &c.TrustedProxies,
		"ROLLBOOK_ISSUERS":         &c.Issuers,
		"ROLLBOOK_AUDIENCES":       &c.Audiences,
	}
}

// CheckData says what is wrong with what every command is told.
func (c Config) CheckData() error {
	if c.Data == "" {
		return errors.New("--data is empty: it names the folder for the state")
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		return errors.New("--database must begin with postgres://, as must ROLLBOOK_DATABASE and what ROLLBOOK_DATABASE_FILE names; leave it out for the SQLite file in --data")
	}
	return nil
}

// maxRate is a rate that no caller reaches.
const maxRate = 1_000_000

// CheckServe says what is wrong with what a server is told.
func (c Config) CheckServe() error {
	host, _, err := net.SplitHostPort(c.Listen)
	switch {
	case err != nil:
		return fmt.Errorf("--listen %q: it must be host:port, such as 127.0.0.1:8443", c.Listen)
	case c.Rate < 0 || c.Rate > maxRate:
		return fmt.Errorf("--rate must be a number of requests a second of at most %d, or 0 for any number", maxRate)
	case c.Connections < 0:
		return errors.New("--connections must be a number of connections, or 0 for half of the descriptors that the process may have")
	case c.RunStarts < 0:
		return errors.New("--run-starts must be a number of runs, or 0 for any number")
	case c.AuditDays < 1:
		return errors.New("--audit-days must be a number of days from 1")
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case c.PlainHTTP && c.TLSCert != "":
		return errors.New("--plain-http and --tls-cert exclude each other")
	case c.PlainHTTP && !loopback(host):
		return fmt.Errorf("--plain-http with --listen %s: without TLS everybody on the network can read tokens; listen on 127.0.0.1", c.Listen)
	case len(c.Issuers) > 0 && len(c.Audiences) == 0:
		return errors.New("--issuer needs an --audience, or tokens that were made for anyone would do")
	}
	if _, err := c.Proxies(); err != nil {
		return err
	}
	return errors.Join(c.checkPublicURL(), c.checkMetrics())
}

// Proxies returns the networks of the trusted proxies.
func (c Config) Proxies() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, text := range c.TrustedProxies {
		network, err := netip.ParsePrefix(text)
		if address, alone := netip.ParseAddr(text); alone == nil {
			network, err = address.Prefix(address.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy %q: it must be an address, such as 10.0.0.7, or a network, such as 10.0.0.0/24", text)
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}

func (c Config) checkPublicURL() error {
	if c.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" ||
		u.Scheme != "https" && !(c.PlainHTTP && u.Scheme == "http") {
		return fmt.Errorf("--public-url %q: it must be https:// and a host, perhaps with a port, and no path", c.PublicURL)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
