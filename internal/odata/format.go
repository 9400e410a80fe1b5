package odata

import (
	"net/http"
	"strings"
)

// format is how an answer is written.
type format struct {
	metadata Metadata
	quoted   bool // integers of 64 bits as strings (IEEE754Compatible)
}

// contentType is that of most answers, and of every error.
const contentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// formatOf returns the format that the Accept header, or $format in its place, asks for.
func formatOf(accept string) format {
	if accept == "" || accept == "application/json" || accept == "*/*" {
		return format{}
	}
	var f format
	lower := strings.ToLower(strings.ReplaceAll(accept, " ", ""))
	switch {
	case strings.Contains(lower, "metadata=none"):
		f.metadata = MetadataNone
	case strings.Contains(lower, "metadata=full"):
		f.metadata = MetadataFull
	}
	f.quoted = strings.Contains(lower, "ieee754compatible=true")
	return f
}

func (f format) contentType() string {
	if f == (format{}) {
		return contentType
	}
	amount := map[Metadata]string{MetadataNone: "none", MetadataMinimal: "minimal", MetadataFull: "full"}[f.metadata]
	quoted := "false"
	if f.quoted {
		quoted = "true"
	}
	return "application/json;odata.metadata=" + amount + ";odata.streaming=true;IEEE754Compatible=" + quoted + ";charset=utf-8"
}

// checkAccept returns an error for a header that rules out JSON. Plain text will
// do: clients ask for it where they read a number, and read JSON as well.
func checkAccept(accept string) error {
	if accept == "" || accept == "application/json" || accept == "*/*" {
		return nil
	}
	for entry := range strings.SplitSeq(strings.ToLower(accept), ",") {
		media, parameters, _ := strings.Cut(strings.ReplaceAll(entry, " ", ""), ";")
		switch media {
		case "application/json", "application/*", "*/*", "text/plain", "text/*", "json":
			if !excluded(parameters) {
				return nil
			}
		}
	}
	return &Error{Status: http.StatusNotAcceptable, Code: "notAcceptable",
		Message: "The answer is application/json, which the request does not accept: '" + accept + "'."}
}

// checkXML returns an error for a $format other than XML. Accept is passed over
// (RFC 9110 section 12.5.1 leaves that open): it is $metadata that is asked for, and
// clients send what they accept of everything else with it.
func checkXML(format string) error {
	media, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(format, " ", "")), ";")
	switch media {
	case "", "xml", "application/xml":
		return nil
	}
	return &Error{Status: http.StatusNotAcceptable, Code: "notAcceptable",
		Message: "The answer is application/xml, which the request does not accept: '" + format + "'."}
}

// excluded reports whether a media range has the weight of what is not wanted
// (RFC 9110 section 12.4.2).
func excluded(parameters string) bool {
	for parameter := range strings.SplitSeq(parameters, ";") {
		if weight, ok := strings.CutPrefix(parameter, "q="); ok {
			return strings.Trim(weight, "0.") == ""
		}
	}
	return false
}

// accept returns what the caller reads: $format says it before the header does.
func (r *Request) accept() string {
	if r.Options != nil && r.Options.Format != "" {
		return r.Options.Format
	}
	return r.HTTP.Header.Get("Accept")
}
