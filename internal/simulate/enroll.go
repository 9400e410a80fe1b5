package simulate

// taken returns the class in which a student takes a subject, if at all. A
// student takes 6 to 8 of the subjects; in the following night some are in
// another section of one of them.
func (d *district) taken(s school, st student, subject int) (class, bool) {
	skipped := [10]int{2, 1, 1}[d.pick(ofClassCount, st.number, 0, 10)]
	turn := d.pick(ofSkipped, st.number, 0, subjects)
	if (subject+turn)%subjects < skipped {
		return class{}, false
	}
	n := s.sections(st.grade, subject)
	section := d.pick(ofSection, st.number, subject, n)
	if d.next && (subject+turn)%subjects == subjects-1 && d.chance(ofMoving, st.number, moving) {
		section = (section + 1) % n
	}
	return s.classOf(st.grade, subject, section), true
}

// post is one member of staff in a class.
type post struct {
	staff int
	role  string
}

// posts appends who teaches and helps in a class.
func (d *district) posts(buf []post, s school, c class) []post {
	lead := c.number
	if d.next && d.chance(ofSwapping, c.number, swapping) {
		lead++
	}
	buf = append(buf, post{s.member("teacher", lead), "teacher"})
	for _, helper := range [...]struct {
		role, as string
		perMille uint64
	}{
		{"teacher", "teacher", 400},
		{"aide", "aide", 300},
		{"substitute", "substitute", 200},
		{"principal", "administrator", 100},
	} {
		if d.roll(ofStaffing, c.number, len(helper.as)+int(helper.perMille))%1000 < helper.perMille {
			// Two further on is neither the lead nor who takes over from it.
			buf = append(buf, post{s.member(helper.role, c.number+2), helper.as})
		}
	}
	return buf
}

// clubSize is how many students join the class that comes in the following night.
const clubSize = 25
