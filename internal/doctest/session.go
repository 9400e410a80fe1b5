package doctest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Session is a shell in which the steps of a page are taken, so that what one
// sets the next ones see. It ends with the first command that fails. It is used
// by one goroutine.
type Session struct {
	dir   string // where scripts and outputs are kept, outside of the page's folder
	shell *exec.Cmd
	input io.WriteCloser
	codes chan string // the exit status of each step
	steps int
}

// Start starts a shell in the folder home with the environment env. scratch is
// a folder for the session's own files.
func Start(home, scratch string, env []string) (*Session, error) {
	// The first command that fails, also within a pipe, ends the shell.
	shell := exec.Command("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
	shell.Dir, shell.Env = home, env
	// In a process group of its own, so that Close ends whatever it started.
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	input, err := shell.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start shell: %w", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start shell: %w", err)
	}
	shell.ExtraFiles = []*os.File{write}
	err = shell.Start()
	if closed := write.Close(); err != nil || closed != nil {
		return nil, fmt.Errorf("start shell: %w", errors.Join(err, closed, read.Close()))
	}
	s := &Session{dir: scratch, shell: shell, input: input, codes: make(chan string)}
	go s.listen(read)
	return s, nil
}

// listen hands on the exit statuses that the shell writes until it is gone.
func (s *Session) listen(from *os.File) {
	defer close(s.codes)
	defer from.Close()
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		s.codes <- lines.Text()
	}
}

// Run takes a step. It returns an error that shows the output where the command
// fails, or writes something else than the page shows, or takes longer than ctx.
func (s *Session) Run(ctx context.Context, step Step) error {
	s.steps++
	script := filepath.Join(s.dir, fmt.Sprintf("step%d.sh", s.steps))
	output := filepath.Join(s.dir, fmt.Sprintf("step%d.out", s.steps))
	if err := os.WriteFile(script, []byte(step.Command+"\n"), 0o600); err != nil {
		return fmt.Errorf("write step: %w", err)
	}
	// Descriptor 3 is ours; a server in the background must not hold on to it.
	_, err := fmt.Fprintf(s.input, ". '%s' </dev/null >'%s' 2>&1 3>&-\necho $? >&3\n", script, output)
	if err != nil {
		return fmt.Errorf("line %d: the shell has ended: %w", step.Line, err)
	}
	select {
	case code, open := <-s.codes:
		if !open {
			return step.failure("fails, and has ended the shell", output)
		}
		if code != "0" {
			return step.failure("ended with exit status "+code, output)
		}
	case <-ctx.Done():
		return step.failure("takes too long", output)
	}
	return s.compare(ctx, step, output)
}

func (s *Session) compare(ctx context.Context, step Step, output string) error {
	for step.Want != nil {
		got, err := os.ReadFile(output)
		if err != nil {
			return fmt.Errorf("read output: %w", err)
		}
		if Match(step.Want, string(got)) {
			return nil
		}
		if !step.Background {
			return step.failure("writes something else than the page shows", output)
		}
		select {
		case <-ctx.Done():
			return step.failure("has not written what the page shows", output)
		case <-time.After(20 * time.Millisecond): // another process writes: there is nothing to wait on
		}
	}
	return nil
}

// failure says what went wrong with a step, and shows what it wrote.
func (step Step) failure(what, output string) error {
	got, err := os.ReadFile(output)
	if err != nil {
		got = []byte(err.Error())
	}
	text := fmt.Sprintf("line %d: the command %s\n--- command\n%s\n", step.Line, what, step.Command)
	if step.Want != nil {
		text += "--- the page shows\n" + strings.Join(step.Want, "\n") + "\n"
	}
	return errors.New(text + "--- it wrote\n" + beginning(string(got)))
}

// beginning cuts what a loop without end may have written.
func beginning(output string) string {
	const most = 40
	lines := strings.Split(output, "\n")
	if len(lines) <= most {
		return output
	}
	return strings.Join(lines[:most], "\n") + "\n" + Ellipsis
}

// Close ends the shell and everything that it started, servers first of all.
func (s *Session) Close() error {
	group := -s.shell.Process.Pid
	if err := syscall.Kill(group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end shell: %w", err)
	}
	for range s.codes {
		// Statuses that nobody waits for any more.
	}
	var killed *exec.ExitError
	if err := s.shell.Wait(); err != nil && !errors.As(err, &killed) {
		return fmt.Errorf("end shell: %w", err)
	}
	return nil
}
