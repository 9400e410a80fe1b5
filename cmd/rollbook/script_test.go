package main

import (
	"archive/zip"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/rogpeppe/go-internal/testscript"

	"rollbook/internal/config"
	"rollbook/internal/flow"
	"rollbook/internal/server"
	"rollbook/internal/store"
)

// feedCommands are what the scripts about rosters need: $DISTRICT is the folder
// of the example district, and there are
//
//	change FILE FROM TO      replaces text in a file, which must be there
//	pack ARCHIVE FOLDER [IN] makes a zip of the files of a folder, within the folder IN
//	lastrun DURATION         the last run of rollbook-data was so long after now
//	lastcheck DURATION       the database was looked at so long after now
//	damage TABLE             writes over a page of a table in rollbook-data
//	json PATH VALUE          a member of the JSON on standard output has that value
//	inboundflow NAME         makes a connector and inbound flow beside those there are
//
// A path is like findings/0/rule; "count" is how many members there are, "keys" are
// their names.
func feedCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"change": change, "pack": pack, "json": member, "lastrun": lastRun, "lastcheck": lastCheck, "damage": damage,
		"inboundflow": inboundFlow,
	}
}

func setDistrict(e *testscript.Env) error {
	district, err := filepath.Abs("../../examples/district")
	e.Setenv("DISTRICT", district)
	e.Setenv("ROLLBOOK_AT_REST", "0") // the scripts change their files themselves
	return err
}

func change(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: change FILE FROM TO")
	}
	unquote := strings.NewReplacer(`\n`, "\n", `\xff`, "\xff").Replace
	name, from, to := ts.MkAbs(args[0]), unquote(args[1]), unquote(args[2])
	text, err := os.ReadFile(name)
	ts.Check(err)
	if !strings.Contains(string(text), from) {
		ts.Fatalf("%s has no %q", args[0], from)
	}
	ts.Check(os.WriteFile(name, []byte(strings.Replace(string(text), from, to, 1)), 0o600))
}

func lastCheck(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lastcheck DURATION")
	}
	after, err := time.ParseDuration(args[0])
	ts.Check(err)
	parts, err := server.Open(context.Background(), server.Config{Config: config.Config{Data: ts.MkAbs("rollbook-data")}})
	ts.Check(err)
	err = store.Marks{DB: parts.DB}.SetMark(context.Background(), "checked", time.Now().Add(after).UTC().Format(time.RFC3339))
	ts.Check(errors.Join(err, parts.Close()))
}

// damage writes over the beginning of the page where the rows of a table begin.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage TABLE")
	}
	parts, err := server.Open(context.Background(), server.Config{Config: config.Config{Data: ts.MkAbs("rollbook-data")}})
	ts.Check(err)
	var at int64
	err = parts.DB.ReadRow(context.Background(), `SELECT (rootpage - 1) * page_size FROM sqlite_schema, pragma_page_size WHERE name = $1`, []any{args[0]}, &at)
	ts.Check(errors.Join(err, parts.Close()))
	path := ts.MkAbs("rollbook-data/rollbook.db")
	text, err := os.ReadFile(path)
	ts.Check(err)
	copy(text[at:], "sixteen bytes of")
	ts.Check(os.WriteFile(path, text, 0o600))
}

func lastRun(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lastrun DURATION")
	}
	after, err := time.ParseDuration(args[0])
	ts.Check(err)
	cfg := server.Config{Config: config.Config{Data: ts.MkAbs("rollbook-data")}, Now: func() time.Time { return time.Now().Add(after) }}
	parts, err := server.Open(context.Background(), cfg)
	ts.Check(err)
	ts.Check(errors.Join(parts.Engine(nil).AcceptClock(context.Background()), parts.Close()))
}

func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: pack ARCHIVE FOLDER [IN]")
	}
	file, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	archive := zip.NewWriter(file)
	names, err := filepath.Glob(filepath.Join(ts.MkAbs(args[1]), "*"))
	ts.Check(err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		ts.Check(err)
		w, err := archive.Create(strings.Join(append(args[2:], filepath.Base(name)), "/"))
		ts.Check(err)
		_, err = w.Write(text)
		ts.Check(err)
	}
	ts.Check(archive.Close())
	ts.Check(file.Close())
}

func inboundFlow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: inboundflow NAME")
	}
	ctx := context.Background()
	parts, err := server.Open(ctx, server.Config{Config: config.Config{Data: ts.MkAbs("rollbook-data")}}.WithDefaults())
	ts.Check(err)
	known, err := parts.Flow.Snapshot(ctx)
	ts.Check(err)
	f := known.InboundFlows[0]
	connector, err := parts.Flow.CreateConnector(ctx, flow.Connector{
		Type: flow.AzureDataLakeConnector, DisplayName: args[0], SourceSystem: known.SourceSystems[0].ID,
	})
	ts.Check(err)
	f.ID, f.DisplayName, f.DataConnector = "", args[0], connector.ID
	_, err = parts.Flow.CreateInboundFlow(ctx, f)
	ts.Check(err)
	ts.Check(parts.Close())
}

func member(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: json PATH VALUE")
	}
	var value any
	if err := json.Unmarshal([]byte(ts.ReadFile("stdout")), &value); err != nil {
		ts.Fatalf("standard output is no single JSON value: %v", err)
	}
	for name := range strings.SplitSeq(args[0], "/") {
		value = within(ts, value, name)
	}
	got, ok := value.(string)
	if !ok {
		text, err := json.Marshal(value, json.Deterministic(true))
		ts.Check(err)
		got = string(text)
	}
	if got != args[1] {
		ts.Fatalf("%s is %s, want %s", args[0], got, args[1])
	}
}

// within returns a member of an object or an array.
func within(ts *testscript.TestScript, value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		if name == "keys" {
			return strings.Join(slices.Sorted(maps.Keys(v)), " ")
		}
		if found, ok := v[name]; ok {
			return found
		}
		if name == "count" {
			return len(v)
		}
	case []any:
		if name == "count" {
			return len(v)
		}
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(v) {
			return v[i]
		}
	}
	ts.Fatalf("there is no %q in %v", name, value)
	return nil
}
