package doctest

import (
	"regexp"
	"strings"
)

// What differs from one run to the next and that no page can foretell. It is
// replaced in what a page shows and in what happened before they are compared.
var (
	uuids     = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	times     = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z|\d{4}-\d\d-\d\d \d\d:\d\d UTC`)
	durations = regexp.MustCompile(`\b\d+(\.\d+)? ?(µs|ms|s)\b`)
)

// Ellipsis stands for anything within a line, and alone in a line for any lines.
const Ellipsis = "…"

// Match reports whether output is what a page shows.
func Match(want []string, output string) bool {
	return match(normalize(want), normalize(strings.Split(strings.TrimRight(output, "\n"), "\n")))
}

func normalize(lines []string) []string {
	normal := make([]string, len(lines))
	for i, line := range lines {
		line = uuids.ReplaceAllString(line, "<id>")
		line = times.ReplaceAllString(line, "<time>")
		line = durations.ReplaceAllString(line, "<duration>")
		normal[i] = strings.TrimRight(line, " ")
	}
	for len(normal) > 0 && normal[len(normal)-1] == "" {
		normal = normal[:len(normal)-1]
	}
	return normal
}

func match(want, got []string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if strings.TrimSpace(want[0]) == Ellipsis {
		for skipped := range len(got) + 1 {
			if match(want[1:], got[skipped:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && matchLine(want[0], got[0]) && match(want[1:], got[1:])
}

func matchLine(want, got string) bool {
	parts := strings.Split(want, Ellipsis)
	if len(parts) == 1 {
		return want == got
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(got, first) || !strings.HasSuffix(got[len(first):], last) {
		return false
	}
	got = got[len(first) : len(got)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(got, part)
		if !found {
			return false
		}
		got = after
	}
	return true
}
