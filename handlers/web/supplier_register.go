package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/supplier"
)

// mostResults is how many packages and how many services a search shows.
const mostResults = 8

// draft is the register form as it was sent.
type draft struct {
	system system.System
	idName string
	query  string
}

// RegisterForm handles GET /supplier/systems/new.
func (w *Web) RegisterForm(c echo.Context) error {
	if !visitOf(c).acting.Supplier {
		return models.NewError(models.Forbidden, models.CodeForbidden)
	}
	return w.showDraft(c, http.StatusOK, draft{}, supplier.Nothing, "", nil)
}

// Register handles POST /supplier/systems/new. The button pressed says what is
// wanted; only "save" stores anything.
func (w *Web) Register(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	d := readDraft(f, visitOf(c).acting.Organisation.OrgNo)
	op, arg, _ := strings.Cut(one(f, "op"), ":")
	if op != "save" {
		if !visitOf(c).acting.Supplier { // as for the form; of a save the use case tells
			return models.NewError(models.Forbidden, models.CodeForbidden)
		}
		done, name := d.apply(op, arg)
		return w.showDraft(c, http.StatusOK, d, done, name, nil)
	}
	d.dropEmptyRows()
	saved, err := w.save(c, d)
	if err == nil {
		return see(c, paths.SupplierSystem(string(saved.ID)))
	}
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return err
	}
	var faults map[string]string
	switch e.Code {
	case models.CodeInvalid:
		faults = faultsByField(e.Fields, "id")
	case models.CodeSystemExists:
		faults = map[string]string{"id": "system_id.taken"}
	case models.CodeClientTaken:
		faults = map[string]string{"clients": "client.taken"}
	default:
		return err
	}
	respond.Failed(c, e.Code)
	return w.showDraft(c, respond.Status(e.Code), d, supplier.Nothing, "", faults)
}

// save registers the draft, or says all that is wrong with it at once: the form
// demands more than the registry does.
func (w *Web) save(c echo.Context, d draft) (system.System, error) {
	lacks := d.lacks()
	switch {
	case len(lacks) == 0:
		return w.Registry.RegisterSystem(c.Request().Context(), actor(c), d.system)
	case !visitOf(c).acting.Supplier:
		return system.System{}, models.NewError(models.Forbidden, models.CodeForbidden)
	}
	catalogue, err := w.Registry.Catalog(c.Request().Context())
	if err != nil {
		return system.System{}, err
	}
	return system.System{}, append(d.system.Faults(catalogue, w.Registry.Issuers), lacks...).Err()
}

// lacks says what is absent that a system may lack in Altinn's register, and
// that an approver here is owed: something to ask for, and why.
func (d *draft) lacks() models.Faults {
	var f models.Faults
	if len(d.system.Asks) == 0 {
		f.Add("asks", "items.none")
	}
	for i, a := range d.system.Asks {
		if a.Purpose.Empty() {
			f.Add("purpose["+strconv.Itoa(i)+"]", "required")
		}
	}
	return f
}

// readDraft reads the form. What is no item of the catalogue's form is dropped;
// what the catalogue does not know is a fault when saved.
func readDraft(f map[string][]string, supplierNo party.OrgNo) draft {
	text := func(name string) models.Text {
		return models.Text{
			NB: strings.TrimSpace(one(f, name+"_nb")), NN: strings.TrimSpace(one(f, name+"_nn")), EN: strings.TrimSpace(one(f, name+"_en")),
		}
	}
	d := draft{idName: strings.TrimSpace(one(f, "id_name")), query: one(f, "q")}
	d.system = system.System{
		ID: system.ID(string(supplierNo) + "_" + d.idName), Supplier: supplierNo,
		Name: text("name"), Description: text("description"), Visible: one(f, "visible") != "",
	}
	for i, id := range f["client_id"] {
		d.system.Clients = append(d.system.Clients, system.Client{Issuer: at(f["client_issuer"], i), ID: strings.TrimSpace(id)})
	}
	for i, value := range f["asks"] {
		if item, ok := catalog.ParseItem(value); ok {
			d.system.Asks = append(d.system.Asks, system.Ask{Item: item, Optional: slices.Contains(f["optional"], value), Purpose: models.Text{
				NB: strings.TrimSpace(at(f["purpose_nb"], i)), NN: strings.TrimSpace(at(f["purpose_nn"], i)), EN: strings.TrimSpace(at(f["purpose_en"], i)),
			}})
		}
	}
	for _, u := range f["redirect_urls"] {
		d.system.RedirectURLs = append(d.system.RedirectURLs, strings.TrimSpace(u))
	}
	return d
}

