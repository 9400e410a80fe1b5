// Package feedtest is the suite that every feed.Source passes, and Recorder, a
// feed.Receiver that remembers what it was given.
//
// Start with Run.
package feedtest
