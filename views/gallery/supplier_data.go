package gallery

import (
	"fmt"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/supplier"
)

func fjellSystems() []supplier.SystemRow {
	rows := []supplier.SystemRow{
		{ID: fjellregnskap, Name: supplier.Phrase{Text: "Fjellregnskap"}, Asks: 4, Customers: 1204, Visible: true, CreatedAt: days(-253)},
		{ID: "310678961_fjell-lonn", Name: supplier.Phrase{Text: "Fjell Lønn"}, Asks: 1, Customers: 0, CreatedAt: days(-12)},
		{ID: "310678961_tide", Name: supplier.Phrase{Text: "Tidebook", Lang: "en"}, Asks: 2, Customers: 17, Visible: true, CreatedAt: days(-80)},
	}
	long := supplier.SystemRow{
		ID:   "310678961_fjellregnskap-for-borettslag-og-sameier-med-felles-forretningsforer-2026.del-av-pakke-b",
		Name: supplier.Phrase{Text: "Fjellregnskap for borettslag og sameier med felles forretningsfører, utgave for Nord-Norge og Svalbard"},
		Asks: 100, Customers: 100000, CreatedAt: days(-400),
	}
	return append(rows, long)
}

func fjellAsks() []supplier.Ask {
	return []supplier.Ask{
		{Item: askVAT(), Purpose: supplier.Phrase{Text: "Vi sender mva-meldingen når du lukker perioden."}},
		{Item: askTaxBasis(), Purpose: supplier.Phrase{Text: "For å stemme av årsoppgjøret."}},
		{Item: askCertificate("read"), Purpose: supplier.Phrase{Text: "To attach it to your bids.", Lang: "en"}},
		{Item: askCertificate(""), Purpose: supplier.Phrase{Text: "For å bestille en ny når den gamle er utløpt."}},
	}
}

func askVAT() supplier.Item {
	return supplier.Item{
		Value: "urn:altinn:accesspackage:merverdiavgift", Package: true, Group: "Skatt og avgift",
		Name:        supplier.Phrase{Text: "Merverdiavgift"},
		Description: supplier.Phrase{Text: "Levere mva-melding og se det som er levert før."},
	}
}

func askTaxBasis() supplier.Item {
	return supplier.Item{
		Value: "urn:altinn:accesspackage:skattegrunnlag", Package: true, Group: "Skatt og avgift",
		Name:        supplier.Phrase{Text: "Skattegrunnlag"},
		Description: supplier.Phrase{Text: "Se det skatten blir regnet av."},
	}
}

func askCertificate(action string) supplier.Item {
	return supplier.Item{
		Value: strings.TrimSuffix("app_skd_skatteattest#"+action, "#"), Group: "Skatteetaten", Action: action,
		Name:        supplier.Phrase{Text: "Skatteattest"},
		Description: supplier.Phrase{Text: "Bestille og hente attest for skatt og avgift."},
	}
}

func fjellHits() []supplier.Result {
	return []supplier.Result{
		{Item: askTaxBasis(), Added: true},
		{Item: supplier.Item{
			Value: "urn:altinn:accesspackage:skatt-naering", Package: true, Group: "Skatt og avgift",
			Name:        supplier.Phrase{Text: "Skatt næring"},
			Description: supplier.Phrase{Text: "Levere skattemelding for næringsdrivende, klage og følge opp det Skatteetaten svarer."},
		}},
		{Item: askCertificate(""), Actions: []supplier.Action{
			{ID: "read", Value: "app_skd_skatteattest#read", Added: true},
			{ID: "write", Value: "app_skd_skatteattest#write"},
			{ID: "scopeaccess", Value: "app_skd_skatteattest#scopeaccess"},
		}},
		{Item: supplier.Item{
			Value: "skd-tax-list", Group: "skd",
			Name: supplier.Phrase{Text: "List of tax claims", Lang: "en"}, Description: supplier.Phrase{Text: "Claims that are not settled.", Lang: "en"},
		}},
	}
}

