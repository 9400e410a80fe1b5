// Package ledger is the contract of what Rollbook did to its targets: plans with
// their parts and changes, what became of each change, and what every target
// holds of us since.
//
// Nothing is done to a target that the ledger does not know of before. It can be
// read by plan, by record and by time, and whoever is in it can be erased without
// breaking the chain of hashes.
//
// Start with Ledger and Change.
package ledger
