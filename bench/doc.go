// Command bench measures Rollbook on a district that `rollbook simulate` makes,
// and prints each figure beside its budget and beside a floor: what the machine
// can do at best, measured in the same run on the same data, so that a slow or
// busy machine changes both alike.
//
// The program under measurement is the real one, started as a user would.
//
// Start with main, then night.go (feeds) and api.go (requests).
package main
