package gallery

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/supplier"
	"github.com/stafett/stafett/views/ui"
)

const fjellregnskap = "310678961_fjellregnskap"

func supplierPages() []Page {
	return slices.Concat(supplierLists(), supplierRequests(), registerPages(), sendPages())
}

func supplierLists() []Page {
	systems, page := siv(paths.SupplierSystems()), siv(paths.SupplierSystem(fjellregnskap))
	dark, registered := systems, page
	dark.Scheme, dark.CanSwitch, dark.IsCustomer = "dark", true, true
	registered.Flash = "Fjellregnskap er registrert."
	bare := fjellSystem()
	bare.Requests, bare.RedirectURLs, bare.Clients, bare.Customers, bare.Visible = nil, nil, nil, 0, false
	gone := fjellSystem()
	gone.Deleted = true
	return []Page{
		all("supplier/systems-empty", supplier.SystemsPage(systems, supplier.Systems{})),
		one("supplier/systems-one", supplier.SystemsPage(systems, supplier.Systems{Systems: fjellSystems()[:1]})),
		all("supplier/systems-many", supplier.SystemsPage(systems, supplier.Systems{
			Systems: fjellSystems(), Pages: ui.Pages{Next: paths.Page(paths.SupplierSystems(), "c2")},
		})),
		one("supplier/systems-dark", supplier.SystemsPage(dark, supplier.Systems{Systems: fjellSystems()})),
		all("supplier/system", supplier.SystemPage(page, fjellSystem())),
		one("supplier/system-new", supplier.SystemPage(registered, bare)),
		one("supplier/system-deleted", supplier.SystemPage(page, gone)),
		one("supplier/system-long", supplier.SystemPage(page, fjellLong())),
	}
}

func supplierRequests() []Page {
	sent := siv(paths.SupplierRequests())
	return []Page{
		one("supplier/requests-empty", supplier.RequestsPage(sent, supplier.Requests{CanSend: true})),
		one("supplier/requests-no-system", supplier.RequestsPage(sent, supplier.Requests{})),
		one("supplier/requests-one", supplier.RequestsPage(sent, supplier.Requests{Requests: fjellSent()[:1], CanSend: true})),
		all("supplier/requests-many", supplier.RequestsPage(sent, supplier.Requests{
			Requests: fjellSent(), CanSend: true, Pages: ui.Pages{Next: paths.Page(paths.SupplierRequests(), "c2")},
		})),
		all("supplier/request-pending", sentRequest(request.Pending)),
		all("supplier/request-accepted", sentRequest(request.Accepted)),
		all("supplier/request-ended", endedRequest()),
		all("supplier/request-rejected", sentRequest(request.Rejected)),
		one("supplier/request-withdrawn", sentRequest(request.Withdrawn)),
		one("supplier/request-expired", sentRequest(request.Expired)),
	}
}

func sentRequest(s request.Status) templ.Component {
	v := fjellRequest(s)
	return supplier.RequestPage(siv(paths.SupplierRequest(v.ID)), v)
}

// endedRequest is one that was approved and withdrawn since.
func endedRequest() templ.Component {
	v := fjellRequest(request.Accepted)
	v.Ended = days(0)
	return supplier.RequestPage(siv(paths.SupplierRequest(v.ID)), v)
}

func fjellRequest(s request.Status) supplier.Request {
	v := supplier.Request{
		ID: "0193b2c4-7a61-7c3e-9f0a-5d2f1f6f9c11", SystemID: fjellregnskap, System: supplier.Phrase{Text: "Fjellregnskap"},
		Customer: "Nordlys Bakeri AS", CustomerOrgNo: "313275914", ExternalRef: "avd-nord", Title: "Fjellregnskap",
		Items: fjellAsks()[:3], RedirectURL: "https://fjelldata.example/tilbake", Status: s,
		Link:   "https://stafett.example/accessmanagement/ui/systemuser/request?id=0193b2c4-7a61-7c3e-9f0a-5d2f1f6f9c11",
		SentAt: days(-2), AnswerBy: days(26), DecidedAt: days(-1),
	}
	switch s {
	case request.Rejected:
		v.Reason = "Vi har byttet regnskapsfører. Ta kontakt med Dal Regnskap."
	case request.Expired:
		v.SentAt, v.AnswerBy = days(-30), days(-2)
	case request.Pending, request.Accepted, request.Withdrawn:
	}
	return v
}

