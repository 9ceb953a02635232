package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/account"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// Account handles GET /account: what a person is here, and why.
func (w *Web) Account(c echo.Context) error {
	ctx, session := c.Request().Context(), visitOf(c).session
	a, err := w.account(c)
	if err != nil {
		return err
	}
	known, err := w.Registry.Catalog(ctx)
	if err != nil {
		return err
	}
	v := account.View{Name: a.Person.Name}
	w.waysOf(c, a, &v)
	for _, b := range a.Memberships {
		words := holdingWords{w: w, c: c, org: b.Organisation, catalog: known}
		o := account.Organisation{
			Name: b.Organisation.Display(), No: string(b.Organisation.OrgNo), Current: string(b.Organisation.OrgNo) == session.Organisation,
			StruckOff: !b.Organisation.StruckOff.IsZero(),
		}
		for _, h := range b.Holds {
			urn := h.Holding.URN
			o.Holdings = append(o.Holdings, account.Holding{Role: h.Name, Package: words.isPackage(urn), Origin: words.origin(h), Can: words.can(urn)})
		}
		v.Organisations = append(v.Organisations, o)
	}
	for _, l := range a.Logins {
		login := account.Login{
			ID: l.ID, Provider: w.nameOf(c, l.Provider), Agent: l.Agent, Started: l.Started, Seen: l.Seen, Level: l.Level, Current: l.ID == session.Login,
		}
		if login.Current {
			v.Logins = slices.Insert(v.Logins, 0, login)
		} else {
			v.Logins = append(v.Logins, login)
		}
	}
	return respond.Page(c, http.StatusOK, account.Own(w.Shell(c), v))
}

// waysOf shows how the person logs in, by which of that we know his national id,
// and how else he could.
func (w *Web) waysOf(c echo.Context, a registry.Account, v *account.View) {
	ctx := c.Request().Context()
	for _, id := range a.Identities {
		provider := w.providerOf(id.Issuer)
		name := i18n.In(ctx, provider.Name)
		if a.NationalID && provider.TellsNumber {
			v.NumberFrom = append(v.NumberFrom, name)
		}
		v.Ways = append(v.Ways, account.Way{ID: wayID(id), Provider: name, Email: id.Email, Linked: id.Linked, Seen: id.Seen, Href: provider.AccountURL})
	}
	slices.SortStableFunc(v.Ways, func(a, b account.Way) int { return b.Seen.Compare(a.Seen) })
	for _, p := range w.OIDC.Choices() {
		if !slices.ContainsFunc(a.Identities, func(id party.Identity) bool { return id.Issuer == p.Issuer }) {
			v.More = append(v.More, account.Provider{ID: p.ID, Name: i18n.In(ctx, p.Name), About: i18n.In(ctx, p.Message)})
		}
	}
}

// providerOf is the provider of the issuer. One that is not offered any more is
// called by its issuer.
func (w *Web) providerOf(issuer string) auth.Choice {
	choices := w.OIDC.Choices()
	i := slices.IndexFunc(choices, func(p auth.Choice) bool { return p.Issuer == issuer })
	if i < 0 {
		return auth.Choice{Issuer: issuer, Name: models.Text{NB: issuer}}
	}
	return choices[i]
}

// account reads the signed-in person, and his name for the header.
func (w *Web) account(c echo.Context) (registry.Account, error) {
	a, err := w.Registry.Account(c.Request().Context(), actor(c))
	if err == nil {
		v := visitOf(c)
		v.person = a.Person.Name
		c.Set(visitKey, v)
	}
	return a, err
}

// wayID names an identity in a form without telling what it is.
func wayID(id party.Identity) string {
	h := sha256.Sum256([]byte(id.Issuer + "\x00" + id.Subject))
	return hex.EncodeToString(h[:8])
}

// AddIdentityPage handles GET /account/identities/:provider: the way out to a
// provider that is to be connected, as no form of ours may lead to another site.
func (w *Web) AddIdentityPage(c echo.Context) error {
	provider := c.Param("provider")
	if !slices.ContainsFunc(w.OIDC.Choices(), func(p auth.Choice) bool { return p.ID == provider }) {
		return models.NewError(models.NotFound, models.CodeNotFound)
	}
	if _, err := w.account(c); err != nil {
		return err
	}
	return respond.Page(c, http.StatusOK, account.Add(w.Shell(c), account.AddView{Provider: w.nameOf(c, provider), Href: paths.LoginLinkWith(provider)}))
}

