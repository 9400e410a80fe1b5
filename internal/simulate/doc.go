// Package simulate writes a believable school district as SDS V2.1 files, of
// any size and without holding it in memory.
//
// Everything about a person or a class follows from the seed and its number
// alone, so the same seed always gives the same district, and the next night
// of it differs only in the records that were chosen to differ.
//
// Start with Write.
package simulate