func registerPages() []Page {
	shell := siv(paths.SupplierNewSystem())
	page := func(v supplier.Register) templ.Component {
		v.OrgNo, v.Issuers = "310678961", []string{"https://test.maskinporten.example/"}
		return supplier.RegisterPage(shell, v)
	}
	searched, added, nothing, faulty := fjellForm(), fjellForm(), fjellForm(), fjellForm()
	searched.Query, searched.Results, searched.More, searched.Done = "skatt", fjellHits(), true, supplier.Searched
	added.Query, added.Results, added.Done, added.DoneName = "skatt", fjellHits(), supplier.Added, "Merverdiavgift"
	nothing.Query, nothing.Done, nothing.Asks = "katt", supplier.Searched, nil
	faulty.Name.EN, faulty.IDName, faulty.Description.NN = "", "Fjell regnskap", strings.Repeat("svært ", 170)
	faulty.Asks[0].Purpose = models.Text{}
	faulty.Clients = append(faulty.Clients, supplier.Client{ID: "fjell"})
	faulty.RedirectURLs = []string{"http://fjelldata.example/tilbake", "https://fjelldata.example/#tilbake"}
	faulty.Faults = map[string]string{
		"name.en": "required", "description.nn": "too_long", "id": "system_id.form", "purpose[0]": "required",
		"asks[1]": "catalogue.unknown", "clients[1]": "client.taken", "redirect_urls[0]": "url.https", "redirect_urls[1]": "url.form",
	}
	several := fjellForm()
	several.OrgNo, several.Done = "310678961", supplier.ClientAdded
	several.Issuers = []string{"https://test.maskinporten.example/", "https://id.fjelldata.example/"}
	several.Clients = append(several.Clients, supplier.Client{})
	return []Page{
		all("supplier/register-empty", page(supplier.Register{})),
		all("supplier/register-results", page(searched)),
		one("supplier/register-added", page(added)),
		one("supplier/register-removed", page(supplier.Register{Done: supplier.Removed, DoneName: "Merverdiavgift"})),
		one("supplier/register-nothing", page(nothing)),
		all("supplier/register-faults", page(faulty)),
		one("supplier/register-bare", page(supplier.Register{Faults: map[string]string{
			"name.nb": "required", "name.nn": "required", "name.en": "required", "asks": "items.none", "id": "system_id.form",
			"clients": "too_many", "redirect_urls": "too_many",
		}})),
		one("supplier/register-issuers", supplier.RegisterPage(shell, several)),
	}
}

func sendPages() []Page {
	shell := siv(paths.SupplierNewRequest(fjellregnskap))
	page := func(change func(v *supplier.Send)) templ.Component {
		v := supplier.Send{SystemID: fjellregnskap, System: supplier.Phrase{Text: "Fjellregnskap"}, RedirectURLs: fjellSystem().RedirectURLs}
		for _, a := range fjellAsks() {
			v.Items = append(v.Items, supplier.SendItem{Ask: a, Chosen: true})
		}
		change(&v)
		return supplier.SendRequestPage(shell, v)
	}
	return []Page{
		all("supplier/send", page(func(*supplier.Send) {})),
		one("supplier/send-no-redirects", page(func(v *supplier.Send) { v.RedirectURLs = nil })),
		all("supplier/send-faults", page(func(v *supplier.Send) {
			v.Customer, v.ExternalRef, v.Title, v.RedirectURL = "123 456 789", " avd-nord", strings.Repeat("Fjell", 30), "https://fjelldata.example/"
			for i := range v.Items {
				v.Items[i].Chosen = false
			}
			v.Faults = map[string]string{
				"customer": "orgno.check_digit", "external_ref": "text.spaces", "title": "too_long", "items": "items.none",
				"redirect_url": "url.not_registered",
			}
		})),
		one("supplier/send-unknown", page(func(v *supplier.Send) {
			v.Customer, v.Faults = "313 275 914", map[string]string{"customer": "organisation.unknown"}
		})),
		one("supplier/send-item-fault", page(func(v *supplier.Send) {
			v.Customer, v.Faults = "313 275 914", map[string]string{"items[1]": "catalogue.not_delegable"}
		})),
		one("supplier/send-request-exists", page(func(v *supplier.Send) { v.Customer, v.Conflict = "313275914", models.CodeRequestExists })),
		one("supplier/send-user-exists", page(func(v *supplier.Send) { v.Customer, v.Conflict = "313275914", models.CodeUserExists })),
	}
}
