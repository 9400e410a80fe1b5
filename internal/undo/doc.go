// Package undo works out what takes back what a run did to a target, or a part of it:
// the inverse of what the run really changed. What was so before is not touched, nor is
// what a later run or another hand changed since: that stands in the way, and is named.
//
// Start with Maker.
package undo
