package main

import (
	"slices"

	"github.com/stafett/stafett/cmd/demo/provider"
	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

// representation is the resource by which Ansattporten is asked whom a person
// comes for.
const representation = "stafett-demo"

// login is one of the demo's providers: what it is called, how surely it knows
// people, and how the registry is told to read what it says.
type login struct {
	id      string
	name    models.Text
	message models.Text // under its button
	about   string      // for the printed list
	levels  []provider.Level
	worth   map[string]int // of the levels
	claims  map[string]any // of the registry's settings, beside name and level
	details []any          // to ask for
}

// logins are the providers in the order of the login page. Each stands for a
// kind: one that knows people by their national id, one that says whom they
// come for, and an employer's own with e-mail addresses and groups.
var logins = []login{
	{
		id:   seed.BankID,
		name: models.Text{NB: "BankID (demo)", NN: "BankID (demo)", EN: "BankID (demo)"},
		message: models.Text{
			NB: "For deg som har en rolle i en virksomhet etter registrene.",
			NN: "For deg som har ei rolle i ei verksemd etter registra.",
			EN: "For those who have a role in an organisation by the registers.",
		},
		about: "knows people by their national id, at two levels",
		levels: []provider.Level{
			{ACR: "idporten-loa-high", NB: "Høyt, som BankID", EN: "high"},
			{ACR: "idporten-loa-substantial", NB: "Betydelig, som MinID", EN: "substantial"},
		},
		worth:  map[string]int{"idporten-loa-high": 4, "idporten-loa-substantial": 3},
		claims: map[string]any{"pid": "pid", "email": "email"},
	},
	{
		id:   seed.Ansattporten,
		name: models.Text{NB: "Ansattporten (demo)", NN: "Ansattporten (demo)", EN: "Ansattporten (demo)"},
		message: models.Text{
			NB: "For deg som velger hvilken virksomhet du kommer for når du logger inn.",
			NN: "For deg som vel kva verksemd du kjem for når du loggar inn.",
			EN: "For those who pick the organisation that they come for as they log in.",
		},
		about:  "also says which organisation somebody comes for",
		levels: []provider.Level{{ACR: "idporten-loa-high", NB: "Høyt", EN: "high"}},
		worth:  map[string]int{"idporten-loa-high": 4},
		claims: map[string]any{"pid": "pid", "roles": []any{map[string]string{
			"type": "ansattporten:altinn:resource", "resource": representation, "role": catalog.PackagePrefix + "tilgangsstyrer",
		}}},
		details: []any{map[string]string{"type": "ansattporten:altinn:resource", "resource": representation}},
	},
	{
		id:   seed.Jobbkonto,
		name: models.Text{NB: "Jobbkonto (demo)", NN: "Jobbkonto (demo)", EN: "Jobbkonto (demo)"},
		message: models.Text{
			NB: "For deg som arbeider i Fjordbris Seilmakeri AS.",
			NN: "For deg som arbeider i Fjordbris Seilmakeri AS.",
			EN: "For those who work at Fjordbris Seilmakeri AS.",
		},
		about: "an employer's own login with e-mail addresses and groups, without national ids",
		levels: []provider.Level{
			{ACR: "mfa", NB: "Passord og kode", EN: "password and code"},
			{ACR: "pwd", NB: "Bare passord", EN: "password only"},
		},
		worth: map[string]int{"mfa": 3, "pwd": 2},
		claims: map[string]any{"email": "email", "roles": []any{
			map[string]string{"claim": "groups", "organisation": seed.Customer}, // Viewer and Admin
		}},
	},
}

// entry is the provider in the file of STAFETT_LOGIN.
func (l login) entry(issuer, secret string) any {
	claims := map[string]any{"name": "name", "level": l.worth}
	for name, value := range l.claims {
		claims[name] = value
	}
	entry := map[string]any{
		"id": l.id, "name": translated(l.name), "message": translated(l.message),
		"issuer": issuer, "client_id": "stafett", "client_secret": secret, "scopes": []string{"openid", "profile", "email"},
		"claims": claims, "account_url": issuer + "/account",
	}
	if l.details != nil {
		entry["authorization_details"] = l.details
	}
	return entry
}

func translated(t models.Text) map[string]string {
	return map[string]string{"nb": t.NB, "nn": t.NN, "en": t.EN}
}

// people are those whom the provider knows.
func (l login) people() ([]seed.Person, error) {
	all, err := seed.Persons()
	return slices.DeleteFunc(all, func(p seed.Person) bool { return !slices.Contains(p.At, l.id) }), err
}

// persons are those whom the provider knows, as it shows them. Their subject is
// the uuid that other systems know them by, so that it outlives a restart.
func (l login) persons() ([]provider.Person, error) {
	all, err := l.people()
	if err != nil {
		return nil, err
	}
	var out []provider.Person
	for _, p := range all {
		one := provider.Person{Subject: p.PartyUUID, Name: p.Name, Claims: l.says(p), AboutNB: p.AboutNB, AboutEN: p.AboutEN}
		if l.details != nil {
			if one.Organisations, err = represented(p); err != nil {
				return nil, err
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// says is what the provider says about a person: of what it is asked for in the
// registry's settings, what there is.
func (l login) says(p seed.Person) map[string]any {
	said := map[string]any{}
	if l.claims["pid"] != nil && p.PID != "" {
		said["pid"] = p.PID
	}
	if l.claims["email"] != nil && p.Email != "" {
		said["email"], said["email_verified"] = p.Email, true
	}
	if l.id == seed.Jobbkonto {
		said["groups"] = append([]string{}, p.Groups...)
	}
	return said
}

func represented(p seed.Person) ([]provider.Organisation, error) {
	all, err := seed.Organisations()
	var out []provider.Organisation
	for _, o := range all {
		if slices.Contains(p.Represents, o.OrgNo) {
			out = append(out, provider.Organisation{OrgNo: o.OrgNo, Name: o.Name, Form: o.Form})
		}
	}
	return out, err
}
