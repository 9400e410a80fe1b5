package embedded

import (
	"context"

	"rollbook/internal/directory"
)

// PageUsersOf is PageUsers that looks at no more than so many accounts for a
// page where an index does not tell which.
func (d *Directory) PageUsersOf(ctx context.Context, q directory.Query, most int) (directory.Page[directory.User], error) {
	l := userList()
	l.most = most
	return pageOf(ctx, d, l, q)
}
