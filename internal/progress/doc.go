// Package progress shows how far long work has come: on a terminal as one line
// that is written over, elsewhere as a line every few seconds, or as JSON lines
// for programs. Work that is done in a moment is not shown at all.
//
// Start with Reporter. A nil one is silent, so that nobody has to ask whether
// there is one.
package progress
