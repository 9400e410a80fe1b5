package graph

import (
	"context"
	"net/http"
	"strings"

	"rollbook/internal/flow"
	"rollbook/internal/odata"
	"rollbook/internal/upload"
)

// Uploads takes uploaded files and checks them.
type Uploads interface {
	// Session returns the open session of a connector, or a new one where there
	// is none or reset asks for it.
	Session(ctx context.Context, connectorID string, reset bool) (upload.Session, error)

	// Validate begins to check what was uploaded, and MUST return
	// upload.ErrNoSession where there is nothing.
	Validate(ctx context.Context, connectorID string) (operationID string, err error)

	// Fail stores the check of a connector that could not be made, and why.
	Fail(ctx context.Context, connectorID string, why upload.PublicError) (operationID string, err error)

	// Operation returns a check, and MUST return upload.ErrNoOperation where
	// there is none with the ID.
	Operation(ctx context.Context, id string) (upload.Operation, error)

	Operations(ctx context.Context) ([]upload.Operation, error)
}

func (g *surface) uploadSession(r *odata.Request) (odata.Answer, error) {
	c, err := g.Flows.Connector(r.Context(), r.Param("id"))
	if err != nil {
		return odata.Answer{}, err
	}
	if c.Type != flow.AzureDataLakeConnector {
		return odata.Answer{}, odata.BadRequest(odata.InnerInvalidType, "", "Files are uploaded to a connector of type '%s', and this one is a '%s'.", typeFileConnector, c.Type)
	}
	reset := strings.ToLower(r.Arg("resetSession"))
	if reset != "" && reset != "true" && reset != "false" {
		return odata.Answer{}, odata.BadRequest(odata.InnerInvalidFormat, "resetSession", "The argument resetSession must be true or false, not '%s'.", reset)
	}
	s, err := g.Uploads.Session(r.Context(), c.ID, reset == "true")
	if err != nil {
		return odata.Answer{}, err
	}
	return odata.Answer{
		Object: g.typed(typeUploadSession).
			Set("containerExpirationDateTime", odata.Time(s.ContainerExpires)).
			Set("containerId", odata.Text(s.ContainerID)).
			Set("sessionExpirationDateTime", odata.Time(s.SessionExpires)).
			Set("sessionUrl", odata.Text(r.Origin+s.Address)),
		Declared: g.types[typeUploadSession], Context: industry(typeUploadSession),
	}, nil
}

// validate begins a check of what a connector brings; which connector is for
// the path to say.
func (g *surface) validate(connector func(*odata.Request) (string, error)) func(*odata.Request) (odata.Answer, error) {
	return func(r *odata.Request) (odata.Answer, error) {
		id, err := connector(r)
		if err != nil {
			return odata.Answer{}, err
		}
		c, err := g.Flows.Connector(r.Context(), id)
		if err != nil {
			return odata.Answer{}, err
		}
		operation, err := g.check(r.Context(), c)
		if err != nil {
			return odata.Answer{}, err
		}
		return odata.Answer{Status: http.StatusAccepted, Location: r.Base + "/" + base + "operations/" + operation}, nil
	}
}

// check begins the check of a connector. What an API answers cannot be found out
// yet, and so nothing is said of it but that.
func (g *surface) check(ctx context.Context, c flow.Connector) (operationID string, err error) {
	if c.OneRoster == nil {
		return g.Uploads.Validate(ctx, c.ID)
	}
	return g.Uploads.Fail(ctx, c.ID, upload.PublicError{
		Code: "oneRosterNotSupported", Target: c.OneRoster.BaseURL,
		Message: "The connection was not tested: OneRoster APIs cannot be read yet. The connector is stored, and runs skip its flows.",
	})
}

// operations are the checks; they come and go by themselves.
func (g *surface) operations() *odata.EntitySet {
	return &odata.EntitySet{
		Path: base + "operations", Type: g.model.Type("microsoft.graph.longRunningOperation"),
		ReadAll: listOperationPermissions(), ReadOne: operationPermissions(),
		List: func(r *odata.Request) ([]*odata.Object, error) {
			all, err := g.Uploads.Operations(r.Context())
			return objects(all, func(o upload.Operation) *odata.Object { return g.operationObject(r, o) }), err
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			o, err := g.Uploads.Operation(r.Context(), r.Param("id"))
			if err != nil {
				return nil, err
			}
			return g.operationObject(r, o), nil
		},
	}
}

func (g *surface) operationObject(r *odata.Request, o upload.Operation) *odata.Object {
	detail := odata.Null()
	if o.StatusDetail != "" {
		detail = odata.Text(o.StatusDetail)
	}
	return g.typed(typeValidateOperation).
		Set("id", odata.Text(o.ID)).
		Set("createdDateTime", odata.Time(o.Created)).
		Set("lastActionDateTime", odata.Time(o.LastAction)).
		Set("resourceLocation", odata.Text(r.Base+"/"+base+"dataConnectors/"+o.ConnectorID)).
		Set("status", odata.Text(o.Status)).
		Set("statusDetail", detail).
		Set("errors", g.publicErrors(o.Errors)).
		Set("warnings", g.publicErrors(o.Warnings)).
		Set("validatedFiles", odata.Texts(o.ValidatedFiles))
}

func (g *surface) publicErrors(errs []upload.PublicError) odata.Value {
	items := make([]odata.Value, len(errs))
	for i, e := range errs {
		items[i] = g.publicError(e.Code, e.Message, e.Target)
	}
	return odata.List(items)
}
