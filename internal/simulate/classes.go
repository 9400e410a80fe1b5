package simulate

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
)

// subject is what every grade of a school is taught.
type subject struct {
	name string
	code string // in a course's code
	list string // RefAcademicSubject
}

const subjects = 8

func subjectAt(i int) subject {
	return [subjects]subject{
		{"English", "ENG", "01"},
		{"Mathematics", "MAT", "02"},
		{"Science", "SCI", "03"},
		{"Social Studies", "SOC", "04"},
		{"Art", "ART", "05"},
		{"Physical Education", "PE", "08"},
		{"Computing", "ICT", "10"},
		{"World Languages", "LNG", "24"},
	}[i]
}

// class is one class of a school: a section of a subject in a grade.
type class struct {
	number  int // in the district; the classes that come in the following night have none
	grade   int
	subject int
	section int // from 0
}

// gradeClasses returns the classes of a grade. Consecutive ones are of
// different subjects, so that no subject lacks a class.
func (s school) gradeClasses(grade int) span {
	n, grades := s.classes.len(), len(s.level.grades)
	return span{s.classes.from + n*grade/grades, s.classes.from + n*(grade+1)/grades}
}

// sections returns how many classes a grade has of a subject.
func (s school) sections(grade, subject int) int {
	n := s.gradeClasses(grade).len()
	return (n - subject + subjects - 1) / subjects
}

func (s school) classOf(grade, subject, section int) class {
	return class{s.gradeClasses(grade).from + section*subjects + subject, grade, subject, section}
}

// each calls visit for every class of the school.
func (s school) each(visit func(class)) {
	for grade := range s.level.grades {
		in := s.gradeClasses(grade)
		for n := in.from; n < in.to; n++ {
			k := n - in.from
			visit(class{n, grade, k % subjects, k / subjects})
		}
	}
}

func (s school) appendCourseID(buf []byte, grade, subject int) []byte {
	buf = append(buf, "CRS-"...)
	buf = strconv.AppendInt(buf, int64(s.number+1), 10)
	buf = append(buf, '-')
	return append(buf, courseCode(s.level.grades[grade], subject)...)
}

func courseCode(grade string, subject int) string {
	return subjectAt(subject).code + strings.TrimPrefix(grade, "0")
}

func courseTitle(grade string, subject int) string {
	if grade == "KG" {
		return "Kindergarten " + subjectAt(subject).name
	}
	return subjectAt(subject).name + " " + strings.TrimPrefix(grade, "0")
}

// appendClassID appends the identifier of a class: high schools use a system
// that gives GUIDs, the others one that counts.
func (d *district) appendClassID(buf []byte, s school, number int) []byte {
	if len(s.level.grades) != 4 {
		buf = strconv.AppendInt(buf, int64(s.number+1), 10)
		buf = append(buf, '.')
		return strconv.AppendInt(buf, int64(number*7+11), 10)
	}
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], d.roll(ofClassID, number, 0))
	binary.BigEndian.PutUint64(raw[8:], scramble(uint64(number)))
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	for i, b := range raw {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			buf = append(buf, '-')
		}
		buf = hex.AppendEncode(buf, []byte{b})
	}
	return buf
}

func (d *district) classTitle(s school, c class) string {
	title := courseTitle(s.level.grades[c.grade], c.subject)
	section := strconv.Itoa(c.section + 1)
	if d.next && d.chance(ofRenaming, c.number, renaming) {
		return title + " (Room " + strconv.Itoa(100+c.section) + ")"
	}
	if s.level.age == 5 {
		return title + " - " + section
	}
	return title + ", Section " + section
}

// extraClassID is the identifier of the class that comes in the following night.
func (s school) extraClassID() string { return s.id() + "-CLUB" }
