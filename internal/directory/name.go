package directory

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// What a user principal name may be (Microsoft Entra ID: prefix and suffix of
// userPrincipalName), in characters.
const (
	mostOfLocal = 64
	mostOfName  = 113
)

// MostOfDisplayName is how many characters the display name of a user or a group has
// at most (Graph: user and group, displayName).
const MostOfDisplayName = 256

// UserNameProblem says why no directory takes a user name, which may lack its domain,
// and returns "" where there is no reason. The rule is the strictest one, that of
// Microsoft Entra ID: what it accepts, all do.
func UserNameProblem(name string) string {
	local, domain, full := strings.Cut(name, "@")
	switch {
	case local == "":
		return "nothing stands before the @"
	case len(local) > mostOfLocal:
		return fmt.Sprintf("it has more than %d characters before the @", mostOfLocal)
	case len(name) > mostOfName:
		return fmt.Sprintf("it has more than %d characters", mostOfName)
	case strings.HasSuffix(local, "."):
		return "a dot stands before the @, or at the end"
	case full && !isDomain(domain):
		return fmt.Sprintf("%q is not a domain", domain)
	}
	for _, c := range local {
		if !isOfUserName(c) {
			return fmt.Sprintf("%q cannot be part of it", c)
		}
	}
	return ""
}

func isOfUserName(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("'.-_!#^~", c)
}

func isDomain(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
				return false
			}
		}
	}
	return true
}

// DisplayNameOf shortens a name to what a display name may be.
func DisplayNameOf(name string) string {
	if len(name) <= MostOfDisplayName || utf8.RuneCountInString(name) <= MostOfDisplayName {
		return name
	}
	return strings.TrimSpace(string([]rune(name)[:MostOfDisplayName-1])) + "…"
}
