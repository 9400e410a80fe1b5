package graph

import (
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

// The longest texts of the directory, in characters (Graph: user, group).
const (
	maxText        = 256
	maxDescription = 1024
)

// requestError refuses a change as Graph's directory does.
func requestError(target, format string, args ...any) *odata.Error {
	return &odata.Error{Status: http.StatusBadRequest, Code: "Request_BadRequest", Message: fmt.Sprintf(format, args...), Target: target}
}

// refusedChange translates the errors of a change. A conflict is about the
// property, which no two objects can have the same value of.
func refusedChange(err error, unique string) error {
	if belongs, ok := errors.AsType[*directory.BelongsError](err); ok {
		return requestError("", "One or more added object references already exist for the following modified properties: '%ss'.", belongs.Relation)
	}
	switch {
	case errors.Is(err, directory.ErrConflict):
		refusal := requestError(unique, "Another object with the same value for property %s already exists.", unique)
		refusal.InnerCode = "ObjectConflict"
		return refusal
	case errors.Is(err, directory.ErrInvalid):
		return requestError("", "The directory refuses: %s.", innermost(err, directory.ErrInvalid))
	case errors.Is(err, directory.ErrNotFound):
		return &odata.Error{Status: http.StatusNotFound, Code: "Request_ResourceNotFound",
			Message: "The directory has no " + innermost(err, directory.ErrNotFound) + "."}
	}
	return err
}

// setOf returns the members of the names that came in, as a directory is told
// them.
func setOf(o *odata.Object, names []string) (map[string]*string, error) {
	var places []place
	for _, name := range names {
		places = append(places, place{name, name})
	}
	return flatten(o, places)
}

func limitOf(property string) int {
	if property == directory.PropertyDescription {
		return maxDescription
	}
	return maxText
}

// textWithin returns nil for an empty text, and an error for one that is too long.
func textWithin(name, text string, limit int) (*string, error) {
	switch {
	case text == "":
		return nil, nil
	case utf8.RuneCountInString(text) > limit:
		return nil, requestError(name, "The value of property '%s' is longer than %d characters.", name, limit)
	}
	return &text, nil
}
