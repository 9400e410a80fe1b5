package postgres_test

import (
	"testing"

	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.DB { return dbtest.Postgres(t) })
}
