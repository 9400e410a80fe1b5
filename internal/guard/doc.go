// Package guard decides whether a plan is applied by itself, or waits for a person.
//
// It knows numbers only: what a plan does (Counts), of how much (Totals), and how
// much of each is usual (Limits). A normal night passes; a broken export, another
// configuration and a mistake do not.
//
// Start with Limits.Judge.
package guard
