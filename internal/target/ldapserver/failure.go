package ldapserver

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

// says reports whether the server answered with one of some codes.
func says(err error, codes ...uint16) bool { return ldap.IsErrorAnyOf(err, codes...) }

// unit is what a branch is called in an error; no objects of this kind are managed.
const unit directory.Kind = "unit"

// failed says why a call of the change failed that wrote links. A server refuses the whole
// call where one link is so already, or leads to who is not there any more: it is looked at
// again when the change comes again. Where an object has no place to go to, it is the unit
// that is not there.
func (w *write) failed(ctx context.Context, err error, links []linkWrite) error {
	moved := says(err, ldap.LDAPResultNoSuchObject)
	if len(links) > 0 && (moved || says(err, ldap.LDAPResultAttributeOrValueExists, ldap.LDAPResultNoSuchAttribute, ldap.LDAPResultEntryAlreadyExists, ldap.LDAPResultUnwillingToPerform)) {
		for _, l := range links {
			if moved && l.change != nil {
				w.people.drop(l.change.To.ID)
			}
		}
		if !moved || w.out.Ref.ID != "" {
			return directory.Busy{Text: err.Error()}
		}
	}
	if w.unit != "" && (moved || says(err, ldap.LDAPResultOther)) { // Samba says the latter of a move
		if there, looked := w.IsThere(ctx, w.unit); looked != nil || !there {
			return directory.NotFound{Ref: directory.Ref{Kind: unit, At: w.unit}}
		}
		return directory.Busy{Text: err.Error()}
	}
	return failure(w.change.Ref, err)
}
