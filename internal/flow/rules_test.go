package flow_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rollbook/internal/flow"
	"rollbook/internal/vocab"
)

// refusal is a request that must be refused: one change to an entity that is
// fine otherwise.
type refusal[E any] struct {
	name    string
	break_  func(*E)
	kind    flow.ErrorKind
	target  string
	message string // a part of it
}

// refuses tries each refusal as a new entity, where creating, and as an update.
func refuses[E any](t *testing.T, fine E, try func(E) error, refusals []refusal[E]) {
	t.Helper()
	if err := try(fine); err != nil {
		t.Fatalf("the entity that is fine: %v", err)
	}
	for _, r := range refusals {
		e := fine
		r.break_(&e)
		err := try(e)
		got, ok := errors.AsType[*flow.Error](err)
		if !ok {
			t.Errorf("%s: got %v, want a flow.Error", r.name, err)
			continue
		}
		if got.Kind != r.kind || got.Target != r.target || !strings.Contains(got.Message, r.message) {
			t.Errorf("%s: got kind %d, target %q, message %q, want %d, %q, …%q…", r.name, got.Kind, got.Target, got.Message, r.kind, r.target, r.message)
		}
	}
}

func long() string { return strings.Repeat("ö", 101) }

func TestSourceSystemRules(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		setting := func(change func(*flow.UserMatchingSetting)) func(*flow.SourceSystem) {
			return func(e *flow.SourceSystem) {
				m := matching()
				change(&m)
				e.UserMatchingSettings = []flow.UserMatchingSetting{matching(), m}
			}
		}
		fine := flow.SourceSystem{DisplayName: strings.Repeat("ö", 100), UserMatchingSettings: []flow.UserMatchingSetting{matching()}}
		try := func(e flow.SourceSystem) error { _, err := w.CreateSourceSystem(t.Context(), e); return err }
		refuses(t, fine, try, []refusal[flow.SourceSystem]{
			{"no name", func(e *flow.SourceSystem) { e.DisplayName = " " }, flow.Invalid, "displayName", "required"},
			{"long name", func(e *flow.SourceSystem) { e.DisplayName = long() }, flow.Invalid, "displayName", "101"},
			{"long vendor", func(e *flow.SourceSystem) { e.Vendor = ptr(long()) }, flow.Invalid, "vendor", "101"},
			{"match target", setting(func(m *flow.UserMatchingSetting) { m.MatchTarget = code("phone") }),
				flow.Invalid, "userMatchingSettings/1/matchTarget/code", `"phone" is not a code of RefUserMatchTarget; it may be "userPrincipalName" or "mail"`},
			{"no identifier", setting(func(m *flow.UserMatchingSetting) { m.SourceIdentifier = code("") }),
				flow.Invalid, "userMatchingSettings/1/sourceIdentifier/code", "needs a code of RefIdentifierType: activeDirectoryId, fed, LTIId, username, "},
			{"identifier", setting(func(m *flow.UserMatchingSetting) { m.SourceIdentifier = code("usrname") }),
				flow.Invalid, "userMatchingSettings/1/sourceIdentifier/code", `did you mean "username"?`},
			{"role group", setting(func(m *flow.UserMatchingSetting) { m.RoleGroup = "teachers" }),
				flow.Invalid, "userMatchingSettings/1/roleGroup", `"staff" or "students"`},
			{"domain", setting(func(m *flow.UserMatchingSetting) { m.DomainName = "a b" }),
				flow.Invalid, "userMatchingSettings/1/domainName", "school.example"},
		})
	})
}

