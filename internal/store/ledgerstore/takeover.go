package ledgerstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
	"rollbook/internal/store"
)

// TakeOver takes over what a release before the ledger remembered of the hosted
// directory: the accounts and groups that it made or found, and whom it put into
// them. All of it counts as ours. Where there is nothing left to take over it does
// nothing; one that was cut off is done again.
func TakeOver(ctx context.Context, db store.DB) error {
	waiting, err := takeOverWaits(ctx, db)
	if err != nil || !waiting {
		return err
	}
	if err := takeOver(ctx, db); err != nil {
		// Another process may have done it meanwhile.
		if waiting, again := takeOverWaits(ctx, db); again == nil && !waiting {
			return nil
		}
		return fmt.Errorf("take over what was remembered of the directory: %w", err)
	}
	return nil
}

func takeOverWaits(ctx context.Context, db store.DB) (bool, error) {
	var waiting int
	err := db.ReadRow(ctx, `SELECT COUNT(*) FROM take_over WHERE what = $1`, []any{takeOverLedger}, &waiting)
	return waiting > 0, err
}

func takeOver(ctx context.Context, db store.DB) error {
	for _, of := range []struct {
		sql  string
		scan func(store.Rows, *ledger.Object) error
	}{
		{`SELECT source, person, object_id, created, written FROM account_before_ledger ORDER BY source, person`, scanAccountBefore},
		{`SELECT source, class, object_id, written, owners, members FROM class_group_before_ledger ORDER BY source, class`, scanGroupBefore},
	} {
		if err := holdAll(ctx, Ledger{DB: db}, store.Sequence(ctx, db, of.scan, of.sql)); err != nil {
			return err
		}
	}
	return db.Write(ctx, func(tx store.Tx) error {
		for _, sql := range []string{`DROP TABLE account_before_ledger`, `DROP TABLE class_group_before_ledger`} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `DELETE FROM take_over WHERE what = $1`, takeOverLedger)
		return err
	})
}

// holdAll keeps objects, some thousand at a time.
func holdAll(ctx context.Context, l Ledger, all iter.Seq2[ledger.Object, error]) error {
	var objects []ledger.Object
	for o, err := range all {
		if err != nil {
			return err
		}
		if objects = append(objects, o); len(objects) == rowsInTransaction {
			if err := l.Hold(ctx, ledger.Hosted, objects); err != nil {
				return err
			}
			objects = nil
		}
	}
	return l.Hold(ctx, ledger.Hosted, objects)
}

// takeOverLedger is in take_over until everything was taken over. The migration that
// makes the ledger puts it there.
const takeOverLedger = "ledger"

func scanAccountBefore(rows store.Rows, o *ledger.Object) error {
	*o = ledger.Object{Record: ledger.Record{Kind: directory.Account}}
	var person int64
	var written string
	if err := rows.Scan(&o.Record.Source, &person, &o.ID, &o.Made, &written); err != nil {
		return err
	}
	o.Record.ID, o.Written = roster.ID(person), valuesBefore(written)
	return nil
}

// scanGroupBefore reads a group. That Rollbook made it is known: it found none.
func scanGroupBefore(rows store.Rows, o *ledger.Object) error {
	*o = ledger.Object{Record: ledger.Record{Kind: directory.ClassGroup}, Made: true}
	var class int64
	var written string
	var owners, members []byte
	if err := rows.Scan(&o.Record.Source, &class, &o.ID, &written, &owners, &members); err != nil {
		return err
	}
	o.Record.ID, o.Written = roster.ID(class), valuesBefore(written)
	for _, linked := range []struct {
		relation directory.Relation
		packed   []byte
	}{{directory.Member, members}, {directory.Owner, owners}} {
		ids, err := peopleBefore(linked.packed)
		if err != nil {
			return fmt.Errorf("the %ss of class %d: %w", linked.relation, class, err)
		}
		if len(ids) > 0 {
			o.Links = append(o.Links, ledger.Linked{Relation: linked.relation, IDs: ids})
		}
	}
	return nil
}

// valuesBefore reads values as they were remembered: each a name, a text and a
// sign behind both. A name of one letter stands for the one at its place here.
func valuesBefore(text string) directory.Values {
	names := []directory.Property{
		directory.Anchor, directory.UserPrincipalName, directory.DisplayName, directory.GivenName, directory.Surname, directory.Mail,
		directory.AccountEnabled, directory.HasTeam, directory.MailNickname, directory.PrimaryRole, directory.ExternalID, directory.Grade,
		directory.UserNumber, directory.AgeGroup, directory.CourseTitle, directory.CourseCode, directory.CourseSubject,
		directory.CourseGradeLevel, directory.CourseExternalID, directory.AcademicSessionTitle, directory.AcademicSessionExternalID, directory.ClassCode,
	}
	var values directory.Values
	for text != "" {
		var one string
		one, text, _ = strings.Cut(text, "\x1e")
		name, value, _ := strings.Cut(one, "\x1f")
		property := directory.Property(name)
		if len(name) == 1 && 'a' <= name[0] && int(name[0]-'a') < len(names) {
			property = names[name[0]-'a']
		}
		values = values.With(property, value)
	}
	return values
}

var errPacked = errors.New("a list that was remembered is damaged")

// peopleBefore reads people as they were remembered: the differences of their
// numbers, each with as many bytes as it needs.
func peopleBefore(packed []byte) (ledger.IDs, error) {
	var ids ledger.IDs
	var last uint64
	for len(packed) > 0 {
		n, size := binary.Uvarint(packed)
		if size <= 0 || n > uint64(^roster.ID(0))-last {
			return nil, errPacked
		}
		last += n
		ids, packed = append(ids, roster.ID(last)), packed[size:]
	}
	return ids, nil
}
