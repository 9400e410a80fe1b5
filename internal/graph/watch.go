package graph

import (
	"context"

	"rollbook/internal/flow"
	"rollbook/internal/odata"
	"rollbook/internal/vocab"
)

// watched returns the context for changes of the configuration that a request
// makes: the protocol is told of each, as the API shows it.
func (g *surface) watched(r *odata.Request) context.Context {
	return flow.Observe(r.Context(), func(c flow.Change) error {
		return r.Change(g.configured(c.Before), g.configured(c.After))
	})
}

// configured returns a configured entity as the API shows it; nil for none.
func (g *surface) configured(entity any) *odata.Object {
	switch e := entity.(type) {
	case flow.SourceSystem:
		return g.sourceSystemObject(e)
	case flow.Connector:
		return g.connectorObject(e)
	case flow.Year:
		return g.yearObject(e)
	case flow.InboundFlow:
		return g.inboundFlowObject(e)
	case flow.FlowSet:
		return g.flowSetObject(e)
	case flow.ProvisioningFlow:
		// Whether it is ready is not stored, and not known here.
		return g.flowObject(e).Set("readinessStatus", odata.Value{})
	case vocab.Definition:
		return g.definitionObject(e)
	}
	return nil
}
