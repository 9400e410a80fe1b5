package flow

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rollbook/internal/vocab"
)

// Defaults is what the configuration of a first use is made from.
type Defaults struct {
	Domain string    // appended to usernames that have none; "" for none
	Today  time.Time // the academic year is the one around it
}

// InstallDefaults gives an installation that has no source system yet a
// configuration that works: one connector and inbound flow of this academic
// year, and one flow set for all organizations that makes accounts and class
// groups. It does nothing where there is a source system. It is one change, so
// that two first uses at once make one configuration.
func InstallDefaults(ctx context.Context, s *Service, d Defaults) error {
	if state, err := s.current(ctx); err != nil || len(state.SourceSystems) > 0 {
		return err // spares every later run a write
	}
	return s.change(ctx, func(ed *edit) error {
		if len(ed.state.SourceSystems) > 0 {
			return nil
		}
		if err := installInbound(ctx, ed, d); err != nil {
			return fmt.Errorf("install the default configuration: %w", err)
		}
		if err := installProvisioning(ctx, ed); err != nil {
			return fmt.Errorf("install the default configuration: %w", err)
		}
		return nil
	})
}

func installInbound(ctx context.Context, ed *edit, d Defaults) error {
	source, err := insert(ctx, ed, sourceSystems(), SourceSystem{
		DisplayName: "School information system",
		UserMatchingSettings: []UserMatchingSetting{
			defaultMatching(vocab.Staff, 0, d.Domain),
			defaultMatching(vocab.Students, 1, d.Domain),
		},
	})
	if err != nil {
		return err
	}
	connector, err := insert(ctx, ed, connectors(), Connector{
		Type: AzureDataLakeConnector, DisplayName: "Roster files", SourceSystem: source.ID,
	})
	if err != nil {
		return err
	}
	start, end := academicYear(d.Today)
	year, err := insert(ctx, ed, years(), Year{
		DisplayName: start.Format("2006") + end.Format("/2006"),
		StartDate:   start.Format(time.DateOnly),
		EndDate:     end.Format(time.DateOnly),
		Year:        ReferenceValue{Code: yearCode(ed.state.Lists, start)},
	})
	if err != nil {
		return err
	}
	_, err = insert(ctx, ed, inboundFlows(), InboundFlow{
		Type: InboundFileFlow, DisplayName: "Rosters", DataDomain: "educationRostering",
		EffectiveDateTime: start, DataConnector: connector.ID, Year: year.ID,
	})
	return err
}

func defaultMatching(roleGroup string, order int, domain string) UserMatchingSetting {
	return UserMatchingSetting{
		SourceIdentifier: ReferenceValue{Code: "username"},
		MatchTarget:      ReferenceValue{Code: "userPrincipalName"},
		PriorityOrder:    order, RoleGroup: roleGroup, DomainName: domain,
	}
}

// academicYear returns the year from August to July around a day. Feeds bring
// sessions of their own; the year counts only for classes that have none.
func academicYear(today time.Time) (start, end time.Time) {
	year := today.Year()
	if today.Month() < time.August {
		year--
	}
	start = time.Date(year, time.August, 1, 0, 0, 0, 0, time.UTC)
	return start, start.AddDate(1, 0, -1)
}

// yearCode returns the code of the year of a day, and the last one of the list
// where the list does not reach so far: an old release must still start.
func yearCode(lists *vocab.Lists, start time.Time) string {
	code := strconv.Itoa(start.Year())
	if _, ok := lists.Canonical(vocab.AcademicYear, code); ok {
		return code
	}
	codes := lists.Codes(vocab.AcademicYear)
	return codes[len(codes)-1]
}

func installProvisioning(ctx context.Context, ed *edit) error {
	set, err := insert(ctx, ed, flowSets(), FlowSet{DisplayName: "All organizations"})
	if err != nil {
		return err
	}
	_, err = insert(ctx, ed, provisioningFlows(), ProvisioningFlow{
		FlowSet: set.ID, Type: UserProvisioningFlow,
		User: &UserProvisioning{CreateUnmatchedUsers: true},
	})
	if err != nil {
		return err
	}
	_, err = insert(ctx, ed, provisioningFlows(), ProvisioningFlow{
		FlowSet: set.ID, Type: ClassGroupProvisioningFlow, ClassGroup: defaultClassGroup(),
	})
	return err
}

// defaultClassGroup maps roles as School Data Sync does by default. It makes no
// teams: a team that was made stays, whatever the flow says later, while
// teachers can make one of the group whenever they like.
func defaultClassGroup() *ClassGroupConfiguration {
	assisting := []string{
		"proctor", "teacherAssistant", "paraprofessional", "physicalTherapist",
		"speechTherapist", "visionTherapist", "occupationalTherapist", "staff",
	}
	return &ClassGroupConfiguration{
		AdditionalOptions: AdditionalClassGroupOptions{CreateTeam: false, WriteDisplayNameOnCreateOnly: false},
		EnrollmentMappings: EnrollmentMappings{
			OwnerEnrollmentMappings:  references([]string{"teacher"}, assisting),
			MemberEnrollmentMappings: references([]string{"student", "substitute", "aide"}, assisting),
		},
	}
}

func references(lists ...[]string) []ReferenceValue {
	var values []ReferenceValue
	for _, codes := range lists {
		for _, code := range codes {
			values = append(values, ReferenceValue{Code: code})
		}
	}
	return values
}
