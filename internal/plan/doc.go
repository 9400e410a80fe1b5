// Package plan makes the ordered list of changes that makes a directory agree
// with a roster under the provisioning flows (difference 2).
//
// What should be (Wanted) is said by a shaper for each kind of object, in one pass
// over the roster, or over what changed in it since nothing was left to do (Since).
// It is compared with what the directory holds by the ledger (Held), and with what
// it has where somebody else wrote to it (Observation), in one way for all kinds.
// What was put there by another hand stays: only what Rollbook put there is ever
// taken away.
//
// Start with Maker and Wanted.
package plan
