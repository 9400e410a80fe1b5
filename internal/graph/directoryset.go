package graph

import (
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"rollbook/internal/hosted"
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

// refusedChange translates the errors of a change.
func refusedChange(err error) error {
	if taken, ok := errors.AsType[*hosted.TakenError](err); ok {
		return refusedValue(taken)
	}
	if belongs, ok := errors.AsType[*hosted.BelongsError](err); ok {
		return requestError("", "One or more added object references already exist for the following modified properties: '%ss'.", belongs.Relation)
	}
	switch {
	case errors.Is(err, hosted.ErrInvalid):
		return requestError("", "The directory refuses: %s.", innermost(err, hosted.ErrInvalid))
	case errors.Is(err, hosted.ErrNotFound):
		return &odata.Error{Status: http.StatusNotFound, Code: "Request_ResourceNotFound",
			Message: "The directory has no " + innermost(err, hosted.ErrNotFound) + "."}
	}
	return err
}

// refusedValue names the property that no two objects can have the same value of,
// as the API calls it: the identifier of a class is the anchor of its group.
func refusedValue(taken *hosted.TakenError) error {
	property := taken.Property
	if property == hosted.PropertyAnchor {
		property = propertyExternalID
	}
	refusal := requestError(property, "Another object with the same value for property %s already exists.", property)
	refusal.InnerCode = "ObjectConflict"
	return refusal
}

// refusedAdding is refusedChange of adding to what a navigation leads to.
func refusedAdding(err error, navigation string) error {
	if _, ok := errors.AsType[*hosted.BelongsError](err); ok {
		return requestError("", "One or more added object references already exist for the following modified properties: '%s'.", navigation)
	}
	return refusedChange(err)
}

// refusedRemoving is refusedChange of removing an object from what a navigation
// leads to.
func refusedRemoving(err error, navigation, id string) error {
	if errors.Is(err, hosted.ErrNotFound) {
		return &odata.Error{Status: http.StatusNotFound, Code: "Request_ResourceNotFound", Message: "The object '" + id + "' is none of the " + navigation + "."}
	}
	return refusedChange(err)
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
	if property == hosted.PropertyDescription {
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
