package sqlite_test

import (
	"testing"

	"rollbook/internal/store/sqlite"
)

func TestParametersWithoutNumbers(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		`SELECT 1`:                                `SELECT 1`,
		`SELECT $1, $2 WHERE a = $3`:              `SELECT ?, ? WHERE a = ?`,
		`VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`: `VALUES (?,?,?,?,?,?,?,?,?,?)`,
		`SELECT $2, $1`:                           `SELECT $2, $1`,
		`SELECT $1, $1`:                           `SELECT $1, $1`,
		`SELECT $10`:                              `SELECT $10`,
		`SELECT $1 WHERE a = 'costs $2'`:          `SELECT $1 WHERE a = 'costs $2'`,
		`SELECT 'costs $1' WHERE a = $1`:          `SELECT 'costs $1' WHERE a = $1`,
		`SELECT "$1" WHERE a = $1`:                `SELECT "$1" WHERE a = $1`,
	} {
		if got := sqlite.WithoutNumbers(sql); got != want {
			t.Errorf("%s: got %s, want %s", sql, got, want)
		}
	}
}
