package simulate

import "strconv"

// Each function here writes what one school adds to one file.

func (d *district) writeOrg(w *writer, s school) {
	if s.number == 0 {
		w.row(districtID, "Unified School District", "district", "")
	}
	w.row(s.id(), s.name(), "school", districtID)
}

func (d *district) yearID() string { return "SY" + strconv.Itoa(d.year) }

func (d *district) termID(n int) string { return d.yearID() + "-" + strconv.Itoa(n) }

// writeSessions writes the sessions of the district, with its first school.
func (d *district) writeSessions(w *writer, s school) {
	if s.number != 0 {
		return
	}
	begins, ends := strconv.Itoa(d.year-1), strconv.Itoa(d.year)
	w.row(d.yearID(), "School Year "+begins+"-"+ends, "schoolYear", ends, begins+"-08-01", ends+"-07-31")
	w.row(d.termID(1), "Fall Semester "+begins, "semester", ends, begins+"-08-01", ends+"-01-31")
	w.row(d.termID(2), "Spring Semester "+ends, "semester", ends, ends+"-02-01", ends+"-07-31")
}

func (d *district) writeCourses(w *writer, s school) {
	for g, grade := range s.level.grades {
		for subject := range subjects {
			w.row(string(s.appendCourseID(nil, g, subject)), s.id(), courseTitle(grade, subject), courseCode(grade, subject),
				d.yearID(), subjectAt(subject).list, grade)
		}
	}
}

func (d *district) writeUsers(w *writer, s school) {
	for n := s.staff.from; n < s.staff.to; n++ {
		given, family := d.name(staffPerson(n))
		username := staffUsername(given, family, n)
		phone := ""
		if k := n - s.staff.from; k < 3 {
			phone = "+1555" + strconv.Itoa(1_000_000+n)
		}
		w.row(string(appendStaffID(nil, n)), username, given.written, family.written, username+"@district.example", phone)
	}
	for st := range d.students(s) {
		given, family := d.name(st.number)
		w.comma()
		w.buf = appendStudentID(w.buf, st.number)
		w.row(studentUsername(given, family, st.number), given.written, family.written, "", "")
	}
}

func (d *district) writeRoles(w *writer, s school) {
	for n := s.staff.from; n < s.staff.to; n++ {
		id, role := string(appendStaffID(nil, n)), staffRole(n-s.staff.from)
		w.row(id, s.id(), role, d.yearID(), "", "true", "", "")
		if second, ok := d.secondSchool(s, n); ok {
			w.row(id, second.id(), role, d.yearID(), "", "false", "", "")
		}
	}
	for st := range d.students(s) {
		w.comma()
		w.buf = appendStudentID(w.buf, st.number)
		w.row(s.id(), "student", d.yearID(), s.level.grades[st.grade], "true", "", "")
	}
}

func (d *district) writeClasses(w *writer, s school) {
	s.each(func(c class) {
		w.comma()
		w.buf = d.appendClassID(w.buf, s, c.number)
		sessions := d.yearID()
		if s.level.age > 5 {
			sessions = d.termID(1) + "," + d.termID(2)
		}
		code := courseCode(s.level.grades[c.grade], c.subject) + "-" + strconv.Itoa(c.section+1)
		w.row(s.id(), d.classTitle(s, c), sessions, string(s.appendCourseID(nil, c.grade, c.subject)), code)
	})
	if s.extra {
		w.row(s.extraClassID(), s.id(), "Reading Club", d.yearID(), "", "CLUB")
	}
}

func (d *district) writeEnrollments(w *writer, s school) {
	var posts []post
	s.each(func(c class) {
		posts = d.posts(posts[:0], s, c)
		for _, p := range posts {
			w.comma()
			w.buf = d.appendClassID(w.buf, s, c.number)
			w.comma()
			w.buf = appendStaffID(w.buf, p.staff)
			w.row(p.role)
		}
	})
	for st := range d.students(s) {
		for subject := range subjects {
			if c, ok := d.taken(s, st, subject); ok {
				w.comma()
				w.buf = d.appendClassID(w.buf, s, c.number)
				w.comma()
				w.buf = appendStudentID(w.buf, st.number)
				w.row("student")
			}
		}
	}
	if s.extra {
		d.writeClub(w, s)
	}
}

// writeClub fills the class that comes in the following night.
func (d *district) writeClub(w *writer, s school) {
	w.row(s.extraClassID(), string(appendStaffID(nil, s.member("teacher", s.number))), "teacher")
	joined := 0
	for st := range d.students(s) {
		if joined++; joined > clubSize {
			return
		}
		w.row(s.extraClassID(), string(appendStudentID(nil, st.number)), "student")
	}
}

func (d *district) writeDemographics(w *writer, s school) {
	sexes := [...]string{"female", "male", "female", "male", "female", "male", "female", "male", "other", ""}
	races := [...]string{"white", "asian", "blackOrAfricanAmerican", "white", "demographicRaceTwoOrMoreRaces", "", "asian,white"}
	for st := range d.students(s) {
		w.comma()
		w.buf = appendStudentID(w.buf, st.number)
		ethnicity := ""
		if d.pick(ofRace, st.number, 1, 4) == 0 {
			ethnicity = "hispanicOrLatinoEthnicity"
		}
		w.row(sexes[d.pick(ofSex, st.number, 0, len(sexes))], d.birthDate(s, st), "", "", "US", ethnicity,
			races[d.pick(ofRace, st.number, 0, len(races))])
	}
}

func (d *district) writeFlags(w *writer, s school) {
	flags := [...]string{"ELL", "freeLunch", "IEP", "giftedOrTalented", "504", "reducedLunch"}
	for st := range d.students(s) {
		if d.chance(ofFlag, st.number, 90) {
			w.comma()
			w.buf = appendStudentID(w.buf, st.number)
			w.row(flags[d.pick(ofFlag, st.number, 1, len(flags))])
		}
	}
}
