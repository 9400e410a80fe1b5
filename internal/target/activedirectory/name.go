package activedirectory

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"unicode"
)

// mostOfAccountName is how many characters the account name of a person has at most, and
// ofHash how many of them tell apart those that were shortened ([MS-SAMR] 3.1.1.6: 20).
const (
	mostOfAccountName = 20
	ofHash            = 6
)

// AccountName returns the sAMAccountName for a user principal name: what stands before the
// @. Where that is too long or has characters that it may not have, it is shortened, and
// ends with a hash of the whole name.
func AccountName(userPrincipalName string) string {
	local, _, _ := strings.Cut(userPrincipalName, "@")
	return short(local, userPrincipalName, mostOfAccountName)
}

// short returns a name without what no account name may have, at most so many characters
// long. of is what it stands for.
func short(name, of string, most int) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune("\"/\\[]:;|=,+*?<>@\uFFFD", r) {
			return -1
		}
		return r
	}, name)
	clean = strings.Trim(clean, " ")
	if clean == name && clean != "" && len([]rune(clean)) <= most && !strings.HasSuffix(clean, ".") {
		return clean
	}
	sum := sha256.Sum256([]byte(strings.ToLower(of)))
	hash := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:ofHash]
	if runes := []rune(clean); len(runes) > most-ofHash-1 {
		clean = string(runes[:most-ofHash-1])
	}
	return clean + "-" + hash
}
