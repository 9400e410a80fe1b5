// Package targettest holds the suite that every directory.Target passes, and a
// Target in memory, Memory, for tests of what writes to one.
//
// Start with Run.
package targettest
