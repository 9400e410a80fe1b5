// Package vocab is the lists of values that a school's data is written in:
// roles, grade levels, subjects and the like (industryData:
// referenceDefinition), with the role groups that are made of them.
//
// Codes are compared without case and always handed out in the spelling of
// their list. The rows that every installation begins with are in seed.tsv.
//
// Start with Lists.
package vocab
