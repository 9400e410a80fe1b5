package graph

import (
	"rollbook/internal/graph/schema"
	"rollbook/internal/odata"
)

// extended are the types that have members beyond those of the tables of types,
// and whether applications can define more of them (directory extensions).
func extended() map[string]bool {
	return map[string]bool{typeUser: true, typeGroup: true, typeUnit: true, typeEducationUser: false, typeClass: false, typeSchool: false}
}

// addExtras gives types the members that schema knows.
func addExtras(types []odata.Type) {
	rows, open := schema.Members(), extended()
	for i := range types {
		t := &types[i]
		if _, ours := open[t.Name]; !ours && t.Name != typeDirectoryObject {
			continue
		}
		for _, m := range rows[shortType(t.Name)] {
			t.Extra = append(t.Extra, extraProperty(m))
		}
		if open[t.Name] {
			t.Open = extensionProperty
		}
	}
}

func shortType(qualified string) string { return qualified[len("microsoft.graph."):] }

// extraProperty returns a member as the protocol knows it. Values that are not
// kept have no type of their own: nothing ever looks at them.
func extraProperty(m schema.Member) odata.Property {
	p := odata.Property{Name: m.Name, Type: extraType(m), Collection: m.Many, Navigation: m.Navigation, Nullable: true}
	switch m.Rule {
	case schema.Kept:
		p.KeptAs = m.As
	case schema.Refused:
		p.Refused, p.Passes = m.Reason, m.Passes
	case schema.Fixed:
		p.Refused, p.Rule = m.Reason, odata.Repeatable
	case schema.Told, schema.Ignored:
		p.Rule = serverSet
	}
	return p
}

func extraType(m schema.Member) string {
	switch m.Of {
	case "String", "Boolean", "Int32", "Date", "DateTimeOffset":
		return "Edm." + m.Of
	}
	if m.Rule == schema.Kept {
		return graphType(m.Of)
	}
	return untyped
}

// extensionProperty returns the member that a directory extension is, whoever
// defined it.
func extensionProperty(name string) *odata.Property {
	canonical, ok := schema.Extension(name)
	if !ok {
		return nil
	}
	return &odata.Property{Name: canonical, Type: untyped, Nullable: true, KeptAs: canonical}
}

// extraTypes are the structured values of members beyond the others.
func extraTypes() []odata.Type {
	attributes := odata.Type{Name: graphType("onPremisesExtensionAttributes"), Complex: true}
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"} {
		attributes.Properties = append(attributes.Properties, nullable("extensionAttribute"+n, text))
	}
	return []odata.Type{
		attributes,
		{Name: graphType("employeeOrgData"), Complex: true, Properties: []odata.Property{nullable("costCenter", text), nullable("division", text)}},
		{Name: graphType("educationOnPremisesInfo"), Complex: true, Properties: []odata.Property{nullable("immutableId", text)}},
		{Name: graphType("relatedContact"), Complex: true, Properties: []odata.Property{
			nullable("accessConsent", flag), nullable("displayName", text), nullable("emailAddress", text),
			nullable("mobilePhone", text), nullable("relationship", graphType("contactRelationship")),
		}},
	}
}
