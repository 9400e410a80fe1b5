package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"

	"rollbook/internal/feed"
	"rollbook/internal/roster"
)

// Person is somebody who is erased.
type Person struct {
	Source int
	ID     roster.ID
	// Names are the identifier and the user name, by which findings and the audit log know
	// the person, and Objects the IDs of the accounts that he or she had.
	Names   []string
	Objects []string
}

// erasedText stands where something about a person was.
const erasedText = "erased"

// erasedChanges stands where the changes of an audit record were.
const erasedChanges = `[{"before":null,"after":"` + erasedText + `"}]`

// EraseMentions takes a person out of findings and out of the audit log.
func EraseMentions(ctx context.Context, db DB, p Person) error {
	for _, erase := range []func(context.Context, DB, Person) error{eraseFindings, eraseQuiet, eraseAudit} {
		if err := erase(ctx, db, p); err != nil {
			return fmt.Errorf("erase a person: %w", err)
		}
	}
	return nil
}

// eraseQuiet takes the notes that name a person from the findings that are quiet.
func eraseQuiet(ctx context.Context, db DB, p Person) error {
	quiet, err := Quiets{db}.List(ctx, time.Time{})
	if err != nil {
		return err
	}
	for _, one := range quiet {
		if !p.Named(one.Note) {
			continue
		}
		one.Note = erasedText
		if err := (Quiets{db}).Put(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// eraseFindings takes the words out of the findings that name a person.
func eraseFindings(ctx context.Context, db DB, p Person) error {
	type row struct {
		run  string
		n    int
		body string
	}
	var rows []row
	err := db.Read(ctx, func(tx Tx) error {
		return Each(ctx, tx, `SELECT run, n, body FROM finding`, nil, func(r Row) error {
			var one row
			if err := r.Scan(&one.run, &one.n, &one.body); err != nil {
				return err
			}
			if p.Named(one.body) {
				rows = append(rows, one)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(rows, rowsInTransaction) {
		err := db.Write(ctx, func(tx Tx) error {
			for _, one := range piece {
				var f feed.Finding
				if err := json.Unmarshal([]byte(one.body), &f); err != nil {
					return err
				}
				f.Record, f.Message, f.Hint = erasedText, erasedText, ""
				body, err := json.Marshal(f)
				if err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `UPDATE finding SET body = $3 WHERE run = $1 AND n = $2`, one.run, one.n, string(body)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eraseAudit takes the values out of what the audit log has of a person and of their
// accounts. That something was done, when and by whom, stays, and so does the chain.
func eraseAudit(ctx context.Context, db DB, p Person) error {
	type key struct {
		at int64
		id string
	}
	var keys []key
	err := db.Read(ctx, func(tx Tx) error {
		return Each(ctx, tx, `SELECT at, id, path, changes FROM audit WHERE changes IS NOT NULL`, nil, func(r Row) error {
			var k key
			var path string
			var changes *string
			if err := r.Scan(&k.at, &k.id, &path, &changes); err != nil {
				return err
			}
			about := slices.ContainsFunc(p.Objects, func(id string) bool { return strings.Contains(path+*changes, id) })
			if about || p.Named(*changes) {
				keys = append(keys, k)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx Tx) error {
		for _, k := range keys {
			if _, err := tx.Exec(ctx, `UPDATE audit SET changes = $3, salt = '' WHERE at = $1 AND id = $2`, k.at, k.id, erasedChanges); err != nil {
				return err
			}
		}
		return nil
	})
}

// EraseRecord empties the record of a person in the roster, where it stays under a name that
// says nothing. The index, which has the identifier too, is made anew by the next feed.
func EraseRecord(ctx context.Context, db DB, p Person, name string) error {
	var contents roster.Contents
	contents[roster.Itself] = roster.Person{}.Encode(nil)
	contents[roster.AffiliationsPart] = roster.Affiliations{}.Encode(nil)
	contents[roster.DetailsPart] = roster.Details{}.Encode(nil)
	var digests []byte
	for _, part := range contents[:roster.KindPerson.Parts()] {
		digest := roster.Sum(part)
		digests = append(digests, digest[:]...)
	}
	err := db.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `UPDATE roster SET record_key = $4, digests = $5, body = $6, active = $7 WHERE source = $1 AND kind = $2 AND id = $3`,
			p.Source, int(roster.KindPerson), int64(p.ID), name, digests, contents.Join(roster.KindPerson, nil), false)
		_, indexed := tx.Exec(ctx, `UPDATE feed SET indexed = $2 WHERE source = $1`, p.Source, false)
		_, index := tx.Exec(ctx, `DELETE FROM roster_index WHERE source = $1 AND kind = $2`, p.Source, int(roster.KindPerson))
		return errors.Join(err, indexed, index)
	})
	if err != nil {
		return fmt.Errorf("erase a person: %w", err)
	}
	return nil
}

// Named reports whether a text names the person, by a whole word.
func (p Person) Named(text string) bool {
	return slices.ContainsFunc(p.Names, func(name string) bool { return name != "" && hasWord(text, name) })
}

// hasWord reports whether a text has a word that is no part of a longer one.
func hasWord(text, word string) bool {
	part := func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || c == '-' || c == '.' }
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		before, after := text[:from+at], text[from+at+len(word):]
		if !endsWith(before, part) && !beginsWith(after, part) {
			return true
		}
		from += at + len(word)
	}
}

func endsWith(text string, is func(rune) bool) bool {
	runes := []rune(text[max(0, len(text)-4):])
	return len(runes) > 0 && is(runes[len(runes)-1])
}

func beginsWith(text string, is func(rune) bool) bool {
	for _, c := range text {
		return is(c)
	}
	return false
}
