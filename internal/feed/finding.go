package feed

// Severity says what a finding costs (SDS: validation rules).
type Severity string

// The severities.
const (
	Catastrophic Severity = "catastrophic" // the whole feed is refused
	Error        Severity = "error"        // the row is dropped
	Warning      Severity = "warning"      // an optional value is dropped, or nothing
)

// Finding is one problem in a feed: one cause, however many rows it touches.
type Finding struct {
	Severity Severity `json:"severity"`
	Rule     Rule     `json:"rule"`
	File     string   `json:"file"`
	Line     int      `json:"line"`   // from 1; 0 where it is about the whole file
	Column   int      `json:"column"` // in bytes from 1; 0 where it is about the whole line
	Record   string   `json:"record"` // the sourcedId of the row, or what names it
	Message  string   `json:"message"`
	Hint     string   `json:"hint"`

	// Rows is how many rows the finding costs or, for a warning, touches.
	Rows int `json:"rows"`
}

// Rule is the stable identifier of a rule. docs/findings.md explains each.
type Rule string

// The rules about files. All are catastrophic.
const (
	RuleFileNotFound       Rule = "file-not-found"      // a required file is missing
	RuleFileEmpty          Rule = "file-empty"          // a required file has no rows
	RuleFileUnexpected     Rule = "file-unexpected"     // a folder or an unknown file in an archive
	RuleFileUnreadable     Rule = "file-unreadable"     // the file, or the archive, cannot be read
	RuleFileCutOff         Rule = "file-cut-off"        // the file ends in the middle of a row
	RuleFileNotAtRest      Rule = "file-not-at-rest"    // the file was changed while it was read
	RuleFileSetChanged     Rule = "file-set-changed"    // a file that earlier feeds had is missing
	RuleHeaderMissing      Rule = "header-missing"      // a required header is missing
	RuleHeaderDuplicate    Rule = "header-duplicate"    // a header occurs twice
	RuleEncodingInvalid    Rule = "encoding-invalid"    // the file is not UTF-8
	RuleQuoteUnterminated  Rule = "quote-unterminated"  // a quote is opened and never closed
	RuleQuoteMisplaced     Rule = "quote-misplaced"     // a quote inside a value that is not quoted
	RuleColumnCount        Rule = "column-count"        // a row has more or fewer columns than the header; an error
	RuleFormatUnread       Rule = "format-unread"       // the files are of a format that is not read
	RuleHeaderUnrecognized Rule = "header-unrecognized" // a header that the format does not have; a warning
)

// The rules about rows and values.
const (
	RuleNameRefused      Rule = "name-refused"      // warning: directories refuse the name
	RuleValueRequired    Rule = "value-required"    // error: a required value is empty
	RuleValueInvalid     Rule = "value-invalid"     // error or warning: not of the column's type
	RuleCodeUnknown      Rule = "code-unknown"      // error or warning: not in the list of values
	RuleReferenceMissing Rule = "reference-missing" // error or warning: refers to what is not there
	RuleDuplicate        Rule = "record-duplicate"  // error: an identifier occurs twice; warning: a row does
	RulePeriodReversed   Rule = "period-reversed"   // error or warning: ends before it begins
)
