// Package sds reads the CSV files of School Data Sync, format V2.1, from a
// folder or a zip archive, as a feed.Source.
//
// A file is read by one goroutine that splits it into rows (table) and one that
// checks the values and calls the receiver (row); memory does not grow with the
// files. Bytes are checked before they are split (guard), and what repeats is
// counted before it is reported (tally). A feed that cannot be used ends as a
// refusal, the one catastrophic finding.
//
// Start with Open, then files in format.go.
package sds
