package sds

// What the tests of the parsers need.
var (
	ParseDate  = parseDate
	ParseEmail = parseEmail
	ParseYear  = parseYear
	IsE164     = isE164
	DateHint   = dateHint
	ListItems  = listItems
	Closest    = closest
	Shorten    = shorten
)

// MaxRow is how many bytes a row may have.
const MaxRow = maxRow
