// Package terminal writes for a person's terminal. Values that came from outside
// cannot do anything there but be read: an escape code, a line feed or a mark
// that turns the direction of text is shown for what it is.
//
// Commands write with Printf alone; the linter sees to it.
package terminal
