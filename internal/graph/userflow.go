package graph

import (
	"rollbook/internal/flow"
	"rollbook/internal/odata"
	"rollbook/internal/vocab"
)

const minor = "minor"

func (g *surface) setUserProvisioning(o *odata.Object, u *flow.UserProvisioning) {
	options := g.typed("additionalUserOptions").
		Set("allowStudentContactAssociation", odata.Null()).
		Set("markAllStudentsAsMinors", odata.Bool(isMinor(u.ManagementOptions.AdditionalOptions))).
		Set("studentAgeGroup", odata.OptionalText(u.ManagementOptions.AdditionalOptions.StudentAgeGroup))
	if allow := u.ManagementOptions.AdditionalOptions.AllowStudentContactAssociation; allow != nil {
		options.Set("allowStudentContactAssociation", odata.Bool(*allow))
	}
	o.Set("createUnmatchedUsers", odata.Bool(u.CreateUnmatchedUsers)).
		Set("managementOptions", odata.Struct(g.typed("userManagementOptions").
			Set("additionalAttributes", odata.Texts(u.ManagementOptions.AdditionalAttributes)).
			Set("additionalOptions", odata.Struct(options))))
	if u.CreationOptions == nil {
		return
	}
	configurations := make([]odata.Value, len(u.CreationOptions.Configurations))
	for i, c := range u.CreationOptions.Configurations {
		configurations[i] = odata.Struct(g.userConfiguration(c))
	}
	o.Set("creationOptions", odata.Struct(g.typed("userCreationOptions").Set("configurations", odata.List(configurations))))
}

func (g *surface) userConfiguration(c flow.UserConfiguration) *odata.Object {
	o := g.typed("userConfiguration").
		Set("licenseSkus", odata.Texts(c.LicenseSkus)).
		Set("roleGroup", odata.Reference(c.RoleGroup))
	if c.DefaultPasswordSettings != nil {
		o.Set("defaultPasswordSettings", odata.Struct(g.typed("simplePasswordSettings").
			Set("password", odata.Secret(string(c.DefaultPasswordSettings.Password)))))
	}
	return o
}

// showRoleGroups puts the role groups themselves where flowObject has
// references to them.
func (g *surface) showRoleGroups(r *odata.Request, f flow.ProvisioningFlow, o *odata.Object) {
	context := r.Base + "/$metadata#" + base + flowSetPath + "('" + f.FlowSet + "')/provisioningFlows('" + f.ID +
		"')/" + industry(typeUserFlow) + "/creationOptions/configurations/roleGroup/$entity"
	for _, v := range o.Get("creationOptions").Object().Get("configurations").List() {
		g.showRoleGroup(v.Object(), context)
	}
}

// showRoleGroup puts the role group in the place of the reference to it.
func (g *surface) showRoleGroup(o *odata.Object, context string) {
	for _, group := range vocab.RoleGroups() {
		if o.Get("roleGroup").Text() == group.ID {
			shown := g.roleGroupObject(group)
			shown.Context = context
			o.Set("roleGroup", odata.Struct(shown))
			return
		}
	}
}

// applyUserProvisioning returns what a user flow becomes. Passwords that were
// not said again are those of stored, which is nil for a new flow.
func (g *surface) applyUserProvisioning(stored *flow.UserProvisioning, o *odata.Object) (*flow.UserProvisioning, error) {
	management := o.Get("managementOptions").Object()
	u := &flow.UserProvisioning{
		CreateUnmatchedUsers: o.Get("createUnmatchedUsers").Bool(),
		ManagementOptions: flow.UserManagementOptions{
			AdditionalAttributes: texts(management.Get("additionalAttributes")),
			AdditionalOptions:    additionalUserOptions(management.Get("additionalOptions").Object()),
		},
	}
	creation := o.Get("creationOptions").Object()
	if creation == nil {
		return u, nil
	}
	u.CreationOptions = &flow.UserCreationOptions{Configurations: []flow.UserConfiguration{}}
	for _, v := range creation.Get("configurations").List() {
		c := flow.UserConfiguration{RoleGroup: v.Object().Get("roleGroup").Text(), LicenseSkus: texts(v.Object().Get("licenseSkus"))}
		var err error
		if c.DefaultPasswordSettings, err = g.passwordSettings(v.Object().Get("defaultPasswordSettings"), stored, c.RoleGroup); err != nil {
			return nil, err
		}
		u.CreationOptions.Configurations = append(u.CreationOptions.Configurations, c)
	}
	return u, nil
}

func additionalUserOptions(o *odata.Object) flow.AdditionalUserOptions {
	var options flow.AdditionalUserOptions
	if v := o.Get("allowStudentContactAssociation"); v.IsSet() {
		allow := v.Bool()
		options.AllowStudentContactAssociation = &allow
	}
	options.StudentAgeGroup = optional(o.Get("studentAgeGroup"))
	if v := o.Get("markAllStudentsAsMinors"); isMinor(options) && v.IsSet() && !v.Bool() {
		options.StudentAgeGroup = nil
	}
	return options
}

func isMinor(o flow.AdditionalUserOptions) bool {
	return o.StudentAgeGroup != nil && *o.StudentAgeGroup == minor
}

// normalizeAgeGroup makes the flag that studentAgeGroup replaced say the same
// as studentAgeGroup, which wins where both are given.
func normalizeAgeGroup(o *odata.Object) error {
	mark, group := o.Get("markAllStudentsAsMinors"), o.Get("studentAgeGroup")
	switch {
	case group.Kind() != odata.KindAbsent:
		o.Set("markAllStudentsAsMinors", odata.Bool(group.Text() == minor))
	case mark.Bool():
		o.Set("studentAgeGroup", odata.Text(minor))
	}
	return nil
}
