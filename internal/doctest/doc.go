// Package doctest runs the examples of the documentation: what a page shows is
// what happened. The conventions that pages follow are in docs/contributing.md.
//
// A page is run from top to bottom in one shell, in an empty folder, as by a
// reader who copies it. Only tests use this package.
//
// Start with Parse, then Session.
package doctest
