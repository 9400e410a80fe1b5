// Package graph is the API: the industryData namespace of Microsoft Graph beta,
// through which Rollbook is configured, and the directory of v1.0: users, groups,
// classes, schools and administrative units.
//
// It translates between JSON and the nouns of flow, directory and run, and
// keeps no rule of its own but what the wire says: which member is called
// what, which permission does for which operation, what is echoed. Rules about
// values are those of flow.Service.
//
// Start with New, then the table of types in types.go.
package graph