func TestConnectorRules(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		fine := flow.Connector{Type: flow.AzureDataLakeConnector, DisplayName: "C", SourceSystem: w.source.ID, FileFormat: &flow.ReferenceValue{Code: "schooldatasyncv1"}}
		try := func(e flow.Connector) error { _, err := w.CreateConnector(t.Context(), e); return err }
		refuses(t, fine, try, []refusal[flow.Connector]{
			{"type", func(e *flow.Connector) { e.Type = "x" }, flow.Invalid, "@odata.type", `"x"`},
			{"name", func(e *flow.Connector) { e.DisplayName = long() }, flow.Invalid, "displayName", "100"},
			{"format", func(e *flow.Connector) { e.FileFormat = ptr(code("xml")) }, flow.Invalid, "fileFormat/code", "RefFileFormat"},
			{"no source", func(e *flow.Connector) { e.SourceSystem = "" }, flow.Invalid, "sourceSystem", "bind"},
			{"dangling source", func(e *flow.Connector) { e.SourceSystem = "nil" }, flow.Invalid, "sourceSystem", `"nil"`},
		})
		change := func(c func(*flow.Connector)) error {
			_, err := w.UpdateConnector(t.Context(), w.connector.ID, func(e flow.Connector) (flow.Connector, error) { c(&e); return e, nil })
			return err
		}
		other, err := w.CreateSourceSystem(t.Context(), flow.SourceSystem{DisplayName: "Other"})
		if err != nil {
			t.Fatal(err)
		}
		if err := change(func(e *flow.Connector) { e.FileFormat = ptr(code("schoolDataSyncV2.1")) }); err != nil {
			t.Errorf("the default file format, spelled out: %v", err)
		}
		if got, _ := w.Connector(t.Context(), w.connector.ID); got.FileFormat != nil {
			t.Errorf("the file format is %v, and must stay absent as it was written", got.FileFormat)
		}
		if err := change(func(e *flow.Connector) { e.FileFormat = ptr(code("schoolDataSyncV1")) }); !flow.IsKind(err, flow.NotUpdatable) {
			t.Errorf("another file format: %v", err)
		}
		if err := change(func(e *flow.Connector) { e.SourceSystem = other.ID }); !flow.IsKind(err, flow.NotUpdatable) {
			t.Errorf("another source system: %v", err)
		}
	})
}

func TestYearRules(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		fine := flow.Year{DisplayName: "Y", StartDate: "2026-09-01", EndDate: "2026-09-01", Year: code("2026")}
		try := func(e flow.Year) error { _, err := w.CreateYear(t.Context(), e); return err }
		refuses(t, fine, try, []refusal[flow.Year]{
			{"start", func(e *flow.Year) { e.StartDate = "2026-9-1" }, flow.Invalid, "startDate", "2026-9-1"},
			{"end", func(e *flow.Year) { e.EndDate = "2026-02-30" }, flow.Invalid, "endDate", "2026-02-30"},
			{"reversed", func(e *flow.Year) { e.EndDate = "2026-08-31" }, flow.Invalid, "endDate", "before"},
			{"code", func(e *flow.Year) { e.Year = code("26") }, flow.Invalid, "year/code", "RefAcademicYear"},
		})
		_, err := w.UpdateYear(t.Context(), w.year.ID, func(e flow.Year) (flow.Year, error) { e.Year = code("2027"); return e, nil })
		if !flow.IsKind(err, flow.NotUpdatable) {
			t.Errorf("another year: %v", err)
		}
	})
}