func fjellSystem() supplier.System {
	return supplier.System{
		ID: fjellregnskap, Heading: supplier.Phrase{Text: "Fjellregnskap"},
		Name: models.Text{NB: "Fjellregnskap", NN: "Fjellrekneskap", EN: "Fjell Accounts"},
		Description: models.Text{
			NB: "Regnskap for små bedrifter. Leverer mva-melding og årsregnskap.",
			NN: "Rekneskap for små verksemder. Leverer mva-melding og årsrekneskap.",
			EN: "Accounts for small businesses. Submits VAT returns and annual accounts.",
		},
		Asks: fjellAsks(), Clients: []supplier.Client{
			{Issuer: "https://test.maskinporten.example/", ID: "f3b1c7d2-6a0e-4a5b-9f41-0d9f6f1c2e77"},
			{Issuer: "https://id.fjelldata.example/", ID: "fjellregnskap-prod"},
		},
		RedirectURLs: []string{"https://fjelldata.example/tilbake", "https://test.fjelldata.example/tilbake"},
		Requests:     fjellSent()[:3], Customers: 1204, Visible: true, CreatedAt: days(-253),
	}
}

func fjellLong() supplier.System {
	v := fjellSystem()
	v.Heading.Text, v.ID = fjellSystems()[3].Name.Text, fjellSystems()[3].ID
	v.Name = models.Text{NB: v.Heading.Text, EN: "Fjell Accounts"}
	v.Description.NB = strings.Repeat("Regnskap, lønn, husleie og felleskostnader på ett sted. ", 15)
	v.RedirectURLs = []string{"https://fjelldata.example/" + strings.Repeat("tilbake/", 20)}
	v.Requests = nil
	for i := range 12 {
		a := askVAT()
		a.Name.Text = fmt.Sprintf("Pakke %d for borettslag, sameier og andre boligselskaper", i+1)
		v.Asks = append(v.Asks, supplier.Ask{Item: a, Purpose: supplier.Phrase{Text: strings.Repeat("Styret skal slippe å gjøre dette selv. ", 7)}})
	}
	return v
}

func fjellSent() []supplier.RequestRow {
	system := supplier.Phrase{Text: "Fjellregnskap"}
	return []supplier.RequestRow{
		{ID: "r1", Customer: "Nordlys Bakeri AS", CustomerOrgNo: "313275914", System: system, ExternalRef: "avd-nord", Status: request.Pending, SentAt: days(-2), AnswerBy: days(26)},
		{ID: "r2", Customer: "Strand Eiendom AS", CustomerOrgNo: "312345678", System: system, Status: request.Accepted, SentAt: days(-9), AnswerBy: days(19), DecidedAt: days(-8)},
		{ID: "r3", Customer: "Havn Fisk AS", CustomerOrgNo: "314567890", System: supplier.Phrase{Text: "Tidebook", Lang: "en"}, Status: request.Rejected, SentAt: days(-20), AnswerBy: days(8), DecidedAt: days(-3)},
		{ID: "r4", CustomerOrgNo: "315678901", System: system, Status: request.Withdrawn, SentAt: days(-30), AnswerBy: days(-2), DecidedAt: days(-29)},
		{
			ID: "r5", Customer: "Samvirkelaget for nordnorske småbruk, fiskemottak og bygdeutvikling SA", CustomerOrgNo: "316789012", System: fjellSystems()[3].Name,
			ExternalRef: "kunde/2026/nord/8f14e45fceea167a5a36dedd4bea2543", Status: request.Expired, SentAt: days(-60), AnswerBy: days(-32),
		},
	}
}

// register is the form, well filled in.
func fjellForm() supplier.Register {
	s := fjellSystem()
	return supplier.Register{
		Name: s.Name, Description: s.Description, IDName: "fjellregnskap", Clients: s.Clients[:1], RedirectURLs: s.RedirectURLs[:1], Visible: true,
		Asks: []supplier.Chosen{
			{Item: askVAT(), Purpose: models.Text{NB: "Vi sender mva-meldingen når du lukker perioden."}},
			{Item: askCertificate("read"), Purpose: models.Text{NB: "For å legge den ved anbud.", EN: "To attach it to bids."}},
		},
	}
}
