package targettest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/directory"
)

// Run tests the directory that open returns, a new and empty one at each call,
// against the contract of directory.Target.
func Run(t *testing.T, open func(t *testing.T) directory.Target) {
	tests := map[string]func(*testing.T, bench){
		"users/create":              testCreateUser,
		"users/create again":        testCreateUserAgain,
		"users/create invalid":      testCreateUserInvalid,
		"users/name taken":          testUserNameTaken,
		"users/update":              testUpdateUser,
		"users/update adopts":       testUpdateUserAnchor,
		"users/update invalid":      testUpdateUserInvalid,
		"users/delete":              testDeleteUser,
		"users/find":                testFindUsers,
		"users/find thousands":      testFindThousands,
		"groups/create":             testCreateGroup,
		"groups/update":             testUpdateGroup,
		"groups/anchor":             testGroupAnchor,
		"groups/delete":             testDeleteGroup,
		"members/add and remove":    testMembers,
		"members/owner and member":  testOwnerAndMember,
		"members/unknown user":      testUnknownMember,
		"members/unknown group":     testUnknownGroup,
		"members/of a deleted user": testDeletedMember,
		"apply/batch again":         testBatchAgain,
		"apply/order":               testOrder,
		"apply/failures":            testFailuresAreApart,
		"apply/nothing":             testApplyNothing,
		"version/no change":         testVersion,
		"context/done":              testContextDone,
		"concurrent":                testConcurrent,
		"like the model":            testLikeTheModel,
		"prepared ahead":            testPrepare,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, bench{t, open(t)}) })
	}
}

// bench is a directory on test.
type bench struct {
	t      *testing.T
	target directory.Target
}

// apply tries effects of which none may fail, and returns the IDs.
func (b bench) apply(effects ...directory.Effect) []string {
	b.t.Helper()
	var ids []string
	for i, outcome := range b.outcomes(effects...) {
		if outcome.Err != nil {
			b.t.Fatalf("%s %s: %v", effects[i].Kind, effects[i].Anchor, outcome.Err)
		}
		ids = append(ids, outcome.ID)
	}
	return ids
}

func (b bench) outcomes(effects ...directory.Effect) []directory.Outcome {
	b.t.Helper()
	outcomes, err := b.target.Apply(b.t.Context(), "batch", effects)
	if err != nil {
		b.t.Fatalf("Apply: %v", err)
	}
	if len(outcomes) != len(effects) {
		b.t.Fatalf("%d outcomes for %d effects", len(outcomes), len(effects))
	}
	return outcomes
}

// fails tries one effect, which must fail with kind.
func (b bench) fails(kind error, effect directory.Effect) {
	b.t.Helper()
	if got := b.outcomes(effect)[0].Err; !errors.Is(got, kind) {
		b.t.Errorf("%s %s: got error %v, want %v", effect.Kind, effect.Anchor, got, kind)
	}
}

// changes calls do and tests that the version moved, or that it did not. A
// directory that has no version is not tested.
func (b bench) changes(want bool, do func()) {
	b.t.Helper()
	before := b.version()
	do()
	if after := b.version(); before != "" && (before != after) != want {
		b.t.Errorf("version was %q, is %q; want a change: %t", before, after, want)
	}
}

func (b bench) version() string {
	b.t.Helper()
	version, err := b.target.Version(b.t.Context())
	if err != nil {
		b.t.Fatalf("Version: %v", err)
	}
	return version
}

func (b bench) users() []directory.User {
	b.t.Helper()
	users, err := allUsers(b.t.Context(), b.target)
	if err != nil {
		b.t.Fatal(err)
	}
	return users
}

func allUsers(ctx context.Context, target directory.Target) ([]directory.User, error) {
	var all []directory.User
	for user, err := range target.Users(ctx) {
		if err != nil {
			return nil, fmt.Errorf("users: %w", err)
		}
		all = append(all, user)
	}
	slices.SortFunc(all, func(a, b directory.User) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

func (b bench) groups() []directory.GroupContent {
	b.t.Helper()
	groups, err := allGroups(b.t.Context(), b.target)
	if err != nil {
		b.t.Fatal(err)
	}
	return groups
}

func allGroups(ctx context.Context, target directory.Target) ([]directory.GroupContent, error) {
	var all []directory.GroupContent
	for group, err := range target.Groups(ctx) {
		if err != nil {
			return nil, fmt.Errorf("groups: %w", err)
		}
		slices.SortFunc(group.Memberships, compareMemberships)
		all = append(all, group)
	}
	slices.SortFunc(all, byID)
	return all, nil
}

func byID(a, b directory.GroupContent) int { return cmp.Compare(a.ID, b.ID) }

// same reports a difference between what is wanted and what is there.
func (b bench) same(want, got any) {
	b.t.Helper()
	if diff := difference(want, got); diff != "" {
		b.t.Errorf("(-want +got)\n%s", diff)
	}
}

func difference(want, got any) string {
	return gocmp.Diff(want, got, cmpopts.EquateEmpty())
}

func ptr[T any](value T) *T { return &value }
