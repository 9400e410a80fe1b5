package run

import (
	"context"
	"fmt"

	"rollbook/internal/feed"
)

// streamsDisagree is the rule of a record of which two streams say different things.
const streamsDisagree = "streams-disagree"

// mostDisagreements is how many records are named: what is wrong with more of them is
// one thing.
const mostDisagreements = 100

// tellDisagreements makes findings of the records of which the streams of a source
// system say different things. What the flow says that was created first counts, so
// that two streams do not rename each other's people night by night.
func (p *pass) tellDisagreements(ctx context.Context) error {
	for source, flows := range p.streams {
		if len(flows) < 2 {
			continue
		}
		found, err := p.Feeds.Disagreements(ctx, source, mostDisagreements)
		if err != nil {
			return err
		}
		first := flows[0]
		if i := p.indexOf(first); i >= 0 {
			first = p.config.InboundFlows[i].DisplayName
		}
		for _, d := range found {
			p.result.Findings = append(p.result.Findings, feed.Finding{
				Severity: feed.Warning, Rule: streamsDisagree, File: feed.FileOf(d.Kind), Record: d.Key, Rows: 1,
				Message: fmt.Sprintf("inbound flows say different things of the %s %s; what the one says counts that was created first: of all of them, %q", d.Kind, d.Key, first),
				Hint:    "Correct it in one of the two systems, or leave the record out of one of the exports.",
			})
		}
	}
	feed.SortFindings(p.result.Findings)
	return nil
}
