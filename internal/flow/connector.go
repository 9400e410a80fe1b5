package flow

// Connector is how a feed arrives (industryData: industryDataConnector): as
// uploaded files, or from a OneRoster API.
type Connector struct {
	ID           string        `json:"id"`
	Type         ConnectorType `json:"type"`
	DisplayName  string        `json:"displayName"`
	SourceSystem string        `json:"sourceSystem"` // its ID

	FileFormat *ReferenceValue `json:"fileFormat,omitempty"` // RefFileFormat; AzureDataLakeConnector only
}

// ConnectorType names the kind of a connector as the API does.
type ConnectorType string

// The kinds of connector.
const (
	AzureDataLakeConnector ConnectorType = "azureDataLakeConnector"
)
