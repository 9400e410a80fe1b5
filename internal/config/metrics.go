package config

import (
	"errors"
	"fmt"
	"net"
)

// checkMetrics says what is wrong with where metrics are: they tell when a school
// is at work, and how many pupils it has.
func (c Config) checkMetrics() error {
	_, _, err := net.SplitHostPort(c.MetricsListen)
	switch {
	case c.MetricsListen == "" && c.MetricsTokenFile != "":
		return errors.New("--metrics-token-file goes with --metrics-listen")
	case c.MetricsListen == "":
		return nil
	case err != nil:
		return fmt.Errorf("--metrics-listen %q: it must be host:port, or :port on the loopback interface, such as :9464", c.MetricsListen)
	case c.MetricsLocal():
		return nil
	case c.MetricsTokenFile == "":
		return fmt.Errorf("--metrics-listen %s: others on the network reach that address; name a --metrics-token-file, or listen on 127.0.0.1", c.MetricsListen)
	case c.PlainHTTP:
		return fmt.Errorf("--metrics-listen %s: with --plain-http the token would be sent in the clear; listen on 127.0.0.1", c.MetricsListen)
	}
	return nil
}

// MetricsAddress returns the host:port of /metrics, "" for nowhere.
func (c Config) MetricsAddress() string {
	if host, port, err := net.SplitHostPort(c.MetricsListen); err == nil && host == "" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return c.MetricsListen
}

// MetricsLocal reports whether only this machine reaches /metrics.
func (c Config) MetricsLocal() bool {
	host, _, err := net.SplitHostPort(c.MetricsAddress())
	return err == nil && loopback(host)
}
