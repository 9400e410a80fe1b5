package targettest

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rollbook/internal/directory"
)

// Memory is a directory.Target that keeps everything in maps. It is the model
// that other targets are compared with.
type Memory struct {
	mu      sync.Mutex
	version int
	lastID  int
	users   map[string]directory.User
	groups  map[string]memoryGroup
}

var _ directory.Target = (*Memory)(nil)

type memoryGroup struct {
	directory.Group
	memberships map[directory.Membership]bool
}

// NewMemory returns an empty directory.
func NewMemory() *Memory {
	return &Memory{users: map[string]directory.User{}, groups: map[string]memoryGroup{}}
}

// Version implements directory.Target.
func (m *Memory) Version(ctx context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strconv.Itoa(m.version), ctx.Err()
}

// Users implements directory.Target.
func (m *Memory) Users(ctx context.Context) iter.Seq2[directory.User, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []directory.User
	for _, id := range slices.Sorted(maps.Keys(m.users)) {
		all = append(all, copyUser(m.users[id]))
	}
	return each(ctx, all)
}

// Groups implements directory.Target.
func (m *Memory) Groups(ctx context.Context) iter.Seq2[directory.GroupContent, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []directory.GroupContent
	for _, id := range slices.Sorted(maps.Keys(m.groups)) {
		if group := m.groups[id]; group.Anchor != "" {
			content := directory.GroupContent{Group: group.Group}
			content.Attributes = maps.Clone(group.Attributes)
			content.Memberships = slices.SortedFunc(maps.Keys(group.memberships), compareMemberships)
			all = append(all, content)
		}
	}
	return each(ctx, all)
}

func compareMemberships(a, b directory.Membership) int {
	if byUser := strings.Compare(a.UserID, b.UserID); byUser != 0 {
		return byUser
	}
	return strings.Compare(string(a.Relation), string(b.Relation))
}

func copyUser(user directory.User) directory.User {
	user.Attributes = maps.Clone(user.Attributes)
	return user
}

func each[T any](ctx context.Context, all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range all {
			if ctx.Err() != nil {
				break
			}
			if !yield(one, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			var none T
			yield(none, err)
		}
	}
}

// FindUsers implements directory.Target.
func (m *Memory) FindUsers(ctx context.Context, property string, values []string) (map[string][]directory.User, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(values))
	for _, value := range values {
		wanted[strings.ToLower(value)] = true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	found := map[string][]directory.User{}
	for _, user := range m.users {
		value := strings.ToLower(user.UserPrincipalName)
		if property == directory.PropertyMail {
			value = strings.ToLower(user.Mail)
		}
		if value != "" && wanted[value] {
			found[value] = append(found[value], copyUser(user))
		}
	}
	return found, nil
}
