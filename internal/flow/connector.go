package flow

import (
	"context"
	"fmt"

	"rollbook/internal/vocab"
)

// Connector is how a feed arrives (industryData: industryDataConnector): as
// uploaded files, or from a OneRoster API.
type Connector struct {
	ID           string        `json:"id"`
	Type         ConnectorType `json:"type"`
	DisplayName  string        `json:"displayName"`
	SourceSystem string        `json:"sourceSystem"` // its ID

	FileFormat *ReferenceValue `json:"fileFormat,omitempty"` // RefFileFormat; AzureDataLakeConnector only
	OneRoster  *OneRosterAPI   `json:"oneRoster,omitempty"`  // OneRosterConnector only, and there always
}

// ConnectorType names the kind of a connector as the API does.
type ConnectorType string

// The kinds of connector.
const (
	AzureDataLakeConnector ConnectorType = "azureDataLakeConnector"
	OneRosterConnector     ConnectorType = "oneRosterApiDataConnector"
)

// DefaultFileFormat is the format of a connector that names none (SDS V2.1
// CSV). Such a connector goes on naming none: clients see what they wrote.
const DefaultFileFormat = "schoolDataSyncV2Rev1"

// Format returns the code of the format in which the connector's files are.
func (c Connector) Format() string {
	if c.FileFormat == nil {
		return DefaultFileFormat
	}
	return c.FileFormat.Code
}

// CreateConnector makes a new connector and returns it as it is stored.
func (s *Service) CreateConnector(ctx context.Context, e Connector) (Connector, error) {
	return create(ctx, s, connectors(), e)
}

// Connector returns the connector with the ID, or an Error of kind NotFound.
func (s *Service) Connector(ctx context.Context, id string) (Connector, error) {
	return one(ctx, s, connectors(), id)
}

// Connectors returns every connector in the order of creation.
func (s *Service) Connectors(ctx context.Context) ([]Connector, error) {
	return all(ctx, s, connectors())
}

// UpdateConnector changes the connector with the ID. change gets its stored state, and
// no other change comes between.
func (s *Service) UpdateConnector(ctx context.Context, id string, change func(Connector) (Connector, error)) (Connector, error) {
	return update(ctx, s, connectors(), id, change)
}

// DeleteConnector deletes the connector with the ID. It is a conflict while inbound
// flows take its feed.
func (s *Service) DeleteConnector(ctx context.Context, id string) error {
	return remove(ctx, s, connectors(), id)
}

func connectors() noun[Connector] {
	return noun[Connector]{
		kind: KindConnector, name: "data connector",
		list:     func(s *Snapshot) *[]Connector { return &s.Connectors },
		id:       func(e *Connector) *string { return &e.ID },
		check:    checkConnector,
		settle:   settleConnector,
		referrer: connectorReferrer,
	}
}

func checkConnector(in *Snapshot, e *Connector) error {
	if e.Type != AzureDataLakeConnector && e.Type != OneRosterConnector {
		return invalid("@odata.type", "a data connector may be an %s or a %s, and not %q", AzureDataLakeConnector, OneRosterConnector, e.Type)
	}
	if err := checkName(e.DisplayName); err != nil {
		return err
	}
	if e.SourceSystem == "" {
		return invalid("sourceSystem", "sourceSystem is required: bind it with sourceSystem@odata.bind")
	}
	if _, err := sourceSystems().find(in, e.SourceSystem); err != nil {
		return invalid("sourceSystem", "%s", err)
	}
	if e.Type == OneRosterConnector {
		e.FileFormat = nil
		return checkOneRoster(e)
	}
	e.OneRoster = nil
	if e.FileFormat == nil {
		return nil
	}
	format := *e.FileFormat
	e.FileFormat = &format
	return canonical(in.Lists, vocab.FileFormat, "fileFormat", e.FileFormat)
}

func settleConnector(_ *edit, old Connector, e *Connector) error {
	if err := unchanged("@odata.type", old.Type, e.Type); err != nil {
		return err
	}
	if e.OneRoster != nil {
		e.OneRoster.settle(*old.OneRoster)
	}
	if err := unchanged("fileFormat", old.Format(), e.Format()); err != nil {
		return err
	}
	e.FileFormat = old.FileFormat
	return unchanged("sourceSystem", old.SourceSystem, e.SourceSystem)
}

func connectorReferrer(in *Snapshot, id string) string {
	for _, f := range in.InboundFlows {
		if f.DataConnector == id {
			return fmt.Sprintf("the inbound flow %q (%s)", f.DisplayName, f.ID)
		}
	}
	return ""
}
