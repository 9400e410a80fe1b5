package feed

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"rollbook/internal/roster"
)

// Fallen is a row that a feed has and that says nothing, because it cannot be read
// or refers to what is not there. What it could be about is unknown until it is
// mended, and stays as it is.
type Fallen struct {
	Part Part
	// Key is the identifier of a record; of a row of a person the person's. It is ""
	// where the row does not tell it.
	Key string
	// Class is the class of an enrollment, "" where the row does not tell it.
	Class string
	// Shifted says that the row has too many or too few values, so that each may
	// stand under another header than its own.
	Shifted bool
	// Words are the row as it stands: rows in the same words are told apart only by
	// their number.
	Words string
}

// FallenRows are the fallen rows of a feed in the same words.
type FallenRows struct {
	Part  Part              `json:"part"`
	Words uint64            `json:"words"` // a hash
	Since roster.FeedNumber `json:"since"` // the feed with which they came
	Rows  int               `json:"rows"`
}

// fallen are the rows of a feed that fell, with what they may be about. A row that
// is always wrong in the same words excuses nothing: it excuses only what goes
// missing with the feed that it came with, for as long as it stands.
type fallen struct {
	parts  [partCount]fallenPart // people and classes are compared at the same time
	number roster.FeedNumber     // of the feed
	last   []FallenRows          // of the feed before
}

// fallenPart are the fallen rows of a part, and by what they may be about.
type fallenPart struct {
	rows  []fallenRow
	about map[[2]int32][]int
	more  int // rows beyond those that are told apart: each may be about anything
}

type fallenRow struct {
	class, person int32 // slots, or untold; a record's own slot is its person
	words         uint64
	since         roster.FeedNumber
}

const (
	untold  = -1 // stands for a class or person that a fallen row does not tell
	unknown = -2 // stands for a record that was never known: nothing can be kept of it
)

// mostFallen is how many fallen rows of a part are told apart. Beyond, they count as
// new, and excuse whatever goes missing: what is wrong with most rows of a feed is not
// what is wrong every night.
const mostFallen = 200_000

// fell notes a row that fell.
func (l *loader) fell(row Fallen) {
	if l.opts.check {
		return
	}
	f := &l.fallen
	sum := sha256.Sum256([]byte(row.Words))
	r := fallenRow{class: untold, person: untold, words: binary.LittleEndian.Uint64(sum[:])}
	switch kind, keyed := kindOf(row.Part); {
	case keyed:
		r.person = l.told(kind, row.Key)
		if r.person == untold && row.Key != "" && !row.Shifted {
			r.person = unknown
		}
	case row.Part == Affiliations:
		r.person = l.told(roster.KindPerson, row.Key)
	case row.Part == Enrollments:
		r.class, r.person = l.told(roster.KindClass, row.Class), l.told(roster.KindPerson, row.Key)
		if row.Shifted && (r.class == untold || r.person == untold) {
			r.class, r.person = untold, untold
		}
	default:
		return // nothing in a directory depends on it
	}
	p := &f.parts[row.Part]
	if len(p.rows) == mostFallen {
		p.more++
		return
	}
	p.rows = append(p.rows, r)
}

// told returns the slot of the record that a fallen row tells: one of this feed or
// of an earlier one.
func (l *loader) told(kind roster.Kind, key string) int32 {
	x := l.indexes[kind]
	if x == nil || key == "" {
		return untold
	}
	slot, ok := x.keys.find(key)
	if !ok || spoilt(x, slot) {
		return untold
	}
	return int32(slot)
}

// judge finds out since when each row stands, once all are known.
func (f *fallen) judge() {
	type words struct {
		part  Part
		words uint64
	}
	before := map[words][]FallenRows{}
	for _, r := range f.last {
		w := words{r.Part, r.Words}
		before[w] = append(before[w], r)
	}
	for _, same := range before { // those that came last go on first
		slices.SortFunc(same, func(a, b FallenRows) int { return cmp.Compare(b.Since, a.Since) })
	}
	for part := range f.parts {
		p := &f.parts[part]
		p.about = map[[2]int32][]int{}
		for i := range p.rows {
			r := &p.rows[i]
			r.since = f.number
			w := words{Part(part), r.words}
			if same := before[w]; len(same) > 0 {
				r.since = same[0].Since
				if same[0].Rows--; same[0].Rows == 0 {
					before[w] = same[1:]
				}
			}
			p.about[[2]int32{r.class, r.person}] = append(p.about[[2]int32{r.class, r.person}], i)
		}
	}
}

// covering yields the rows of a part that may be about a class and person, or of
// those only the ones that tell both.
func (f *fallen) covering(part Part, class, person int32, exact bool, yield func(*fallenRow)) {
	p := &f.parts[part]
	about := [4][2]int32{{class, person}, {class, untold}, {untold, person}, {untold, untold}}
	for i, key := range about {
		if i > 0 && (exact || slices.Contains(about[:i], key)) {
			continue
		}
		for _, at := range p.about[key] {
			yield(&p.rows[at])
		}
	}
}

// excuse returns since when it is unknown whether something goes on that is missing
// from the feed, 0 where no row excuses that. frozen is since when that was unknown
// before.
func (f *fallen) excuse(part Part, class, person int32, exact bool, frozen roster.FeedNumber) roster.FeedNumber {
	var still, tonight bool
	f.covering(part, class, person, exact, func(r *fallenRow) {
		still = still || r.since == frozen
		tonight = tonight || r.since == f.number
	})
	more := f.parts[part].more > 0
	switch {
	case still, more && frozen != 0:
		return frozen
	case tonight, more:
		return f.number
	}
	return 0
}

// mend notes that something is back that was frozen: rows that excused it are new.
func (f *fallen) mend(part Part, class, person int32, frozen roster.FeedNumber) {
	if frozen == 0 {
		return
	}
	f.covering(part, class, person, false, func(r *fallenRow) {
		if r.since == frozen {
			r.since = f.number
		}
	})
}

// standing reports whether rows of a part stand since an earlier feed.
func (f *fallen) standing(part Part) bool {
	return slices.ContainsFunc(f.parts[part].rows, func(r fallenRow) bool { return r.since < f.number })
}

// any reports whether rows of a part fell.
func (f *fallen) any(part Part) bool { return len(f.parts[part].rows) > 0 }

// report returns the rows for the next feed, each word once.
func (f *fallen) report() []FallenRows {
	count := map[FallenRows]int{}
	for part, p := range f.parts {
		for _, r := range p.rows {
			count[FallenRows{Part: Part(part), Words: r.words, Since: r.since}]++
		}
		if p.more > 0 {
			count[FallenRows{Part: Part(part), Since: f.number}] += p.more
		}
	}
	list := make([]FallenRows, 0, len(count))
	for r, n := range count {
		r.Rows = n
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b FallenRows) int {
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.Words, b.Words), cmp.Compare(a.Since, b.Since))
	})
	return list
}

// wordsOf joins values to the words of a row.
func wordsOf(values ...string) string { return strings.Join(values, "\x1f") }
