package server

import (
	"errors"
	"net/http"
	"syscall"
	"time"

	"rollbook/internal/odata"
	"rollbook/internal/store"
)

// fileAfter is when to ask again where a file of an upload could not be written.
const fileAfter = 30 * time.Second

// outage is a failure of the machine below as every surface tells it: what to
// answer, and in which time to ask again. What precisely is wrong is for the log and
// for /readyz, which are read by whoever can mend it.
type outage struct {
	status  int
	after   time.Duration // 0 where asking again is of no use
	message string
}

// outageOf maps the kinds of failure that nobody who asks can help. It returns nil
// for all others.
func outageOf(err error) *outage {
	if gone, ok := errors.AsType[*store.Unavailable](err); ok {
		return &outage{http.StatusServiceUnavailable, gone.After,
			"The database cannot be reached or is too busy. Retry-After says in how many seconds to ask again."}
	}
	if _, full := errors.AsType[*store.Full](err); full || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &outage{http.StatusInsufficientStorage, 0,
			"There is no room left on the server's disk, and nothing was stored. Whoever runs the server has to make room."}
	}
	if _, only := errors.AsType[*store.ReadOnly](err); only || errors.Is(err, syscall.EROFS) {
		return &outage{http.StatusServiceUnavailable, fileAfter,
			"The server can only read at present, and nothing was stored. Whoever runs the server has to let it write; its /readyz says what to do."}
	}
	return nil
}

// refusal is outageOf for the surfaces that speak OData.
func refusal(err error) *odata.Error {
	if held, is := errors.AsType[*HeldError](err); is {
		return &odata.Error{Status: http.StatusConflict, Code: "anotherRunIsAtWork", Message: "Nothing was done: " + held.Error() + "."}
	}
	if has, is := errors.AsType[*HasAccountError](err); is {
		return &odata.Error{Status: http.StatusConflict, Code: "hasAccount", Target: "record", Message: has.Error() + "."}
	}
	if none, is := errors.AsType[*NoFindingError](err); is {
		return odata.NotFound("No finding of the latest runs is '%s'.", none.ID)
	}
	found := outageOf(err)
	switch {
	case found == nil:
		return nil
	case found.status == http.StatusInsufficientStorage:
		return &odata.Error{Status: found.status, Code: "insufficientStorage", Message: found.message}
	}
	return &odata.Error{Status: found.status, Code: "serviceNotAvailable", Message: found.message, RetryAfter: found.after}
}

// answerOf is outageOf for the surfaces that have errors of their own. status is 0
// for what is no outage.
func answerOf(err error) (status int, after time.Duration, message string) {
	if found := outageOf(err); found != nil {
		return found.status, found.after, found.message
	}
	return 0, 0, ""
}
