package store

import (
	"context"
	"iter"
	"strings"

	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// Memory keeps what was last applied (plan.Memory).
type Memory struct{ DB DB }

// Accounts implements plan.Memory.
func (m Memory) Accounts(ctx context.Context, source int) iter.Seq2[plan.Account, error] {
	return sequence(ctx, m.DB, scanAccount, `SELECT person, object_id, created, written FROM account WHERE source = $1 ORDER BY person`, source)
}

// ClassGroups implements plan.Memory.
func (m Memory) ClassGroups(ctx context.Context, source int) iter.Seq2[plan.ClassGroup, error] {
	return sequence(ctx, m.DB, scanClassGroup,
		`SELECT class, object_id, written, owners, members FROM class_group WHERE source = $1 ORDER BY class`, source)
}

func scanAccount(rows Rows, a *plan.Account) error {
	var person int64
	err := rows.Scan(&person, &a.ObjectID, &a.Created, &a.Written)
	a.Person = roster.ID(person)
	return err
}

func scanClassGroup(rows Rows, g *plan.ClassGroup) error {
	var class int64
	err := rows.Scan(&class, &g.ObjectID, &g.Written, &g.Owners, &g.Members)
	g.Class = roster.ID(class)
	return err
}

// insertAccounts remembers accounts of people of whom none was remembered.
func insertAccounts(ctx context.Context, tx Tx, source int, accounts []plan.Account) error {
	_, err := tx.CopyIn(ctx, "account", []string{"source", "person", "object_id", "created", "written"}, func(yield func([]any) bool) {
		row := make([]any, 5)
		for _, a := range accounts {
			row[0], row[1], row[2], row[3], row[4] = source, int64(a.Person), a.ObjectID, a.Created, a.Written
			if !yield(row) {
				return
			}
		}
	})
	return err
}

// putAccounts remembers accounts, new or not.
func putAccounts(ctx context.Context, tx Tx, source int, accounts []plan.Account) error {
	for _, a := range accounts {
		_, err := tx.Exec(ctx, `INSERT INTO account (source, person, object_id, created, written) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (source, person) DO UPDATE SET object_id = excluded.object_id, written = excluded.written`,
			source, int64(a.Person), a.ObjectID, a.Created, a.Written)
		if err != nil {
			return err
		}
	}
	return nil
}

// putClassGroups remembers groups, each class once, new or not.
func putClassGroups(ctx context.Context, tx Tx, source int, groups []plan.ClassGroup) error {
	for _, size := range []int{groupsInStatement, 1} {
		sql := putClassGroupsOf(size)
		for len(groups) >= size {
			args := make([]any, 0, size*classGroupColumns)
			for _, g := range groups[:size] {
				args = append(args, source, int64(g.Class), g.ObjectID, g.Written, notNil(g.Owners), notNil(g.Members))
			}
			if _, err := tx.Exec(ctx, sql, args...); err != nil {
				return err
			}
			groups = groups[size:]
		}
	}
	return nil
}

const (
	groupsInStatement = 50
	classGroupColumns = 6
)

// putClassGroupsOf is the statement for so many groups.
func putClassGroupsOf(size int) string {
	rows := make([]string, size)
	for i := range rows {
		rows[i] = "(" + Parameters(1+i*classGroupColumns, classGroupColumns) + ")"
	}
	return `INSERT INTO class_group (source, class, object_id, written, owners, members) VALUES ` + strings.Join(rows, ", ") + `
		ON CONFLICT (source, class) DO UPDATE
		SET object_id = excluded.object_id, written = excluded.written, owners = excluded.owners, members = excluded.members`
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
