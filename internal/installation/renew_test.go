package installation_test

import (
	"errors"
	"strings"
	"testing"

	"rollbook/internal/installation"
)

func TestRenew(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, database string) {
		cfg := fresh(t, database)
		mustCreate(t, cfg)
		_, err := installation.Renew(t.Context(), cfg)
		if _, wrong := errors.AsType[*installation.WrongError](err); !wrong {
			t.Errorf("with all keys there: %v", err)
		}
		remove(t, cfg, "keys/secrets.key", "tls")
		costs, err := installation.Renew(t.Context(), cfg)
		if err != nil || len(costs) != 2 || !strings.Contains(costs[0], "password") || !strings.Contains(costs[1], "ca.pem") {
			t.Fatalf("got %q, %v", costs, err)
		}
		remove(t, cfg, "keys")
		if costs, err = installation.Renew(t.Context(), cfg); err != nil || len(costs) != 2 {
			t.Fatalf("got %q, %v", costs, err)
		}
		if _, err := mustOpen(t, cfg).Authority(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestRenewMakesNoInstallation(t *testing.T) {
	t.Parallel()
	if _, err := installation.Renew(t.Context(), fresh(t, "")); !isMissing(err) {
		t.Errorf("got %v", err)
	}
}
