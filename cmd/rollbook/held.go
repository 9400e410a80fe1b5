package main

import (
	"context"
	"errors"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json"

	"rollbook/internal/directory"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

// heldLine is an object of a directory as JSON.
type heldLine struct {
	Name    string   `json:"name"`
	At      string   `json:"at"`
	Owners  []string `json:"owners,omitempty"`
	Members []string `json:"members,omitempty"`
}

// held shows what a directory holds of a kind, by the ledger.
func (a *app) held(ctx context.Context, parts *server.Parts, kind directory.Kind, which seen) error {
	objects, err := parts.HeldBy(ctx, which.target, kind)
	if _, none := errors.AsType[*server.NoTargetError](err); none {
		return usageError(err)
	}
	if err != nil {
		return err
	}
	objects = only(objects, func(o server.HeldObject) bool {
		return which.named(o.Name, o.At) && (which.class == "" || strings.HasSuffix(o.Name, "("+which.class+")")) && (!which.withoutOwner || len(o.Owners) == 0)
	})
	if which.json {
		return printArray(a, objects, func(buf []byte, o server.HeldObject) ([]byte, error) {
			line, err := json.Marshal(heldLine(o))
			return append(buf, line...), err
		})
	}
	table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', 0)
	for o, err := range objects {
		if err != nil {
			return err
		}
		terminal.Printf(table, "%s\t%s\n", terminal.Text(o.Name), terminal.Text(o.At))
		if kind == directory.ClassGroup {
			terminal.Printf(table, "  owners\t%s\n", listed(o.Owners, ", "))
			terminal.Printf(table, "  members\t%s\n", listed(o.Members, ", "))
		}
	}
	return table.Flush()
}
