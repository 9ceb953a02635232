package gallery

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/customer"
)

// Ids of the requests and system users of the gallery.
const (
	first  models.ID = "7a2d91c4-5f30-4e8b-9c61-2f4d8e0b7713"
	second models.ID = "c40e8b15-97d2-4a3f-8f0e-61b5a9d3e2f8"
	third  models.ID = "0f9b3d72-1c64-4b5e-a8d7-93e1f2c60a4b"
)

// Roles of the gallery's people.
var (
	director      = models.Text{NB: "daglig leder", NN: "dagleg leiar", EN: "managing director"}
	chair         = models.Text{NB: "styreleder", NN: "styreleiar", EN: "chair of the board"}
	accessManager = models.Text{NB: "tilgangsstyrer", NN: "tilgangsstyrar", EN: "access manager"}
	employee      = models.Text{NB: "ansatt", NN: "tilsett", EN: "employee"}
)

// Organisations of the gallery.
var (
	bakery   = customer.Org{Name: "Nordlys Bakeri AS", No: "313275914"}
	fjell    = customer.Org{Name: "Fjelldata AS", No: "310678961"}
	longName = customer.Org{Name: "Samarbeidsselskapet for elektronisk rapportering i Nordre Innland, Vestre Viken og omegn SA", No: "312403072"}
)

// Names of systems.
var (
	accounts = models.Text{NB: "Fjellregnskap", NN: "Fjellrekneskap", EN: "Fjell Accounts"}
	payroll  = models.Text{NB: "Lønn Pluss"}
	customs  = models.Text{NB: "Toll Enkel", NN: "Toll Enkel", EN: "Toll Enkel"}
)

// Areas of the catalogue.
var (
	taxes = models.Text{NB: "Skatt, avgift, regnskap og toll", NN: "Skatt, avgift, rekneskap og toll", EN: "Taxes, accounting and customs"}
	staff = models.Text{NB: "Personale", NN: "Personale", EN: "Staff"}
)

var accountsAbout = models.Text{
	NB: "Regnskap og rapportering for små virksomheter.",
	NN: "Rekneskap og rapportering for små verksemder.",
	EN: "Accounting and reporting for small organisations.",
}

func vat() customer.Item {
	return customer.Item{
		Package: true, Area: taxes,
		Name:    models.Text{NB: "Merverdiavgift", NN: "Meirverdiavgift", EN: "Value added tax"},
		About:   models.Text{NB: "Tjenester som gjelder merverdiavgift.", NN: "Tenester som gjeld meirverdiavgift.", EN: "Services about value added tax."},
		Purpose: models.Text{NB: "Vi sender meldingen når du lukker perioden.", NN: "Vi sender meldinga når du lukkar perioden.", EN: "We submit the return when you close the period."},
		Within: []models.Text{
			{NB: "Mva-melding", NN: "Mva-melding", EN: "VAT return"},
			{NB: "Registrering i Merverdiavgiftsregisteret", NN: "Registrering i Meirverdiavgiftsregisteret", EN: "Registration in the VAT register"},
			{NB: "Kompensasjon for merverdiavgift"},
			{NB: "Omsatt beløp", NN: "Omsett beløp", EN: "Turnover"},
		},
	}
}

func tax() customer.Item {
	return customer.Item{
		Name:    models.Text{NB: "Skattegrunnlag", NN: "Skattegrunnlag", EN: "Tax basis"},
		About:   models.Text{NB: "Opplysninger om fastsatt skatt.", NN: "Opplysningar om fastsett skatt.", EN: "Information about assessed tax."},
		Owner:   "Skatteetaten",
		Action:  "read",
		Purpose: models.Text{NB: "For å stemme av årsoppgjøret."},
	}
}

func claims() customer.Item {
	return customer.Item{
		Name:    models.Text{NB: "Krav og betalinger", NN: "Krav og betalingar", EN: "Claims and payments"},
		Owner:   "Skatteetaten",
		Actions: []string{"read", "write"},
	}
}

// wages is a package that deserves a second look, for which nobody has words in
// any language but bokmål.
func wages() customer.Item {
	it := customer.Item{
		Package: true, Area: staff, Sensitive: catalog.Salary,
		Name:    models.Text{NB: "Lønn", NN: "Lønn", EN: "Pay"},
		About:   models.Text{NB: "Tjenester om lønn og trekk for ansatte.", NN: "Tenester om lønn og trekk for tilsette.", EN: "Services about pay and deductions."},
		Purpose: models.Text{NB: "Vi kjører lønnen for dere hver måned."},
	}
	for _, name := range []string{"Skattekort for arbeidsgivere", "A-melding", "Refusjon av sykepenger", "Trekkpålegg", "Inntektsmelding", "Avstemming av arbeidsgiveravgift"} {
		it.Within = append(it.Within, models.Text{NB: name})
	}
	return it
}

// without is it, that the reader cannot give for the cause, but others can.
func without(it customer.Item, cause policy.Cause, others ...string) customer.Item {
	it.Cause, it.Others, it.Offer, it.Code = cause, others, customer.OfferFor(cause), ""
	if it.Offer == customer.OfferSupplier {
		it.Code = string(cause) + ": urn:altinn:resource:kravogbetaling"
	}
	return it
}
