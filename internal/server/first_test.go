package server_test

import (
	"testing"

	"rollbook/internal/hosted"
	"rollbook/internal/run"
	"rollbook/internal/server"
)

// TestRehearse does a dry run before there is a configuration, over a directory in
// which one of the people has an account already.
func TestRehearse(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.Now = inSchoolYear()
	parts := mustOpen(t, cfg)
	nora := &hosted.User{UserPrincipalName: "nora.lindqvist@harbor.example", DisplayName: "Nora", Anchor: "by hand"}
	_, err := parts.Directory.Change(t.Context(), hosted.Effect{Kind: hosted.CreateUser, Anchor: nora.Anchor, User: nora})
	if err != nil {
		t.Fatal(err)
	}
	for want, p := range map[int]*server.Parts{37: nil, 36: parts} {
		result, err := server.Rehearse(t.Context(), cfg, p, "harbor.example", run.Options{Path: "../../examples/district"})
		if err != nil || result.Plan.Accounts.Create != want || result.Applied.Users != 0 {
			t.Errorf("%d accounts to create, want %d, %v", result.Plan.Accounts.Create, want, err)
		}
	}
	if configured, err := parts.Configured(t.Context()); configured || err != nil {
		t.Errorf("configured: %v, %v", configured, err)
	}
}
