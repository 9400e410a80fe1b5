package feed

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/roster"
)

// Union returns the record that streams of one source system make up together.
// said is what each of them says of it, at least one, in the order of precedence:
// the order in which the inbound flows were created.
//
// The record is active while any stream says it. What it is, is what the first of
// the streams says that say it. Affiliations, enrollments, flags and contacts are
// those of all streams: one is over when no stream says it any more.
func Union(said []roster.Record) (roster.Record, error) {
	first := slices.IndexFunc(said, readable)
	if first < 0 {
		first = max(slices.IndexFunc(said, func(r roster.Record) bool { return r.Active }), 0)
	}
	union := said[first]
	if len(said) == 1 {
		return union, nil
	}
	for _, r := range said {
		union.Feed = later(union.Feed, r.Feed)
	}
	said = slices.Concat(said[first:first+1], said[:first], said[first+1:])
	var contents roster.Contents
	var err error
	switch union.Kind {
	case roster.KindPerson:
		contents, err = unionOfPerson(said)
	case roster.KindClass:
		contents, err = unionOfClass(said)
	default:
		return union, nil
	}
	if err != nil {
		return union, fmt.Errorf("%s %s: %w", union.Kind, union.Key, err)
	}
	union.Body = contents.Join(union.Kind, nil)
	return union, nil
}

// later returns the later of two feeds. One that is not stored yet, 0, is later
// than any.
func later(a, b roster.FeedNumber) roster.FeedNumber {
	if a == 0 || b == 0 {
		return 0
	}
	return max(a, b)
}

func unionOfPerson(said []roster.Record) (union roster.Contents, err error) {
	var affiliations roster.Affiliations
	var details roster.Details
	for _, r := range said {
		contents := r.Split()
		as, err := roster.DecodeAffiliations(contents[roster.AffiliationsPart])
		if err != nil {
			return union, err
		}
		affiliations = unionOfAffiliations(affiliations, as)
		d, err := roster.DecodeDetails(contents[roster.DetailsPart])
		if err != nil {
			return union, err
		}
		details = unionOfDetails(details, d)
	}
	affiliations.Sort()
	union[roster.Itself] = said[0].Split()[roster.Itself]
	union[roster.AffiliationsPart] = affiliations.Encode(nil)
	union[roster.DetailsPart] = details.Encode(nil)
	return union, nil
}

// unionOfAffiliations adds affiliations that a stream says to those that streams
// before it say: one that is active wins over one that has ended.
func unionOfAffiliations(before, others roster.Affiliations) roster.Affiliations {
	for _, a := range others {
		switch i := slices.IndexFunc(before, a.Same); {
		case i < 0:
			before = append(before, a)
		case better(a.Ended, a.Frozen, before[i].Ended, before[i].Frozen):
			before[i] = a
		}
	}
	return before
}

func unionOfDetails(before, others roster.Details) roster.Details {
	return roster.Details{
		Demographics: cmp.Or(before.Demographics, others.Demographics),
		Flags:        unionOf(before.Flags, others.Flags, strings.Compare),
		Contacts:     unionOf(before.Contacts, others.Contacts, compareContacts),
	}
}

func unionOf[T comparable](before, others []T, compare func(a, b T) int) []T {
	all := slices.Concat(before, others)
	slices.SortFunc(all, compare)
	return slices.Compact(all)
}

func unionOfClass(said []roster.Record) (union roster.Contents, err error) {
	var all roster.Roll
	for _, r := range said {
		roll, err := roster.DecodeRoll(r.Split()[roster.RollPart], nil)
		if err != nil {
			return union, err
		}
		all = append(all, roll...)
	}
	union[roster.Itself] = said[0].Split()[roster.Itself]
	union[roster.RollPart] = unionOfRolls(all).Encode(nil)
	return union, nil
}

// unionOfRolls returns enrollments of several streams, each once: it began when
// the first of them said it, and ended when none of them did any more.
func unionOfRolls(all roster.Roll) roster.Roll {
	all.Sort()
	union := all[:0]
	for _, e := range all {
		last := len(union) - 1
		if last < 0 || union[last].Compare(e) != 0 {
			union = append(union, e)
			continue
		}
		same := &union[last]
		same.Since = min(same.Since, e.Since)
		if better(e.Ended, e.Frozen, same.Ended, same.Frozen) {
			same.Ended, same.Frozen = e.Ended, e.Frozen
		}
	}
	return union
}

// better reports whether what one stream says of something counts before what another
// says: that it goes on, before that nobody knows, before that it ended, and of that
// the later.
func better(ended, frozen, otherEnded, otherFrozen roster.FeedNumber) bool {
	rank := func(ended, frozen roster.FeedNumber) int {
		switch {
		case ended != 0:
			return 0
		case frozen != 0:
			return 1
		}
		return 2
	}
	a, b := rank(ended, frozen), rank(otherEnded, otherFrozen)
	return a > b || a == b && ended > otherEnded
}

// readable reports whether a stream says a record, and says it readably.
func readable(r roster.Record) bool {
	if !r.Active || !freezes(r.Kind) {
		return r.Active
	}
	since, _, err := frozen(r.Kind, r.Split()[roster.Itself])
	return err != nil || since == 0
}
