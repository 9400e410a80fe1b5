package simulate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Options say what district is written.
type Options struct {
	Scale Scale
	Seed  uint64
	Today time.Time // lies within the school year
	Next  bool      // the following night of the same district
}

// Written is how many rows a district has, by file.
type Written map[string]int

// Write writes a district into a folder, which it makes, replacing the files of
// the same names.
func Write(ctx context.Context, dir string, opts Options) (Written, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	d := newDistrict(opts.Scale, opts.Seed, schoolYear(opts.Today), opts.Next)
	written := Written{}
	for _, f := range []struct {
		name, header string
		write        func(*writer, school)
	}{
		{"orgs.csv", "sourcedId,name,type,parentSourcedId", d.writeOrg},
		{"academicSessions.csv", "sourcedId,title,type,schoolYear,startDate,endDate", d.writeSessions},
		{"courses.csv", "sourcedId,orgSourcedId,title,code,schoolYearSourcedId,subject,grade", d.writeCourses},
		{"users.csv", "sourcedId,username,givenName,familyName,email,phone", d.writeUsers},
		{"roles.csv", "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate", d.writeRoles},
		{"classes.csv", "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId,code", d.writeClasses},
		{"enrollments.csv", "classSourcedId,userSourcedId,role", d.writeEnrollments},
		{"demographics.csv", "userSourcedId,sex,birthDate,birthCity,birthState,birthCountry,ethnicityCodes,raceCodes", d.writeDemographics},
		{"userFlags.csv", "userSourcedId,flag", d.writeFlags},
	} {
		rows, err := d.writeFile(ctx, filepath.Join(dir, f.name), f.header, f.write)
		if err != nil {
			return nil, fmt.Errorf("simulate %s: %w", f.name, err)
		}
		written[f.name] = rows
	}
	return written, nil
}

// schoolYear returns the year in which the school year of a day ends; it begins
// on the first of August.
func schoolYear(today time.Time) int {
	if today.Month() >= time.August {
		return today.Year() + 1
	}
	return today.Year()
}

// writeFile writes one file, school by school.
func (d *district) writeFile(ctx context.Context, path, header string, write func(*writer, school)) (rows int, err error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	w := newWriter(file, header)
	for _, s := range d.schools {
		if err = ctx.Err(); err != nil {
			break
		}
		write(w, s)
	}
	if flushed := w.flush(); err == nil {
		err = flushed
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	return w.rows, err
}
