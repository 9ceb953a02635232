package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// figure is one result.
type figure struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Date   string  `json:"date"`   // day in UTC
	Commit string  `json:"commit"` // that was measured
	about  string
}

// figuresOf are the medians over the rounds; ratios are taken round by round.
func figuresOf(p parameters, bare, ours []round, rss, peak float64) []figure {
	byRound := func(of func(o, b round) float64) float64 {
		i := -1
		return median(ours, func(o round) float64 { i++; return of(o, bare[i]) })
	}
	return []figure{
		{Name: "enrich.ratio", Unit: "ratio", Value: byRound(func(o, b round) float64 { return o.rate() / b.rate() }), about: "requests/s of the registry ÷ requests/s of the bare handler; aim ≥ 0.35"},
		{Name: "enrich.rate", Unit: "1/s", Value: median(ours, round.rate), about: "enrichments a second, load generator on the same cores"},
		{Name: "bare.rate", Unit: "1/s", Value: median(bare, round.rate), about: "bare handler"},
		{Name: "enrich.cpu", Unit: "µs", Value: median(ours, round.cpu), about: "CPU of the registry's process per enrichment"},
		{Name: "bare.cpu", Unit: "µs", Value: median(bare, round.cpu), about: "CPU of the bare handler's process per request"},
		{Name: "enrich.p50", Unit: "µs", Value: median(ours, func(r round) float64 { return r.at(0.5) }), about: fmt.Sprintf("latency, half of the requests, %d connections", p.conns)},
		{Name: "enrich.p99", Unit: "µs", Value: median(ours, func(r round) float64 { return r.at(0.99) }), about: "latency, 99 of 100 requests"},
		{Name: "bare.p50", Unit: "µs", Value: median(bare, func(r round) float64 { return r.at(0.5) }), about: "bare handler"},
		{Name: "bare.p99", Unit: "µs", Value: median(bare, func(r round) float64 { return r.at(0.99) }), about: "bare handler"},
		{Name: "enrich.rss", Unit: "MiB", Value: rss, about: "resident memory after the last round; aim ≤ 120"},
		{Name: "enrich.rss_peak", Unit: "MiB", Value: peak, about: "resident memory at its peak"},
		{Name: "system_users", Unit: "count", Value: float64(p.users), about: "in the database"},
		{Name: "rounds", Unit: "count", Value: float64(p.rounds), about: fmt.Sprintf("of each side, in turn, %d requests each, every answer checked", p.requests)},
	}
}

// stamp notes when and on what the figure was measured.
func (f *figure) stamp(now time.Time) {
	f.Date, f.Commit = now.UTC().Format(time.DateOnly), commit()
}

// row is the figure in the table.
func (f *figure) row() string {
	format := "%.0f"
	if f.Unit == "ratio" || f.Value < 100 && f.Unit != "count" {
		format = "%.2f"
	}
	return fmt.Sprintf("| %s | "+format+" %s | %s |", f.Name, f.Value, f.Unit, f.about)
}

// commit is what the checkout is at.
func commit() string {
	out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output() //nolint:noctx // a moment
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// write writes bench/results.json and docs/performance.md.
func write(figures []figure, now time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Performance\n\nMade by `make bench` on %s, commit %s, %s, %d cores. The registry is the shipped program on SQLite;\n"+
		"the bare handler is `net/http` answering the same bytes. Both are measured in turn in one run, with the load generator on\n"+
		"the same cores, so ratios mean more than rates. Figures are medians over the rounds.\n\n| figure | value | what |\n|---|---|---|\n",
		now.UTC().Format(time.DateOnly), commit(), runtime.Version(), runtime.NumCPU())
	for i := range figures {
		figures[i].stamp(now)
		fmt.Fprintln(&b, figures[i].row())
	}
	return save(figures, b.String())
}

func save(figures []figure, page string) error {
	fmt.Print("\n", page)
	out, err := json.MarshalIndent(figures, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile("bench/results.json", append(out, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile("docs/performance.md", []byte(page), 0o644)
}
