package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

type importFile struct {
	Kind   exchange.Kind `arg:"" help:"What the file holds: access-packages, roles, role-packages, resources, organisations, people or relations." enum:"access-packages,roles,role-packages,resources,organisations,people,relations"`
	File   string        `arg:"" help:"File, or address that begins https://." placeholder:"FILE|URL"`
	Full   bool          `help:"The file is all that its source says: roles and relations that it does not have end, and what else it lacks is named."`
	Force  bool          `help:"Let a full import end more than half, or take a file with refused rows."`
	DryRun bool          `help:"Say what would change, and change nothing."`
	Source string        `help:"Who says what the file says, so that its next file can end it." default:"import" placeholder:"NAME"`
}

// Run imports one file, names each refused row, and ends with a line of counts.
func (i importFile) Run(ctx context.Context, c console, s *node.Settings) error {
	st, err := s.Storage()
	if err != nil {
		return &settingsError{err}
	}
	if err := i.sourceFault(); err != nil {
		return err
	}
	content, err := open(ctx, i.File)
	if err != nil {
		return fmt.Errorf("import %s: %w", i.File, err)
	}
	defer content.Close()
	rows, err := exchange.Read(i.Kind, content, party.Numbers{AdmitDocumentation: s.DocumentationOrgNos})
	if err != nil {
		return fmt.Errorf("import %s: %w", i.File, err)
	}
	var report registry.Report
	err = node.WithRegistry(ctx, st, *s, func(r *registry.Registry) error {
		how := registry.How{Source: i.Source, Full: i.Full, Force: i.Force, Dry: i.DryRun}
		report, err = r.ImportAs(ctx, node.Operator, i.Kind, how, rows)
		return err
	})
	i.tell(c, report)
	if e, ok := errors.AsType[*models.Error](err); ok && e.Kind == models.Conflict {
		return fmt.Errorf("nothing is imported: %w; --force imports it all the same", e.Unwrap())
	}
	if err == nil {
		_, _ = fmt.Fprintln(c.out, report)
	}
	return err
}

// sourceFault refuses the sources that are not a file's: a full import in their
// name would end what was never said by a file.
func (i importFile) sourceFault() error {
	if i.Source == "" || models.LineFault(i.Source, 50, false) != "" || strings.HasPrefix(i.Source, party.SourceClaim) ||
		i.Source == party.SourceGiven || i.Source == party.SourceInvitation || i.Source == party.SourceRegister {
		return fmt.Errorf("--source %q is no name of a source of files", i.Source)
	}
	return nil
}

// maxTold bounds how many lines are told of each thing that an import does.
const maxTold = 50

// tell writes what was refused, what would change, and what the file lacks.
func (i importFile) tell(c console, report registry.Report) {
	for _, refused := range report.Refused {
		_, _ = fmt.Fprintf(c.err, "refused %s: %s\n", refused.Place, refused.Reason)
	}
	for _, did := range []struct {
		did  registry.Did
		word string
	}{{registry.Added, "new"}, {registry.Updated, "changed"}, {registry.Ended, "ended"}} {
		var lines []string
		for _, l := range report.Lines {
			if l.Did == did.did {
				lines = append(lines, did.word+" "+line(l))
			}
		}
		bounded(c.out, lines)
	}
	var missing []string
	for _, what := range report.Missing {
		missing = append(missing, "not in the file, and left as it is: "+what)
	}
	bounded(c.out, missing)
}

// line tells of one thing, member by member.
func line(l registry.Line) string {
	text := l.What
	if l.Place != "" {
		text = l.Place + ": " + text
	}
	for i, m := range l.Members {
		text += map[bool]string{true: ": ", false: ", "}[i == 0] + m.Name
		if m.Old != "" || m.New != "" {
			text += fmt.Sprintf(" %q → %q", m.Old, m.New)
		}
	}
	return text
}

func bounded(w io.Writer, lines []string) {
	for _, l := range lines[:min(len(lines), maxTold)] {
		_, _ = fmt.Fprintln(w, l)
	}
	if more := len(lines) - maxTold; more > 0 {
		_, _ = fmt.Fprintf(w, "… and %d more\n", more)
	}
}

// open opens a file or fetches an address, without following it elsewhere.
func open(ctx context.Context, source string) (io.ReadCloser, error) {
	if !strings.HasPrefix(source, "https://") && !strings.HasPrefix(source, "http://") {
		return os.Open(source)
	}
	if strings.HasPrefix(source, "http://") {
		return nil, errors.New("fetch over http is refused; say https://")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, source, http.NoBody)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: time.Minute, CheckRedirect: sameHost}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("the address answers %s", resp.Status)
	}
	return resp.Body, nil
}

// sameHost follows a few redirects, to the host that was named and over https
// only.
func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) > 3 || req.URL.Scheme != "https" || req.URL.Host != via[0].URL.Host {
		return http.ErrUseLastResponse
	}
	return nil
}
