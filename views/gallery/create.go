package gallery

import (
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/supplier"
	"github.com/stafett/stafett/views/ui"
)

func createPages() []Page {
	return slices.Concat(findPages(), makePages(), madePages(), ownProgramPages())
}

func findPages() []Page {
	found := []customer.FoundSystem{
		{ID: fjellregnskap, Program: accounts, Supplier: fjell, Registered: time.Date(2024, 3, 12, 0, 0, 0, 0, time.UTC), Customers: 1214, Items: []customer.Item{vat(), tax(), claims()}},
		{ID: "311812343_lonn", Program: payroll, Supplier: longName, Items: []customer.Item{vat()}},
		{ID: "310678961_toll", Program: customs, Supplier: fjell, Customers: 1, Items: []customer.Item{claims()}},
	}
	page := func(v customer.FindView) templ.Component {
		return customer.Find(kari(paths.SystemUserNew()), v)
	}
	return []Page{
		all("customer/create-find", page(customer.FindView{
			Found: found, Total: 61, CanOwn: true, Waiting: 2, Pages: ui.Pages{Next: paths.SystemUserFind("", 2)},
		})),
		one("customer/create-find-one", page(customer.FindView{Query: "fjell", Found: found[:1], Total: 1})),
		one("customer/create-find-none", page(customer.FindView{Query: "katt", CanOwn: true})),
		one("customer/create-find-empty", page(customer.FindView{})),
	}
}

// making is a system that Kari may give all it needs, one thing of which it can
// do without.
func making() customer.CreateView {
	v := customer.CreateView{ReviewView: asking(), SystemID: fjellregnskap, Called: "Fjellregnskap", Link: "https://stafett.example/systemusers/new/" + fjellregnskap}
	v.ID, v.Reference, v.ReturnURL, v.CanReject = "", "", "", false
	v.Items = []customer.Item{vat(), tax(), claims()}
	v.Items[2].Optional, v.Items[2].Key = true, "mva-krav"
	return v
}

func makePages() []Page {
	page := func(change func(*customer.CreateView)) templ.Component {
		v := making()
		change(&v)
		path := paths.SystemUserNewFrom(v.SystemID)
		if v.Before != "" {
			path = paths.SystemUserAgain(v.Before)
		}
		return customer.Create(kari(path), v)
	}
	again := func(v *customer.CreateView) {
		v.Before, v.Title, v.Reference = second, "Regnskap for avdeling nord", "avd-nord"
		v.Items, v.Lost = v.Items[:1], []customer.Item{tax()}
	}
	return []Page{
		all("customer/create", page(func(*customer.CreateView) {})),
		all("customer/create-cannot", page(func(v *customer.CreateView) {
			v.CanApprove, v.Approvers = false, []string{"Ola Dal", "Siri Vik"}
			v.Items[1] = without(tax(), policy.MissingRole, "Ola Dal", "Siri Vik")
		})),
		one("customer/create-nobody-can", page(func(v *customer.CreateView) {
			v.CanApprove, v.Items[1] = false, without(tax(), policy.MissingPack)
		})),
		one("customer/create-no-authority", page(func(v *customer.CreateView) {
			v.Roles, v.Manager, v.CanApprove, v.Approvers = []models.Text{employee}, false, false, []string{"Kari Fjell"}
			v.Items = []customer.Item{without(vat(), policy.NotManager, "Kari Fjell")}
		})),
		one("customer/create-optional-not-yours", page(func(v *customer.CreateView) {
			v.Items[2] = without(claims(), policy.MissingPack, "Siri Vik")
			v.Items[2].Optional, v.Items[2].Key = true, "mva-krav"
		})),
		all("customer/create-exists", page(func(v *customer.CreateView) { v.Exists = second })),
		one("customer/create-ref-taken", page(func(v *customer.CreateView) {
			v.Exists, v.Ref, v.Faults = second, "avd-nord", []models.FieldError{{Field: "external_ref", Fault: "create.ref_taken"}}
		})),
		all("customer/create-waits", page(func(v *customer.CreateView) { v.Waits = second })),
		one("customer/create-ref-asked", page(func(v *customer.CreateView) {
			v.Waits, v.Ref, v.Faults = second, "avd-nord", []models.FieldError{{Field: "external_ref", Fault: "create.ref_asked"}}
		})),
		all("customer/create-faulty", page(func(v *customer.CreateView) {
			v.Called, v.Day, v.Items[2].Left = "", "2020-01-01", true
			v.Faults = []models.FieldError{{Field: "title", Fault: "required"}, {Field: "until", Fault: "date.past"}, {Field: "items", Fault: "items.none"}}
		})),
		one("customer/create-changed", page(func(v *customer.CreateView) { v.Changed = true })),
		all("customer/create-blocked", page(func(v *customer.CreateView) {
			v.Blocked, v.BlockedBy = true, "De svarer ikke når vi ringer."
		})),
		one("customer/create-level", page(func(v *customer.CreateView) { v.Need = ui.NeedLevel })),
		one("customer/create-struck-off", page(func(v *customer.CreateView) { v.CanApprove, v.StruckOff = false, true })),
		one("customer/create-long", page(func(v *customer.CreateView) {
			v.Supplier, v.Program = longName, models.Text{NB: "Regnskaps-, lønns- og rapporteringssystemet Fjellregnskap Pluss for samvirkeforetak"}
			v.Customer.Name, v.Exists, v.Ref = longName.Name, second, strings.Repeat("0123456789", 25)
		})),
		all("customer/create-again", page(again)),
		all("customer/create-again-agent", page(func(v *customer.CreateView) { again(v); v.Agent, v.Lost = true, nil })),
		one("customer/create-again-exists", page(func(v *customer.CreateView) { again(v); v.Exists = third })),
		one("customer/create-again-waits", page(func(v *customer.CreateView) { again(v); v.Waits = third })),
		one("customer/create-again-gone", page(func(v *customer.CreateView) { again(v); v.Gone, v.CanApprove = true, false })),
		one("customer/create-again-nothing", page(func(v *customer.CreateView) { again(v); v.Items, v.CanApprove = nil, false })),
	}
}

