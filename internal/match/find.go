package match

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// Directory is what matching asks of a directory.
type Directory interface {
	Find(ctx context.Context, k directory.Kind, keys []directory.Key) iter.Seq2[directory.Found, error]
}

// Claim is a person without an account, and what they are looked up by.
type Claim struct {
	Person roster.ID
	Key    Key
}

// Result says who was found, and who cannot be.
type Result struct {
	// Found are the accounts of the people who have one.
	Found map[roster.ID]directory.Object
	// Refused are the people who are not to have an account, matched or made,
	// because it is not clear whose it is.
	Refused map[roster.ID]Refusal
}

// Refusal is why a person was not joined to an account.
type Refusal struct {
	Reason Reason
	Value  string // that they were looked up by
	// Account is the ID of the account that is another person's; "" for other reasons.
	Account string
}

// Reason names a Refusal.
type Reason string

// The reasons.
const (
	ClaimedTwice    Reason = "match-claimed-twice"    // several people are looked up by one value
	SeveralAccounts Reason = "match-several-accounts" // several accounts have the value
	TakenAccount    Reason = "match-account-taken"    // the account is another person's already
)

// batch is how many values are looked up at once.
const batch = 2000

// Find looks up the accounts of people. taken says whose account an object of
// the directory is, by its ID.
func Find(ctx context.Context, d Directory, claims []Claim, taken func(objectID string) bool) (Result, error) {
	r := Result{Found: map[roster.ID]directory.Object{}, Refused: map[roster.ID]Refusal{}}
	clear := r.refuseClaimedTwice(claims)
	for len(clear) > 0 {
		n := min(batch, len(clear))
		if err := r.find(ctx, d, clear[:n], taken); err != nil {
			return Result{}, err
		}
		clear = clear[n:]
	}
	r.refuseShared(claims)
	return r, nil
}

// refuseShared takes back the accounts that several people were found for: one
// by the name, another by the mail address.
func (r Result) refuseShared(claims []Claim) {
	if !slices.ContainsFunc(claims, func(c Claim) bool { return c.Key.Property != claims[0].Key.Property }) {
		return
	}
	count := make(map[string]int, len(r.Found))
	for _, account := range r.Found {
		count[account.Ref.ID]++
	}
	for _, c := range claims {
		if account, found := r.Found[c.Person]; found && count[account.Ref.ID] > 1 {
			delete(r.Found, c.Person)
			r.Refused[c.Person] = Refusal{Reason: ClaimedTwice, Value: c.Key.Value}
		}
	}
}

// refuseClaimedTwice returns the claims whose value no other person has. Of
// those that share one nobody is joined: to guess would put a child into
// another's account.
func (r Result) refuseClaimedTwice(claims []Claim) []Claim {
	alike := alikeOf(claims)
	count := map[Key]uint32{}
	for i, c := range claims {
		if alike(i) {
			count[c.Key.folded()]++
		}
	}
	clear := make([]Claim, 0, len(claims))
	for i, c := range claims {
		if alike(i) && count[c.Key.folded()] > 1 {
			r.Refused[c.Person] = Refusal{Reason: ClaimedTwice, Value: c.Key.Value}
			continue
		}
		clear = append(clear, c)
	}
	return clear
}

// alikeOf returns which claims another one may share its value with: all that
// do, and some of the others. To compare all of them in full is slow where a
// million people have no account yet.
func alikeOf(claims []Claim) func(i int) bool {
	const spread = 8 // so that one in eight is alike by chance
	seed, places, counts := maphash.MakeSeed(), make([]uint64, len(claims)), make([]uint8, spread*len(claims))
	for i, c := range claims {
		places[i] = maphash.String(seed, strings.ToLower(c.Key.Value)) % uint64(len(counts))
		counts[places[i]] = min(counts[places[i]]+1, 2)
	}
	return func(i int) bool { return counts[places[i]] > 1 }
}

func (k Key) folded() Key { return Key{k.Property, strings.ToLower(k.Value)} }

func (r Result) find(ctx context.Context, d Directory, claims []Claim, taken func(string) bool) error {
	keys := make([]directory.Key, len(claims))
	for i, c := range claims {
		keys[i] = directory.Key(c.Key)
	}
	found := map[Key][]directory.Object{}
	for f, err := range d.Find(ctx, directory.Account, keys) {
		if err != nil {
			return fmt.Errorf("look up accounts: %w", err)
		}
		key := Key(f.Key).folded()
		found[key] = append(found[key], f.Object)
	}
	if len(found) == 0 {
		return nil
	}
	for _, c := range claims {
		r.join(c, found[c.Key.folded()], taken)
	}
	return nil
}

func (r Result) join(c Claim, accounts []directory.Object, taken func(string) bool) {
	switch {
	case len(accounts) == 0:
	case len(accounts) > 1:
		r.Refused[c.Person] = Refusal{Reason: SeveralAccounts, Value: c.Key.Value}
	case taken(accounts[0].Ref.ID):
		r.Refused[c.Person] = Refusal{TakenAccount, c.Key.Value, accounts[0].Ref.ID}
	default:
		r.Found[c.Person] = accounts[0]
	}
}
