package flow

import (
	"context"
	"fmt"

	"rollbook/internal/vocab"
)

// Year is an academic year (industryData: yearTimePeriodDefinition).
type Year struct {
	ID          string         `json:"id"`
	DisplayName string         `json:"displayName"`
	StartDate   string         `json:"startDate"` // YYYY-MM-DD, included
	EndDate     string         `json:"endDate"`   // YYYY-MM-DD, included
	Year        ReferenceValue `json:"year"`      // RefAcademicYear
}

// CreateYear makes a new year and returns it as it is stored.
func (s *Service) CreateYear(ctx context.Context, e Year) (Year, error) {
	return create(ctx, s, years(), e)
}

// Year returns the year with the ID, or an Error of kind NotFound.
func (s *Service) Year(ctx context.Context, id string) (Year, error) {
	return one(ctx, s, years(), id)
}

// Years returns every year in the order of creation.
func (s *Service) Years(ctx context.Context) ([]Year, error) {
	return all(ctx, s, years())
}

// UpdateYear changes the year with the ID. change gets its stored state, and
// no other change comes between.
func (s *Service) UpdateYear(ctx context.Context, id string, change func(Year) (Year, error)) (Year, error) {
	return update(ctx, s, years(), id, change)
}

// DeleteYear deletes the year with the ID. It is a conflict while inbound flows are of
// it.
func (s *Service) DeleteYear(ctx context.Context, id string) error {
	return remove(ctx, s, years(), id)
}

func years() noun[Year] {
	return noun[Year]{
		kind: KindYear, name: "year",
		list:     func(s *Snapshot) *[]Year { return &s.Years },
		id:       func(e *Year) *string { return &e.ID },
		check:    checkYear,
		settle:   func(_ *edit, old Year, e *Year) error { return unchanged("year", old.Year.Code, e.Year.Code) },
		referrer: yearReferrer,
	}
}

// checkYear leaves open whether the code is that of the year in which the
// academic year begins or ends: clients of the API do either.
func checkYear(in *Snapshot, e *Year) error {
	if err := checkName(e.DisplayName); err != nil {
		return err
	}
	if err := parseDate("startDate", e.StartDate); err != nil {
		return err
	}
	if err := parseDate("endDate", e.EndDate); err != nil {
		return err
	}
	if e.EndDate < e.StartDate {
		return invalid("endDate", "endDate %s is before startDate %s", e.EndDate, e.StartDate)
	}
	return canonical(in.Lists, vocab.AcademicYear, "year", &e.Year)
}

func yearReferrer(in *Snapshot, id string) string {
	for _, f := range in.InboundFlows {
		if f.Year == id {
			return fmt.Sprintf("the inbound flow %q (%s)", f.DisplayName, f.ID)
		}
	}
	return ""
}
