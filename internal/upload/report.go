package upload

import (
	"fmt"
	"slices"

	"rollbook/internal/feed"
)

// maxErrors bounds the errors, and the warnings, that an operation shows.
const maxErrors = 100

// The codes that clients of the API know.
const (
	codeRequiredFile = "RequiredFileNotFound"
	codeOptionalFile = "OptionalFileNotFound"
)

// report puts what was found as an operation shows it, and returns whether the
// upload is good for a run. A file that is validated may have rows with errors:
// those are dropped, and the file is taken. Of an upload that is refused no file
// is: the check ends where it finds that out, and has not looked at all of them.
func report(found Found) (result, bool) {
	var r result
	good := true
	for _, f := range found.Findings {
		if f.Severity == feed.Catastrophic {
			good = false
		}
		if f.Severity == feed.Warning {
			r.Warnings = append(r.Warnings, publicError(f))
		} else {
			r.Errors = append(r.Errors, publicError(f))
		}
	}
	r.Warnings = append(missingOptional(r.Errors, found.Files), r.Warnings...)
	if good {
		r.ValidatedFiles = slices.Sorted(slices.Values(found.Files))
	}
	r.StatusDetail = shorten(&r.Errors, &r.Warnings)
	return r, good
}

func publicError(f feed.Finding) PublicError {
	if f.Rule == feed.RuleFileNotFound && f.Severity == feed.Catastrophic {
		return PublicError{
			Code: codeRequiredFile, Target: f.File,
			Message: "The required file " + f.File + " was not found. " + f.Hint,
		}
	}
	message := f.Message
	switch {
	case f.Column > 0:
		message = fmt.Sprintf("line %d, column %d: %s", f.Line, f.Column, message)
	case f.Line > 0:
		message = fmt.Sprintf("line %d: %s", f.Line, message)
	}
	if f.Hint != "" {
		message += " (" + f.Hint + ")"
	}
	return PublicError{Code: string(f.Rule), Message: message, Target: f.File}
}

// missingOptional names the files that class groups need, where they are
// missing and nothing else has said so (SDS: a conditional file's absence is a warning).
// Of an archive that cannot be read nobody knows what is missing.
func missingOptional(errs []PublicError, held []string) []PublicError {
	if slices.ContainsFunc(errs, func(e PublicError) bool { return e.Code == string(feed.RuleFileUnreadable) && isArchive(e.Target) }) {
		return nil
	}
	var missing []PublicError
	for _, name := range []string{"classes.csv", "enrollments.csv"} {
		known := slices.ContainsFunc(errs, func(e PublicError) bool { return e.Target == name })
		if known || slices.Contains(held, name) {
			continue
		}
		missing = append(missing, PublicError{
			Code: codeOptionalFile, Target: name,
			Message: "The file " + name + " was not found. It is needed for class groups only.",
		})
	}
	return missing
}

// shorten cuts lists to what an operation shows and says what was left out.
func shorten(errs, warnings *[]PublicError) string {
	more := max(0, len(*errs)-maxErrors) + max(0, len(*warnings)-maxErrors)
	*errs = (*errs)[:min(len(*errs), maxErrors)]
	*warnings = (*warnings)[:min(len(*warnings), maxErrors)]
	if more == 0 {
		return ""
	}
	return fmt.Sprintf("%d more errors and warnings are not shown", more)
}
