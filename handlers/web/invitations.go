package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/members"
	"github.com/stafett/stafett/views/paths"
)

// InviteForm handles GET /members/invite.
func (w *Web) InviteForm(c echo.Context) error {
	return w.inviteForm(c, http.StatusOK, func(*members.Form) {})
}

func (w *Web) inviteForm(c echo.Context, status int, fill func(*members.Form)) error {
	all, err := w.Registry.Members(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	words, err := w.holdingWords(c, all.Organisation)
	if err != nil {
		return err
	}
	v := members.InviteView{MailReady: w.Mail != nil, Need: need(all.Giving.Barred), Days: w.Registry.InvitationDays()}
	if barred := all.Giving.Barred; barred != "" && v.Need == "" {
		return barredError(barred)
	}
	v.Form = words.form(all.Giving)
	fill(&v.Form)
	return respond.Page(c, status, members.Invite(w.Shell(c), v))
}

// barredError is why the reader gives nothing here at all.
func barredError(code models.Code) error {
	if code == models.CodeStruckOff {
		return models.NewError(models.Conflict, code)
	}
	return models.NewError(models.Forbidden, code)
}

// Invite handles POST /members/invite. The answer is the only page that ever
// shows the link, so it comes at once and not behind a redirect.
func (w *Web) Invite(c echo.Context) error {
	ctx := c.Request().Context()
	f, err := form(c)
	if err != nil {
		return err
	}
	until, fault := lastDay(one(f, "until"))
	var made invitation.Invitation
	var secret string
	if fault == "" {
		made, secret, err = w.Registry.Invite(ctx, actor(c), registry.Invite{URN: one(f, "urn"), Email: one(f, "email"), RoleUntil: until})
	} else {
		err = models.Faults{{Field: "until", Fault: fault}}.Err()
	}
	if err != nil {
		faults := faultsOf(err)
		if faults == nil {
			return err
		}
		respond.Failed(c, models.CodeInvalid)
		return w.inviteForm(c, http.StatusUnprocessableEntity, func(form *members.Form) {
			form.Role, form.Until, form.Email, form.Faults = one(f, "urn"), one(f, "until"), one(f, "email"), faults
		})
	}
	known, err := w.Registry.Catalog(ctx)
	if err != nil {
		return err
	}
	v := members.InvitedView{
		Link: w.PortalURL + paths.Invitation(secret), Role: registry.HoldingName(known, made.URN), Email: made.Email,
		Until: made.ExpiresAt, Ending: made.RoleUntil,
	}
	v.Mail = w.sendInvitation(c, v)
	return respond.Page(c, http.StatusOK, members.Invited(w.Shell(c), v))
}

// sendInvitation sends the link if there is an address and a way to. The
// invitation stands whatever becomes of the mail: the page has the link.
func (w *Web) sendInvitation(c echo.Context, v members.InvitedView) members.Mail {
	switch {
	case v.Email == "":
		return members.MailNone
	case w.Mail == nil:
		return members.MailOff
	}
	ctx, m := c.Request().Context(), visitOf(c).acting
	err := w.Mail.Send(ctx, mail.Invitation(ctx, mail.InvitationView{
		To: v.Email, Person: m.Person.Name, PersonOrg: m.Organisation.Display(), Org: m.Organisation.Display(), OrgNo: string(m.Organisation.OrgNo),
		Role: v.Role, RoleUntil: v.Ending, Link: v.Link, Until: v.Until,
	}))
	if err != nil {
		w.Logger.WarnContext(ctx, "invitation not mailed", "error", err)
		return members.MailFailed
	}
	return members.MailSent
}

// RevokeInvitation handles POST /members/invitations/:id/revoke. One that has
// ended already is what was wanted.
func (w *Web) RevokeInvitation(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	err = w.Registry.RevokeInvitation(c.Request().Context(), actor(c), id)
	if err != nil && models.CodeOf(err) != models.CodeInvitationEnded {
		return err
	}
	return see(c, paths.Members())
}

// invitationCookie keeps the secret of an invitation's link out of addresses while
// somebody logs in. It is for the pages of invitations alone.
const invitationCookie = "stafett_invitation"

const secretAge = 3600 // seconds

func (w *Web) keepSecret(c echo.Context, secret string, age int) {
	c.SetCookie(&http.Cookie{ //nolint:gosec // Secure wherever the address is https
		Name: invitationCookie, Value: secret, Path: paths.Invitations(), MaxAge: age,
		Secure: w.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// OpenInvitation handles GET /invitations/:secret, the link that is handed out:
// it puts the secret aside and goes on to a page whose address tells nothing.
func (w *Web) OpenInvitation(c echo.Context) error {
	secret := c.Param("secret")
	if !invitation.Whole(secret) {
		return models.NewError(models.Gone, models.CodeInvitationEnded)
	}
	w.keepSecret(c, secret, secretAge)
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return see(c, paths.InvitationAccept())
}

// AcceptForm handles GET /invitations/accept: what is offered, by whom.
func (w *Web) AcceptForm(c echo.Context) error {
	if _, err := w.memberships(c); err != nil { // his name, for the page
		return err
	}
	i, err := w.Registry.Invitation(c.Request().Context(), actor(c), secretOf(c))
	if err != nil {
		return err
	}
	words, err := w.holdingWords(c, i.Organisation)
	if err != nil {
		return err
	}
	v := members.AcceptView{
		ID: i.Invitation.ID, By: i.By.Name, Org: i.Organisation.Display(), OrgNo: string(i.Organisation.OrgNo), Role: i.Name,
		Can: words.can(i.Invitation.URN), Ending: i.Invitation.RoleUntil, Until: i.Invitation.ExpiresAt, Has: i.Has,
	}
	return respond.Page(c, http.StatusOK, members.Accept(w.Shell(c), v))
}

// Accept handles POST /invitations/accept. The person acts for the organisation
// from now on. Whoever has opened another invitation since he read this one is
// shown that.
func (w *Web) Accept(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	i, err := w.Registry.Invitation(ctx, actor(c), secretOf(c))
	if err != nil {
		return err
	}
	if one(f, "invitation") != string(i.Invitation.ID) {
		return see(c, paths.InvitationAccept())
	}
	h, err := w.Registry.AcceptInvitation(ctx, actor(c), secretOf(c))
	if err != nil {
		return err
	}
	w.keepSecret(c, "", -1)
	return w.actFor(c, h.OrgNo, "")
}

func secretOf(c echo.Context) string {
	cookie, err := c.Cookie(invitationCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}
