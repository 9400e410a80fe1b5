package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// memoryBudget is what any of the commands may hold at its peak.
const memoryBudget = 1_200_000_000

// report is everything that was measured.
type report struct {
	Scale   string    `json:"scale"`
	Seed    int       `json:"seed"`
	Engine  string    `json:"engine"`
	Start   time.Time `json:"start"`
	Machine string    `json:"machine"`

	Rows   int     `json:"rows"`
	Bytes  int64   `json:"bytes"`
	Floor  float64 `json:"floorSeconds"`
	Work   []work  `json:"work"`
	Memory int64   `json:"peakBytes"`

	Requests []requests `json:"requests"`
	Syncs    float64    `json:"fsyncsPerSecond"`
}

// work is a row of the table: what a kind of work took, and what it may take.
type work struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	Ratio   float64 `json:"ratio"`  // to the floor
	Budget  float64 `json:"budget"` // of Ratio; 0 where there is none
	Verdict string  `json:"verdict"`
	Command usage   `json:"command"` // the whole command of which it is a part
	Note    string  `json:"note"`
}

func machine() string {
	return fmt.Sprintf("%s/%s, %d processors", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

func (r *report) add(name string, seconds, budget float64, command usage, note string) {
	w := work{Name: name, Seconds: seconds, Ratio: seconds / r.Floor, Budget: budget, Command: command, Note: note}
	if budget > 0 {
		w.Verdict = verdict(w.Ratio <= budget)
	}
	r.Work = append(r.Work, w)
}

func verdict(within bool) string {
	if within {
		return "within"
	}
	return "OVER"
}

func (r *report) printNight(to io.Writer) {
	fmt.Fprintf(to, "\nScale %s, seed %d, on %s, %s: %d rows, %.0f MB. The floor, every field read once: %.2f s.\n\n",
		r.Scale, r.Seed, r.Engine, r.Machine, r.Rows, float64(r.Bytes)/1e6, r.Floor)
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "work\tmeasured\tof floor\tbudget\tverdict\tcpu of command\tpeak memory\t")
	for _, w := range r.Work {
		budget := ""
		if w.Budget > 0 {
			budget = fmt.Sprintf("%.3g", w.Budget)
		}
		fmt.Fprintf(table, "%s\t%.2f s\t%.2f\t%s\t%s\t%.2f s\t%d MB\t%s\n",
			w.Name, w.Seconds, w.Ratio, budget, w.Verdict, w.Command.CPU, w.Command.Memory/1e6, w.Note)
	}
	fmt.Fprintf(table, "peak memory, any of these\t%d MB\t\t%d MB\t%s\t\t\t\n",
		r.Memory/1e6, memoryBudget/int64(1e6), verdict(r.Memory <= memoryBudget))
	flush(table)
}

func (r *report) printAPI(to io.Writer) {
	fmt.Fprintf(to, "\nRequests, HTTPS, beside a bare net/http handler that answers the same bytes. fsync: %.0f a second.\n\n", r.Syncs)
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "request\tconnections\ta second\tbare\tof bare\tbudget\tverdict\tmedian\t99 %\t")
	for _, q := range r.Requests {
		budget, judged := "", ""
		if q.Budget > 0 {
			budget, judged = fmt.Sprintf("%.1f", q.Budget), verdict(q.Ratio >= q.Budget)
		}
		fmt.Fprintf(table, "%s\t%d\t%.0f\t%.0f\t%.2f\t%s\t%s\t%.2f ms\t%.2f ms\t\n",
			q.Name, q.Connections, q.PerSecond, q.Bare, q.Ratio, budget, judged, q.Median, q.P99)
	}
	flush(table)
}

// flush ends a table. The terminal it is written to cannot fail usefully.
func flush(table *tabwriter.Writer) {
	if err := table.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
}

func (r *report) write(name string) error {
	text, err := json.Marshal(r, jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	if err := os.WriteFile(name, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	fmt.Println("\nWritten to", name)
	return nil
}
