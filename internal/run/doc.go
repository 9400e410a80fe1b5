// Package run carries one run from the feed to the report: it reads and checks
// the feeds, stores them, matches people to accounts, plans, applies what
// the ledger holds, and counts. A run that was cut off anywhere is finished, or
// undone where it had not yet taken effect, by the next one.
//
// Start with Engine.Run.
package run
