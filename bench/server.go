package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// server is a process that listens.
type server struct {
	cmd     *exec.Cmd
	address string
	ended   chan struct{} // closed when the process is gone
}

// patience is how long a server may take to start, and to stop.
const patience = 30 * time.Second

// startServer starts a program and waits until it listens.
func startServer(ctx context.Context, path string, args []string, address string) (*server, error) {
	s := &server{cmd: exec.CommandContext(ctx, path, args...), address: address, ended: make(chan struct{})}
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = patience
	var complaints bytes.Buffer
	s.cmd.Stdout, s.cmd.Stderr = &complaints, &complaints
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	go func() {
		defer close(s.ended)
		// ProcessState says how it ended, to whom it matters.
		_ = s.cmd.Wait()
	}()
	for begin := time.Now(); time.Since(begin) < patience; {
		select {
		case <-s.ended:
			return nil, failed(s.cmd, fmt.Errorf("ended instead of listening (%s)", s.cmd.ProcessState), "", complaints.String())
		case <-time.After(20 * time.Millisecond):
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return s, conn.Close()
		}
	}
	s.stop()
	return nil, failed(s.cmd, fmt.Errorf("does not listen at %s", address), "", complaints.String())
}

// stop ends the process as a supervisor would.
func (s *server) stop() {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		fmt.Fprintln(os.Stderr, "bench: stop server:", err)
	}
	select {
	case <-s.ended:
	case <-time.After(patience):
		fmt.Fprintln(os.Stderr, "bench: the server does not stop; it is killed")
		if err := s.cmd.Process.Kill(); err != nil {
			fmt.Fprintln(os.Stderr, "bench: kill server:", err)
		}
		<-s.ended
	}
}

// freeAddress returns an address of this machine at which nobody listens.
func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
