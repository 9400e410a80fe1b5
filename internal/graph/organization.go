package graph

import (
	"context"
	"slices"
	"strings"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

const (
	typeOrganization   = "microsoft.graph.organization"
	typeVerifiedDomain = "microsoft.graph.verifiedDomain"
	typeDomain         = "microsoft.graph.domain"
	typeSKU            = "microsoft.graph.subscribedSku"
)

// organizationTypes are the organization whose directory it is, and what it has.
func organizationTypes() []odata.Type {
	return []odata.Type{
		{Name: typeOrganization, Base: typeDirectoryObject, Set: "organization", Properties: []odata.Property{
			nullable("displayName", text), nullable("tenantType", text), nullable("countryLetterCode", text), nullable("preferredLanguage", text),
			list("businessPhones", text), list("technicalNotificationMails", text), list("verifiedDomains", typeVerifiedDomain),
		}},
		{Name: typeVerifiedDomain, Complex: true, Properties: []odata.Property{
			nullable("capabilities", text), nullable("isDefault", flag), nullable("isInitial", flag), nullable("name", text), nullable("type", text),
		}},
		{Name: typeDomain, Base: graphType("entity"), Set: "domains", Properties: []odata.Property{
			value("authenticationType", text), value("isAdminManaged", flag), value("isDefault", flag), value("isInitial", flag),
			value("isRoot", flag), value("isVerified", flag), list("supportedServices", text),
		}},
		{Name: typeSKU, Base: graphType("entity"), Set: "subscribedSkus", Properties: []odata.Property{
			nullable("skuId", "Edm.Guid"), nullable("skuPartNumber", text), nullable("capabilityStatus", text), nullable("appliesTo", text), nullable("consumedUnits", number),
		}},
	}
}

// domainNames returns the domains of user names, the default first: those that
// source systems append to names or, with none, that of the first user.
func (g *surface) domainNames(ctx context.Context) ([]string, error) {
	systems, err := g.Flows.SourceSystems(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, system := range systems {
		for _, setting := range system.UserMatchingSettings {
			if name := strings.ToLower(setting.DomainName); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) > 0 {
		return names, nil
	}
	first, err := g.Directory.PageUsers(ctx, hosted.Query{Top: 1})
	for _, user := range first.Items {
		if _, domain, ok := strings.Cut(user.UserPrincipalName, "@"); ok {
			names = append(names, strings.ToLower(domain))
		}
	}
	return names, err
}

// organization has the one organization whose directory it is.
func (g *surface) organization() *odata.EntitySet {
	one := func(r *odata.Request) (*odata.Object, error) {
		names, err := g.domainNames(r.Context())
		return g.organizationObject(names), err
	}
	return &odata.EntitySet{
		Path: "organization", Type: g.model.Type(typeOrganization), ReadAll: readDirectoryPermissions(), ReadOne: readDirectoryPermissions(),
		List: func(r *odata.Request) ([]*odata.Object, error) {
			o, err := one(r)
			return []*odata.Object{o}, err
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			if !strings.EqualFold(r.Param("id"), g.Tenant) {
				return nil, notInDirectory(hosted.ErrNotFound, "organization", r.Param("id"))
			}
			return one(r)
		},
	}
}

func (g *surface) organizationObject(domains []string) *odata.Object {
	verified := make([]odata.Value, len(domains))
	name := "Rollbook"
	for i, domain := range domains {
		if i == 0 {
			name = domain
		}
		verified[i] = odata.Struct(odata.New(g.model.Type(typeVerifiedDomain)).
			Set("capabilities", odata.Text("None")).Set("isDefault", odata.Bool(i == 0)).Set("isInitial", odata.Bool(i == 0)).
			Set("name", odata.Text(domain)).Set("type", odata.Text("Managed")))
	}
	return odata.New(g.model.Type(typeOrganization)).
		Set("id", odata.Text(g.Tenant)).Set("displayName", odata.Text(name)).Set("tenantType", odata.Text("AAD")).
		Set("countryLetterCode", odata.Null()).Set("preferredLanguage", odata.Null()).
		Set("businessPhones", odata.Texts(nil)).Set("technicalNotificationMails", odata.Texts(nil)).Set("verifiedDomains", odata.List(verified))
}

func (g *surface) domains() *odata.EntitySet {
	t := g.model.Type(typeDomain)
	all := func(r *odata.Request) ([]*odata.Object, error) {
		names, err := g.domainNames(r.Context())
		made := make([]*odata.Object, len(names))
		for i, name := range names {
			made[i] = odata.New(t).Set("id", odata.Text(name)).Set("authenticationType", odata.Text("Managed")).
				Set("isAdminManaged", odata.Bool(true)).Set("isDefault", odata.Bool(i == 0)).Set("isInitial", odata.Bool(i == 0)).
				Set("isRoot", odata.Bool(true)).Set("isVerified", odata.Bool(true)).Set("supportedServices", odata.Texts(nil))
		}
		return made, err
	}
	return &odata.EntitySet{
		Path: "domains", Type: t, ReadAll: readDirectoryPermissions(), ReadOne: readDirectoryPermissions(), List: all,
		Get: func(r *odata.Request) (*odata.Object, error) {
			made, err := all(r)
			if err != nil {
				return nil, err
			}
			i := slices.IndexFunc(made, func(o *odata.Object) bool { return strings.EqualFold(o.Get("id").Text(), r.Param("id")) })
			if i < 0 {
				return nil, notInDirectory(hosted.ErrNotFound, "domain", r.Param("id"))
			}
			return made[i], nil
		},
	}
}

// subscribedSkus are none: nobody is given licenses in this directory.
func (g *surface) subscribedSkus() *odata.EntitySet {
	return &odata.EntitySet{
		Path: "subscribedSkus", Type: g.model.Type(typeSKU), ReadAll: readDirectoryPermissions(),
		List: func(*odata.Request) ([]*odata.Object, error) { return nil, nil },
	}
}
