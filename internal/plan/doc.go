// Package plan makes the ordered list of effects that makes a directory agree
// with a roster under the provisioning flows (difference 2).
//
// What should be is computed whole, in one pass over the roster, and compared
// with what was last applied (Memory) and with what the directory holds where
// somebody else wrote to it since (Drift). What was put there by another hand
// stays: only what Rollbook applied is ever taken away.
//
// Start with Make.
package plan
