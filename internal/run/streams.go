package run

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"rollbook/internal/flow"
	"rollbook/internal/roster"
)

// UnclearFlow says that a feed was given, and not which inbound flow it is of.
type UnclearFlow struct {
	Given string   // the name that was given
	Flows []string // the names of the flows that take feeds; the IDs of those that share theirs
}

func (e *UnclearFlow) Error() string {
	problem := "several inbound flows take feeds, and a folder or archive is the feed of one"
	if e.Given != "" {
		problem = fmt.Sprintf("no single inbound flow that takes feeds is called %q", e.Given)
	}
	return fmt.Sprintf("%s: name it with --flow, which may be %q", problem, e.Flows)
}

// chooseFed finds out which inbound flow a path is the feed of.
func (p *pass) chooseFed() error {
	if p.opts.Path == "" {
		return nil
	}
	named := slices.DeleteFunc(slices.Clone(p.inbound), func(in inbound) bool {
		return p.opts.Flow != "" && p.opts.Flow != in.flow.DisplayName && p.opts.Flow != in.flow.ID
	})
	if len(named) != 1 {
		return &UnclearFlow{p.opts.Flow, p.names()}
	}
	p.fed = named[0].flow.ID
	return nil
}

// names returns what each inbound flow of the run can be called.
func (p *pass) names() []string {
	shared := map[string]int{}
	for _, in := range p.inbound {
		shared[in.flow.DisplayName]++
	}
	names := make([]string, len(p.inbound))
	for i, in := range p.inbound {
		names[i] = in.flow.DisplayName
		if shared[names[i]] > 1 {
			names[i] = in.flow.ID
		}
	}
	return names
}

// findStreams finds the streams that make up the roster of each source system of
// the run: those of the inbound flows that take feeds, and those that still count.
func (p *pass) findStreams(ctx context.Context) error {
	p.streams = Streams{}
	for _, in := range p.leading() {
		source := in.source.Number
		latest, err := p.Feeds.Latest(ctx, source)
		if err != nil {
			return err
		}
		said := p.said(source, latest)
		p.streams[source] = slices.DeleteFunc(p.inOrder(said), func(id string) bool { return !p.stands(id, source, said) })
	}
	return nil
}

// leading returns one inbound flow of each source system that the run takes: the
// first whose year today lies in, or else the first.
func (p *pass) leading() []inbound {
	today := p.day.String()
	var leading []inbound
	for _, in := range p.inbound {
		i := slices.IndexFunc(leading, func(l inbound) bool { return l.source.Number == in.source.Number })
		switch {
		case i < 0:
			leading = append(leading, in)
		case !leading[i].isOf(today) && in.isOf(today):
			leading[i] = in
		}
	}
	return leading
}

// isOf reports whether a day, as YYYY-MM-DD, lies in the year of the flow.
func (in inbound) isOf(day string) bool { return in.year.StartDate <= day && day <= in.year.EndDate }

// said returns the inbound flows of a source system of which a feed was stored, or
// is read by this dry run.
func (p *pass) said(source int, latest map[string]roster.FeedNumber) map[string]bool {
	said := map[string]bool{}
	for id := range latest {
		said[id] = true
	}
	for stream := range p.feeding {
		if stream.Source == source {
			said[stream.Flow] = true
		}
	}
	return said
}

// inOrder returns inbound flows in the order in which they were created, those
// that were deleted last.
func (p *pass) inOrder(ids map[string]bool) []string {
	created := func(id string) int { return cmp.Or(p.indexOf(id)+1, math.MaxInt) }
	return slices.SortedFunc(maps.Keys(ids), func(a, b string) int {
		return cmp.Or(cmp.Compare(created(a), created(b)), strings.Compare(a, b))
	})
}

func (p *pass) indexOf(id string) int {
	return slices.IndexFunc(p.config.InboundFlows, func(f flow.InboundFlow) bool { return f.ID == id })
}

// stands reports whether what a stream said last is part of the roster. Neither
// the calendar nor the configuration takes people away before something else says
// where they are: what the flow of an expired stream said stands until another
// flow of the same connector has brought a feed, and that of a deleted one until
// each flow of the source system has.
func (p *pass) stands(id string, source int, said map[string]bool) bool {
	if slices.ContainsFunc(p.inbound, func(in inbound) bool { return in.flow.ID == id }) {
		return true
	}
	i := p.indexOf(id)
	if i < 0 {
		return slices.ContainsFunc(p.inbound, func(in inbound) bool { return in.source.Number == source && !said[in.flow.ID] })
	}
	f := p.config.InboundFlows[i]
	if slices.ContainsFunc(p.inbound, func(in inbound) bool { return in.flow.DataConnector == f.DataConnector && said[in.flow.ID] }) {
		return false
	}
	p.result.Skipped = append(p.result.Skipped, Skipped{f.DisplayName, f.ID,
		"the flow takes no feeds any more; what it said last stands until another flow of its connector brings a feed, or it is deleted"})
	return true
}
