package sds

import (
	"path"
	"strings"

	"rollbook/internal/feed"
)

// tellStrays warns of files that are not read.
func (s *Source) tellStrays(to feed.Receiver) error {
	for _, name := range s.files.strays(s.opts.Sent) {
		hint := strayHint(name)
		if hint == "" {
			hint = "It is no file of SDS V2.1, and nothing is lost if it is left out."
		}
		err := to.Find(feed.Finding{
			Severity: feed.Warning, Rule: feed.RuleFileUnexpected, File: name, Message: name + " was not read", Hint: hint,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// strayHint says why a file is not read although it looks like one of ours.
func strayHint(name string) string {
	if fileNamed(name) != nil {
		return ""
	}
	if isV1(name) {
		return "It belongs to the older format SDS V1. Export in format SDS V2.1, or remove it."
	}
	meant := near(name)
	switch {
	case meant == "":
		return ""
	case strings.EqualFold(meant, name):
		return "Capital letters matter in file names. Rename it to " + meant + "."
	}
	return "It may be meant to be " + meant + ": rename it if so."
}

// near returns the file of the format that a name is mistyped for, "" for none.
func near(name string) string {
	var known []string
	for _, file := range files() {
		known = append(known, withoutExtension(file.name))
	}
	meant, found := closest(withoutExtension(name), known)
	if !found || len(name) > maxStray {
		return ""
	}
	return meant + ".csv"
}

// maxStray is how long a name may be, in bytes, to be taken for a mistyped one.
const maxStray = 64

func withoutExtension(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }
