// Package feed reads what a school says: it checks each row against the rules,
// finds what refers to nothing or is said twice, and compares what is left with
// what was known (difference 1). A feed has no effect before all of it was read.
//
// Formats are sources: package sds reads the CSV files of School Data Sync.
//
// Start with Source, then Load.
package feed
