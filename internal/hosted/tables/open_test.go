package tables_test

import (
	"time"

	"github.com/google/uuid"

	"rollbook/internal/hosted/tables"
	"rollbook/internal/store"
)

func open(db store.DB) *tables.Directory {
	return tables.New(db, time.Now, func() string { return uuid.Must(uuid.NewV7()).String() })
}
