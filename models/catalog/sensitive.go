package catalog

import (
	"slices"
	"strings"
)

// Sensitivity says why an item deserves a second look before it is given.
type Sensitivity string

// The reasons, the gravest first; the empty Sensitivity is none. Where an item
// has several, the first of them is told.
const (
	Powers       Sensitivity = "powers"       // to give others access
	Justice      Sensitivity = "justice"      // police, courts, criminal cases
	Health       Sensitivity = "health"       // somebody's health or care
	Personal     Sensitivity = "personal"     // other matters that are a person's own
	Confidential Sensitivity = "confidential" // letters under a duty of secrecy
	Salary       Sensitivity = "salary"       // what employees earn and will get
	Money        Sensitivity = "money"        // debts, payments, accounts
	Signing      Sensitivity = "signing"      // binds the organisation by a signature
	Identity     Sensitivity = "identity"     // the organisation itself: its board, its end
)

// Sensitivities lists them all, the gravest first.
func Sensitivities() []Sensitivity {
	return []Sensitivity{Powers, Justice, Health, Personal, Confidential, Salary, Money, Signing, Identity}
}

// sensitivePackages are the packages of the national catalogue that deserve a
// second look, by the code that ends their URN. It is short on purpose: a mark
// on most things says nothing.
var sensitivePackages = map[string]Sensitivity{
	"tilgangsstyrer":                                     Powers,
	"tilgangsstyring-enkeltinstanser":                    Powers,
	"hovedadministrator":                                 Powers,
	"klientadministrator":                                Powers,
	"maskinporten-administrator":                         Powers,
	"maskinporten-scopes":                                Powers,
	"maskinporten-scopes-nuf":                            Powers,
	"konkursbo-tilgangsstyrer":                           Powers,
	"ffor-tilgangsstyrer-nuf":                            Powers,
	"innbygger-tilgangsstyring-privatperson":             Powers,
	"politi-og-domstol":                                  Justice,
	"innbygger-straffesak":                               Justice,
	"innbygger-vapen":                                    Justice,
	"sykefravaer":                                        Health,
	"sykefravaer-personopplysninger-saerlig-kategori":    Health,
	"yrkesskade":                                         Health,
	"helfo-saerlig-kategori":                             Health,
	"helsetjenester-personopplysninger-saerlig-kategori": Health,
	"pleie-omsorgstjenester-i-institusjon":               Health,
	"barnevern":                                          Personal,
	"familievern":                                        Personal,
	"sosiale-omsorgstjenester-uten-botilbud-og-flyktningemottak": Personal,
	"ppt-leder":     Personal,
	"folkeregister": Personal,
	"post-til-virksomheten-med-taushetsbelagt-innhold": Confidential,
	"lonn": Salary,
	"lonn-personopplysninger-saerlig-kategori": Salary,
	"a-ordning":                              Salary,
	"pensjon":                                Salary,
	"regnskapsforer-lonn":                    Salary,
	"krav-og-utlegg":                         Money,
	"kreditt-og-oppgjoer":                    Money,
	"innbygger-bank-finans":                  Money,
	"regnskapsforer-med-signeringsrettighet": Signing,
	"ansvarlig-revisor":                      Signing,
	"revisorattesterer":                      Signing,
	"mva-kompensasjon-revisorattesterer":     Signing,
	"starte-drive-endre-avvikle-virksomhet":  Identity,
	"tinglysing-eiendom":                     Identity,
}

// Sensitivity tells why the item deserves a second look, or "". A package does
// so by its code, or because it is about persons' own matters. A right does so
// because it is to sign, or to do everything in a service in which one signs;
// or else because a package that does carries all of the service. That a
// service can be written to is no reason: nearly every one can.
func (c *Catalog) Sensitivity(i Item) Sensitivity {
	if i.Kind == PackageItem {
		return c.packageSensitivity(i.Ref)
	}
	var found []Sensitivity
	for _, id := range i.Resources() {
		r := c.resources[id]
		if i.Action == "sign" || i.Action == "" && slices.Contains(r.Actions, "sign") {
			found = append(found, Signing)
		}
		for _, urn := range r.Packages {
			if s := c.packageSensitivity(urn); s != Signing {
				found = append(found, s)
			}
		}
	}
	return gravest(found)
}

func (c *Catalog) packageSensitivity(urn string) Sensitivity {
	if s, ok := sensitivePackages[strings.TrimPrefix(urn, PackagePrefix)]; ok {
		return s
	}
	if c.packages[urn].ForPersons {
		return Personal
	}
	return ""
}

func gravest(found []Sensitivity) Sensitivity {
	for _, s := range Sensitivities() {
		if slices.Contains(found, s) {
			return s
		}
	}
	return ""
}
