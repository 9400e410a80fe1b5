// Package ledgerstore keeps the ledger (package ledger) in a database.
//
// A change is a row of plan_change, written before it is tried, and what became of
// it a row of plan_outcome. held_object has what each target holds of each record.
// Bodies are JSON, so that a person can read them with SQL.
package ledgerstore

import (
	"rollbook/internal/ledger"
	"rollbook/internal/store"
)

// Ledger implements ledger.Ledger.
type Ledger struct{ DB store.DB }

var _ ledger.Ledger = Ledger{}

// rowsInTransaction bounds how long other writers wait for a piece of a plan.
const rowsInTransaction = 4000
