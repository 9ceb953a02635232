package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stafett/stafett/models/registry"
)

// An address leads nowhere else: not to another host, not off https, not round
// and round.
func TestAnAddressIsNotFollowedElsewhere(t *testing.T) {
	t.Parallel()
	at := func(s string) *http.Request {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return &http.Request{URL: u}
	}
	start := at("https://data.example/people.csv")
	for to, follows := range map[string]bool{
		"https://data.example/v2/people.csv":      true,
		"http://data.example/people.csv":          false,
		"https://data.example:8443/people.csv":    false,
		"https://other.example/people.csv":        false,
		"https://data.example.evil.example/x.csv": false,
		"file:///etc/passwd":                      false,
	} {
		if err := sameHost(at(to), []*http.Request{start}); (err == nil) != follows {
			t.Errorf("%s: %v", to, err)
		}
	}
	if sameHost(start, []*http.Request{start, start, start, start}) == nil {
		t.Error("it goes round and round")
	}
}

// What is told of an import is bounded, and says how much more there is.
func TestWhatIsToldIsBounded(t *testing.T) {
	t.Parallel()
	var report registry.Report
	for i := range maxTold + 123 {
		c := registry.Change{Did: registry.Added, Thing: registry.Thing{What: fmt.Sprint("thing ", i)}}
		report.Lines = append(report.Lines, registry.Line{Place: "line 2", Change: c})
	}
	changed := registry.Change{Did: registry.Updated, Thing: registry.Thing{What: "role"}, Members: []registry.Difference{{Name: "name_nb", Old: "A", New: "B"}, {Name: "pid_hash"}}}
	report.Lines = append(report.Lines, registry.Line{Place: "roles[3]", Change: changed})
	var out, errs strings.Builder
	importFile{}.tell(console{&out, &errs}, report)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != maxTold+2 || lines[maxTold] != "… and 123 more" || lines[maxTold+1] != `changed roles[3]: role: name_nb "A" → "B", pid_hash` {
		t.Errorf("%d lines, ending %q", len(lines), lines[len(lines)-2:])
	}
}
