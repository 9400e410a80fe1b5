package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"rollbook/internal/identity"
	"rollbook/internal/installation"
	"rollbook/internal/jobs"
	"rollbook/internal/obs"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/upload"
)

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
)

// Server answers requests and works on runs.
type Server struct {
	parts        *Parts
	http         *http.Server
	authority    *installation.Authority // nil with certificates of others and without TLS
	certificates certificates            // nil without TLS
	connections  *connections
	uploads      *upload.Service
	runs         *jobs.Runner   // works on runs
	checks       *jobs.Runner   // checks uploads
	metrics      *metricsServer // nil where none is wanted
	failed       chan error     // has room for each server's

	checking     sync.WaitGroup // of the database
	stopChecking func() error   // waits until it has stopped

	stop     sync.Once
	mu       sync.Mutex // guards what follows
	listener net.Listener
	stopped  bool
}

// Addresses say where a server is reached.
type Addresses struct {
	URL           string
	Tenant        string
	CAFile        string // "" where the certificate is not the server's own
	CAFingerprint string
	Metrics       string // where metrics are; "" for nowhere
}

// New puts a server together from the installation that cfg names. The caller
// MUST stop it, started or not.
func New(ctx context.Context, cfg Config) (*Server, error) {
	parts, err := Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s := &Server{parts: parts, failed: make(chan error, 2), stopChecking: func() error { return nil }}
	if err := s.build(ctx); err != nil {
		return nil, errors.Join(err, parts.Close())
	}
	return s, nil
}

// build is the list of the server's own parts.
func (s *Server) build(ctx context.Context) error {
	p, cfg := s.parts, s.parts.Config
	issuer := p.Issuer()
	if err := s.openCertificates(ctx); err != nil {
		return err
	}
	metrics := obs.NewMetrics()
	metrics.WatchBacklog(backlog{store.Runs{DB: p.DB}, store.Uploads{DB: p.DB}})
	var err error
	if s.metrics, err = newMetricsServer(cfg, metrics.Handler(), s.tlsConfig()); err != nil {
		return err
	}
	s.uploads = p.uploads()
	s.uploads.Watch = obs.Uploads{Log: cfg.Log, Metrics: metrics}
	engine := p.Engine(s.uploads)
	watch := func(engine *run.Engine) {
		engine.Watch = obs.Runs{Log: cfg.Log, Metrics: metrics}
		engine.Target = obs.Target{Target: engine.Target, Metrics: metrics}
	}
	watch(engine)
	s.runs = jobs.NewRunner(jobs.RunLease, everyDirectory{engine, p, watch}, p.Leases, cfg.Log)
	s.checks = jobs.NewRunner(jobs.UploadLease, uploadChecks{s.uploads}, p.Leases, cfg.Log)
	at, err := newOrigin(cfg.Config)
	if err != nil {
		return err
	}
	s.connections = newConnections(mostConnections(cfg.Connections), at.trusts, cfg.Log)
	s.uploads.Admitted = func(r *http.Request) { s.connections.prove(r.RemoteAddr) }
	authenticate, err := p.authenticator(issuer)
	if err != nil {
		return err
	}
	authenticate = s.connections.proving(authenticate)
	own, err := p.ownAPI(authenticate, at)
	if err != nil {
		return err
	}
	api, err := p.api(authenticate, at, s.uploads, apiRuns{stored: store.Runs{DB: p.DB}, engine: engine, runner: s.runs})
	if err != nil {
		return err
	}
	tokens := identity.NewHandler(issuer, p.Clients, at.URL, cfg.Log)
	tokens.Outage = answerOf
	s.http = s.httpServer(at, &routes{
		identity: tokens,
		graph:    api,
		own:      own,
		recorder: p.Audit,
		upload:   s.uploads.Handler(),
		tenant:   p.Tenant,
		ready:    s.ready,
		now:      cfg.Now,
	}, metrics)
	return nil
}

func (s *Server) httpServer(at *origin, handler *routes, metrics *obs.Metrics) *http.Server {
	cfg := s.parts.Config
	return &http.Server{
		Handler:           at.behind(&observer{next: handler, surface: handler.surface, metrics: metrics, log: cfg.Log, now: cfg.Now, newID: cfg.NewID}),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnState:         s.connections.follow,
		// What the library logs are clients that go away and failed handshakes.
		ErrorLog:  slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
		TLSConfig: s.tlsConfig(),
	}
}

