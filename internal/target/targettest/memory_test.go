package targettest_test

import (
	"context"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/target/targettest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	targettest.Run(t, func(*testing.T) (directory.Target, targettest.Hand) {
		m := targettest.NewMemory()
		return m, func(_ context.Context, c directory.Change) error { return m.ByHand(c).Err }
	})
}
