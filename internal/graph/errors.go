package graph

import (
	"errors"
	"net/http"
	"strings"

	"rollbook/internal/flow"
	"rollbook/internal/hosted"
	"rollbook/internal/odata"
	"rollbook/internal/run"
	"rollbook/internal/upload"
)

// refusal translates the errors of an operation.
func (g *surface) refusal(err error) *odata.Error {
	if g.Refusal != nil {
		if refused := g.Refusal(err); refused != nil {
			return refused
		}
	}
	return refusal(err)
}

// refusal translates the errors of the program, each kind once.
func refusal(err error) *odata.Error {
	if e, ok := errors.AsType[*flow.Error](err); ok {
		return flowRefusal(e)
	}
	if e, ok := errors.AsType[*run.TooManyRequests](err); ok {
		return &odata.Error{
			Status: http.StatusTooManyRequests, Code: "activityLimitReached", Message: e.Error() + ".", RetryAfter: e.RetryAfter,
		}
	}
	switch {
	case errors.Is(err, hosted.ErrNotFound):
		return &odata.Error{Status: http.StatusNotFound, Code: "Request_ResourceNotFound", Message: "What the path names is not in the directory."}
	case errors.Is(err, hosted.ErrInvalid):
		return &odata.Error{Status: http.StatusBadRequest, Code: "Request_UnsupportedQuery", Message: "The directory refuses: " + innermost(err, hosted.ErrInvalid) + "."}
	case errors.Is(err, run.ErrNotFound):
		return &odata.Error{Status: http.StatusNotFound, Code: odata.CodeNotFound, Message: err.Error()}
	case errors.Is(err, upload.ErrNoOperation):
		return &odata.Error{Status: http.StatusNotFound, Code: odata.CodeNotFound, Message: upload.ErrNoOperation.Error()}
	case errors.Is(err, upload.ErrNoSession):
		return &odata.Error{Status: http.StatusBadRequest, Code: odata.CodeBadRequest, Message: upload.ErrNoSession.Error(), InnerCode: "uploadSessionNotFound"}
	}
	return nil
}

// innermost returns what an error of the kind says, without the kind and the
// operations that it went through.
func innermost(err, kind error) string {
	for inner := errors.Unwrap(err); errors.Unwrap(inner) != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return strings.TrimSuffix(err.Error(), ": "+kind.Error())
}

// notInDirectory names an object that is not there, and leaves other errors alone.
func notInDirectory(err error, kind, id string) error {
	if !errors.Is(err, hosted.ErrNotFound) {
		return err
	}
	return &odata.Error{Status: http.StatusNotFound, Code: "Request_ResourceNotFound",
		Message: "The directory has no " + kind + " '" + id + "'."}
}

func flowRefusal(e *flow.Error) *odata.Error {
	refused := &odata.Error{Message: e.Message, Target: e.Target}
	switch e.Kind {
	case flow.NotFound:
		refused.Status, refused.Code = http.StatusNotFound, odata.CodeNotFound
	case flow.Conflict:
		refused.Status, refused.Code = http.StatusConflict, "conflict"
		if e.Target == "code" {
			refused.InnerCode = "nameAlreadyExists"
		}
	case flow.NotAllowed:
		refused.Status, refused.Code = http.StatusForbidden, "notAllowed"
	case flow.NotUpdatable:
		refused.Status, refused.Code, refused.InnerCode = http.StatusBadRequest, odata.CodeBadRequest, odata.InnerNotUpdateable
	default:
		refused.Status, refused.Code, refused.InnerCode = http.StatusBadRequest, odata.CodeBadRequest, "invalidValue"
	}
	return refused
}
