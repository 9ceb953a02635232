package seed

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"path"
	"strings"
)

//go:embed data
var data embed.FS

// Who plays which part in the demo, by organisation number. The numbers are
// those of data/organisations.csv.
const (
	Customer       = "355913619" // Fjordbris Seilmakeri AS, asked by the supplier
	OtherCustomer  = "233505862" // Granlia Bakeri AS
	Supplier       = "343940092" // Pilspiss Programvare AS, whose client the token command uses
	OtherSupplier  = "399177944" // Loggbok Data AS
	Accountant     = "304710489" // Tall og Tone Regnskap AS
	APIOwner       = "298300362" // Etaten for prøvedata, asks for decisions
	Approver       = "Ingrid Fjellheim"
	PartialManager = "Olav Myrvang" // may grant some of it
	Employee       = "Sunniva Lie"  // may not approve
	Developer      = "Jonas Vikane" // registers systems for Supplier
	Director       = "Hedda Storvatn"
	Administrator  = "Birk Skogheim" // by a group at Customer
	Viewer         = "Tuva Lyngmo"   // by a group at Customer
	NewEmployee    = "Nora Vestli"   // holds nothing until she is invited
	Representative = "Live Brekke"   // chooses at login for whom she comes

	AccountantManager   = "Even Regnmo"
	ClientAdministrator = "Mathea Solbakk" // of Accountant
)

// Where one logs in: the demo's providers, as logins.csv names them.
const (
	BankID       = "bankid"
	Ansattporten = "ansattporten"
	Jobbkonto    = "jobbkonto"
)

// File is one file of the demo's data and the word by which the importer knows
// its kind, as in "stafett import access-packages FILE".
type File struct {
	Kind string
	Name string
}

// Files lists the files in the order in which they are imported: what others
// refer to comes first.
func Files() []File {
	return []File{
		{"access-packages", "access-packages.json"},
		{"roles", "roles.json"},
		{"role-packages", "role-packages.csv"},
		{"resources", "resources.json"},
		{"organisations", "organisations.csv"},
		{"people", "people.csv"},
		{"relations", "relations.csv"},
	}
}

// Read returns the bytes of the file.
func Read(f File) ([]byte, error) { return data.ReadFile(path.Join("data", f.Name)) }

// Person is a test person that the demo's providers let anybody sign in as.
type Person struct {
	PID        string // synthetic national id; empty for who has a login at work only
	Name       string
	UserID     string // number in Altinn's portal tokens
	PartyUUID  string
	At         []string // the providers that know him
	Email      string   // may be empty
	Groups     []string // at Jobbkonto, of Customer
	Represents []string // the organisations that Ansattporten lets him come for
	AboutNB    string   // who he is and what he may do, for the login page
	AboutEN    string
}

// Persons lists the test persons in the order of the login page. What they
// hold in organisations is in people.csv, unless a provider says it at login.
func Persons() ([]Person, error) {
	rows, err := table("logins.csv")
	if err != nil {
		return nil, err
	}
	var out []Person
	for _, r := range rows {
		out = append(out, Person{
			PID: r[0], Name: r[1], UserID: r[2], PartyUUID: r[3], At: strings.Fields(r[4]), Email: r[5],
			Groups: strings.Fields(r[6]), Represents: strings.Fields(r[7]), AboutNB: r[8], AboutEN: r[9],
		})
	}
	return out, nil
}

// PersonNamed finds a test person by name.
func PersonNamed(name string) (Person, error) {
	all, err := Persons()
	if err != nil {
		return Person{}, err
	}
	for _, p := range all {
		if p.Name == name {
			return p, nil
		}
	}
	return Person{}, fmt.Errorf("seed: no person called %q", name)
}

// Organisation is an organisation of the demo.
type Organisation struct {
	OrgNo string
	Name  string
	Form  string
	Kind  string // customer, vendor, regnskapsforer or owner
}

// Organisations lists the organisations in the order of their file.
func Organisations() ([]Organisation, error) {
	rows, err := table("organisations.csv")
	if err != nil {
		return nil, err
	}
	var out []Organisation
	for _, r := range rows {
		out = append(out, Organisation{OrgNo: r[0], Name: r[1], Form: r[2], Kind: r[5]})
	}
	return out, nil
}

// table reads the rows below the heading of a CSV file.
func table(name string) ([][]string, error) {
	b, err := Read(File{Name: name})
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("seed: %s: %w", name, err)
	}
	return rows[1:], nil
}
