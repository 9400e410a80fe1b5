// Package dbtest gives tests a database on every engine: a new SQLite file, and
// a new database of a PostgreSQL server that the test process starts for itself
// or that ROLLBOOK_TEST_POSTGRES names (a URL; the user may create databases).
//
// Start with All.
package dbtest