func TestInboundFlowRules(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		fine := w.inbound
		fine.ExpirationDateTime = ptr(now().AddDate(3, 0, 0)) // after the year's end, which is allowed
		try := func(e flow.InboundFlow) error { _, err := w.CreateInboundFlow(t.Context(), e); return err }
		refuses(t, fine, try, []refusal[flow.InboundFlow]{
			{"type", func(e *flow.InboundFlow) { e.Type = "inboundFlow" }, flow.Invalid, "@odata.type", "inboundApiFlow"},
			{"domain", func(e *flow.InboundFlow) { e.DataDomain = "unknownFutureValue" }, flow.Invalid, "dataDomain", "educationRostering"},
			{"no start", func(e *flow.InboundFlow) { e.EffectiveDateTime = time.Time{} }, flow.Invalid, "effectiveDateTime", "required"},
			{"reversed", func(e *flow.InboundFlow) { e.ExpirationDateTime = ptr(now().Add(-2 * time.Hour)) }, flow.Invalid, "expirationDateTime", "before"},
			{"no connector", func(e *flow.InboundFlow) { e.DataConnector = "" }, flow.Invalid, "dataConnector", "bind"},
			{"dangling connector", func(e *flow.InboundFlow) { e.DataConnector = "nil" }, flow.Invalid, "dataConnector", "nil"},
			{"no year", func(e *flow.InboundFlow) { e.Year = "" }, flow.Invalid, "year", "bind"},
			{"dangling year", func(e *flow.InboundFlow) { e.Year = "nil" }, flow.Invalid, "year", "nil"},
		})
		for name, change := range map[string]func(*flow.InboundFlow){
			"connector": func(e *flow.InboundFlow) { e.DataConnector = another(t, w).ID },
			"year":      func(e *flow.InboundFlow) { e.Year = anotherYear(t, w).ID },
		} {
			changed := w.inbound
			change(&changed)
			_, err := w.UpdateInboundFlow(t.Context(), w.inbound.ID, func(flow.InboundFlow) (flow.InboundFlow, error) { return changed, nil })
			if !flow.IsKind(err, flow.NotUpdatable) {
				t.Errorf("another %s: %v", name, err)
			}
		}
	})
}

func another(t *testing.T, w *world) flow.Connector {
	t.Helper()
	c, err := w.CreateConnector(t.Context(), flow.Connector{Type: flow.AzureDataLakeConnector, DisplayName: "Another", SourceSystem: w.source.ID})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func anotherYear(t *testing.T, w *world) flow.Year {
	t.Helper()
	y, err := w.CreateYear(t.Context(), flow.Year{DisplayName: "2027", StartDate: "2027-09-01", EndDate: "2028-06-30", Year: code("2027")})
	if err != nil {
		t.Fatal(err)
	}
	return y
}

func TestFlowSetRules(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		filter := func(f flow.Filter) func(*flow.FlowSet) { return func(e *flow.FlowSet) { e.Filter = &f } }
		fine := flow.FlowSet{DisplayName: long(), Filter: &flow.Filter{Attribute: "orgExternalId", In: []string{"SCHOOL1"}}}
		try := func(e flow.FlowSet) error { _, err := w.CreateFlowSet(t.Context(), e); return err }
		refuses(t, fine, try, []refusal[flow.FlowSet]{
			{"no name", func(e *flow.FlowSet) { e.DisplayName = "" }, flow.Invalid, "displayName", "required"},
			{"attribute", filter(flow.Filter{Attribute: "orgName", In: []string{"a"}}), flow.Invalid, "filter/attribute", "orgExternalId"},
			{"empty", filter(flow.Filter{Attribute: "orgExternalId"}), flow.Invalid, "filter/in", "null"},
			{"blank", filter(flow.Filter{Attribute: "orgExternalId", In: []string{"a", ""}}), flow.Invalid, "filter/in/1", "empty"},
		})
	})
}

