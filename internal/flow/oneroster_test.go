package flow_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/flow"
)

func oneRoster(source string) flow.Connector {
	return flow.Connector{
		Type: flow.OneRosterConnector, DisplayName: "Registry API", SourceSystem: source,
		OneRoster: &flow.OneRosterAPI{
			APIFormat: "oneroster", APIVersion: "1.2", BaseURL: "https://sis.example/ims/oneroster/", IsFlagsEnabled: true,
			Credential: flow.Credential{
				Type: flow.OAuth2Credential, DisplayName: "Key of the registry", ClientID: "rollbook", ClientSecret: "sealed",
				TokenURL: "http://sis.example/token", Scope: ptr("roster.readonly"),
			},
		},
	}
}

func TestOneRosterRules(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		api := func(change func(*flow.OneRosterAPI)) func(*flow.Connector) {
			return func(e *flow.Connector) {
				changed := *e.OneRoster
				change(&changed)
				e.OneRoster = &changed
			}
		}
		credential := func(change func(*flow.Credential)) func(*flow.Connector) {
			return api(func(a *flow.OneRosterAPI) { change(&a.Credential) })
		}
		base := func(address string) func(*flow.Connector) {
			return api(func(a *flow.OneRosterAPI) { a.BaseURL = address })
		}
		try := func(e flow.Connector) error { _, err := w.CreateConnector(t.Context(), e); return err }
		refuses(t, oneRoster(w.source.ID), try, []refusal[flow.Connector]{
			{"no API", func(e *flow.Connector) { e.OneRoster = nil }, flow.Invalid, "baseUrl", "required"},
			{"format", api(func(a *flow.OneRosterAPI) { a.APIFormat = "clever" }), flow.Invalid, "apiFormat", "oneRoster"},
			{"version", api(func(a *flow.OneRosterAPI) { a.APIVersion = "v1p1" }), flow.Invalid, "apiVersion", `"1.1"`},
			{"no address", base(""), flow.Invalid, "baseUrl", "required"},
			{"relative", base("/ims/oneroster"), flow.Invalid, "baseUrl", "absolute"},
			{"no host", base("https:///ims"), flow.Invalid, "baseUrl", "absolute"},
			{"only a port", base("https://:443/ims"), flow.Invalid, "baseUrl", "absolute"},
			{"scheme", base("file://sis.example/etc"), flow.Invalid, "baseUrl", "https or http"},
			{"password in the address", base("https://me:secret@sis.example/"), flow.Invalid, "baseUrl", "password"},
			{"query", base("https://sis.example/?key=1"), flow.Invalid, "baseUrl", "query"},
			{"fragment", base("https://sis.example/#"), flow.Invalid, "baseUrl", "fragment"},
			{"long", base("https://sis.example/" + strings.Repeat("x", 2048)), flow.Invalid, "baseUrl", "2048"},
			{"credential", credential(func(c *flow.Credential) { c.Type = "basic" }), flow.Invalid, "credential/@odata.type", "oAuth2ClientCredential"},
			{"token address", credential(func(c *flow.Credential) { c.TokenURL = "sis.example" }), flow.Invalid, "credential/tokenUrl", "tokenUrl is not"},
			{"credential's name", credential(func(c *flow.Credential) { c.DisplayName = "" }), flow.Invalid, "credential/displayName", "required"},
			{"client", credential(func(c *flow.Credential) { c.ClientID = " " }), flow.Invalid, "credential/clientId", "required"},
			{"secret", credential(func(c *flow.Credential) { c.ClientSecret = "" }), flow.Invalid, "credential/clientSecret", "required"},
		})
	})
}

