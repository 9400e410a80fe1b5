package graph

import (
	"net/http"
	"strings"

	"rollbook/internal/odata"
)

// industrySets are the entity sets of industryData.
func (g *surface) industrySets() []*odata.EntitySet {
	return []*odata.EntitySet{
		g.sourceSystems(), set(g, g.connectorNoun()), g.years(), g.inboundFlows(),
		g.flowSets(), g.provisioningFlows(),
		g.referenceDefinitions(), g.roleGroups(),
		g.runs(), g.activities(), g.operations(),
	}
}

// industryOperations are what can be done in industryData beyond creating,
// reading, changing and deleting.
func (g *surface) industryOperations() []odata.Operation {
	own := func(r *odata.Request) (string, error) { return r.Param("id"), nil }
	validate := &odata.Bound{Type: industry(typeConnector)}
	statistics := func(many bool) *odata.Bound {
		return &odata.Bound{Type: industry(typeRun), Collection: many, Returns: industry(typeRunStatistics), Composable: true}
	}
	upload := &odata.Bound{
		Type: industry(typeFileConnector), Returns: industry(typeUploadSession),
		Parameters: []odata.Parameter{{Name: "resetSession", Type: flag, Optional: true}},
	}
	return []odata.Operation{
		// The documentation has this path and the metadata lacks it: it can only mean
		// the source system itself.
		g.sourceSystems().ReadAt(base + "sourceSystems/{id}/sourceSystem"),
		{Method: http.MethodPost, Path: base + "dataConnectors/{id}/validate", Bound: validate, Permissions: uploadPermissions(), Handle: g.validate(own)},
		{Method: http.MethodGet, Path: base + "dataConnectors/{id}/getUploadSession", Bound: upload, Effective: true, Permissions: uploadPermissions(), Handle: g.uploadSession},
		{Method: http.MethodPatch, Path: base + "inboundFlows/{id}/dataConnector", Permissions: writePermissions(nounConnector), Handle: g.patchConnectorOfFlow},
		{Method: http.MethodPost, Path: base + "inboundFlows/{id}/dataConnector/validate", Bound: validate, Permissions: uploadPermissions(), Handle: g.validate(g.connectorOfFlow)},
		{
			Method: http.MethodPost, Path: base + flowSetPath + "/{set}/provisioningFlows/{id}/reset", Bound: &odata.Bound{Type: industry(typeProvisioningFlow)},
			Permissions: writePermissions(nounOutboundFlow), Handle: g.resetFlow,
		},
		{Method: http.MethodPost, Path: base + "runs/start", Bound: &odata.Bound{Type: industry(typeRun), Collection: true}, Permissions: startRunPermissions(), Handle: g.startRun},
		{Method: http.MethodGet, Path: base + "runs/getStatistics", Bound: statistics(true), Permissions: readRunPermissions(), Handle: g.latestStatistics},
		{Method: http.MethodGet, Path: base + "runs/{id}/getStatistics", Bound: statistics(false), Permissions: readRunPermissions(), Handle: g.runStatistics},
	}
}

// root is what all sets are contained in, and can be expanded from.
func (g *surface) root(sets []*odata.EntitySet) *odata.SingleEntity {
	root := &odata.SingleEntity{
		Path: "external/industryData", Type: g.types[typeRoot], Tagged: true,
		Get: func(*odata.Request) (*odata.Object, error) {
			return g.typed(typeRoot).Set("id", odata.Text("industryData")), nil
		},
	}
	for _, s := range sets {
		name := strings.TrimPrefix(s.Path, base)
		if strings.Contains(name, "/") {
			continue // contained in another entity
		}
		root.Navigations = append(root.Navigations, odata.Navigation{
			Name: name, Permissions: s.ReadAll,
			Load: func(r *odata.Request, _ *odata.Object) (odata.Value, error) {
				all, err := s.List(r)
				items := make([]odata.Value, len(all))
				for i, o := range all {
					items[i] = odata.Struct(o)
				}
				return odata.List(items), err
			},
		})
	}
	return root
}

func (g *surface) connectorOfFlow(r *odata.Request) (string, error) {
	f, err := g.Flows.InboundFlow(r.Context(), r.Param("id"))
	return f.DataConnector, err
}

func (g *surface) patchConnectorOfFlow(r *odata.Request) (odata.Answer, error) {
	id, err := g.connectorOfFlow(r)
	if err != nil {
		return odata.Answer{}, err
	}
	p, err := r.Payload()
	if err != nil {
		return odata.Answer{}, err
	}
	return odata.Answer{}, g.connectorNoun().patch(g.watched(r), id, p)
}
