package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
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
		return respond.Page(c, http.StatusOK, public.NoOrganisation(w.Shell(c), public.NoOrganisationView{Person: v.person, Contact: w.Contact}))
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
	all, err := w.memberships(c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(m registry.Membership) bool { return string(m.Organisation.OrgNo) == one(f, "org") })
	if i < 0 {
		return models.NewError(models.NotFound, models.CodeNotFound)
	}
	chosen := all[i].Organisation.OrgNo
	if err := w.Sessions.ChooseOrganisation(c.Request().Context(), string(chosen)); err != nil {
		return err
	}
	if len(all) > 1 { // for the next time
		if err := w.Registry.Remember(c.Request().Context(), visitOf(c).session.Person, chosen); err != nil {
			return err
		}
	}
	if to := auth.OwnPath(one(f, "return")); to != "" {
		return see(c, to)
	}
	return see(c, landing(all[i]))
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
