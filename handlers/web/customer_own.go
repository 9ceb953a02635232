package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/supplier"
)

// ownDraft is the form of a program of the organisation's own, as it was sent.
type ownDraft struct {
	draft
	forItself, forClients bool
	until                 string
}

// OwnForm handles GET /systemusers/own.
func (w *Web) OwnForm(c echo.Context) error {
	return w.showOwn(c, http.StatusOK, ownDraft{forItself: true}, supplier.Nothing, "", nil, false)
}

// SetUpOwn handles POST /systemusers/own. The button pressed says what is wanted;
// only "save" stores anything.
func (w *Web) SetUpOwn(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	d := ownDraft{
		draft: readDraft(f, visitOf(c).acting.Organisation.OrgNo), until: one(f, "until"),
		forItself: slices.Contains(f["uses"], supplier.UseItself), forClients: slices.Contains(f["uses"], supplier.UseClients),
	}
	op, arg, _ := strings.Cut(one(f, "op"), ":")
	if op != "save" {
		done, name := d.apply(op, arg)
		return w.showOwn(c, http.StatusOK, d, done, name, nil, false)
	}
	until, fault := lastDay(d.until)
	if fault != "" {
		return w.notSetUp(c, d, models.Faults{{Field: "until", Fault: fault}}.Err())
	}
	made, err := w.Registry.SetUpOwn(c.Request().Context(), actor(c), d.program(until))
	if err != nil {
		return w.notSetUp(c, d, err)
	}
	return see(c, paths.SystemUserOwnReady(string(made.ID)))
}

// program is what the form says.
func (d ownDraft) program(until time.Time) registry.OwnProgram {
	p := registry.OwnProgram{
		Name: d.system.Name, Items: d.system.Asked(), ForItself: d.forItself, ForClients: d.forClients, Until: until,
	}
	if len(d.system.Clients) > 0 {
		p.Client = d.system.Clients[0]
	}
	return p
}

// notSetUp shows the form again after a press that could not be taken.
func (w *Web) notSetUp(c echo.Context, d ownDraft, err error) error {
	code := models.CodeOf(err)
	var faults map[string]string
	switch e, _ := errors.AsType[*models.Error](err); code {
	case models.CodeInvalid:
		faults = map[string]string{}
		for _, f := range e.Fields {
			if f.Field == "valid_to" {
				f.Field = "until"
			}
			if _, there := faults[f.Field]; !there {
				faults[f.Field] = f.Fault
			}
		}
		if d.system.Name.NB == "" { // of which the others are made
			delete(faults, "name.nn")
			delete(faults, "name.en")
		}
	case models.CodeClientTaken:
		faults = map[string]string{"clients[0]": "client.taken"}
	case models.CodeRequestNotGranted:
	default:
		return err
	}
	respond.Failed(c, code)
	return w.showOwn(c, respond.Status(code), d, supplier.Nothing, "", faults, code == models.CodeRequestNotGranted)
}

// showOwn shows the form as it stands, with what the reader may grant.
func (w *Web) showOwn(c echo.Context, status int, d ownDraft, done supplier.Done, item string, faults map[string]string, refused bool) error {
	ctx := c.Request().Context()
	check, err := w.Registry.CheckOwn(ctx, actor(c), d.program(time.Time{}))
	if err != nil {
		return err
	}
	catalogue, err := w.Registry.Catalog(ctx)
	if err != nil {
		return err
	}
	v := supplier.Own{
		Register:  registerView(catalogue, d.draft, i18n.Lang(ctx), done, item),
		ForItself: d.forItself, ForClients: d.forClients, Until: d.until, Need: need(check.Again), Manager: check.Manager,
		Managers: names(check.Managers), StruckOff: check.StruckOff, Refused: refused, Link: w.PortalURL + paths.SystemUserOwn(),
	}
	v.Issuers, v.Faults, v.Post, v.Own = w.Registry.Issuers, faults, paths.SystemUserOwn(), true
	for i, a := range check.Asked {
		v.Asks[i].Grant = supplier.Grant{
			Cause: string(a.Verdict.Cause), Others: names(a.Others), ForItself: a.ForItself, ForClients: a.ForClients,
		}
	}
	return respond.Page(c, status, supplier.OwnPage(w.Shell(c), v))
}

// OwnReady handles GET /systemusers/own/:systemid.
func (w *Web) OwnReady(c echo.Context) error {
	id, err := system.ParseID(c.Param("systemid"))
	if err != nil {
		return err
	}
	ready, err := w.Registry.OwnReady(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	v := supplier.Ready{SystemID: string(id), Program: ready.System.Name}
	if len(ready.System.Clients) > 0 {
		v.Client = supplier.Client{Issuer: ready.System.Clients[0].Issuer, ID: ready.System.Clients[0].ID}
	}
	for _, u := range ready.Users {
		one := supplier.ReadyUser{ID: u.ID, Agent: u.Kind == systemuser.Agent, Ref: reference(u.ExternalRef, u.Customer)}
		if one.Details, err = tokenDetails(u.Customer, one.Ref); err != nil {
			return err
		}
		v.Users = append(v.Users, one)
	}
	return respond.Page(c, http.StatusOK, supplier.ReadyPage(w.Shell(c), v))
}

// tokenDetails is the authorization_details of a request for a token for the
// system user, as rar reads it.
func tokenDetails(customer party.OrgNo, ref string) (string, error) {
	type org struct {
		Authority string `json:"authority"`
		ID        string `json:"ID"`
	}
	b, err := json.MarshalIndent([]any{struct {
		Type string `json:"type"`
		Org  org    `json:"systemuser_org"`
		Ref  string `json:"externalRef,omitempty"`
	}{"urn:altinn:systemuser", org{"iso6523-actorid-upis", "0192:" + string(customer)}, ref}}, "", "  ")
	return string(b), err
}