// openCertificates makes ready what the server proves itself with.
func (s *Server) openCertificates(ctx context.Context) error {
	cfg := s.parts.Config
	switch {
	case cfg.PlainHTTP:
		return nil
	case cfg.TLSCert != "":
		s.certificates = &fileCertificates{certFile: cfg.TLSCert, keyFile: cfg.TLSKey, now: cfg.Now, log: cfg.Log}
	default:
		own, err := s.parts.Authority(ctx)
		if err != nil {
			return err
		}
		s.authority = own
		s.certificates = &ownCertificates{authority: own, hosts: certificateHosts(cfg.Listen, cfg.Hosts), now: cfg.Now}
	}
	_, err := s.certificates.get()
	return err
}

func (s *Server) tlsConfig() *tls.Config {
	if s.certificates == nil {
		return nil
	}
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.certificates.get() },
	}
}

// AcceptClock takes the clock for right, whatever that of the last run was.
func (s *Server) AcceptClock(ctx context.Context) error {
	return s.parts.Engine(nil).AcceptClock(ctx)
}

// Start begins to listen and to work, and returns when it does.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped || s.listener != nil {
		return errors.New("a server can be started once")
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.parts.Config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s.listener = listener
	if err := s.metrics.start(ctx, s.parts.Config.MetricsAddress(), s.failed); err != nil {
		return errors.Join(err, listener.Close())
	}
	// Requests end when they are done, not when the program is told to.
	background := context.WithoutCancel(ctx)
	s.http.BaseContext = func(net.Listener) context.Context { return background }
	go s.serve(listener)
	s.runs.Start(ctx)
	s.checks.Start(ctx)
	s.startChecking(background)
	return nil
}

// startChecking has the database be looked at until stopChecking is called.
func (s *Server) startChecking(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	s.stopChecking = func() error {
		cancel()
		s.checking.Wait()
		return nil
	}
	s.checking.Go(func() { s.parts.keepChecking(ctx) })
}

func (s *Server) serve(listener net.Listener) {
	var err error
	if s.certificates == nil {
		err = s.http.Serve(listener)
	} else {
		err = s.http.ServeTLS(listener, "", "")
	}
	if !errors.Is(err, http.ErrServerClosed) {
		s.failed <- fmt.Errorf("serve: %w", err)
	}
}

// Failed yields the error that kept a started server from going on.
func (s *Server) Failed() <-chan error { return s.failed }

// Stop finishes the requests in flight, has the run come to a safe point, and
// closes the installation. What is not done when ctx is, is cut off. Stop may
// be called more than once, and without Start.
func (s *Server) Stop(ctx context.Context) (err error) {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.stop.Do(func() {
		err = errors.Join(parallel(
			func() error { return s.finishRequests(ctx) },
			func() error { return s.runs.Stop(ctx) },
			func() error { return s.checks.Stop(ctx) },
			s.stopChecking,
		), s.metrics.close(), s.parts.Close())
	})
	return err
}

func (s *Server) finishRequests(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("finish the requests in flight: %w", err), s.http.Close())
	}
	return nil
}

// parallel calls all functions at once and returns their errors.
func parallel(functions ...func() error) error {
	errs := make([]error, len(functions))
	var wait sync.WaitGroup
	for i, fn := range functions {
		wait.Go(func() { errs[i] = fn() })
	}
	wait.Wait()
	return errors.Join(errs...)
}

// Addresses returns where the server is reached. It MUST have been started.
func (s *Server) Addresses() Addresses {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := Addresses{URL: s.baseURL(), Tenant: s.parts.Tenant, Metrics: s.metrics.url()}
	if s.authority != nil {
		at.CAFile, at.CAFingerprint = s.authority.File, s.authority.Fingerprint()
	}
	return at
}

// baseURL returns where clients reach the server, which listens. The port that
// was asked for may have been 0, for any that is free.
func (s *Server) baseURL() string {
	_, port, _ := net.SplitHostPort(s.listener.Addr().String())
	return s.parts.Config.baseURL(port)
}

// ready returns why requests cannot be answered, and what waits though they can.
func (s *Server) ready(ctx context.Context) (waits []string, err error) {
	if err := s.parts.health.check(ctx, s.parts.DB); err != nil {
		return nil, err
	}
	for _, runner := range []*jobs.Runner{s.runs, s.checks} {
		if wait := runner.Waiting(); wait != nil {
			waits = append(waits, fmt.Sprintf("%s work has waited since %s: %v", wait.Name, wait.Since.UTC().Format(time.RFC3339), wait.Reason))
		}
	}
	return waits, nil
}
