package modelstest

import (
	"iter"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// The organisations: two suppliers and two customers. The numbers are invented.
const (
	Fjord  party.OrgNo = "312506106" // Fjord Programvare AS, supplier
	Loggen party.OrgNo = "298144700" // Loggen Data AS, another supplier
	Bakeri party.OrgNo = "366209808" // Nes Bakeri AS, customer
	Verft  party.OrgNo = "277391007" // Vik Verft AS, another customer
)

// Name is a person by first name.
type Name string

// The people and what they hold.
const (
	Kari  Name = "Kari"  // managing director of the bakery
	Ola   Name = "Ola"   // chair of the bakery
	Nils  Name = "Nils"  // access manager of the bakery, given in person: has no package
	Even  Name = "Even"  // accountant of the bakery: has no authority
	Turid Name = "Turid" // managing director of the yard
	Jonas Name = "Jonas" // system administrator of Fjord
	Hedda Name = "Hedda" // managing director of Loggen
	Siri  Name = "Siri"  // can sign in and holds nothing
)

// Roles and packages of the catalogue.
const (
	Director   = "urn:altinn:external-role:ccr:daglig-leder"
	Chair      = "urn:altinn:external-role:ccr:styreleder"
	Accountant = "urn:altinn:external-role:ccr:regnskapsforer"

	Manager = catalog.PackagePrefix + "tilgangsstyrer"
	Salary  = catalog.PackagePrefix + "lonn"
	Tax     = catalog.PackagePrefix + "skatt"

	Amelding = "skd-amelding"  // carried by Salary
	Register = "brreg-melding" // carried by nothing: the access manager's to give
)

// Login is the identity provider of the people; the subject is the name.
const Login = "https://login.example/"

// Issuer is the trusted issuer of OAuth clients.
const Issuer = "https://issuer.example/"

// pids are invented national ids with birth months plus 80.
var pids = map[Name]string{
	Kari: "04836171239", Ola: "17917465568", Nils: "22858231985", Even: "09886944885",
	Turid: "30819052138", Jonas: "11907860479", Hedda: "02868573352", Siri: "25929340240",
}

var organisations = []any{
	party.Organisation{OrgNo: Fjord, Name: "Fjord Programvare AS", Form: "AS"},
	party.Organisation{OrgNo: Loggen, Name: "Loggen Data AS", Form: "AS"},
	party.Organisation{OrgNo: Bakeri, Name: "Nes Bakeri AS", Form: "AS"},
	party.Organisation{OrgNo: Verft, Name: "Vik Verft AS", Form: "AS"},
}

func people() []any {
	var rows []any
	for _, h := range []struct {
		who Name
		org party.OrgNo
		urn string
	}{
		{Kari, Bakeri, Director},
		{Ola, Bakeri, Chair},
		{Nils, Bakeri, Manager},
		{Even, Bakeri, Accountant},
		{Turid, Verft, Director},
		{Jonas, Fjord, policy.SystemAdministrator},
		{Hedda, Loggen, Director},
	} {
		rows = append(rows, exchange.Person{PID: PID(h.who), Name: string(h.who), OrgNo: h.org, URN: h.urn})
	}
	return rows
}

// PID is the person's national id.
func PID(who Name) party.PersonID {
	p, err := party.ParsePersonID(pids[who])
	if err != nil {
		panic(err) // a fixture of this file
	}
	return p
}

// Identity is how the provider names the person.
func Identity(who Name) party.Identity {
	return party.Identity{Issuer: Login, Subject: string(who), PID: PID(who), Name: string(who)}
}

func text(nb, nn, en string) models.Text { return models.Text{NB: nb, NN: nn, EN: en} }

var packages = []any{
	catalog.Area{ID: "personale", Name: text("Personale", "Personale", "Staff")},
	catalog.Package{URN: Manager, Name: text("Tilgangsstyrer", "Tilgangsstyrar", "Access manager"), Delegable: true, Assignable: true},
	catalog.Package{
		URN: Salary, Name: text("Lønn", "Løn", "Salary"), Area: "personale", Delegable: true, Assignable: true,
		Description: text("Melde lønn og hente skattekort.", "Melde løn og hente skattekort.", "Report pay and fetch tax cards."),
	},
	catalog.Package{
		URN: Tax, Name: text("Skatt", "Skatt", "Tax"), Delegable: true, Assignable: true,
		Description: text("Levere skattemelding.", "Levere skattemelding.", "File tax returns."),
	},
}

var roles = []any{
	catalog.Role{URN: Director, Name: text("Daglig leder", "Dagleg leiar", "Managing director")},
	catalog.Role{URN: Chair, Name: text("Styrets leder", "Styreleiar", "Chair of the board")},
	catalog.Role{URN: Accountant, Name: text("Regnskapsfører", "Rekneskapsførar", "Accountant")},
}

var matrix = []any{
	catalog.RolePackage{RoleURN: Director, PackageURN: Manager, CanDelegate: true, HasAccess: true},
	catalog.RolePackage{RoleURN: Chair, PackageURN: Manager, CanDelegate: true, HasAccess: true},
	catalog.RolePackage{RoleURN: Director, PackageURN: Salary, CanDelegate: true, HasAccess: true},
	catalog.RolePackage{RoleURN: Chair, PackageURN: Salary, CanDelegate: true, HasAccess: true},
	catalog.RolePackage{RoleURN: Director, PackageURN: Tax, HasAccess: true},
	catalog.RolePackage{RoleURN: Accountant, PackageURN: Salary, HasAccess: true},
}

var resources = []any{
	catalog.Resource{
		ID: Amelding, Title: text("A-melding", "A-melding", "Payroll report"), Actions: []string{"read", "write"}, Packages: []string{Salary},
		Description: text("Meldingen om lønn.", "Meldinga om løn.", "The report of pay."),
	},
	catalog.Resource{
		ID: Register, Title: text("Melding til registeret", "Melding til registeret", "Report to the register"),
		Description: text("Endre det registeret sier.", "Endre det registeret seier.", "Change what the register says."),
	},
}

// Rows makes rows of an import out of values, numbered from 1.
func Rows(values ...any) iter.Seq[exchange.Row] {
	return func(yield func(exchange.Row) bool) {
		for i, v := range values {
			if !yield(exchange.Row{Place: place(i), Value: v}) {
				return
			}
		}
	}
}
