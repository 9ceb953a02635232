package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/api"
	"github.com/stafett/stafett/handlers/respond"
)

// Audience says who a route answers: people with pages, or programs with JSON.
type Audience string

// The audiences.
const (
	People   Audience = "people"
	Programs Audience = "programs"
)

// Guard says what a route asks of its caller before its handler runs.
type Guard string

// The guards. What a signed-in person may do beyond them, the policy decides in
// the use case.
const (
	Open     Guard = "open"      // anybody
	SignedIn Guard = "signed in" // a person
	Acting   Guard = "acting"    // a person who acts for an organisation
	Token    Guard = "token"     // a program with a token; the handler names the scope
)

// Route is one line of the route table.
type Route struct {
	Method   string
	Path     string // echo pattern
	Name     string
	Audience Audience
	Guard    Guard
	handler  echo.HandlerFunc
}

// Routes is the route table: every address that the registry answers.
func (s *Server) Routes() []Route {
	w, h := s.web, s.hooks
	get, post := http.MethodGet, http.MethodPost
	routes := []Route{
		{get, "/", "front", People, Open, w.Front},
		{get, "/login", "login", People, Open, w.Login},
		{get, "/login/callback", "login.callback", People, Open, w.Callback},
		{get, "/login/again", "login.again", People, SignedIn, w.LoginAgain},
		{get, "/login/known", "login.known", People, Open, w.Known},
		{post, "/login/known/new", "login.known.new", People, Open, w.GoOnAsNew},
		{get, "/login/known/link", "login.known.link_form", People, SignedIn, w.ConnectForm},
		{post, "/login/known/link", "login.known.link", People, SignedIn, w.Connect},
		{get, "/login/:provider", "login.start", People, Open, w.StartLogin},
		{post, "/account/identities/:provider", "account.identity.add", People, SignedIn, w.AddIdentity},
		{get, "/account/identities/:provider", "account.identity.way", People, SignedIn, w.AddIdentityPage},
		{post, "/account/identities", "account.identity.remove", People, SignedIn, w.RemoveIdentity},
		{get, "/account", "account", People, SignedIn, w.Account},
		{get, "/account/log", "account.log", People, SignedIn, w.AccountLog},
		{get, "/account/data.json", "account.data", People, SignedIn, w.AccountData},
		{get, "/account/erase", "account.erase_form", People, SignedIn, w.EraseForm},
		{post, "/account/erase", "account.erase", People, SignedIn, w.Erase},
		{post, "/account/logins/:id/end", "account.login.end", People, SignedIn, w.EndLogin},
		{post, "/account/logins/end-others", "account.login.end_others", People, SignedIn, w.EndOtherLogins},
		{get, "/whoami", "whoami", People, SignedIn, w.WhoAmI},
		{post, "/logout", "logout", People, SignedIn, w.Logout},
		{get, "/logged-out", "logged_out", People, Open, w.LoggedOut},
		{get, "/accessibility", "accessibility", People, Open, w.Recognised(w.Accessibility)},
		{get, "/docs", "docs", People, Open, w.Docs(slices.Concat(api.Meanings(), respond.Meanings()))},
		{get, "/docs/:group", "docs.group", People, Open, w.DocsGroup(s.PublicURL)},
		{get, "/organisations", "organisations", People, SignedIn, w.Organisations},
		{post, "/organisations", "organisations.choose", People, SignedIn, w.ChooseOrganisation},
		{get, "/organisations/claim", "organisation.claim_form", People, SignedIn, w.ClaimForm},
		{post, "/organisations/claim", "organisation.claim", People, SignedIn, w.Claim},

		{get, "/members", "members", People, Acting, w.Members},
		{get, "/members/invite", "members.invite_form", People, Acting, w.InviteForm},
		{post, "/members/invite", "members.invite", People, Acting, w.Invite},
		{post, "/members/invitations/:id/revoke", "members.invitation.revoke", People, Acting, w.RevokeInvitation},
		{get, "/members/holdings/:id/end", "members.end_form", People, Acting, w.EndForm},
		{post, "/members/holdings/:id/end", "members.end", People, Acting, w.End},
		{get, "/members/:id", "member", People, Acting, w.Member},
		{post, "/members/:id/give", "member.give", People, Acting, w.Give},
		{get, "/invitations/accept", "invitation.accept_form", People, SignedIn, w.AcceptForm},
		{post, "/invitations/accept", "invitation.accept", People, SignedIn, w.Accept},
		{get, "/invitations/:secret", "invitation", People, Open, w.OpenInvitation},

		{get, "/supplier/systems", "supplier.systems", People, Acting, w.Systems},
		{get, "/supplier/systems/new", "supplier.system.form", People, Acting, w.RegisterForm},
		{post, "/supplier/systems/new", "supplier.system.register", People, Acting, w.Register},
		{get, "/supplier/systems/:id", "supplier.system", People, Acting, w.System},
		{get, "/supplier/systems/:id/requests/new", "supplier.request.form", People, Acting, w.RequestForm},
		{post, "/supplier/systems/:id/requests/new", "supplier.request.send", People, Acting, w.SendRequest},
		{get, "/supplier/requests", "supplier.requests", People, Acting, w.SentRequests},
		{get, "/supplier/requests/:id", "supplier.request", People, Acting, w.SentRequest},
		{post, "/supplier/requests/:id/withdraw", "supplier.request.withdraw", People, Acting, w.Withdraw},

		{post, "/v1/enrich", "enrich", Programs, Token, h.Enrich},
		{get, "/authentication/api/v1/systemuser/byExternalId", "systemuser.by_external_id", Programs, Token, h.ByExternalID},
		{post, "/access/v1/evaluation", "evaluation", Programs, Token, h.Evaluate},
		{get, "/.well-known/authzen-configuration", "authzen_configuration", Programs, Open, h.AuthZENConfiguration},
		{post, "/login/backchannel/:provider", "login.ended_by_provider", Programs, Open, h.EndLogins},
		{get, "/openapi.json", "openapi", Programs, Open, h.OpenAPI},
		{get, "/health/live", "health.live", Programs, Open, s.live},
		{get, "/health/ready", "health.ready", Programs, Open, s.ready},
		{get, "/assets/*", "assets", People, Open, echo.WrapHandler(s.Assets)},
	}
	return slices.Concat(routes, s.customerPages(), s.createPages(), s.recordPages(), s.clientPages(), s.noticePages(), s.apiRoutes())
}

// Document writes the route table as Markdown; docs/routes.md is made of it.
func Document(routes []Route) string {
	var b strings.Builder
	b.WriteString("# Routes\n\nMade from `handlers/routes.go`; `make golden` writes it anew.\n\n")
	b.WriteString("| method | path | name | for | guard |\n|---|---|---|---|---|\n")
	for _, r := range routes {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", r.Method, r.Path, r.Name, r.Audience, r.Guard)
	}
	return b.String()
}
