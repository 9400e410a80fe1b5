// Package sqlite keeps the store in one SQLite file, in WAL mode.
//
// There is one connection that writes, synchronous=FULL, so that what Write
// returned for survives a power cut, and a few that only read. Writes that wait
// for each other share one commit (group.go), and what they append to the log is
// moved into the file beside them (checkpoint.go). Another process may write the
// same file: whoever comes second waits up to five seconds for a transaction.
//
// Start with Open.
package sqlite
