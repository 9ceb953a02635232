package handlertest

import (
	"context"
	"iter"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
)

// The organisations of the cast.
const (
	SupplierA = party.OrgNo("343940092")
	SupplierB = party.OrgNo("399177944")
	CustomerP = party.OrgNo("355913619")
	CustomerQ = party.OrgNo("233505862")
	// FacilitatorF is the accountant of CustomerP and CustomerQ.
	FacilitatorF = party.OrgNo("394580732")
	Unknown      = party.OrgNo("298300362") // a number that holds, of nobody in the registry
)

// What the catalogue of the cast holds.
const (
	TaxPackage     = catalog.PackagePrefix + "skatt-naering"
	VATPackage     = catalog.PackagePrefix + "merverdiavgift"
	ClientPackage  = catalog.PackagePrefix + "klientadministrator"
	ManagerPackage = catalog.PackagePrefix + "tilgangsstyrer"
	// AccountantPackage is for agents: accountants have it for their clients.
	AccountantPackage = catalog.PackagePrefix + "regnskapsforer-lonn"
	PayResource       = "lonnsmelding"  // in AccountantPackage
	Resource          = "skattemelding" // in TaxPackage; actions read and write
	OwnResource       = "postkasse"     // in no package: the access manager's to give
	KeptResource      = "kun-person"    // cannot be delegated
)

const (
	director = "urn:altinn:external-role:ccr:daglig-leder"
	employee = "urn:altinn:role:rettighetshaver"
	// Accountant is the role in which FacilitatorF serves its clients.
	Accountant = "urn:altinn:external-role:ccr:regnskapsforer"
)

// Person is somebody of the cast. The first organisation is the one that
// Site.As lets him act for.
type Person struct {
	Name  string
	PID   string // synthetic, and a canary: it must never come out anywhere
	holds []holding
}

type holding struct {
	org  party.OrgNo
	urns []string
}

// Org is the organisation that the person acts for first.
func (p Person) Org() party.OrgNo {
	if len(p.holds) == 0 {
		return ""
	}
	return p.holds[0].org
}

// The people of the cast, by what they may do.
var (
	DeveloperA   = Person{"Jonas Vik", "14829327164", []holding{{SupplierA, []string{policy.SystemAdministrator}}}}
	DirectorA    = Person{"Hedda Storvann", "03908534041", []holding{{SupplierA, []string{director}}}}
	DeveloperB   = Person{"Even Regn", "08847824353", []holding{{SupplierB, []string{policy.SystemAdministrator}}}}
	DirectorB    = Person{"Berit Logg", "11817010026", []holding{{SupplierB, []string{director}}}}
	ApproverP    = Person{"Ingrid Fjell", "12837433191", []holding{{CustomerP, []string{director}}}}
	ApproverQ    = Person{"Ragnhild Tinn", "30916138624", []holding{{CustomerQ, []string{director}}}}
	ClerkP       = Person{"Sunniva Lid", "21869613913", []holding{{CustomerP, []string{employee}}}}
	ClientAdminP = Person{"Mathea Sol", "26889044836", []holding{{CustomerP, []string{ClientPackage}}}}
	// PartialP administers access at P and may pass on VATPackage, not TaxPackage.
	PartialP = Person{"Olav Myr", "05898235175", []holding{{CustomerP, []string{ManagerPackage, VATPackage}}}}
	// ViewerP looks on at P and does nothing.
	ViewerP = Person{"Solveig Bre", "01846099855", []holding{{CustomerP, []string{policy.Viewer}}}}
	// Several acts for two customers: director of Q, employee of P.
	Several      = Person{"Terje Havn", "17816948940", []holding{{CustomerQ, []string{director}}, {CustomerP, []string{employee}}}}
	DirectorF    = Person{"Marit Tall", "25845044662", []holding{{FacilitatorF, []string{director}}}}
	ClientAdminF = Person{"Peder Ark", "06856049211", []holding{{FacilitatorF, []string{ClientPackage}}}}
	Nobody       = Person{"Amund Drift", "19928833014", nil}
)

// People lists the cast.
func People() []Person {
	return []Person{DeveloperA, DirectorA, DeveloperB, DirectorB, ApproverP, ApproverQ, ClerkP, ClientAdminP, PartialP, ViewerP, Several, DirectorF, ClientAdminF, Nobody}
}

func text(nb string) models.Text { return models.Text{NB: nb, NN: nb + " (nn)", EN: nb + " (en)"} }

