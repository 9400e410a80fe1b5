package graph

import (
	"slices"
	"strings"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// member is the type of users of whom nothing else was said (Graph: user, userType).
const member = "Member"

// typedUser shows the userType of a user that has none of its own.
func typedUser(o *odata.Object) *odata.Object {
	if !o.Get(hosted.AttributeUserType).IsSet() {
		o.Set(hosted.AttributeUserType, odata.Text(member))
	}
	return o
}

// asksUserType reports whether $select names the userType: it is not among what is
// shown of everybody.
func asksUserType(r *odata.Request) bool {
	return slices.ContainsFunc(r.Options.Select, func(name string) bool { return strings.EqualFold(name, hosted.AttributeUserType) })
}
