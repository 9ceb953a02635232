package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/members"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// Members handles GET /members: who has which role in the organisation.
func (w *Web) Members(c echo.Context) error {
	ctx := c.Request().Context()
	all, err := w.Registry.Members(ctx, actor(c))
	if err != nil {
		return err
	}
	words, err := w.holdingWords(c, all.Organisation)
	if err != nil {
		return err
	}
	v := members.View{
		Query: strings.TrimSpace(c.QueryParam("q")), Total: len(all.People),
		Manager: administers(all.Giving),
	}
	for _, m := range all.People {
		if p := words.person(m); found(ctx, p, v.Query) {
			v.People = append(v.People, p)
		}
	}
	for _, h := range all.Past {
		v.Past = words.gather(v.Past, h, models.ID(actor(c).ID))
	}
	v.Past = slices.DeleteFunc(v.Past, func(p members.Person) bool {
		return slices.ContainsFunc(all.People, func(m registry.Member) bool { return m.Person.ID == p.ID }) || !found(ctx, p, v.Query)
	})
	if v.Manager {
		if v.Invitations, err = w.openInvitations(c); err != nil {
			return err
		}
	}
	return respond.Page(c, http.StatusOK, members.List(w.Shell(c), v))
}

// found reports whether the person's name or a role of his has the words.
func found(ctx context.Context, p members.Person, query string) bool {
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(query)) }
	return query == "" || has(p.Name) ||
		slices.ContainsFunc(p.Holdings, func(h members.Holding) bool { return has(i18n.In(ctx, h.Role)) })
}

// Member handles GET /members/:id: one person, and what the reader may give him.
func (w *Web) Member(c echo.Context) error {
	return w.member(c, http.StatusOK, func(*members.Form) {})
}

func (w *Web) member(c echo.Context, status int, fill func(*members.Form)) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	m, err := w.Registry.Member(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	words, err := w.holdingWords(c, m.Organisation)
	if err != nil {
		return err
	}
	v := members.MemberView{
		Person: words.person(m.Member), Manager: administers(m.Giving), Need: need(m.Giving.Barred), StruckOff: m.Giving.Barred == models.CodeStruckOff,
	}
	for _, h := range m.Past {
		v.Past = append(v.Past, words.holding(h))
	}
	if v.Manager && !v.StruckOff {
		v.Form = words.form(m.Giving)
		fill(&v.Form)
	}
	return respond.Page(c, status, members.Member(w.Shell(c), v))
}

// Give handles POST /members/:id/give.
func (w *Web) Give(c echo.Context) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	until, fault := lastDay(one(f, "until"))
	if fault == "" {
		_, err = w.Registry.Give(c.Request().Context(), actor(c), id, one(f, "urn"), until)
	} else {
		err = models.Faults{{Field: "until", Fault: fault}}.Err()
	}
	if err == nil {
		return see(c, paths.Member(id))
	}
	faults := faultsOf(err)
	if faults == nil {
		return err
	}
	respond.Failed(c, models.CodeInvalid)
	return w.member(c, http.StatusUnprocessableEntity, func(form *members.Form) {
		form.Role, form.Until, form.Faults = one(f, "urn"), one(f, "until"), faults
	})
}

