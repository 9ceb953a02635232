package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/public"
)

// Organisations handles GET /organisations: whom to act for.
func (w *Web) Organisations(c echo.Context) error {
	all, err := w.memberships(c)
	if err != nil {
		return err
	}
	v := visitOf(c)
	if len(all) == 0 {
		return w.waysIn(c, http.StatusOK, all, "", nil)
	}
	page := public.OrganisationsView{Return: auth.OwnPath(c.QueryParam("return"))}
	shell := w.Shell(c)
	wanted := c.QueryParam("for")
	for _, m := range all {
		o := m.Organisation
		if wanted != "" && string(o.OrgNo) == wanted {
			shell.Flash = i18n.T(c.Request().Context(), "public.orgs.for", "Org", o.Display())
		}
		page.Rows = append(page.Rows, public.OrganisationRow{
			Name: o.Display(), No: string(o.OrgNo), Roles: m.Roles, Current: string(o.OrgNo) == v.session.Organisation,
		})
	}
	if shell.Flash != "" {
		page.Rows = slices.DeleteFunc(page.Rows, func(r public.OrganisationRow) bool { return r.No != wanted })
	}
	return respond.Page(c, http.StatusOK, public.Organisations(shell, page))
}

// ChooseOrganisation handles POST /organisations.
func (w *Web) ChooseOrganisation(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	return w.actFor(c, party.OrgNo(one(f, "org")), auth.OwnPath(one(f, "return")))
}

// actFor makes the organisation the one that the person acts for, and goes to
// next or to where his work there begins.
func (w *Web) actFor(c echo.Context, o party.OrgNo, next string) error {
	all, err := w.memberships(c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(m registry.Membership) bool { return m.Organisation.OrgNo == o })
	if i < 0 {
		return models.NewError(models.NotFound, models.CodeNotFound)
	}
	ctx := c.Request().Context()
	if err := w.Sessions.ChooseOrganisation(ctx, string(o)); err != nil {
		return err
	}
	if len(all) > 1 { // for the next time
		if err := w.Registry.Remember(ctx, visitOf(c).session.Person, o); err != nil {
			return err
		}
	}
	if before := visitOf(c).session.Organisation; next != "" && before != "" && before != string(o) {
		next = paths.Switched(next)
	}
	return see(c, cmp.Or(next, landing(all[i])))
}

// ClaimForm handles GET /organisations/claim: how to get to an organisation that
// is not in the list.
func (w *Web) ClaimForm(c echo.Context) error {
	all, err := w.memberships(c)
	if err != nil {
		return err
	}
	return w.waysIn(c, http.StatusOK, all, "", nil)
}

func (w *Web) waysIn(c echo.Context, status int, all []registry.Membership, typed string, faults []models.FieldError) error {
	return respond.Page(c, status, public.NoOrganisation(w.Shell(c), public.NoOrganisationView{
		Person: visitOf(c).person, Contact: w.Contact, Others: len(all) > 0, Register: w.Registry.TellsRoles(), OrgNo: typed, Faults: faults,
	}))
}

// Claim handles POST /organisations/claim: the person acts for the organisation
// from now on if the register says that he has a role there.
func (w *Web) Claim(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	typed := one(f, "orgno")
	o, err := w.Registry.Numbers.Parse(party.Clean(typed))
	if err == nil {
		_, err = w.Registry.ClaimOrganisation(c.Request().Context(), actor(c), o)
	}
	if err == nil {
		return w.actFor(c, o, "")
	}
	var faults []models.FieldError
	switch code := models.CodeOf(err); code {
	case models.CodeInvalid:
		if e, ok := errors.AsType[*models.Error](err); ok && len(e.Fields) > 0 {
			faults = []models.FieldError{{Field: "orgno", Fault: e.Fields[0].Fault}}
		}
	case models.CodeNotFound:
		faults = []models.FieldError{{Field: "orgno", Fault: "claim.no_role"}}
	case models.CodeNoNationalID:
		faults = []models.FieldError{{Field: "orgno", Fault: "claim.no_pid"}}
	default:
		return err
	}
	all, err := w.memberships(c)
	if err != nil {
		return err
	}
	respond.Failed(c, models.CodeInvalid)
	return w.waysIn(c, http.StatusUnprocessableEntity, all, typed, faults)
}

// landing is the page where a person's work begins: whoever is there to manage
// systems begins with those, anybody else with what waits for an answer.
func landing(m registry.Membership) string {
	if m.Supplier && !m.Manager {
		return paths.SupplierSystems()
	}
	return paths.Requests()
}

// memberships reads for whom the person can act, and his name for the header.
func (w *Web) memberships(c echo.Context) ([]registry.Membership, error) {
	v := visitOf(c)
	all, err := w.Registry.Memberships(c.Request().Context(), v.session.Person)
	if err != nil {
		return nil, err
	}
	p, err := w.Registry.Person(c.Request().Context(), v.session.Person)
	if err != nil {
		return nil, err
	}
	v.person = p.Name
	c.Set(visitKey, v)
	return all, nil
}
