package server

import (
	"context"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"

	"rollbook/internal/store"
)

// commandMethod stands in the audit log where that of a request does.
const commandMethod = "COMMAND"

// AuditCommand records a command that changed something: who gave it, in which words,
// and what came of it. A command has all rights, and may not do in secret what the API
// shows.
func (p *Parts) AuditCommand(ctx context.Context, who, command string, after map[string]any) error {
	changes, err := json.Marshal([]map[string]any{{"before": nil, "after": after}}, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("audit a command: %w", err)
	}
	log := store.Audit{DB: p.DB}
	err = log.Add(ctx, store.AuditRecord{
		ID: p.Config.NewID(), Time: p.Config.Now(), CallerName: who, Method: commandMethod, Path: command, Status: http.StatusOK, Changes: changes,
		Salt: p.Config.NewID(),
	})
	if err != nil {
		return err
	}
	return log.Chain(ctx)
}
