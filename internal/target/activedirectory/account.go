package activedirectory

import (
	"encoding/binary"
	"io"
	"strconv"
	"unicode/utf16"

	"rollbook/internal/target/ldapserver"
)

// The flags of userAccountControl ([MS-ADTS] 2.2.16): an account of a person, and that it is
// disabled.
const (
	normalAccount = 0x200
	disabled      = 0x2
)

// securityGroup is the groupType of a global security group ([MS-ADTS] 2.2.12).
const securityGroup = "-2147483646"

// enabled says how an account is disabled: by a flag among others, which stay.
func enabled() *ldapserver.SwitchLayout {
	return &ldapserver.SwitchLayout{
		Attribute: control,
		On:        func(value string) bool { return flags(value)&disabled == 0 },
		Value: func(on bool, before string) string {
			if on {
				return strconv.FormatInt(flags(before)&^disabled, 10)
			}
			return strconv.FormatInt(flags(before)|disabled, 10)
		},
	}
}

func flags(value string) int64 {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		return n
	}
	return normalAccount
}

// passwords returns what says the password of a new account, which Active Directory wants in
// the same call: an enabled account without one would let everybody in. Where the school
// and the flow say none, nobody knows it, and somebody sets another one later.
func passwords(random io.Reader, change bool) func(initial string) (map[string][]string, error) {
	return func(initial string) (map[string][]string, error) {
		if initial == "" {
			secret, err := unknown(random)
			return map[string][]string{password: {quoted(secret)}}, err
		}
		attributes := map[string][]string{password: {quoted(initial)}}
		if change {
			attributes[passwordSet] = []string{"0"}
		}
		return attributes, nil
	}
}

// unknown returns a password that nobody knows. It has characters of every kind that a
// policy may ask for.
func unknown(random io.Reader) (string, error) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	bytes := make([]byte, 40)
	if _, err := io.ReadFull(random, bytes); err != nil {
		return "", err
	}
	for i, b := range bytes {
		bytes[i] = letters[int(b)%len(letters)]
	}
	return "aA1-" + string(bytes), nil
}

// quoted returns a password as unicodePwd takes it: in quotes, in UTF-16 ([MS-ADTS]
// 3.1.1.3.1.5.1).
func quoted(password string) string {
	var bytes []byte
	for _, unit := range utf16.Encode([]rune(`"` + password + `"`)) {
		bytes = binary.LittleEndian.AppendUint16(bytes, unit)
	}
	return string(bytes)
}
