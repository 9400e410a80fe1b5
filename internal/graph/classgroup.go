package graph

import (
	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

func (g *surface) classGroupConfiguration(c *flow.ClassGroupConfiguration) odata.Value {
	options := g.typed("additionalClassGroupOptions").
		Set("createTeam", odata.Bool(c.AdditionalOptions.CreateTeam)).
		Set("writeDisplayNameOnCreateOnly", odata.Bool(c.AdditionalOptions.WriteDisplayNameOnCreateOnly))
	mappings := g.typed("enrollmentMappings").
		Set("memberEnrollmentMappings", g.sectionRoles(c.EnrollmentMappings.MemberEnrollmentMappings)).
		Set("ownerEnrollmentMappings", g.sectionRoles(c.EnrollmentMappings.OwnerEnrollmentMappings))
	return odata.Struct(g.typed("classGroupConfiguration").
		Set("additionalAttributes", odata.Texts(c.AdditionalAttributes)).
		Set("additionalOptions", odata.Struct(options)).
		Set("enrollmentMappings", odata.Struct(mappings)))
}

func (g *surface) sectionRoles(roles []flow.ReferenceValue) odata.Value {
	items := make([]odata.Value, len(roles))
	for i, role := range roles {
		items[i] = g.code("sectionRoleReferenceValue", role.Code)
	}
	return odata.List(items)
}

func applyClassGroup(o *odata.Object) *flow.ClassGroupConfiguration {
	options, mappings := o.Get("additionalOptions").Object(), o.Get("enrollmentMappings").Object()
	return &flow.ClassGroupConfiguration{
		AdditionalAttributes: texts(o.Get("additionalAttributes")),
		AdditionalOptions: flow.AdditionalClassGroupOptions{
			CreateTeam:                   options.Get("createTeam").Bool(),
			WriteDisplayNameOnCreateOnly: options.Get("writeDisplayNameOnCreateOnly").Bool(),
		},
		EnrollmentMappings: flow.EnrollmentMappings{
			OwnerEnrollmentMappings:  referenceValues(mappings.Get("ownerEnrollmentMappings")),
			MemberEnrollmentMappings: referenceValues(mappings.Get("memberEnrollmentMappings")),
		},
	}
}

func referenceValues(v odata.Value) []flow.ReferenceValue {
	values := make([]flow.ReferenceValue, len(v.List()))
	for i, item := range v.List() {
		values[i].Code = codeOf(item)
	}
	return values
}
