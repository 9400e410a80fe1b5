package targettest_test

import (
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/target/targettest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	targettest.Run(t, func(*testing.T) directory.Target { return targettest.NewMemory() })
}
