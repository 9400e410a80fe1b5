package doctest

import (
	"fmt"
	"strings"
)

// Step is one thing that a page has its reader do.
type Step struct {
	Line    int    // in the page, from 1
	Command string // for bash, possibly of several lines

	// Want is the output shown below the command, a line each. It is nil where
	// the page shows none, and then any output will do.
	Want []string

	// Background says that the command ends in &. The next step is not taken
	// before the command has written Want.
	Background bool
}

// block is a fenced block of a page.
type block struct {
	line  int // of its first line of text
	info  string
	text  []string
	above string // the nearest line above the fence that is not empty
}

// Parse returns what a page has its reader do, in order. It refuses blocks that
// look like commands and follow no convention, so that none goes unnoticed.
func Parse(page string) ([]Step, error) {
	blocks, err := blocksOf(page)
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, b := range blocks {
		more, err := b.steps()
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", b.line-1, err)
		}
		steps = append(steps, more...)
	}
	return steps, nil
}

func blocksOf(page string) ([]block, error) {
	var blocks []block
	var open *block
	above := ""
	for i, line := range strings.Split(page, "\n") {
		fence := strings.HasPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{line: i + 2, info: strings.TrimSpace(line[3:]), above: above}
		case fence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.text = append(open.text, line)
		}
		if strings.TrimSpace(line) != "" {
			above = line
		}
	}
	if open != nil {
		return nil, fmt.Errorf("line %d: the block is not closed", open.line-1)
	}
	return blocks, nil
}

func (b block) steps() ([]Step, error) {
	switch b.info {
	case "console":
		return b.console()
	case "sh":
		return []Step{{Line: b.line, Command: strings.Join(b.text, "\n")}}, nil
	case "console noexec", "sh noexec":
		if !strings.HasPrefix(b.above, "<!-- noexec: ") {
			return nil, fmt.Errorf("%q needs its reason above it: <!-- noexec: why -->", b.info)
		}
		return nil, nil
	case "bash", "shell", "shell-session", "zsh":
		return nil, fmt.Errorf("commands are in blocks named console or sh, not %q", b.info)
	}
	return nil, nil
}

// console splits a block into its commands, each after a "$ ", and the output
// below each. A command goes on in the next line after a backslash.
func (b block) console() ([]Step, error) {
	var steps []Step
	continued := false
	for i, line := range b.text {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case continued:
			last := &steps[len(steps)-1]
			last.Command += "\n" + line
		case isCommand:
			steps = append(steps, Step{Line: b.line + i, Command: command})
		case len(steps) == 0:
			return nil, fmt.Errorf("a console block begins with a command after a dollar and a space, not with %q", line)
		default:
			last := &steps[len(steps)-1]
			last.Want = append(last.Want, line)
		}
		continued = (continued || isCommand) && strings.HasSuffix(line, `\`)
	}
	for i := range steps {
		steps[i].Background = strings.HasSuffix(steps[i].Command, " &")
	}
	return steps, nil
}
