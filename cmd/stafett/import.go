package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

type importFile struct {
	Kind   exchange.Kind `arg:"" help:"What the file holds: access-packages, roles, role-packages, resources, organisations, people or relations." enum:"access-packages,roles,role-packages,resources,organisations,people,relations"`
	Source string        `arg:"" help:"File, or address that begins https://." placeholder:"FILE|URL"`
}

// Run imports one file: it adds and changes, never deletes, names each refused
// row, and ends with a line of counts.
func (i importFile) Run(ctx context.Context, c console, s *node.Settings) error {
	st, err := s.Storage()
	if err != nil {
		return &settingsError{err}
	}
	content, err := open(ctx, i.Source)
	if err != nil {
		return fmt.Errorf("import %s: %w", i.Source, err)
	}
	defer content.Close()
	rows, err := exchange.Read(i.Kind, content, party.Numbers{AdmitDocumentation: s.DocumentationOrgNos})
	if err != nil {
		return fmt.Errorf("import %s: %w", i.Source, err)
	}
	var report registry.Report
	err = node.WithRegistry(ctx, st, *s, func(r *registry.Registry) error {
		report, err = r.Import(ctx, node.Operator, i.Kind, "import", rows)
		return err
	})
	if err != nil {
		return err
	}
	for _, refused := range report.Refused {
		_, _ = fmt.Fprintf(c.err, "refused %s: %s\n", refused.Place, refused.Reason)
	}
	_, _ = fmt.Fprintln(c.out, report)
	return nil
}

// open opens a file or fetches an address, without following it elsewhere.
func open(ctx context.Context, source string) (io.ReadCloser, error) {
	if !strings.HasPrefix(source, "https://") && !strings.HasPrefix(source, "http://") {
		return os.Open(source)
	}
	if strings.HasPrefix(source, "http://") {
		return nil, fmt.Errorf("fetch over http is refused; say https://")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
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
