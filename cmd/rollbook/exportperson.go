package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"rollbook/internal/roster"
	"rollbook/internal/run"
	"rollbook/internal/server"
)

func newExportPersonCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "export-person PERSON",
		Short: "Print all that is held on one person, for whoever has a right to it",
		Long: `Print, as one JSON object, all that is held on a person: what the school says, also
what it said of roles and classes before; what was written to directories, with every
change and why; findings that name the person. Passwords are never shown. That it was
printed is in the audit log.

PERSON is a sourcedId; SOURCE:ID, with the number of the source system, where two have
one.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage: there is no such person
`,
		Args: oneArg("the sourcedId of a person"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.exportPerson(cmd.Context(), args[0]) },
	}
}

// personDocument is all that is held on a person as it is printed.
type personDocument struct {
	Source      int                       `json:"source"`
	ID          string                    `json:"sourcedId"`
	InRoster    bool                      `json:"inRoster"`
	UserName    string                    `json:"username"`
	GivenName   string                    `json:"givenName"`
	FamilyName  string                    `json:"familyName"`
	Mail        string                    `json:"email"`
	Phone       string                    `json:"phone"`
	SMS         string                    `json:"sms"`
	Password    bool                      `json:"passwordHeld"`
	Roles       []personRole              `json:"roles"`
	Demographic *personDemographics       `json:"demographics,omitempty"`
	Flags       []string                  `json:"flags"`
	Contacts    []personContact           `json:"contacts"`
	Enrollments []server.PersonEnrollment `json:"enrollments"`
	Accounts    []personAccount           `json:"accounts"`
	History     []happened                `json:"history"`
	Findings    []finding                 `json:"findings"`
}

type personRole struct {
	School  string `json:"school"`
	Role    string `json:"role"`
	Session string `json:"session"`
	Grade   string `json:"grade"`
	Start   string `json:"startDate"`
	End     string `json:"endDate"`
	Active  bool   `json:"active"`
}

type personDemographics struct {
	Sex         string   `json:"sex"`
	BirthDate   string   `json:"birthDate"`
	BirthPlace  []string `json:"birthPlace"` // city, state, country
	Ethnicities []string `json:"ethnicities"`
	Races       []string `json:"races"`
}

type personContact struct {
	Person       string `json:"sourcedId"`
	Relationship string `json:"relationship"`
}

type personAccount struct {
	Target  string            `json:"target"`
	ID      string            `json:"id"`
	Made    bool              `json:"made"` // by Rollbook, and not found
	Written map[string]string `json:"written"`
	Groups  []string          `json:"groups"`
}

func (a *app) exportPerson(ctx context.Context, key string) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		f, err := parts.ExportPerson(ctx, key)
		if run.IsNotThere(err) {
			return usageError(err)
		}
		if err != nil {
			return err
		}
		doc := documentOf(f)
		names, err := parts.Names(ctx)
		if err != nil {
			return err
		}
		for page := range slices.Chunk(f.Changes, pageOfChanges) {
			if err := names.Learn(ctx, page); err != nil {
				return err
			}
		}
		for _, e := range slices.Backward(f.Changes) {
			doc.History = append(doc.History, happenings(names, e, f.Record)...)
		}
		if err := a.audit(ctx, parts, "rollbook export-person", map[string]any{"record": key}); err != nil {
			return err
		}
		return a.printJSON(doc)
	})
}

// documentOf returns what is held on a person as it is printed, without the history.
func documentOf(f server.PersonFile) personDocument {
	doc := personDocument{
		Source: f.Record.Source, ID: f.Person.SourcedID, InRoster: f.Active, UserName: f.Person.Username, GivenName: f.Person.GivenName,
		FamilyName: f.Person.FamilyName, Mail: f.Person.Email, Phone: f.Person.Phone, SMS: f.Person.SMS, Password: f.Password,
		Flags: f.Details.Flags, Enrollments: f.Enrollments, Findings: findingsOf(f.Findings),
	}
	for _, r := range f.Roles {
		doc.Roles = append(doc.Roles, personRole{r.OrgSourcedID, r.Role, r.SessionSourcedID, r.Grade, dateOf(r.Start), dateOf(r.End), r.Ended == 0})
	}
	if d := f.Details.Demographics; d != nil {
		doc.Demographic = &personDemographics{d.Sex, dateOf(d.BirthDate), []string{d.BirthCity, d.BirthState, d.BirthCountry}, d.Ethnicities, d.Races}
	}
	for _, c := range f.Details.Contacts {
		doc.Contacts = append(doc.Contacts, personContact{c.PersonSourcedID, c.Relationship})
	}
	for _, held := range f.Accounts {
		account := personAccount{Target: held.Target, ID: held.ID, Made: held.Made, Written: map[string]string{}, Groups: held.Groups}
		for _, v := range held.Written {
			account.Written[string(v.Property)] = v.Text
		}
		doc.Accounts = append(doc.Accounts, account)
	}
	return doc
}

// dateOf returns a date in text, "" for none.
func dateOf(d roster.Date) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