// What is known of a credential lasts until something changes that it depends on.
func TestCredentialValidity(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		change := func(c flow.Connector, apply func(*flow.Connector)) flow.Connector {
			t.Helper()
			got, err := w.UpdateConnector(t.Context(), c.ID, func(e flow.Connector) (flow.Connector, error) { apply(&e); return e, nil })
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		proven := oneRoster(w.source.ID)
		proven.OneRoster.Credential.IsValid, proven.OneRoster.Credential.LastValid = true, ptr(now().Truncate(time.Microsecond))
		for name, test := range map[string]struct {
			change func(*flow.Connector)
			keeps  bool
		}{
			"nothing":      {func(*flow.Connector) {}, true},
			"another name": {func(e *flow.Connector) { e.DisplayName, e.OneRoster.Credential.DisplayName = "x", "y" }, true},
			"flags":        {func(e *flow.Connector) { e.OneRoster.IsContactsEnabled = true }, true},
			"secret":       {func(e *flow.Connector) { e.OneRoster.Credential.ClientSecret = "sealed again" }, false},
			"client":       {func(e *flow.Connector) { e.OneRoster.Credential.ClientID = "x" }, false},
			"scope":        {func(e *flow.Connector) { e.OneRoster.Credential.Scope = nil }, false},
			"token":        {func(e *flow.Connector) { e.OneRoster.Credential.TokenURL = "https://other.example" }, false},
			"address":      {func(e *flow.Connector) { e.OneRoster.BaseURL = "https://other.example" }, false},
			"kind":         {func(e *flow.Connector) { e.OneRoster.Credential.Type = flow.OAuth1Credential }, false},
			"client says it is valid": {func(e *flow.Connector) {
				e.OneRoster.Credential.ClientID, e.OneRoster.Credential.IsValid = "x", true
			}, false},
		} {
			stored, err := w.CreateConnector(t.Context(), proven)
			if err != nil {
				t.Fatal(err)
			}
			got := change(stored, test.change).OneRoster.Credential
			if got.IsValid != test.keeps || (got.LastValid != nil) != test.keeps {
				t.Errorf("%s: valid %v, last %v, want both %v", name, got.IsValid, got.LastValid, test.keeps)
			}
			if got.Type == flow.OAuth1Credential && (got.TokenURL != "" || got.Scope != nil) {
				t.Errorf("%s: the credential is %+v, and OAuth 1 has neither token address nor scope", name, got)
			}
		}
	})
}

// Each kind of inbound flow takes one kind of connector.
func TestFlowGoesWithConnector(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		api, err := w.CreateConnector(t.Context(), oneRoster(w.source.ID))
		if err != nil {
			t.Fatal(err)
		}
		type pair struct {
			Connector string
			Flow      flow.InboundFlowType
		}
		got, want := map[pair]bool{}, map[pair]bool{
			{w.connector.ID, flow.InboundFileFlow}: true, {w.connector.ID, flow.InboundAPIFlow}: false,
			{api.ID, flow.InboundFileFlow}: false, {api.ID, flow.InboundAPIFlow}: true,
		}
		for p := range want {
			e := w.inbound
			e.Type, e.DataConnector = p.Flow, p.Connector
			made, err := w.CreateInboundFlow(t.Context(), e)
			if got[p] = err == nil; err != nil && !flow.IsKind(err, flow.Invalid) {
				t.Errorf("%v: %v", p, err)
			}
			if err == nil && made.Executable() != (p.Flow == flow.InboundFileFlow) {
				t.Errorf("%v: executable %v", p, made.Executable())
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// The kinds of flow that runs cannot do yet are kept exactly, and say so.
func TestFlowsThatRunsSkip(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		for _, e := range []flow.ProvisioningFlow{
			{FlowSet: w.set.ID, Type: flow.SecurityGroupProvisioningFlow, SecurityGroup: &flow.SecurityGroupOptions{CreateBasedOnRoleGroup: true}},
			{FlowSet: w.set.ID, Type: flow.AdministrativeUnitProvisioningFlow, AdministrativeUnit: &flow.AdministrativeUnitOptions{CreateBasedOnOrg: true}},
		} {
			made, err := w.CreateProvisioningFlow(t.Context(), e)
			if err != nil || made.Readiness != flow.NotReady {
				t.Fatalf("%s: %v, %v", e.Type, made.Readiness, err)
			}
			got, err := w.ProvisioningFlow(t.Context(), w.set.ID, made.ID)
			want := e
			want.ID, want.Created, want.Modified, want.Readiness = made.ID, made.Created, made.Modified, flow.Disabled
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
			if _, err := w.CreateProvisioningFlow(t.Context(), e); !flow.IsKind(err, flow.Conflict) {
				t.Errorf("a second %s: %v", e.Type, err)
			}
			e.SecurityGroup, e.AdministrativeUnit = nil, nil
			other, err := w.CreateFlowSet(t.Context(), flow.FlowSet{DisplayName: "Other"})
			if err != nil {
				t.Fatal(err)
			}
			e.FlowSet = other.ID
			if _, err := w.CreateProvisioningFlow(t.Context(), e); !flow.IsKind(err, flow.Invalid) || !strings.Contains(err.Error(), "creationOptions") {
				t.Errorf("a %s without options: %v", e.Type, err)
			}
		}
	})
}
