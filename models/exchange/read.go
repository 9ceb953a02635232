package exchange

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/stafett/stafett/models/party"
)

// Kind is what a file holds, as `stafett import` names it.
type Kind string

// The kinds of file.
const (
	AccessPackages Kind = "access-packages"
	Roles          Kind = "roles"
	RolePackages   Kind = "role-packages"
	Resources      Kind = "resources"
	Organisations  Kind = "organisations"
	People         Kind = "people"
	Relations      Kind = "relations"
)

// Kinds lists the kinds in an order in which nothing refers to what is not
// there yet.
func Kinds() []Kind {
	return []Kind{AccessPackages, Roles, RolePackages, Resources, Organisations, People, Relations}
}

// maxFile bounds a file, in bytes.
const maxFile = 64 << 20

// Row is one row of a file. Value is a catalog.Area, catalog.Package,
// catalog.Role, catalog.RolePackage, catalog.Resource, exchange.Organisation,
// exchange.Person or party.Relation; it is nil when Err says why the row is
// refused.
type Row struct {
	Place string // where it stands, as in "line 12" or "packages[3]"
	Value any
	Err   error
}

// Read reads a file of the kind. A file that is none of that kind is an error;
// a row that does not hold is a Row with Err. The rows can be walked more than
// once.
func Read(kind Kind, r io.Reader, numbers party.Numbers) (iter.Seq[Row], error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("the file is over %d MiB", maxFile>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch kind {
	case AccessPackages:
		return readPackages(data)
	case Roles:
		return readRoles(data)
	case Resources:
		return readResources(data)
	case RolePackages:
		return readCSV(data, rolePackage, "roleUrn", "packageUrn", "canDelegate", "canAssign", "hasAccess")
	case Organisations:
		return readCSV(data, organisation(numbers), "orgNo", "name")
	case People:
		return readCSV(data, person(numbers), "orgNo", "role")
	case Relations:
		return readCSV(data, relation(numbers), "facilitatorOrgNo", "clientOrgNo", "roleUrn")
	}
	return nil, fmt.Errorf("no such kind of file: %q; it is one of %v", kind, Kinds())
}

// cells is one line by the names in the header.
type cells struct{ header, record []string }

// has reports whether there is such a column.
func (c cells) has(name string) bool { return slices.Contains(c.header, name) }

// field is what stands in the column, and nothing where there is none.
func (c cells) field(name string) string {
	if i := slices.Index(c.header, name); i >= 0 {
		return strings.TrimSpace(c.record[i])
	}
	return ""
}

// readCSV reads lines by the names in the header; the columns in must have to
// be there.
func readCSV(data []byte, parse func(cells) (any, error), must ...string) (iter.Seq[Row], error) {
	_, header, err := openCSV(data)
	if err != nil {
		return nil, errors.New("the file has no header line")
	}
	for _, m := range must {
		if !slices.Contains(header, m) {
			// What stands there instead may be somebody's data.
			return nil, fmt.Errorf("the header line lacks the column %q; is the first line the names of the columns?", m)
		}
	}
	return func(yield func(Row) bool) {
		cr, _, _ := openCSV(data) // from the start each time: a transaction may have to run again
		for {
			record, err := cr.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			row := Row{Err: err}
			if broken, ok := errors.AsType[*csv.ParseError](err); ok {
				row.Place = fmt.Sprintf("line %d", broken.StartLine) // no field has a place
			} else {
				line, _ := cr.FieldPos(0)
				row.Place = fmt.Sprintf("line %d", line)
			}
			switch {
			case err != nil:
			case len(record) != len(header):
				row.Err = fmt.Errorf("has %d fields where the header has %d", len(record), len(header))
			default:
				row.Value, row.Err = parse(cells{header, record})
			}
			if !yield(row) {
				return
			}
		}
	}, nil
}

// openCSV reads the header line.
func openCSV(data []byte) (*csv.Reader, []string, error) {
	cr := csv.NewReader(bufio.NewReader(bytes.NewReader(data)))
	cr.FieldsPerRecord = -1
	header, err := cr.Read()
	return cr, header, err
}

// list reads the JSON array under name of the object in data.
func list(data []byte, name string) ([]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("is not a JSON object: %w", err)
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(members[name], &rows); err != nil {
		return nil, fmt.Errorf("has no array %q: %w", name, err)
	}
	return rows, nil
}

// rowsOf yields the parsed rows of one array.
func rowsOf(name string, rows []json.RawMessage, parse func(json.RawMessage) (any, error)) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for i, raw := range rows {
			row := Row{Place: fmt.Sprintf("%s[%d]", name, i)}
			row.Value, row.Err = parse(raw)
			if !yield(row) {
				return
			}
		}
	}
}
