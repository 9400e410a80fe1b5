// Package nights tests what nights may do to a directory, with the whole engine: feeds
// of generated districts, undamaged and damaged, are read, planned and applied.
package nights
