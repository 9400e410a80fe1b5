// Package directory is what a directory holds (users, groups), what may be
// done to it (effects), and the contract that every directory behind Rollbook
// keeps (Target).
//
// A directory object that Rollbook manages carries an anchor: the name by
// which Rollbook finds it again whatever else changes. It is "user_" or
// "Section_" and the sourcedId, as School Data Sync writes it.
//
// Start with Target and Effect.
package directory
