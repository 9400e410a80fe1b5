package openldap

import (
	"context"
	"errors"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// failure returns why a write failed, in the words of the contract. A write of which the
// answer was lost may have been done.
func failure(ref directory.Ref, err error) error {
	var answered *ldap.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return directory.Busy{All: true, Text: "it was not tried: " + err.Error()}
	case !errors.As(err, &answered) || !isAnswer(err):
		return directory.Unknown{Text: err.Error()}
	}
	text := answered.Error()
	switch answered.ResultCode {
	case ldap.LDAPResultNoSuchObject:
		return directory.NotFound{Ref: ref}
	case ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultInvalidCredentials, ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultConfidentialityRequired:
		return directory.Denied{Text: text}
	case ldap.LDAPResultBusy, ldap.LDAPResultUnavailable, ldap.LDAPResultTimeLimitExceeded, ldap.LDAPResultAdminLimitExceeded:
		return directory.Busy{Text: text}
	}
	return directory.Invalid{Text: text}
}

// says reports whether the server answered with a code.
func says(err error, code uint16) bool { return ldap.IsErrorWithCode(err, code) }
