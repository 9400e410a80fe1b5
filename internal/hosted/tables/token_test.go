package tables_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// A token that is not one of ours is forgotten or invalid, and no failure of the
// database.
func TestHostileTokens(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		ids := people(t, target)
		mustApply(t, target, hosted.Effect{Kind: hosted.DeleteUser, ID: ids[0]})
		for _, text := range []string{
			`{}`, `null`, `{"since":-1}`, `{"since":0,"upTo":-1}`, `{"since":1,"upTo":0,"afterNum":-9223372036854775808}`,
			`{"since":0,"full":true,"after":"\u0000"}`, `{"full":true,"after":"` + ids[1] + `","within":-1}`, `{"full":true,"upTo":2,"within":9223372036854775807}`,
			`{"l":99}`, `{"v":99}`, `{"l":-1}`, `{"k":"\u0000"}`, `{"n":-9223372036854775808}`, `{"f":true,"k":"x","n":3}`, `{"k":"\ud800"}`,
		} {
			token := base64.RawURLEncoding.EncodeToString([]byte(text))
			for _, members := range []bool{false, true} {
				_, users := target.DeltaUsers(t.Context(), hosted.DeltaQuery{Token: token})
				_, groups := target.DeltaGroups(t.Context(), hosted.DeltaQuery{Token: token, Members: members})
				for _, err := range []error{users, groups} {
					if err != nil && !errors.Is(err, hosted.ErrForgotten) {
						t.Errorf("%s: %v", text, err)
					}
				}
			}
			for _, q := range []hosted.Query{
				{}, {OrderBy: "displayName"}, {OrderBy: "displayName", Descending: true}, {Filter: hosted.In{Property: "mail", Values: []string{"a", "b"}}},
				{OrderBy: "displayName", Filter: hosted.StartsWith{Property: "surname", Prefix: "b"}},
			} {
				q.After = token
				if _, err := target.PageUsers(t.Context(), q); err != nil && !errors.Is(err, hosted.ErrInvalid) {
					t.Errorf("%s: %v", text, err)
				}
			}
		}
	})
}
