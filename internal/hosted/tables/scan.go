package tables

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// errStop ends a query whose consumer wants no more.
var errStop = errors.New("enough")

// Users implements hosted.Target. It is one query of one state of the
// directory, however slowly it is consumed.
func (d *Directory) Users(ctx context.Context) iter.Seq2[hosted.User, error] {
	return func(yield func(hosted.User, error) bool) {
		err := d.db.Read(ctx, func(tx store.Tx) error {
			return store.Each(ctx, tx, "SELECT "+userColumns+" FROM directory_user", nil, func(row store.Row) error {
				_, user, err := scanUser(row)
				if err == nil && !yield(user, nil) {
					err = errStop
				}
				return err
			})
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(hosted.User{}, fmt.Errorf("read users: %w", err))
		}
	}
}

// Groups implements hosted.Target, as Users does.
func (d *Directory) Groups(ctx context.Context) iter.Seq2[hosted.GroupContent, error] {
	return func(yield func(hosted.GroupContent, error) bool) {
		err := d.db.Read(ctx, func(tx store.Tx) error {
			ids, err := userIDs(ctx, tx)
			if err != nil {
				return err
			}
			return store.Each(ctx, tx, groupsWithin, nil, func(row store.Row) error {
				group, err := scanContent(row, ids)
				if err == nil && !yield(group, nil) {
					err = errStop
				}
				return err
			})
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(hosted.GroupContent{}, fmt.Errorf("read groups: %w", err))
		}
	}
}

const groupsWithin = "SELECT " + groupColumns + ", owners, members FROM directory_group" +
	" LEFT JOIN directory_membership ON group_num = num"

// userIDs returns the IDs of all accounts by their nums.
func userIDs(ctx context.Context, tx store.Tx) ([]string, error) {
	s, err := readState(ctx, tx)
	if err != nil {
		return nil, err
	}
	ids := make([]string, s.nextUser)
	err = store.Each(ctx, tx, "SELECT num, id FROM directory_user", nil, func(row store.Row) error {
		var num int64
		var id string
		if err := row.Scan(&num, &id); err != nil {
			return err
		}
		ids[num] = id
		return nil
	})
	return ids, err
}

// withMore is a row of which the last columns go elsewhere.
type withMore struct {
	store.Row
	more []any
}

func (w withMore) Scan(dest ...any) error { return w.Row.Scan(append(dest, w.more...)...) }

func scanContent(row store.Row, ids []string) (hosted.GroupContent, error) {
	var owners, members []byte
	_, group, err := scanGroup(withMore{row, []any{&owners, &members}})
	content := hosted.GroupContent{Group: group}
	if err != nil {
		return content, err
	}
	for _, packed := range []struct {
		relation hosted.Relation
		nums     []byte
	}{{hosted.Owner, owners}, {hosted.Member, members}} {
		nums, err := unpack(packed.nums)
		if err != nil {
			return content, fmt.Errorf("group %s: %w", group.ID, err)
		}
		for _, num := range nums {
			if ids[num] != "" {
				membership := hosted.Membership{Relation: packed.relation, UserID: ids[num]}
				content.Memberships = append(content.Memberships, membership)
			}
		}
	}
	return content, nil
}

// FindUsers implements hosted.Target.
func (d *Directory) FindUsers(ctx context.Context, property string, values []string) (map[string][]hosted.User, error) {
	column, value := "upn_folded", func(user hosted.User) string { return fold(user.UserPrincipalName) }
	switch property {
	case hosted.PropertyUserPrincipalName:
	case hosted.PropertyMail:
		column, value = "mail_folded", func(user hosted.User) string { return fold(user.Mail) }
	default:
		return nil, fmt.Errorf("find users by %s: %w", property, hosted.ErrInvalid)
	}
	if err := d.indexToRead(ctx); err != nil {
		return nil, err
	}
	if err := d.indexUsersBy(ctx, column); err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(values))
	for _, value := range values {
		if value != "" {
			wanted[fold(value)] = true
		}
	}
	found := make(map[string][]hosted.User)
	err := d.db.Read(ctx, func(tx store.Tx) error {
		return eachWith(ctx, tx, column, wanted, func(row store.Row) error {
			_, user, err := scanUser(row)
			if key := value(user); wanted[key] {
				found[key] = append(found[key], user)
			}
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("find users by %s: %w", property, err)
	}
	return found, nil
}

// eachWith calls each for the accounts of which the column has a wanted value;
// also for others where it costs less to read all.
func eachWith(ctx context.Context, tx store.Tx, column string, wanted map[string]bool, each func(store.Row) error) error {
	s, err := readState(ctx, tx)
	if err != nil {
		return err
	}
	sql := "SELECT " + userColumns + " FROM directory_user"
	if !s.usersIndexed || int64(len(wanted)) > s.nextUser/8 {
		return store.Each(ctx, tx, sql, nil, each)
	}
	keys := make([]string, 0, len(wanted))
	for key := range wanted {
		keys = append(keys, key)
	}
	return inChunks(ctx, tx, sql+" WHERE "+column+" IN ", distinct(keys), each)
}