// rows is everything that the cast's registers hold, in the order of import.
func rows() map[exchange.Kind][]any {
	m := map[exchange.Kind][]any{
		exchange.AccessPackages: {
			catalog.Area{ID: "skatt", Name: text("Skatt og avgift")},
			catalog.Package{URN: TaxPackage, Name: text("Skatt næring"), Description: text("Levere skattemelding"), Area: "skatt", Delegable: true, Assignable: true},
			catalog.Package{URN: VATPackage, Name: text("Merverdiavgift"), Description: text("Levere mva-melding"), Area: "skatt", Delegable: true, Assignable: true},
			catalog.Package{URN: ClientPackage, Name: text("Klientadministrator"), Description: text("Administrere klienter"), Area: "skatt"},
			catalog.Package{URN: AccountantPackage, Name: text("Regnskapsfører lønn"), Description: text("Melde lønn for klienter"), Area: "skatt", Delegable: true},
			catalog.Package{URN: ManagerPackage, Name: text("Tilgangsstyrer"), Description: text("Styre tilganger"), Area: "skatt", Assignable: true},
		},
		exchange.Roles: {catalog.Role{URN: director, Name: text("Daglig leder")}, catalog.Role{URN: employee, Name: text("Rettighetshaver")}, catalog.Role{URN: Accountant, Name: text("Regnskapsfører")}},
		exchange.RolePackages: {
			catalog.RolePackage{RoleURN: director, PackageURN: ManagerPackage, CanDelegate: true, HasAccess: true},
			catalog.RolePackage{RoleURN: director, PackageURN: TaxPackage, CanDelegate: true, HasAccess: true},
			catalog.RolePackage{RoleURN: director, PackageURN: VATPackage, CanDelegate: true, HasAccess: true},
			catalog.RolePackage{RoleURN: Accountant, PackageURN: AccountantPackage, CanDelegate: true, HasAccess: true},
		},
		exchange.Resources: {
			catalog.Resource{ID: Resource, Title: text("Skattemelding"), Description: text("Levere skattemeldingen"), Owner: "skd", Actions: []string{"read", "write"}, Packages: []string{TaxPackage}},
			catalog.Resource{ID: OwnResource, Title: text("Postkasse"), Description: text("Lese post"), Owner: "digdir", Actions: []string{"read"}},
			catalog.Resource{ID: PayResource, Title: text("Lønnsmelding"), Description: text("Melde lønn"), Owner: "skd", Actions: []string{"read", "write"}, Packages: []string{AccountantPackage}},
			catalog.Resource{ID: KeptResource, Title: text("Kun person"), Description: text("Kan ikke gis videre"), Owner: "digdir", Refused: true},
		},
		exchange.Organisations: {
			party.Organisation{OrgNo: SupplierA, Name: "Pilspiss Programvare AS", Form: "AS"},
			party.Organisation{OrgNo: SupplierB, Name: "Loggbok Data AS", Form: "AS"},
			party.Organisation{OrgNo: CustomerP, Name: "Fjordbris Seilmakeri AS", Form: "AS"},
			party.Organisation{OrgNo: CustomerQ, Name: "Granlia Bakeri AS", Form: "AS"},
			party.Organisation{OrgNo: FacilitatorF, Name: "Tallmester Regnskap AS", Form: "AS"},
		},
		exchange.Relations: {
			party.Relation{Facilitator: FacilitatorF, Client: CustomerP, RoleURN: Accountant},
			party.Relation{Facilitator: FacilitatorF, Client: CustomerQ, RoleURN: Accountant},
		},
	}
	for _, p := range People() {
		for _, h := range p.holds {
			for _, urn := range h.urns {
				m[exchange.People] = append(m[exchange.People], exchange.Person{PID: must(party.ParsePersonID(p.PID)), Name: p.Name, OrgNo: h.org, URN: urn})
			}
		}
	}
	return m
}

// fill imports the cast and lets each person sign in once, so that the
// registry knows all of them. It returns their ids by name.
func fill(ctx context.Context, r *registry.Registry) map[string]models.ID {
	operator := models.Actor{Kind: models.Operator, ID: "test"}
	all := rows()
	for _, kind := range exchange.Kinds() {
		report, err := r.Import(ctx, operator, kind, "test", sequence(all[kind]))
		if err != nil || len(report.Refused) > 0 {
			panic(report.String() + " " + reason(err, report.Refused))
		}
	}
	ids := map[string]models.ID{}
	for _, p := range People() {
		ids[p.Name] = must(r.SignIn(ctx, party.Arrival{Identity: identity(p), Provider: "test", Level: 4, AuthTime: r.Now()})).Person
	}
	return ids
}

func identity(p Person) party.Identity {
	id := party.Identity{Issuer: providerIssuer, Subject: "sub " + p.Name, Name: p.Name}
	if p.PID != "" { // somebody of the cast
		id.PID = must(party.ParsePersonID(p.PID))
	}
	return id
}

func sequence(values []any) iter.Seq[exchange.Row] {
	return func(yield func(exchange.Row) bool) {
		for v := range slices.Values(values) {
			if !yield(exchange.Row{Place: "cast", Value: v}) {
				return
			}
		}
	}
}

func reason(err error, refused []registry.Refusal) string {
	if err != nil {
		return err.Error()
	}
	return refused[0].Reason
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
