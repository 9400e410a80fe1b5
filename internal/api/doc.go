// Package api is /rollbook/v1: what Rollbook has beyond the API of Graph, in the same
// conventions and for the same tokens. Runs and plans are read there, and decided on;
// the limits of the guard are read and set; the audit log is read.
//
// Start with New.
package api