func madePages() []Page {
	v := customer.MadeView{
		ID: first, Title: "Fjellregnskap", Program: accounts, Supplier: fjell, Customer: bakery, At: now, By: "Kari Fjell",
		Items: []customer.Item{vat(), tax()},
	}
	again, agent, ended := v, v, v
	again.Again, again.Reference, again.Until, again.By = second, "avd-nord", days(60), ""
	agent.Agent, ended.Ended, ended.Portal = true, true, "portal.example"
	page := func(v customer.MadeView) templ.Component {
		return customer.Made(kari(paths.SystemUserReceipt(first)), v)
	}
	return []Page{
		all("customer/made", page(v)),
		one("customer/made-again", page(again)),
		all("customer/made-agent", page(agent)),
		one("customer/made-ended", page(ended)),
	}
}

func ownProgramPages() []Page {
	page := func(change func(*supplier.Own)) templ.Component {
		v := supplier.Own{Manager: true, ForItself: true, Link: "https://stafett.example" + paths.SystemUserOwn()}
		v.Post, v.Own, v.Issuers = paths.SystemUserOwn(), true, []string{"https://test.maskinporten.example/"}
		change(&v)
		return supplier.OwnPage(kari(paths.SystemUserOwn()), v)
	}
	filled := func(v *supplier.Own) {
		v.Name, v.ForClients, v.Until = models.Text{NB: "Nattrapport", EN: "Night report"}, true, "2027-06-30"
		v.Clients = []supplier.Client{{Issuer: "https://test.maskinporten.example/", ID: "nattrapport"}}
		v.Asks = fjellForm().Asks
		v.Asks[0].Grant = supplier.Grant{ForItself: true, ForClients: true}
		v.Asks[1].Grant = supplier.Grant{ForItself: true}
	}
	user := supplier.ReadyUser{ID: first, Details: "[\n  {\n    \"type\": \"urn:altinn:systemuser\",\n    \"systemuser_org\": {\n      \"authority\": \"iso6523-actorid-upis\",\n      \"ID\": \"0192:313275914\"\n    }\n  }\n]"}
	agent := user
	agent.ID, agent.Agent, agent.Ref = second, true, "klienter"
	ready := func(users ...supplier.ReadyUser) templ.Component {
		return supplier.ReadyPage(kari(paths.SystemUserOwnReady("313275914_nattrapport")), supplier.Ready{
			SystemID: "313275914_nattrapport", Program: models.Text{NB: "Nattrapport"},
			Client: supplier.Client{Issuer: "https://test.maskinporten.example/", ID: "nattrapport"}, Users: users,
		})
	}
	return []Page{
		all("customer/own-empty", page(func(*supplier.Own) {})),
		all("customer/own-filled", page(func(v *supplier.Own) { filled(v); v.Query, v.Results, v.Done = "skatt", fjellHits(), supplier.Searched })),
		all("customer/own-refused", page(func(v *supplier.Own) {
			filled(v)
			v.Refused, v.Asks[1].Grant = true, supplier.Grant{Cause: string(policy.MissingPack), Others: []string{"Ola Dal"}, ForItself: true}
		})),
		all("customer/own-faults", page(func(v *supplier.Own) {
			filled(v)
			v.Name, v.ForItself, v.ForClients, v.Asks[1].Grant = models.Text{}, false, false, supplier.Grant{}
			v.Faults = map[string]string{
				"name.nb": "required", "uses": "required", "asks": "own.none_for_agent", "asks[1]": "own.unfit", "clients[0]": "client.taken", "until": "until.form",
			}
		})),
		all("customer/own-cannot", page(func(v *supplier.Own) { v.Manager, v.Managers = false, []string{"Ola Dal"} })),
		one("customer/own-nobody", page(func(v *supplier.Own) { v.Manager = false })),
		one("customer/own-age", page(func(v *supplier.Own) { v.Need = ui.NeedAge })),
		one("customer/own-struck-off", page(func(v *supplier.Own) { v.StruckOff = true })),
		all("customer/own-ready", ready(user, agent)),
		one("customer/own-ready-one", ready(user)),
		one("customer/own-ready-none", ready()),
	}
}