// at is the i-th value of a repeated field, or "".
func at(values []string, i int) string {
	if i >= len(values) {
		return ""
	}
	return values[i]
}

// apply does what a button other than save says to the draft, and tells what
// was done to which item.
func (d *draft) apply(op, arg string) (supplier.Done, string) {
	switch done := supplier.Done(op); done {
	case supplier.Added:
		item, ok := catalog.ParseItem(arg)
		if _, there := d.system.Ask(item); ok && !there {
			d.system.Asks = append(d.system.Asks, system.Ask{Item: item})
		}
		return done, arg
	case supplier.Removed:
		d.system.Asks = slices.DeleteFunc(d.system.Asks, func(a system.Ask) bool { return a.Item.String() == arg })
		return done, arg
	case supplier.ClientAdded:
		d.system.Clients = append(d.system.Clients, system.Client{})
		return done, ""
	case supplier.ClientRemoved:
		d.system.Clients = without(d.system.Clients, arg)
		return done, ""
	case supplier.URLAdded:
		d.system.RedirectURLs = append(d.system.RedirectURLs, "")
		return done, ""
	case supplier.URLRemoved:
		d.system.RedirectURLs = without(d.system.RedirectURLs, arg)
		return done, ""
	case supplier.Searched, supplier.Nothing:
	}
	return supplier.Searched, ""
}

// without drops the member that arg numbers, if there is one.
func without[T any](list []T, arg string) []T {
	i, err := strconv.Atoi(arg)
	if err != nil || i < 0 || i >= len(list) {
		return list
	}
	return slices.Delete(list, i, i+1)
}

// dropEmptyRows forgets rows that were left blank.
func (d *draft) dropEmptyRows() {
	d.system.Clients = slices.DeleteFunc(d.system.Clients, func(c system.Client) bool { return c.ID == "" })
	d.system.RedirectURLs = slices.DeleteFunc(d.system.RedirectURLs, func(u string) bool { return u == "" })
}

// showDraft shows the form as it stands.
func (w *Web) showDraft(c echo.Context, status int, d draft, done supplier.Done, item string, faults map[string]string) error {
	catalogue, err := w.Registry.Catalog(c.Request().Context())
	if err != nil {
		return err
	}
	v := registerView(catalogue, d, i18n.Lang(c.Request().Context()), done, item)
	v.OrgNo, v.Issuers, v.Faults = string(visitOf(c).acting.Organisation.OrgNo), w.Registry.Issuers, faults
	return respond.Page(c, status, supplier.RegisterPage(w.Shell(c), v))
}

// registerView is the form as it stands, with the hits of its search.
func registerView(catalogue *catalog.Catalog, d draft, l models.Language, done supplier.Done, item string) supplier.Register {
	v := supplier.Register{
		Name: d.system.Name, Description: d.system.Description, IDName: d.idName, Query: d.query,
		RedirectURLs: d.system.RedirectURLs, Visible: d.system.Visible, Done: done,
	}
	for _, client := range d.system.Clients {
		v.Clients = append(v.Clients, supplier.Client{Issuer: client.Issuer, ID: client.ID})
	}
	for _, a := range d.system.Asks {
		v.Asks = append(v.Asks, supplier.Chosen{Item: supplierItem(catalogue, a.Item, l), Purpose: a.Purpose, Optional: a.Optional})
	}
	if named, ok := catalog.ParseItem(item); ok {
		v.DoneName = supplierItem(catalogue, named, l).Name.Text
	}
	if d.query != "" || done == supplier.Searched {
		v.Results, v.More = results(catalogue, d, l)
	}
	return v
}

// results are the hits of the draft's search.
func results(catalogue *catalog.Catalog, d draft, l models.Language) ([]supplier.Result, bool) {
	packages, resources := catalogue.Search(d.query, mostResults+1)
	more := len(packages) > mostResults || len(resources) > mostResults
	added := func(item catalog.Item) bool { _, ok := d.system.Ask(item); return ok }
	var out []supplier.Result
	for _, p := range packages[:min(mostResults, len(packages))] {
		item := catalog.PackageOf(p.URN)
		out = append(out, supplier.Result{Item: supplierItem(catalogue, item, l), Added: added(item)})
	}
	for _, r := range resources[:min(mostResults, len(resources))] {
		item := catalog.Right(r.ID, "")
		hit := supplier.Result{Item: supplierItem(catalogue, item, l), Added: added(item)}
		for _, a := range r.Actions {
			one := catalog.Right(r.ID, a)
			hit.Actions = append(hit.Actions, supplier.Action{ID: a, Value: one.String(), Added: added(one)})
		}
		out = append(out, hit)
	}
	return out, more
}
