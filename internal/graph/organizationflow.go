package graph

import (
	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

func (g *surface) securityGroupOptions(s *flow.SecurityGroupOptions) odata.Value {
	return odata.Struct(g.typed("securityGroupCreationOptions").
		Set("createBasedOnOrgPlusRoleGroup", odata.Bool(s.CreateBasedOnOrgPlusRoleGroup)).
		Set("createBasedOnRoleGroup", odata.Bool(s.CreateBasedOnRoleGroup)))
}

func applySecurityGroup(o *odata.Object) *flow.SecurityGroupOptions {
	return &flow.SecurityGroupOptions{
		CreateBasedOnOrgPlusRoleGroup: o.Get("createBasedOnOrgPlusRoleGroup").Bool(),
		CreateBasedOnRoleGroup:        o.Get("createBasedOnRoleGroup").Bool(),
	}
}

func (g *surface) administrativeUnitOptions(a *flow.AdministrativeUnitOptions) odata.Value {
	return odata.Struct(g.typed("adminUnitCreationOptions").
		Set("createBasedOnOrg", odata.Bool(a.CreateBasedOnOrg)).
		Set("createBasedOnOrgPlusRoleGroup", odata.Bool(a.CreateBasedOnOrgPlusRoleGroup)))
}

func applyAdministrativeUnit(o *odata.Object) *flow.AdministrativeUnitOptions {
	return &flow.AdministrativeUnitOptions{
		CreateBasedOnOrg:              o.Get("createBasedOnOrg").Bool(),
		CreateBasedOnOrgPlusRoleGroup: o.Get("createBasedOnOrgPlusRoleGroup").Bool(),
	}
}
