package handlers_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
)

// statements says how many SQL statements each page, call and change may cost,
// however many rows there are. More is to be explained; the hot path has one.
var statements = map[string]int{
	"enrich": 1, "by external id": 1, "evaluation": 1, "openapi": 0, "live": 0, "front": 0,
	"organisations": 13, "inbox": 24, "inbox of answers": 25, "review": 20, "review by a clerk": 21, "reject form": 20, "receipt": 23,
	"forward form": 22, "wish form": 20,
	// System users come with what waits, which is a list of its own.
	"system users": 33,
	"system user":  24, "revoke form": 24, "settings": 24, "history": 22, "review of all": 21, "suppliers": 13, "supplier": 21,
	"find a system": 13, "own program": 15, "clients of all": 13,
	"systems": 17, "register form": 10, "search": 10, "system": 28, "send form": 18, "board": 27, "sent request": 20,
	"members": 22, "members for a reader": 15, "member": 16, "invite form": 16, "invited": 16,
	"account": 18, "account of several": 18, "account log": 26, "notices": 30, "notice settings": 30, "erase form": 17,
	"accept": 41, "give": 19, "end others": 16,
	"approve": 33, "revoke": 26, "register": 24, "send": 35,
}

// crowded is a site in which A has n systems, each of which has asked P twice:
// one request waits and one was approved.
func crowded(t *testing.T, n int) (s *kit.Site, waiting, approved request.Request) {
	t.Helper()
	s = kit.New(t)
	for i := range n {
		sys := s.System(t, kit.DeveloperA, "s"+strconv.Itoa(i))
		approved = s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
		s.Approve(t, kit.ApproverP, approved.ID)
		waiting = s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "more")
		s.Request(t, kit.DeveloperA, sys, kit.CustomerQ, "")
		s.Join(t, kit.ApproverP, "Ny "+strconv.Itoa(i), kit.VATPackage)
		if i < invitation.MaxOpen-2 { // one of the last is for the test
			s.Invite(t, kit.ApproverP, policy.Viewer)
		}
	}
	if _, err := s.Registry.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, waiting, approved
}

func TestStatementsPerPageAndCall(t *testing.T) {
	t.Parallel()
	got := map[int]map[string][]string{}
	for _, n := range []int{1, 50} {
		got[n] = map[string][]string{}
		s, waiting, approved := crowded(t, n)
		customer, clerk, supplier := s.As(t, kit.ApproverP), s.As(t, kit.ClerkP), s.As(t, kit.DeveloperA)
		enriching := s.Bearer(t, s.AccessToken(kit.SupplierA, "stafett:enrich stafett:decide altinn:maskinporten/systemuser.read", nil))
		client, at := kit.ClientID(approved.System), string(waiting.ID)
		count := func(name string, do func() *kit.Response) {
			t.Helper()
			do() // the first look fills the catalogue and the cache of tokens, and is a first use
			got[n][name] = s.Statements(func() { do().Want(http.StatusOK) })
		}
		page := func(name string, c *kit.Client, path string) {
			count(name, func() *kit.Response { return c.Get(path) })
		}
		page("front", s.Anonymous(t), "/")
		page("organisations", customer, "/organisations")
		page("inbox", customer, "/requests?status=pending")
		page("inbox of answers", customer, "/requests?status=accepted")
		page("review", customer, "/requests/"+at)
		page("review by a clerk", clerk, "/requests/"+at)
		page("reject form", customer, "/requests/"+at+"/reject")
		page("receipt", customer, "/requests/"+string(approved.ID)+"/receipt")
		page("system users", customer, "/systemusers")
		page("system user", customer, "/systemusers/"+string(approved.ID))
		page("settings", customer, "/systemusers/"+string(approved.ID)+"/settings")
		page("history", customer, "/systemusers/"+string(approved.ID)+"/history")
		page("review of all", customer, "/systemusers/review")
		page("suppliers", customer, "/suppliers")
		page("supplier", customer, "/suppliers/"+string(kit.SupplierA))
		page("find a system", customer, "/systemusers/new?q=s")
		page("own program", customer, "/systemusers/own")
		page("forward form", clerk, "/requests/"+at+"/forward")
		page("wish form", customer, "/requests/"+at+"/wish")
		page("clients of all", customer, "/clients")
		page("revoke form", customer, "/systemusers/"+string(approved.ID)+"/revoke")
		page("systems", supplier, "/supplier/systems")
		page("register form", supplier, "/supplier/systems/new")
		page("system", supplier, "/supplier/systems/"+string(approved.System))
		page("send form", supplier, "/supplier/systems/"+string(approved.System)+"/requests/new")
		page("board", supplier, "/supplier/requests")
		page("sent request", supplier, "/supplier/requests/"+at)
		count("search", func() *kit.Response {
			form := registration("x", "X")
			form.Set("op", "search")
			form.Set("q", "skatt")
			return supplier.Post("/supplier/systems/new", form)
		})
		_, secret := s.Invite(t, kit.ApproverP, policy.Viewer)
		invited := s.As(t, kit.Nobody)
		invited.SetCookie("stafett_invitation", secret)
		page("members", customer, "/members")
		page("members for a reader", clerk, "/members")
		page("member", customer, "/members/"+string(s.PersonID(kit.ClerkP)))
		page("invite form", customer, "/members/invite")
		page("invited", invited, "/invitations/accept")
		page("account", customer, "/account")
		page("account of several", s.As(t, kit.Several), "/account") // one organisation or two
		page("account log", customer, "/account/log")
		page("notices", customer, "/notices")
		page("notice settings", customer, "/notices/settings")
		page("erase form", customer, "/account/erase")
		count("enrich", func() *kit.Response {
			return enriching.PostJSON("/v1/enrich", enrichment(kit.Issuer1, client, string(kit.CustomerP), string(kit.CustomerP)))
		})
		count("by external id", func() *kit.Response {
			return enriching.Get("/authentication/api/v1/systemuser/byExternalId?clientId=" + client + "&systemProviderOrgNo=" + string(kit.SupplierA) + "&systemUserOwnerOrgNo=" + string(kit.CustomerP))
		})
		count("evaluation", func() *kit.Response {
			return enriching.PostJSON("/access/v1/evaluation", evaluation(string(approved.ID), string(kit.CustomerP), kit.Resource, "read"))
		})
		page("openapi", enriching, "/openapi.json")
		page("live", enriching, "/health/live")
	}
	for name, few := range got[1] {
		many := got[50][name]
		if len(few) != len(many) || len(many) > statements[name] {
			t.Errorf("%s: %d statements with one row, %d with 50, at most %d wanted\n%s", name, len(few), len(many), statements[name], numbered(many))
		}
	}
}

