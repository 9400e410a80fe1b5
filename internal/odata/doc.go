// Package odata speaks the protocol of Microsoft Graph, which is OData 4.01
// with habits of its own: paths, query options, $filter, payloads, errors. What
// is served with it is somebody else's to say, in a table of types (Model) and
// a list of entity sets and operations (Service).
//
// Going out, names, casing and types are exact. Coming in, letter case, the
// position of a member, the "#" of a type and the "$" of an option do not
// matter. Whatever arrives, the cost of refusing it is bounded.
//
// Start with Model, then Service.
package odata
