package simulate

import (
	"iter"
	"strconv"
	"strings"
)

// student is one student, by its number in the district.
type student struct {
	number int
	grade  int // in the grades of the school's level
}

// students yields the students of a school. In the following night some have
// left and some have come.
func (d *district) students(s school) iter.Seq[student] {
	return func(yield func(student) bool) {
		grades := len(s.level.grades)
		for n := s.students.from; n < s.students.to; n++ {
			if d.next && d.chance(ofLeaving, n, leaving) {
				continue
			}
			if !yield(student{n, (n - s.students.from) * grades / s.students.len()}) {
				return
			}
		}
		for n := s.arrivals.from; n < s.arrivals.to; n++ {
			if !yield(student{n, n % grades}) {
				return
			}
		}
	}
}

// appendStudentID appends a plain number, as most student information systems
// give: of different lengths and with gaps.
func appendStudentID(buf []byte, number int) []byte {
	return strconv.AppendInt(buf, int64(90_001+number*13), 10)
}

// appendStaffID appends the identifier of a member of staff.
func appendStaffID(buf []byte, number int) []byte {
	return strconv.AppendInt(append(buf, 'T'), int64(801+number*3), 10)
}

// name returns the names of a person. Staff are numbered apart from students.
func (d *district) name(person int) (given, family name) {
	c := d.culture(person)
	return c.given[d.pick(ofGiven, person, 0, len(c.given))], c.family[d.pick(ofFamily, person, 0, len(c.family))]
}

func (d *district) culture(person int) culture {
	return d.cultures[d.pick(ofCulture, person, 0, len(d.cultures))]
}

// staffPerson is the number under which a member of staff is a person.
func staffPerson(number int) int { return -1 - number }

// studentUsername is the initial, the family name and the student's number.
func studentUsername(given, family name, number int) string {
	return given.ascii[:1] + shortened(family.ascii) + strconv.Itoa(number+10)
}

func staffUsername(given, family name, number int) string {
	return given.ascii + "." + family.ascii + strconv.Itoa(number+1)
}

func shortened(s string) string { return s[:min(len(s), 8)] }

// staffRole returns what the kth member of a school's staff does.
func staffRole(k int) string {
	switch {
	case k == 0:
		return "principal"
	case k == 1 || k == 2:
		return "officeStaff"
	case k%12 == 5:
		return "aide"
	case k%12 == 9:
		return "substitute"
	}
	return "teacher"
}

// member returns a member of a school's staff with a role, the one that choice
// falls on.
func (s school) member(role string, choice int) int {
	count := 0
	for k := range s.staff.len() {
		if staffRole(k) == role {
			count++
		}
	}
	choice %= max(count, 1)
	for k := range s.staff.len() {
		if staffRole(k) == role {
			if choice--; choice < 0 {
				return s.staff.from + k
			}
		}
	}
	return s.staff.from
}

// secondSchool returns where else a member of staff works, if anywhere.
func (d *district) secondSchool(s school, number int) (school, bool) {
	if staffRole(number-s.staff.from) != "teacher" || len(d.schools) < 2 || !d.chance(ofSecondSchool, number, 50) {
		return school{}, false
	}
	return d.schools[(s.number+1)%len(d.schools)], true
}

// birthDate returns a day that fits a grade.
func (d *district) birthDate(s school, st student) string {
	year := d.year - 1 - s.level.age - st.grade
	month, day := 1+d.pick(ofBirth, st.number, 0, 12), 1+d.pick(ofBirth, st.number, 1, 28)
	var b strings.Builder
	b.WriteString(strconv.Itoa(year))
	for _, n := range []int{month, day} {
		b.WriteByte('-')
		if n < 10 {
			b.WriteByte('0')
		}
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}
