// Package store keeps everything in SQL: the roster, the configuration, plans
// and the journal, on SQLite and on PostgreSQL with one text of SQL.
//
// Transactions are short, so that a load never blocks the API, and durable when
// they return. What must happen together is in one transaction; what is too
// large for one is written aside first and takes effect with one (see feed.go).
//
// Start with DB and Tx, then the file of the noun you need.
package store