// EndForm handles GET /members/holdings/:id/end. What has ended, or is not the
// reader's to end, leads to the person who holds it.
func (w *Web) EndForm(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	all, err := w.Registry.Members(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	words, err := w.holdingWords(c, all.Organisation)
	if err != nil {
		return err
	}
	for _, m := range all.People {
		for _, h := range m.Holds {
			if h.Holding.ID != id {
				continue
			}
			if h.Barred != "" && h.Barred != models.CodeHoldingLast {
				return see(c, paths.Member(m.Person.ID))
			}
			return respond.Page(c, http.StatusOK, members.End(w.Shell(c), members.EndView{
				Person: words.person(m), Holding: words.holding(h), Last: len(m.Holds) == 1, Nobody: h.Barred == models.CodeHoldingLast,
			}))
		}
	}
	for _, h := range all.Past {
		if h.Holding.ID == id {
			return see(c, paths.Member(h.Holding.Person))
		}
	}
	return models.NewError(models.NotFound, models.CodeNotFound)
}

// End handles POST /members/holdings/:id/end. What has ended already is what was
// wanted.
func (w *Web) End(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	err = w.Registry.End(c.Request().Context(), actor(c), id)
	if err != nil && models.CodeOf(err) != models.CodeConflict {
		return err
	}
	return see(c, paths.Members())
}

// holdingWords describes holdings of one organisation in the reader's language.
type holdingWords struct {
	w       *Web
	c       echo.Context
	org     party.Organisation
	catalog *catalog.Catalog
}

func (w *Web) holdingWords(c echo.Context, org party.Organisation) (holdingWords, error) {
	known, err := w.Registry.Catalog(c.Request().Context())
	return holdingWords{w: w, c: c, org: org, catalog: known}, err
}

func (x holdingWords) person(m registry.Member) members.Person {
	p := members.Person{ID: m.Person.ID, Name: m.Person.Name, Erased: !m.Person.Erased.IsZero(), You: m.Reader}
	for _, h := range m.Holds {
		p.Holdings = append(p.Holdings, x.holding(h))
	}
	return p
}

// gather adds a holding to the person of it, in the order in which they come.
func (x holdingWords) gather(all []members.Person, h registry.Held, reader models.ID) []members.Person {
	i := slices.IndexFunc(all, func(p members.Person) bool { return p.ID == h.Person.ID })
	if i < 0 {
		i = len(all)
		all = append(all, x.person(registry.Member{Person: h.Person, Reader: h.Person.ID == reader}))
	}
	all[i].Holdings = append(all[i].Holdings, x.holding(h))
	return all
}

func (x holdingWords) holding(h registry.Held) members.Holding {
	return members.Holding{
		ID: h.Holding.ID, Role: h.Name, Package: x.isPackage(h.Holding.URN), Origin: x.origin(h),
		Can: x.can(h.Holding.URN), CanEnd: h.Barred == "" || h.Barred == models.CodeHoldingLast,
	}
}

func (x holdingWords) origin(h registry.Held) ui.Origin {
	o := ui.Origin{Source: h.Holding.Source, By: h.By.Name, From: h.Holding.From, Until: h.Holding.Until, Ended: h.End}
	if provider, ok := strings.CutPrefix(o.Source, party.SourceClaim); ok {
		o.Provider = x.w.nameOf(x.c, provider)
	}
	return o
}

func (x holdingWords) isPackage(urn string) bool {
	_, ok := x.catalog.Package(urn)
	return ok && !policy.Standing{Holdings: []string{urn}, Form: x.org.Form}.AccessManager(x.catalog)
}

// can says what a holding alone lets a person do in the organisation.
func (x holdingWords) can(urn string) []ui.Can {
	alone := policy.Standing{Holdings: []string{urn}, Form: x.org.Form}
	var can []ui.Can
	for _, power := range []struct {
		can  ui.Can
		held bool
	}{
		{ui.CanManage, alone.AccessManager(x.catalog)},
		{ui.CanAll, alone.MainAdministrator(x.catalog)},
		{ui.CanClients, alone.ClientAdministrator(x.catalog)},
		{ui.CanSystems, alone.ManagesSystems(x.catalog)},
		{ui.CanPackage, x.isPackage(urn)},
	} {
		if power.held {
			can = append(can, power.can)
		}
	}
	if len(can) == 0 {
		return []ui.Can{ui.CanRead}
	}
	return can
}

// form is the choice among what the reader may give.
func (x holdingWords) form(g registry.Giving) members.Form {
	var f members.Form
	for _, o := range g.Offers {
		choice := members.Choice{URN: o.URN, Name: o.Name, Can: x.can(o.URN)}
		switch {
		case !o.Verdict.OK():
			f.Not = append(f.Not, members.Refused{Name: o.Name, Cause: string(o.Verdict.Cause)})
		case x.isPackage(o.URN):
			f.Packages = append(f.Packages, choice)
		default:
			f.Powers = append(f.Powers, choice)
		}
	}
	return f
}

// administers reports whether the reader administers access, though something
// else may bar him from giving.
func administers(g registry.Giving) bool {
	return g.Barred != models.CodeForbidden && g.Barred != models.CodeNotFound
}

// need is what the reader must do before he may, where a new login helps.
func need(barred models.Code) ui.Need {
	switch barred {
	case models.CodeLevelTooLow:
		return ui.NeedLevel
	case models.CodeLoginTooOld:
		return ui.NeedAge
	}
	return ""
}

// lastDay reads the last day on which something holds, as YYYY-MM-DD: it ends
// when that day does in Oslo. An empty one is no end.
func lastDay(s string) (end time.Time, fault string) {
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}, ""
	}
	day, err := time.ParseInLocation(time.DateOnly, s, i18n.Oslo)
	if err != nil || day.Year() > 9000 {
		return time.Time{}, "until.form"
	}
	return day.AddDate(0, 0, 1), ""
}

// openInvitations are those that can still be used.
func (w *Web) openInvitations(c echo.Context) ([]members.Invitation, error) {
	all, err := w.Registry.Invitations(c.Request().Context(), actor(c))
	var out []members.Invitation
	for _, i := range all {
		if i.Status == invitation.Open {
			out = append(out, members.Invitation{
				ID: i.Invitation.ID, Role: i.Name, Email: i.Invitation.Email, By: i.By.Name,
				Sent: i.Invitation.CreatedAt, Until: i.Invitation.ExpiresAt,
			})
		}
	}
	return out, err
}
