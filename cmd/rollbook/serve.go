package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

// stopTimeout is how long requests in flight and the run may take to come to
// an end: less than the 30 seconds that most supervisors wait.
const stopTimeout = 25 * time.Second

const serveHelp = `Serve the API, at /beta and /v1.0, and work on the runs that it is asked for.

Without --tls-cert the server makes its own authority and certificate in the
data folder (tls/ca.pem is what clients must trust). It covers the address
listened on, localhost, 127.0.0.1, ::1 and every --host.

SIGTERM or an interrupt finishes the requests in flight and stops a run at a
safe point, from which the next start goes on. A second signal ends at once.
SIGHUP has the certificate read anew, and ends nothing.

EXIT STATUS
  0  stopped by a signal
  1  the program failed
  2  wrong usage
`

func newServeCommand(a *app) *cobra.Command {
	acceptClock := false
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API and work on runs",
		Long:  serveHelp,
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), acceptClock) },
	}
	c, flags := &a.config, cmd.Flags()
	flags.BoolVar(&acceptClock, "accept-clock", false, acceptClockHelp)
	flags.StringVar(&c.Listen, "listen", c.Listen, "the address to listen on, host:port")
	flags.StringArrayVar(&c.Hosts, "host", c.Hosts, "a further name or address for the server's certificate; repeatable")
	flags.StringVar(&c.PublicURL, "public-url", c.PublicURL, "where all clients reach the server; without it each is answered with the host that it asked")
	flags.StringArrayVar(&c.TrustedProxies, "trusted-proxy", c.TrustedProxies, "an address or network of proxies whose X-Forwarded-For and X-Forwarded-Proto count; repeatable")
	flags.StringVar(&c.TLSCert, "tls-cert", c.TLSCert, "a certificate with its chain (PEM) to use instead of an own one; read again when it changes")
	flags.StringVar(&c.TLSKey, "tls-key", c.TLSKey, "the certificate's key (PEM)")
	flags.BoolVar(&c.PlainHTTP, "plain-http", c.PlainHTTP, "no TLS; on the loopback interface only")
	flags.IntVar(&c.Connections, "connections", c.Connections, "how many connections clients may hold open at once; 0 for half of the descriptors that the process may have")
	flags.IntVar(&c.Rate, "rate", c.Rate, "how many requests a second a client may make, and ten times as many at once; 0 for any number")
	flags.IntVar(&c.RunStarts, "run-starts", c.RunStarts, "how many runs clients may start within 12 hours, failed ones not counted; 0 for any number")
	flags.IntVar(&c.AuditDays, "audit-days", c.AuditDays, "how many days records of the audit log are kept")
	flags.StringVar(&c.MetricsListen, "metrics-listen", c.MetricsListen, "answer /metrics for Prometheus at this address, host:port; :port is on the loopback interface")
	flags.StringVar(&c.MetricsTokenFile, "metrics-token-file", c.MetricsTokenFile, "a file with the token that a scrape must present; needed where others reach the address")
	flags.StringArrayVar(&c.Issuers, "issuer", c.Issuers, "accept tokens of this outside issuer (its URL) too; repeatable")
	flags.StringArrayVar(&c.Audiences, "audience", c.Audiences, "what outside tokens must be for (aud); repeatable")
	return cmd
}

func (a *app) serve(ctx context.Context, acceptClock bool) error {
	if err := a.config.CheckServe(); err != nil {
		return usageError(err)
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	s, err := server.New(ctx, a.serverConfig())
	if err != nil {
		return err
	}
	if acceptClock {
		err = s.AcceptClock(ctx)
	}
	if err == nil {
		err = s.Start(ctx)
	}
	if err != nil {
		return stopServer(ctx, s, err)
	}
	a.printAddresses(s.Addresses())
	for {
		select {
		case <-hangup:
			s.Reload(ctx)
		case <-ctx.Done():
			return stopServer(ctx, s, nil)
		case err := <-s.Failed():
			return stopServer(ctx, s, err)
		}
	}
}

// stopServer stops the server and returns the error that it stops for, or else
// the one of stopping.
func stopServer(ctx context.Context, s *server.Server, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := s.Stop(ctx); cause == nil {
		return err
	}
	return cause
}

func (a *app) printAddresses(at server.Addresses) {
	terminal.Printf(a.out, "Rollbook listens at %s\n", at.URL)
	terminal.Printf(a.out, "  API        %s/beta/external/industryData, %s/v1.0\n", at.URL, at.URL)
	terminal.Printf(a.out, "  tokens     %s/%s/oauth2/v2.0/token\n", at.URL, at.Tenant)
	if at.Metrics != "" {
		terminal.Printf(a.out, "  metrics    %s\n", at.Metrics)
	}
	if at.CAFile != "" {
		terminal.Printf(a.out, "  authority  %s (SHA-256 %s)\n", at.CAFile, at.CAFingerprint)
	}
}
