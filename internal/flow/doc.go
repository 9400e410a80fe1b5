// Package flow is the configuration: source systems and how they are reached
// (connectors), years, inbound flows, and the flow sets with the provisioning
// flows that say what is written to the directory.
//
// The names and members are those of the Graph API microsoft.graph.industryData;
// the JSON tags are both the wire's and the stored form's. Secrets in it are
// sealed from the moment they arrive: no value of this package holds one in
// clear text.
//
// Start with Service, through which every change goes, whoever makes it.
package flow
