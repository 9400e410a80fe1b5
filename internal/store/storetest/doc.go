// Package storetest holds the suite that every store.DB passes.
//
// Start with Run.
package storetest
