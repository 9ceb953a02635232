package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

type people struct {
	Remap  peopleRemap  `cmd:"" help:"Follow a login provider that has changed its subjects or its issuer."`
	Export peopleExport `cmd:"" help:"Write everything that is kept about a person, as JSON."`
	Erase  peopleErase  `cmd:"" help:"Forget a person. What he did stays in the audit log under an id that means nobody."`
}

// withRegistry opens the registry of the settings for f.
func withRegistry(ctx context.Context, s *node.Settings, f func(*registry.Registry) error) error {
	st, err := s.Storage()
	if err != nil {
		return &settingsError{err}
	}
	return node.WithRegistry(ctx, st, *s, f)
}

type peopleRemap struct {
	From  string `required:"" help:"Issuer of the old subjects." placeholder:"ISSUER"`
	To    string `required:"" help:"Issuer of the new subjects; may be the same." placeholder:"ISSUER"`
	Apply bool   `help:"Change them. Without it the report says what would be done."`
	File  string `arg:"" help:"CSV with the header oldSubject,newSubject." placeholder:"FILE"`
}

// Run gives the identities of the file their new names, all or none. Rows are
// told by their lines, never by the subjects in them.
func (p peopleRemap) Run(ctx context.Context, c console, s *node.Settings) error {
	rows, err := p.read()
	if err != nil {
		return fmt.Errorf("remap %s: %w", p.File, err)
	}
	var report registry.RemapReport
	err = withRegistry(ctx, s, func(r *registry.Registry) error {
		report, err = r.Remap(ctx, node.Operator, rows, !p.Apply)
		return err
	})
	if err != nil && len(report.Refused) == 0 {
		return err
	}
	for _, place := range report.Unknown {
		_, _ = fmt.Fprintf(c.err, "unknown %s: nobody has the old subject\n", place)
	}
	for _, refused := range report.Refused {
		_, _ = fmt.Fprintf(c.err, "refused %s: %s\n", refused.Place, refused.Reason)
	}
	mapped := "to map"
	if p.Apply && err == nil {
		mapped = "mapped"
	}
	_, _ = fmt.Fprintf(c.out, "identities: %d %s, %d same, %d unknown, %d refused\n",
		report.Mapped, mapped, report.Same, len(report.Unknown), len(report.Refused))
	switch {
	case len(report.Refused) > 0:
		return errors.New("rows were refused, so nothing is changed")
	case !p.Apply && report.Mapped > 0:
		_, _ = fmt.Fprintln(c.out, "nothing is changed; say --apply to do it")
	}
	return nil
}

func (p peopleRemap) read() ([]registry.Remapping, error) {
	f, err := os.Open(p.File)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil || !slices.Equal(header, []string{"oldSubject", "newSubject"}) {
		return nil, errors.New("the first line is not oldSubject,newSubject")
	}
	var rows []registry.Remapping
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, fmt.Errorf("line %d: %w", broken.StartLine, broken.Err)
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, registry.Remapping{
			Place: fmt.Sprintf("line %d", line),
			From:  party.Identity{Issuer: p.From, Subject: record[0]}, To: party.Identity{Issuer: p.To, Subject: record[1]},
		})
	}
}

// whom names a person, by id or by how he logs in.
type whom struct {
	Person  string `arg:"" optional:"" help:"Id of the person." placeholder:"ID"`
	Issuer  string `help:"Issuer of an identity of his, in place of the id." placeholder:"ISSUER"`
	Subject string `help:"Subject of that identity." placeholder:"SUBJECT"`
}

func (w whom) find(ctx context.Context, r *registry.Registry) (models.ID, error) {
	byID, byIdentity := w.Person != "", w.Issuer != "" && w.Subject != ""
	if byID == byIdentity || byID && w.Issuer+w.Subject != "" {
		return "", errors.New("name the person by id, or by --issuer and --subject")
	}
	var id models.ID
	var err error
	if byID {
		id, err = models.ParseID(w.Person)
	} else {
		id, err = r.Find(ctx, node.Operator, w.Issuer, w.Subject)
	}
	return id, absent(err)
}

// absent says in words that there is no such person.
func absent(err error) error {
	if err != nil && models.CodeOf(err) == models.CodeNotFound {
		return errors.New("there is no such person")
	}
	return err
}

type peopleExport struct {
	Whom whom `embed:""`
}

// Run writes the export to standard output, and notes in the audit log that it
// was made. The national id is not in it.
func (p peopleExport) Run(ctx context.Context, c console, s *node.Settings) error {
	return withRegistry(ctx, s, func(r *registry.Registry) error {
		id, err := p.Whom.find(ctx, r)
		if err != nil {
			return err
		}
		export, err := r.Export(ctx, node.Operator, id)
		if err != nil {
			return absent(err)
		}
		text, err := json.MarshalIndent(export, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.out, string(text))
		return err
	})
}

type peopleErase struct {
	Whom  whom `embed:""`
	Apply bool `help:"Erase him. Without it only whom it would be is said. It cannot be undone."`
}

// Run erases a person, also one who alone administers access somewhere.
func (p peopleErase) Run(ctx context.Context, c console, s *node.Settings) error {
	return withRegistry(ctx, s, func(r *registry.Registry) error {
		id, err := p.Whom.find(ctx, r)
		if err != nil {
			return err
		}
		found, err := r.Person(ctx, id)
		if err != nil {
			return absent(err)
		}
		switch {
		case !found.Erased.IsZero():
			_, err = fmt.Fprintf(c.out, "person %s is erased already\n", id)
			return err
		case !p.Apply:
			_, err = fmt.Fprintf(c.out, "person %s would be erased; it cannot be undone; say --apply to do it\n", id)
			return err
		}
		if err := r.Erase(ctx, node.Operator, id); err != nil {
			return absent(err)
		}
		_, err = fmt.Fprintf(c.out, "person %s is erased\n", id)
		return err
	})
}
