package simulate

// aspect is what a random number decides, so that two decisions about the same
// person do not depend on each other.
type aspect uint64

const (
	ofSize aspect = iota + 1
	ofCulture
	ofGiven
	ofFamily
	ofClassCount
	ofSkipped
	ofSection
	ofSecondSchool
	ofStaffing
	ofClassID
	ofBirth
	ofSex
	ofRace
	ofFlag
	ofLeaving
	ofMoving
	ofRenaming
	ofSwapping
)

// roll returns the random number that decides an aspect of a thing.
func (d *district) roll(of aspect, thing, detail int) uint64 {
	return scramble(scramble(scramble(d.seed+uint64(of))+uint64(thing)) + uint64(detail))
}

// chance reports whether something that happens perMille times in a thousand
// happens to a thing.
func (d *district) chance(of aspect, thing, perMille int) bool {
	return d.roll(of, thing, 0)%1000 < uint64(perMille)
}

// pick returns a random number below n.
func (d *district) pick(of aspect, thing, detail, n int) int {
	return int(d.roll(of, thing, detail) % uint64(n))
}

// scramble is the finalizer of SplitMix64.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
