package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/go-json-experiment/json"
)

// AuditHead is a record of the chain: its number and its hash. The hash depends on all
// records before it.
type AuditHead struct {
	Sequence int64
	Hash     string
}

// AuditCheck is what became of the chain.
type AuditCheck struct {
	Records int       // that were looked at
	Deleted int64     // number of the last record that was deleted for its age
	Head    AuditHead // the last record; no number for none
	Erased  int       // records of which the changes were erased
	Broken  []AuditBroken
}

// AuditBroken is where the chain is not as it was made.
type AuditBroken struct {
	Sequence, Last int64 // the number; of several that are missing, the first and the last
	ID             string
	Problem        AuditProblem
}

// AuditProblem says what is wrong with a record.
type AuditProblem string

// The problems of a chain.
const (
	AuditAltered AuditProblem = "altered" // its members are not those that it had
	AuditMoved   AuditProblem = "moved"   // it does not follow what stands before it
	AuditMissing AuditProblem = "missing"
	AuditOther   AuditProblem = "other" // another record has the number of one whose hash was noted
)

const (
	chainPage  = 1000 // records in a transaction
	mostBroken = 100  // that are told
)

// chained is a record with its digests.
type chained struct {
	AuditRecord
	changesDigest, digest string
}

// Chain puts the records that are not in the chain at its end, in the order of time.
func (a Audit) Chain(ctx context.Context) error {
	for {
		n := 0
		err := a.DB.Write(ctx, func(tx Tx) (err error) {
			n, err = chainPiece(ctx, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("chain the audit log: %w", err)
		}
		if n < chainPage {
			return nil
		}
	}
}

func chainPiece(ctx context.Context, tx Tx) (int, error) {
	loose, err := chainedRecords(ctx, tx, `sequence IS NULL ORDER BY at, id`)
	if err != nil || len(loose) == 0 {
		return 0, err
	}
	_, head, err := chainEnds(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, r := range loose {
		if r.changesDigest == "" {
			r.changesDigest = digestChanges(r.Salt, r.Changes) // of a record from before the chain
		}
		digest := r.sum()
		head = AuditHead{head.Sequence + 1, chainHash(head, digest)}
		_, err := tx.Exec(ctx, `UPDATE audit SET sequence = $3, changes_digest = $4, digest = $5, hash = $6 WHERE at = $1 AND id = $2`,
			r.Time.UnixMicro(), r.ID, head.Sequence, r.changesDigest, digest, head.Hash)
		if err != nil {
			return 0, err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE audit_chain SET head = $1, head_hash = $2 WHERE one = 1`, head.Sequence, head.Hash)
	return len(loose), err
}

// chainEnds returns the last record that was deleted for its age, and the last of all.
func chainEnds(ctx context.Context, tx Tx) (deleted, head AuditHead, err error) {
	err = tx.QueryRow(ctx, `SELECT deleted, deleted_hash, head, head_hash FROM audit_chain WHERE one = 1`).
		Scan(&deleted.Sequence, &deleted.Hash, &head.Sequence, &head.Hash)
	return deleted, head, err
}

// CheckChain compares each record with its hash and with those before and after it. noted
// is a record whose hash somebody wrote down elsewhere; nil for none.
func (a Audit) CheckChain(ctx context.Context, noted *AuditHead) (AuditCheck, error) {
	var w chainWalk
	err := a.DB.Read(ctx, func(tx Tx) error {
		deleted, head, err := chainEnds(ctx, tx)
		if err != nil {
			return err
		}
		w = chainWalk{check: AuditCheck{Deleted: deleted.Sequence, Head: head}, before: deleted, noted: noted}
		for {
			page, err := chainedRecords(ctx, tx, `sequence > $1 ORDER BY sequence`, w.before.Sequence)
			if err != nil {
				return err
			}
			for _, r := range page {
				w.see(r)
			}
			if len(page) < chainPage {
				break
			}
		}
		w.end(head)
		return nil
	})
	if err != nil {
		return AuditCheck{}, fmt.Errorf("check the audit log: %w", err)
	}
	return w.check, nil
}

// chainWalk goes along a chain.
type chainWalk struct {
	check  AuditCheck
	before AuditHead
	noted  *AuditHead // nil for none, and once it was found
}

func (w *chainWalk) see(r chained) {
	w.check.Records++
	gap := w.missing(r.Sequence - 1)
	switch {
	case r.digest != r.sum() || r.changed():
		w.broken(AuditBroken{r.Sequence, r.Sequence, r.ID, AuditAltered})
	case !gap && r.Hash != chainHash(w.before, r.digest): // behind a gap nobody knows the hash before
		w.broken(AuditBroken{r.Sequence, r.Sequence, r.ID, AuditMoved})
	}
	if string(r.Changes) == erasedChanges {
		w.check.Erased++
	}
	w.before = AuditHead{r.Sequence, r.Hash}
	if w.noted != nil && w.noted.Sequence == r.Sequence {
		if w.noted.Hash != r.Hash {
			w.broken(AuditBroken{r.Sequence, r.Sequence, r.ID, AuditOther})
		}
		w.noted = nil
	}
}

// missing reports whether records up to a number are not there.
func (w *chainWalk) missing(last int64) bool {
	if last <= w.before.Sequence {
		return false
	}
	w.broken(AuditBroken{w.before.Sequence + 1, last, "", AuditMissing})
	return true
}

// end says what is missing behind the last record.
func (w *chainWalk) end(head AuditHead) {
	if !w.missing(head.Sequence) && head != w.before {
		w.broken(AuditBroken{head.Sequence, head.Sequence, "", AuditMoved})
	}
	if w.noted != nil && w.noted.Sequence > w.check.Deleted {
		w.broken(AuditBroken{w.noted.Sequence, w.noted.Sequence, "", AuditMissing})
	}
}

func (w *chainWalk) broken(b AuditBroken) {
	if len(w.check.Broken) < mostBroken {
		w.check.Broken = append(w.check.Broken, b)
	}
}

// changed reports whether the changes are neither those that were recorded nor erased.
func (r chained) changed() bool {
	erased := r.Salt == "" && string(r.Changes) == erasedChanges
	return !erased && r.changesDigest != digestChanges(r.Salt, r.Changes)
}

// sum returns the digest of a record: of all its members, of which changes are a digest
// already.
func (r chained) sum() string {
	text, err := json.Marshal([]any{
		r.ID, r.Time.UnixMicro(), r.CallerID, r.CallerName, r.AppID, r.Address, r.Method, r.Path, r.Status, r.Code, r.Target,
		r.RequestID, r.ClientRequestID, r.changesDigest, r.Unrecorded,
	})
	if err != nil {
		return err.Error() // a text that was put there by another hand and is no UTF-8: no digest
	}
	return sum(string(text))
}

// chainHash returns the hash of the record that follows another.
func chainHash(before AuditHead, digest string) string {
	return sum(fmt.Sprintf("%s %d %s", before.Hash, before.Sequence+1, digest))
}

// digestChanges returns the digest of changes; "" for none.
func digestChanges(salt string, changes []byte) string {
	if changes == nil {
		return ""
	}
	return sum(salt + string(changes))
}

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

func chainedRecords(ctx context.Context, tx Tx, where string, args ...any) ([]chained, error) {
	var all []chained
	err := Each(ctx, tx, `SELECT `+auditColumns+` FROM audit WHERE `+where+fmt.Sprintf(` LIMIT %d`, chainPage), args, func(row Row) error {
		r, err := scanAudit(row)
		all = append(all, r)
		return err
	})
	return all, err
}
