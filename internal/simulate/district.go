package simulate

import "strconv"

// district is the plan of a district: how many are where. Whom they are is
// computed when they are written.
type district struct {
	seed    uint64
	next    bool // the following night
	year    int  // in which the school year ends
	schools []school

	cultures []culture
}

// school is one school and its shares in the numbers of the district.
type school struct {
	number   int
	level    level
	students span
	arrivals span // students who come with the following night
	staff    span
	classes  span
	extra    bool // has a class that comes with the following night
}

// span is a range of numbers, from included and to not.
type span struct{ from, to int }

func (s span) len() int { return s.to - s.from }

// level is what a school teaches.
type level struct {
	name   string
	size   int // students, on average
	grades []string
	age    int // of the lowest grade
}

func levels() (elementary, middle, high level) {
	elementary = level{"Elementary", 420, []string{"KG", "01", "02", "03", "04", "05"}, 5}
	middle = level{"Middle School", 640, []string{"06", "07", "08"}, 11}
	high = level{"High School", 1200, []string{"09", "10", "11", "12"}, 14}
	return elementary, middle, high
}

// minSchool is the fewest students of a school: with fewer, a grade would have
// less than one class a subject.
const minSchool = 300

// Shares of the users, and how many things change in a night, per thousand.
const (
	studentShare = 940
	arriving     = 3 // new students
	leaving      = 3 // students gone
	moving       = 20
	renaming     = 4
	swapping     = 4
)

// newDistrict divides the users of a scale among schools.
func newDistrict(scale Scale, seed uint64, year int, next bool) *district {
	d := &district{seed: scramble(seed), next: next, year: year, cultures: allCultures()}
	elementary, middle, high := levels()
	cycle := []level{elementary, high, middle, elementary, elementary, middle}
	students := scale.Users * studentShare / 1000
	for placed := 0; placed < students; {
		l := cycle[len(d.schools)%len(cycle)]
		size := max(minSchool, l.size*(70+d.pick(ofSize, len(d.schools), 0, 60))/100)
		if students-placed-size < minSchool {
			size = students - placed
		}
		d.schools = append(d.schools, school{
			number: len(d.schools), level: l, students: span{placed, placed + size},
		})
		placed += size
	}
	d.share(students, scale.Users-students, scale.Classes)
	return d
}

// share divides staff, classes and arrivals in proportion to the students.
func (d *district) share(students, staff, classes int) {
	arrivals := students
	for i := range d.schools {
		s := &d.schools[i]
		part := func(whole int) span {
			return span{whole * s.students.from / students, whole * s.students.to / students}
		}
		s.staff, s.classes = part(staff), part(classes)
		s.arrivals = span{arrivals, arrivals}
		s.extra = d.next && i%20 == 0
		if d.next {
			s.arrivals.to += max(1, s.students.len()*arriving/1000)
		}
		arrivals = s.arrivals.to
	}
}

func (s school) id() string { return "SCH" + strconv.Itoa(s.number+1) }

func (s school) name() string {
	names := schoolNames()
	name := names[s.number%len(names)]
	if round := s.number / len(names); round > 0 {
		name += " " + strconv.Itoa(round+1)
	}
	return name + " " + s.level.name
}

const districtID = "DIST-1"
