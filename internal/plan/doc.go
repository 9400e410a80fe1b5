// Package plan makes the ordered list of effects that makes a directory agree
// with a roster under the provisioning flows (difference 2).
//
// What should be is computed in one pass over the roster, or over what changed in
// it since nothing was left to do (Since), and compared with what was last applied
// (Memory) and with what the directory holds where somebody else wrote to it
// (Drift). What was put there by another hand stays: only what Rollbook applied is
// ever taken away.
//
// Start with Make.
package plan
