// Package api is /rollbook/v1: what Rollbook has beyond the API of Graph, in the same
// conventions and for the same tokens. Runs and plans are read there, and decided on;
// the limits of the guard and the audit log are read.
//
// Start with New.
package api