// A change costs a number of statements that does not grow with the registry.
func TestStatementsPerChange(t *testing.T) {
	t.Parallel()
	got := map[int]map[string]int{}
	for _, n := range []int{1, 50} {
		s, waiting, approved := crowded(t, n)
		customer, supplier := s.As(t, kit.ApproverP), s.As(t, kit.DeveloperA)
		got[n] = map[string]int{}
		count := func(name, path string, form map[string]string, c *kit.Client) {
			t.Helper()
			values := registration("new", "New")
			for k, v := range form {
				values.Set(k, v)
			}
			got[n][name] = len(s.Statements(func() { c.Post(path, values).Want(http.StatusSeeOther) }))
		}
		form := customer.Get("/requests/" + string(waiting.ID)).Page().MustForm("/requests/" + string(waiting.ID) + "/approve")
		count("approve", "/requests/"+string(waiting.ID)+"/approve", map[string]string{"seen": form.Get("seen")}, customer)
		count("revoke", "/systemusers/"+string(approved.ID)+"/revoke", nil, customer)
		count("register", "/supplier/systems/new", nil, supplier)
		_, secret := s.Invite(t, kit.ApproverP, policy.Viewer)
		invited := s.As(t, kit.Nobody)
		invited.SetCookie("stafett_invitation", secret)
		accept := invited.Get("/invitations/accept").Page().MustForm("/invitations/accept")
		count("accept", "/invitations/accept", map[string]string{"invitation": accept.Get("invitation")}, invited)
		count("give", "/members/"+string(s.PersonID(kit.ClerkP))+"/give", map[string]string{"urn": kit.TaxPackage}, customer)
		count("end others", "/account/logins/end-others", nil, customer)
		count("send", "/supplier/systems/"+string(approved.System)+"/requests/new", map[string]string{"customer": string(kit.CustomerP), "items": kit.TaxPackage, "external_ref": "third"}, supplier)
	}
	for name, few := range got[1] {
		if many := got[50][name]; few != many || many > statements[name] {
			t.Errorf("%s: %d statements with one row, %d with 50, at most %d wanted", name, few, many, statements[name])
		}
	}
}

func numbered(list []string) string {
	var b strings.Builder
	for i, s := range list {
		_, _ = fmt.Fprintf(&b, "%3d %.200s\n", i+1, s)
	}
	return b.String()
}
