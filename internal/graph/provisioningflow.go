package graph

import (
	"net/http"

	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

// provisioningFlows are the flows of a set. Their key has two parts, which is
// why they are not a noun like the others.
func (g *surface) provisioningFlows() *odata.EntitySet {
	return &odata.EntitySet{
		Path: base + flowSetPath + "/{set}/provisioningFlows", Type: g.types[typeProvisioningFlow],
		ReadAll: readPermissions(nounOutboundFlow), ReadOne: readPermissions(nounOutboundFlow), Write: writePermissions(nounOutboundFlow),
		List: func(r *odata.Request) ([]*odata.Object, error) {
			all, err := g.Flows.ProvisioningFlows(r.Context(), r.Param("set"))
			return objects(all, func(f flow.ProvisioningFlow) *odata.Object { return g.readFlow(r, f) }), err
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			f, err := g.Flows.ProvisioningFlow(r.Context(), r.Param("set"), r.Param("id"))
			if err != nil {
				return nil, err
			}
			return g.readFlow(r, f), nil
		},
		Create: g.createFlow,
		Update: func(r *odata.Request, p *odata.Payload) error {
			_, err := g.Flows.UpdateProvisioningFlow(g.watched(r), r.Param("set"), r.Param("id"), func(f flow.ProvisioningFlow) (flow.ProvisioningFlow, error) {
				merged, err := patched(g.flowObject(f), p)
				if err != nil {
					return f, err
				}
				return g.applyFlow(f, merged)
			})
			return err
		},
		Delete: func(r *odata.Request) error {
			return g.Flows.DeleteProvisioningFlow(g.watched(r), r.Param("set"), r.Param("id"))
		},
	}
}

// createFlow answers as the API does: role groups that came as bindings are not
// in the answer, as they are in every later one.
func (g *surface) createFlow(r *odata.Request, o *odata.Object) (*odata.Object, error) {
	f, err := g.applyFlow(flow.ProvisioningFlow{FlowSet: r.Param("set")}, o)
	if err != nil {
		return nil, err
	}
	if f, err = g.Flows.CreateProvisioningFlow(g.watched(r), f); err != nil {
		return nil, err
	}
	return g.flowObject(f), nil
}

func (g *surface) resetFlow(r *odata.Request) (odata.Answer, error) {
	err := g.Flows.ResetProvisioningFlow(r.Context(), r.Param("set"), r.Param("id"))
	return odata.Answer{Status: http.StatusAccepted}, err
}

// readFlow returns a flow as it is read.
func (g *surface) readFlow(r *odata.Request, f flow.ProvisioningFlow) *odata.Object {
	o := g.flowObject(f)
	if f.User != nil && f.User.CreationOptions != nil {
		g.showRoleGroups(r, f, o)
	}
	return o
}

// flowObject returns a flow with references in the place of role groups.
func (g *surface) flowObject(f flow.ProvisioningFlow) *odata.Object {
	o := g.typed(string(f.Type)).
		Set("id", odata.Text(f.ID)).
		Set("createdDateTime", odata.Time(f.Created)).
		Set("lastModifiedDateTime", odata.Time(f.Modified)).
		Set("readinessStatus", odata.Text(string(f.Readiness)))
	switch {
	case f.ClassGroup != nil:
		o.Set("configuration", g.classGroupConfiguration(f.ClassGroup))
	case f.User != nil:
		g.setUserProvisioning(o, f.User)
	case f.SecurityGroup != nil:
		o.Set("creationOptions", g.securityGroupOptions(f.SecurityGroup))
	case f.AdministrativeUnit != nil:
		o.Set("creationOptions", g.administrativeUnitOptions(f.AdministrativeUnit))
	}
	return o
}

func (g *surface) applyFlow(f flow.ProvisioningFlow, o *odata.Object) (flow.ProvisioningFlow, error) {
	f.Type = flow.ProvisioningFlowType(o.Type.ShortName())
	switch f.Type {
	case flow.ClassGroupProvisioningFlow:
		f.ClassGroup = applyClassGroup(o.Get("configuration").Object())
	case flow.SecurityGroupProvisioningFlow:
		f.SecurityGroup = applySecurityGroup(o.Get("creationOptions").Object())
	case flow.AdministrativeUnitProvisioningFlow:
		f.AdministrativeUnit = applyAdministrativeUnit(o.Get("creationOptions").Object())
	case flow.UserProvisioningFlow:
		user, err := g.applyUserProvisioning(f.User, o)
		f.User = user
		return f, err
	}
	return f, nil
}