func TestProvisioningFlowRules(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		class := func(change func(*flow.ClassGroupConfiguration)) func(*flow.ProvisioningFlow) {
			return func(e *flow.ProvisioningFlow) { e.ClassGroup = classGroup(); change(e.ClassGroup) }
		}
		try := func(e flow.ProvisioningFlow) error {
			set, err := w.CreateFlowSet(t.Context(), flow.FlowSet{DisplayName: "New"})
			if err != nil {
				t.Fatal(err)
			}
			if e.FlowSet == "" {
				e.FlowSet = set.ID
			}
			_, err = w.CreateProvisioningFlow(t.Context(), e)
			return err
		}
		refuses(t, flow.ProvisioningFlow{Type: flow.ClassGroupProvisioningFlow, ClassGroup: classGroup()}, try, []refusal[flow.ProvisioningFlow]{
			{"type", func(e *flow.ProvisioningFlow) { e.Type = "x" }, flow.Invalid, "@odata.type", "userProvisioningFlow"},
			{"no configuration", func(e *flow.ProvisioningFlow) { e.ClassGroup = nil }, flow.Invalid, "configuration", "required"},
			{"no set", func(e *flow.ProvisioningFlow) { e.FlowSet = "nil" }, flow.NotFound, "", "flow set"},
			{"second of a kind", func(e *flow.ProvisioningFlow) { e.FlowSet = w.set.ID }, flow.Conflict, "@odata.type", w.class.ID},
			{"owner role", class(func(c *flow.ClassGroupConfiguration) {
				c.EnrollmentMappings.OwnerEnrollmentMappings = []flow.ReferenceValue{code("teacher"), code("Teecher")}
			}), flow.Invalid, "configuration/enrollmentMappings/ownerEnrollmentMappings/1/code", `"Teecher" is not a code of RefSectionRole; did you mean "teacher"? It may be `},
			{"member role", class(func(c *flow.ClassGroupConfiguration) {
				c.EnrollmentMappings.MemberEnrollmentMappings = []flow.ReferenceValue{code("guardian")}
			}), flow.Invalid, "configuration/enrollmentMappings/memberEnrollmentMappings/0/code", `"guardian" is not a code of RefSectionRole; it may be `},
			{"attribute", class(func(c *flow.ClassGroupConfiguration) { c.AdditionalAttributes = []string{"unknownFutureValue"} }),
				flow.Invalid, "configuration/additionalAttributes/0", "courseTitle"},
		})
	})
}

func TestUserFlowRules(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		user := func(change func(*flow.UserProvisioning)) func(*flow.ProvisioningFlow) {
			return func(e *flow.ProvisioningFlow) { u := *e.User; change(&u); e.User = &u }
		}
		configurations := func(c ...flow.UserConfiguration) func(*flow.ProvisioningFlow) {
			return user(func(u *flow.UserProvisioning) { u.CreationOptions = &flow.UserCreationOptions{Configurations: c} })
		}
		made, err := w.CreateProvisioningFlow(t.Context(), flow.ProvisioningFlow{
			FlowSet: w.set.ID, Type: flow.UserProvisioningFlow, User: &flow.UserProvisioning{},
		})
		if err != nil {
			t.Fatal(err)
		}
		try := func(e flow.ProvisioningFlow) error {
			_, err := w.UpdateProvisioningFlow(t.Context(), w.set.ID, made.ID, func(flow.ProvisioningFlow) (flow.ProvisioningFlow, error) { return e, nil })
			return err
		}
		refuses(t, made, try, []refusal[flow.ProvisioningFlow]{
			{"no options", func(e *flow.ProvisioningFlow) { e.User = nil }, flow.Invalid, "managementOptions", "required"},
			{"type", func(e *flow.ProvisioningFlow) {
				e.User, e.Type, e.ClassGroup = nil, flow.ClassGroupProvisioningFlow, classGroup()
			}, flow.NotUpdatable, "@odata.type", "userProvisioningFlow"},
			{"attribute", user(func(u *flow.UserProvisioning) { u.ManagementOptions.AdditionalAttributes = []string{"age"} }),
				flow.Invalid, "managementOptions/additionalAttributes/0", "userGradeLevel"},
			{"age group", user(func(u *flow.UserProvisioning) { u.ManagementOptions.AdditionalOptions.StudentAgeGroup = ptr("child") }),
				flow.Invalid, "managementOptions/additionalOptions/studentAgeGroup", "minor"},
			{"role group", configurations(flow.UserConfiguration{RoleGroup: ""}), flow.Invalid, "creationOptions/configurations/0/roleGroup", "staff"},
			{"role group twice", configurations(flow.UserConfiguration{RoleGroup: vocab.Staff}, flow.UserConfiguration{RoleGroup: vocab.Staff}),
				flow.Invalid, "creationOptions/configurations/1/roleGroup", "two"},
			{"password", configurations(flow.UserConfiguration{RoleGroup: vocab.Staff, DefaultPasswordSettings: &flow.PasswordSettings{}}),
				flow.Invalid, "creationOptions/configurations/0/defaultPasswordSettings/password", "required"},
		})
	})
}
