// Package directory is what a directory holds (objects with values and links),
// what may be done to it (changes), and the contract that every directory behind
// Rollbook keeps (Target).
//
// An object that Rollbook manages carries an anchor: the name by which Rollbook
// finds it again whatever else changes. It is "user_" or "Section_" and the
// sourcedId, as School Data Sync writes it.
//
// Start with Object, Change and Target.
package directory
