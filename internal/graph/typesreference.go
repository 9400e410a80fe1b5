package graph

import (
	"strings"

	"rollbook/internal/odata"
)

// referenceTypes are reference definitions, role groups, and the values that
// refer to a definition by its code.
func referenceTypes() []odata.Type {
	types := []odata.Type{
		{Name: industry(typeDefinition), Base: "microsoft.graph.entity", Tagged: true, Set: "referenceDefinitions", Properties: []odata.Property{
			value("code", text, required, immutable),
			value("createdDateTime", instant, serverSet),
			nullable("displayName", text),
			value("isDisabled", flag, required),
			value("lastModifiedDateTime", instant, serverSet),
			value("referenceType", text, required, immutable),
			value("sortIndex", number, required),
			value("source", text, serverSet),
		}},
		{Name: industry(typeRoleGroup), Base: "microsoft.graph.entity", Set: "roleGroups", Properties: []odata.Property{
			value("displayName", text, serverSet),
			list("roles", industry("roleReferenceValue"), serverSet),
		}},
		{Name: industry("referenceValue"), Complex: true, Abstract: true, Normalize: normalizeReference, Properties: []odata.Property{
			nullable("code", text), link("value", industry(typeDefinition)),
		}},
	}
	for _, name := range []string{
		typeFileFormat, "identifierTypeReferenceValue", "roleReferenceValue",
		"sectionRoleReferenceValue", "userMatchTargetReferenceValue", typeYearValue,
	} {
		types = append(types, odata.Type{Name: industry(name), Base: industry("referenceValue"), Complex: true})
	}
	return types
}

// normalizeReference makes a binding to a definition the code of that definition.
func normalizeReference(o *odata.Object) error {
	if ref := o.Get("value"); ref.Kind() == odata.KindReference {
		_, code, ok := strings.Cut(ref.Text(), "-")
		if !ok {
			return odata.BadRequest(odata.InnerInvalidBinding, "value@odata.bind", "'%s' is not the id of a reference definition, such as RefSectionRole-teacher.", ref.Text())
		}
		o.Set("code", odata.Text(code)).Set("value", odata.Value{})
	}
	if o.Get("code").Text() == "" {
		return odata.BadRequest(odata.InnerRequired, "code", "The property 'code' of a %s is required.", o.Type.ShortName())
	}
	return nil
}

// code returns a value that refers to a definition by its code.
func (g *surface) code(typ, code string) odata.Value {
	return odata.Struct(odata.New(g.types[typ]).Set("code", odata.Text(code)))
}

func codeOf(v odata.Value) string {
	if v.Object() == nil {
		return ""
	}
	return v.Object().Get("code").Text()
}
