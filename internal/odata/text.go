package odata

import (
	"strings"
	"unicode/utf8"
)

// isText reports whether a decoded text is UTF-8 without NUL. PostgreSQL stores
// and compares nothing else, so anything else is refused where it comes in, on
// every database alike.
func isText(s string) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}
