package main

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/system"
)

// What the systems of the story ask for.
var (
	vat        = catalog.PackageOf(vatPackage)
	saft       = catalog.PackageOf(catalog.PackagePrefix + "regnskap-okonomi-rapport")
	claims     = catalog.Right("kravogbetaling", "read")
	reporting  = catalog.PackageOf(catalog.PackagePrefix + "a-ordning")
	sickLeave  = catalog.PackageOf(catalog.PackagePrefix + "sykefravaer")
	post       = catalog.PackageOf(catalog.PackagePrefix + "ordinaer-post-til-virksomheten")
	extracts   = catalog.Right("app_brg_a2-2480-40", "read")
	accounting = catalog.PackageOf(catalog.PackagePrefix + "regnskapsforer-med-signeringsrettighet")
	clientPay  = catalog.PackageOf(catalog.PackagePrefix + "regnskapsforer-lonn")
)

// storySystems are the systems as their supplier registers them, with clients
// of the issuer.
func storySystems(issuer string) []system.System {
	of := func(client string) []system.Client { return []system.Client{{Issuer: issuer, ID: client}} }
	return []system.System{
		{
			ID: bookkeeping, Visible: true, Clients: of(bookkeepingClient), RedirectURLs: []string{cameBackTo},
			Name: models.Text{NB: "Loggbok Regnskap", NN: "Loggbok Rekneskap", EN: "Loggbok Accounts"},
			Description: models.Text{
				NB: "Fører regnskapet og leverer mva-meldingen.",
				NN: "Fører rekneskapen og leverer mva-meldinga.",
				EN: "Keeps the accounts and files the VAT return.",
			},
			Asks: []system.Ask{
				{Item: vat, Purpose: models.Text{NB: "For å levere mva-meldingen.", NN: "For å levere mva-meldinga.", EN: "To file the VAT return."}},
				{Item: saft, Optional: true, Purpose: models.Text{NB: "For å sende SAF-T når Skatteetaten ber om det.", NN: "For å sende SAF-T når Skatteetaten ber om det.", EN: "To send SAF-T when the Tax Administration asks for it."}},
				{Item: claims, Optional: true, Purpose: models.Text{NB: "For å vise hva dere skylder.", NN: "For å vise kva de skuldar.", EN: "To show what you owe."}},
			},
		},
		{
			ID: payroll, Visible: true, Clients: of(otherClient), RedirectURLs: []string{cameBackTo},
			Name: models.Text{NB: "Loggbok Lønn", NN: "Loggbok Løn", EN: "Loggbok Payroll"},
			Description: models.Text{
				NB: "Beregner lønn og sender a-meldingen.",
				NN: "Reknar ut løn og sender a-meldinga.",
				EN: "Works out pay and sends the a-melding.",
			},
			Asks: []system.Ask{
				{Item: vat, Purpose: models.Text{NB: "For å føre mva på naturalytelser.", NN: "For å føre mva på naturalytingar.", EN: "To account for VAT on benefits in kind."}},
				{Item: reporting, Purpose: models.Text{NB: "For å sende a-meldingen hver måned.", NN: "For å sende a-meldinga kvar månad.", EN: "To send the a-melding each month."}},
				{Item: sickLeave, Optional: true, Purpose: models.Text{NB: "For å hente sykmeldinger inn i lønnen.", NN: "For å hente sjukmeldingar inn i løna.", EN: "To bring sick notes into the pay."}},
			},
		},
		{
			ID: archive, Visible: true, RedirectURLs: []string{cameBackTo},
			Name: models.Text{NB: "Loggbok Arkiv", NN: "Loggbok Arkiv", EN: "Loggbok Archive"},
			Description: models.Text{
				NB: "Samler brev fra det offentlige på ett sted.",
				NN: "Samlar brev frå det offentlege på éin stad.",
				EN: "Gathers letters from public bodies in one place.",
			},
			Asks: []system.Ask{
				{Item: post, Purpose: models.Text{NB: "For å hente brevene.", NN: "For å hente breva.", EN: "To fetch the letters."}},
				{Item: extracts, Optional: true, Purpose: models.Text{NB: "For å legge attester ved siden av brevene.", NN: "For å leggje attestar ved sida av breva.", EN: "To keep certificates beside the letters."}},
			},
		},
		{
			ID: forClients, Clients: of(forClientsClient), RedirectURLs: []string{cameBackTo},
			Name: models.Text{NB: "Loggbok Klient", NN: "Loggbok Klient", EN: "Loggbok Client"},
			Description: models.Text{
				NB: "Gjør oppgavene til klientene fra ett sted.",
				NN: "Gjer oppgåvene til klientane frå éin stad.",
				EN: "Does the tasks of clients from one place.",
			},
			Asks: []system.Ask{
				{Item: accounting, Purpose: models.Text{NB: "For å føre regnskap og levere for klientene.", NN: "For å føre rekneskap og levere for klientane.", EN: "To keep the accounts of the clients and file for them."}},
				{Item: clientPay, Purpose: models.Text{NB: "For å føre lønn for klientene.", NN: "For å føre løn for klientane.", EN: "To keep the payroll of the clients."}},
			},
		},
	}
}
