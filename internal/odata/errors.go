package odata

import (
	"fmt"
	"net/http"
	"time"
)

// Error is a refused request, as the caller gets to see it.
type Error struct {
	Status     int
	Code       string // badRequest, itemNotFound, …
	Message    string // what happened, where, and what would do
	Target     string // the member or option that is meant; may be empty
	InnerCode  string // a finer code; may be empty
	RetryAfter time.Duration
	Allow      string // the methods that would do, with 405
	Location   string // where to begin anew, with 410
}

func (e *Error) Error() string { return e.Message }

// The codes of Error that this package uses. InnerCode says more where a
// caller can do something with it.
const (
	CodeBadRequest       = "badRequest"
	CodeNotFound         = "itemNotFound"
	CodeNotAllowed       = "methodNotAllowed"
	CodeNotSupported     = "notSupported"
	CodeUnsupportedMedia = "unsupportedMediaType"
	CodeModified         = "resourceModified"
	CodeTooLarge         = "requestEntityTooLarge"
	CodeUnauthenticated  = "InvalidAuthenticationToken"
	CodeDenied           = "Authorization_RequestDenied"
	CodeGeneral          = "generalException"
	CodeTooMany          = "activityLimitReached"

	InnerInvalidFormat  = "invalidParameterFormat"
	InnerInvalidJSON    = "invalidJSON"
	InnerInvalidType    = "invalidType"
	InnerInvalidQuery   = "invalidQueryOption"
	InnerUnknownMember  = "unknownProperty"
	InnerRequired       = "propertyRequired"
	InnerNotNullable    = "propertyNotNullable"
	InnerNotUpdateable  = "propertyNotUpdateable"
	InnerInvalidBinding = "invalidReference"
	InnerNotSupported   = "propertyNotSupported"
)

// BadRequest returns an Error of status 400.
func BadRequest(inner, target, format string, args ...any) *Error {
	return &Error{
		Status: http.StatusBadRequest, Code: CodeBadRequest,
		Message: fmt.Sprintf(format, args...), Target: target, InnerCode: inner,
	}
}

// NotFound returns an Error of status 404.
func NotFound(format string, args ...any) *Error {
	return &Error{Status: http.StatusNotFound, Code: CodeNotFound, Message: fmt.Sprintf(format, args...)}
}
