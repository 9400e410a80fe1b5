package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the program itself a command of the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rollbook": main})
}

// TestScripts runs the scripts in testdata. Each has a free port in $PORT, and
// beside the usual commands:
//
//	exits STATUS rollbook …             the program ends with that status
//	await URL CA                        a server answers at the address
//	request METHOD URL CA [TOKEN|-] [FORM]   prints the status and the body
//	column NAME FILE LABEL              sets $NAME to what stands behind LABEL
func TestScripts(t *testing.T) {
	t.Parallel()
	commands := feedCommands()
	maps.Copy(commands, map[string]func(*testscript.TestScript, bool, []string){
		"exits": exits, "await": await, "request": request, "column": column,
	})
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup:               func(e *testscript.Env) error { return errors.Join(setPort(e), setDistrict(e)) },
		Cmds:                commands,
	})
}

func setPort(e *testscript.Env) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	e.Setenv("PORT", strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	return l.Close()
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND …")
	}
	got := 0
	err := ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("exit status %d, want %s", got, want)
	}
}

func trusting(ts *testscript.TestScript, caFile string) (*http.Client, error) {
	pool := x509.NewCertPool()
	ca, err := readFile(ts, caFile)
	if err != nil {
		return nil, err
	}
	pool.AppendCertsFromPEM(ca)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
	}}, nil
}

// awaited is how long a server may take to start. No server takes so long, also
// where the machine is busy: only one that does not start at all does.
const awaited = 10 * time.Minute

func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await URL CA")
	}
	deadline := time.Now().Add(awaited)
	for {
		client, err := trusting(ts, args[1])
		if err == nil {
			var answer *http.Response
			if answer, err = client.Get(args[0]); err == nil {
				answer.Body.Close()
				return
			}
		}
		if time.Now().After(deadline) {
			ts.Fatalf("no answer: %v", err)
		}
		time.Sleep(20 * time.Millisecond) // another process starts meanwhile
	}
}

func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 5 {
		ts.Fatalf("usage: request METHOD URL CA [TOKEN|-] [FORM]")
	}
	client, err := trusting(ts, args[2])
	ts.Check(err)
	var body io.Reader
	if len(args) == 5 {
		body = strings.NewReader(args[4])
	}
	r, err := http.NewRequest(args[0], args[1], body)
	ts.Check(err)
	if len(args) > 3 && args[3] != "-" {
		r.Header.Set("Authorization", "Bearer "+args[3])
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := client.Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d\n%s\n", answer.StatusCode, text)
}

// column finds the value behind a label in a file: "client_id: 5" or, in JSON,
// "client_id":"5".
func column(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: column NAME FILE LABEL")
	}
	text, err := readFile(ts, args[1])
	ts.Check(err)
	_, rest, found := bytes.Cut(text, []byte(args[2]))
	if !found {
		ts.Fatalf("%s has no %q", args[1], args[2])
	}
	value := strings.FieldsFunc(string(rest), func(r rune) bool { return strings.ContainsRune(" :\",\n", r) })
	ts.Setenv(args[0], value[0])
}

// readFile reads a file of the script, or what was last printed.
func readFile(ts *testscript.TestScript, name string) ([]byte, error) {
	if name == "stdout" {
		return []byte(ts.ReadFile(name)), nil
	}
	return os.ReadFile(ts.MkAbs(name))
}