// confirmed is what a form says in "confirm" when the person has been told what
// will be gone, and wants it.
const confirmed = "yes"

// RemoveIdentity handles POST /account/identities: first it asks, then it
// does.
func (w *Web) RemoveIdentity(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	a, err := w.account(c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(a.Identities, func(id party.Identity) bool { return wayID(id) == one(f, "identity") })
	if i < 0 {
		return see(c, paths.Account()) // it is gone already
	}
	id, session := a.Identities[i], visitOf(c).session
	current := id.Issuer == session.Issuer && id.Subject == session.Subject
	if one(f, "confirm") != confirmed {
		return respond.Page(c, http.StatusOK, account.Remove(w.Shell(c), account.RemoveView{
			ID: wayID(id), Provider: i18n.In(c.Request().Context(), w.providerOf(id.Issuer).Name), Email: id.Email, Current: current,
		}))
	}
	if err := w.Registry.Unlink(c.Request().Context(), actor(c), id.Issuer, id.Subject); err != nil {
		return err
	}
	if current {
		return w.Logout(c)
	}
	return see(c, paths.Account())
}

// EndLogin handles POST /account/logins/:id/end.
func (w *Web) EndLogin(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if id == visitOf(c).session.Login {
		return w.Logout(c)
	}
	if err := w.Registry.EndLogin(c.Request().Context(), actor(c), id); err != nil {
		return err
	}
	return see(c, paths.Account())
}

// EndOtherLogins handles POST /account/logins/end-others.
func (w *Web) EndOtherLogins(c echo.Context) error {
	if _, err := w.Registry.EndOtherLogins(c.Request().Context(), actor(c), visitOf(c).session.Login); err != nil {
		return err
	}
	return see(c, paths.Account())
}

// logPage is how many entries a page of the personal log has.
const logPage = 50

// AccountLog handles GET /account/log: what the person has decided and given.
func (w *Web) AccountLog(c echo.Context) error {
	ctx := c.Request().Context()
	if _, err := w.account(c); err != nil {
		return err
	}
	before, err := strconv.ParseInt(cmp.Or(c.QueryParam("after"), "0"), 10, 64)
	if err != nil || before < 0 {
		return models.NewError(models.NotFound, models.CodeNotFound)
	}
	all, err := w.Registry.Decisions(ctx, actor(c), before, logPage+1)
	if err != nil {
		return err
	}
	var v account.LogView
	if before > 0 {
		v.Newer = paths.AccountLog()
	}
	if len(all) > logPage {
		all = all[:logPage]
		v.Older = paths.Page(paths.AccountLog(), strconv.FormatInt(all[logPage-1].Seq, 10))
	}
	for _, d := range all {
		did := account.Did{At: d.At, Action: string(d.Action), Whom: d.Person.Name, What: i18n.In(ctx, d.Name)}
		if did.What == "" {
			did.What = i18n.In(ctx, d.System.Name)
		}
		if d.Organisation.OrgNo != "" {
			did.Org = d.Organisation.Display()
		}
		if string(d.Organisation.OrgNo) == visitOf(c).session.Organisation {
			did.Href = thing(d)
		}
		v.Rows = append(v.Rows, did)
	}
	return respond.Page(c, http.StatusOK, account.Log(w.Shell(c), v))
}

// thing is the page of what was decided; empty when it has none.
func thing(d registry.Decided) string {
	switch kind, id, _ := strings.Cut(d.Subject, ":"); kind {
	case "request":
		return paths.Request(models.ID(id))
	case "systemuser":
		return paths.SystemUser(models.ID(id))
	case "holding":
		return paths.Member(d.Person.ID)
	case "invitation":
		return paths.Members()
	}
	return ""
}

// AccountData handles GET /account/data.json: everything that is kept about the
// person, as a file.
func (w *Web) AccountData(c echo.Context) error {
	export, err := w.Registry.Export(c.Request().Context(), actor(c), visitOf(c).session.Person)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="stafett.json"`)
	return respond.JSON(c, http.StatusOK, export)
}

// EraseForm handles GET /account/erase.
func (w *Web) EraseForm(c echo.Context) error { return w.erase(c, http.StatusOK, "") }

func (w *Web) erase(c echo.Context, status int, fault string) error {
	a, err := w.account(c)
	if err != nil {
		return err
	}
	v := account.EraseView{Name: a.Person.Name, Fault: fault}
	for _, b := range a.Memberships {
		v.Organisations = append(v.Organisations, b.Organisation.Display())
		if b.Alone {
			v.OnlyIn = append(v.OnlyIn, b.Organisation.Display())
		}
	}
	return respond.Page(c, status, account.Erase(w.Shell(c), v))
}

// Erase handles POST /account/erase.
func (w *Web) Erase(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	if one(f, "confirm") != confirmed {
		respond.Failed(c, models.CodeInvalid)
		return w.erase(c, http.StatusUnprocessableEntity, "confirm")
	}
	ctx, session := c.Request().Context(), visitOf(c).session
	err = w.Registry.Erase(ctx, actor(c), session.Person)
	if models.CodeOf(err) == models.CodeHoldingLast {
		respond.Failed(c, models.CodeHoldingLast)
		return w.erase(c, respond.Status(models.CodeHoldingLast), "")
	}
	if err != nil {
		return err
	}
	if err := w.Sessions.SignOut(ctx); err != nil {
		return err
	}
	c.Response().Header().Set("Clear-Site-Data", `"cache"`)
	return see(c, paths.LoggedOutOf(session.Provider))
}

// whoami is GET /whoami for a program: the person, without the national
// id. docs/login.md has the members.
type whoami struct {
	Person        models.ID   `json:"person"`
	Name          string      `json:"name"`
	NationalID    bool        `json:"nationalIdKnown"`
	Identities    []whoamiWay `json:"identities"`
	ActingFor     string      `json:"actingFor,omitzero"`
	Organisations []whoamiOrg `json:"organisations"`
	Login         whoamiLogin `json:"login"`
}

type whoamiWay struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
	Email   string `json:"email,omitzero"`
}

type whoamiLogin struct {
	Provider string `json:"provider"`
	Level    int    `json:"level"`
	AuthTime string `json:"authTime"`
}

type whoamiOrg struct {
	OrgNo string       `json:"organisation"`
	Name  string       `json:"name"`
	Roles []whoamiRole `json:"roles"`
}

type whoamiRole struct {
	URN    string   `json:"urn"`
	Name   string   `json:"name"`
	Source string   `json:"source"`
	From   string   `json:"from"`
	Until  string   `json:"until,omitzero"`
	Can    []ui.Can `json:"can"`
}

// WhoAmI handles GET /whoami: who is signed in, for whom he may act, and why. A
// browser is shown the page of it.
func (w *Web) WhoAmI(c echo.Context) error {
	if !wantsData(c.Request()) {
		return see(c, paths.Account())
	}
	ctx, session := c.Request().Context(), visitOf(c).session
	a, err := w.account(c)
	if err != nil {
		return err
	}
	out := whoami{
		Person: a.Person.ID, Name: a.Person.Name, NationalID: a.NationalID, ActingFor: session.Organisation,
		Identities: []whoamiWay{}, Organisations: []whoamiOrg{},
		Login: whoamiLogin{Provider: session.Provider, Level: session.Level, AuthTime: i18n.Machine(session.AuthTime)},
	}
	for _, id := range a.Identities {
		out.Identities = append(out.Identities, whoamiWay{Issuer: id.Issuer, Subject: id.Subject, Email: id.Email})
	}
	known, err := w.Registry.Catalog(ctx)
	if err != nil {
		return err
	}
	for _, b := range a.Memberships {
		words := holdingWords{w: w, c: c, org: b.Organisation, catalog: known}
		o := whoamiOrg{OrgNo: string(b.Organisation.OrgNo), Name: b.Organisation.Name, Roles: []whoamiRole{}}
		for _, h := range b.Holds {
			role := whoamiRole{
				URN: h.Holding.URN, Name: i18n.In(ctx, h.Name), Source: h.Holding.Source,
				From: i18n.Machine(h.Holding.From), Can: words.can(h.Holding.URN),
			}
			if !h.Holding.Until.IsZero() {
				role.Until = i18n.Machine(h.Holding.Until)
			}
			o.Roles = append(o.Roles, role)
		}
		out.Organisations = append(out.Organisations, o)
	}
	return respond.JSON(c, http.StatusOK, out)
}
