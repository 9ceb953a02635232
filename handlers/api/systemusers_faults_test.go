package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

// byExternalID is Altinn's look-up by the issuer's own client.
func byExternalID(t *testing.T, s *kit.Site, of system.System, customer party.OrgNo, ref string) *kit.Response {
	t.Helper()
	v := url.Values{"clientId": {kit.ClientID(of.ID)}, "systemProviderOrgNo": {string(of.Supplier)}, "systemUserOwnerOrgNo": {string(customer)}}
	if ref != "" {
		v.Set("externalRef", ref)
	}
	return s.Bearer(t, s.AccessToken(kit.SupplierB, "altinn:maskinporten/systemuser.read", nil)).Get(systemUsers + "/byExternalId?" + v.Encode())
}

// Altinn's look-up takes the first of several rows in no order, and lets several
// be made. Here a system, a customer and a reference have one system user.
func TestAltinnFault06_LookUpHasOneAnswer(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	for _, ref := range []string{"r1", "r2"} {
		approved(t, s, of, ref)
	}
	for range 3 {
		id := approved(t, s, of, "")
		if r := byExternalID(t, s, of, kit.CustomerP, "").Want(http.StatusOK); r.JSON()["id"] != id || r.JSON()["externalRef"] != string(kit.CustomerP) {
			t.Errorf("found %s, want %s", r.Body, id)
		}
		_, err := s.Registry.SendRequest(t.Context(), s.Actor(kit.DeveloperA), request.Request{System: of.ID, Customer: kit.CustomerP, Items: of.Asked(), RedirectURL: of.RedirectURLs[0]})
		if models.CodeOf(err) != models.CodeUserExists {
			t.Errorf("a second one could be asked for: %v", err)
		}
		s.Revoke(t, kit.ApproverP, models.ID(id))
		byExternalID(t, s, of, kit.CustomerP, "").Want(http.StatusNotFound)
	}
}

// The look-up finds agents too, and nothing whose time has run out.
func TestTheLookUpFindsAgentsAndNothingThatIsOver(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	id := agent(t, s, of)
	if r := byExternalID(t, s, of, kit.FacilitatorF, "").Want(http.StatusOK); r.JSON()["id"] != id || r.JSON()["userType"] != "agent" {
		t.Errorf("an agent: %s", r.Body)
	}
	byExternalID(t, s, of, kit.CustomerP, "").Want(http.StatusNotFound) // its client
	s.Exec("UPDATE system_user SET valid_to_at = ? WHERE id = ?", kit.Start.Add(time.Minute).UnixMilli(), id)
	byExternalID(t, s, of, kit.FacilitatorF, "").Want(http.StatusOK)
	s.Clock.Advance(time.Minute)
	byExternalID(t, s, of, kit.FacilitatorF, "").Want(http.StatusNotFound)
}

// Altinn demands write scopes of suppliers that only read. Here a program that
// watches needs none, and what it has lets it change nothing.
func TestAltinnFault22_ReadScopesSufficeForReads(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	id := approved(t, s, of, "")
	for _, scope := range []string{
		"altinn:authentication/systemuser.request.read", "altinn:authentication/systemregister.read",
		"altinn:authentication/systemuser.request.write", "altinn:authentication/systemregister.write", // as in Altinn
	} {
		c := s.Bearer(t, s.AccessToken(kit.SupplierA, scope, nil))
		c.Get(byQuery(of.ID, kit.CustomerP, "")).Want(http.StatusOK)
		c.Get(systemUsers + "/vendor/bysystem/" + string(of.ID)).Want(http.StatusOK)
		c.PostJSON(diagnose, body(t, members{"clientId": kit.ClientID(of.ID), "customer": string(kit.CustomerP)})).Want(http.StatusOK)
		if strings.HasSuffix(scope, ".write") {
			continue
		}
		before := s.Snapshot()
		c.PostJSON(ownUsers+"/"+id+"/pause", `{}`).Want(http.StatusForbidden)
		c.PostJSON(ownUsers+"/"+id+"/resume", `{}`).Want(http.StatusForbidden)
		c.Do(http.MethodDelete, ownUsers+"/"+id, "", "").Want(http.StatusForbidden)
		if s.Snapshot() != before {
			t.Errorf("%s changed something", scope)
		}
	}
	for _, scope := range []string{"altinn:maskinporten/systemuser.read", "altinn:authentication/systemuser.request.reader", "ALTINN:authentication/systemuser.request.read", "altinn:clientdelegations.read"} {
		c := s.Bearer(t, s.AccessToken(kit.SupplierA, scope, nil))
		c.Get(byQuery(of.ID, kit.CustomerP, "")).Want(http.StatusForbidden)
		c.Get(systemUsers + "/vendor/bysystem/" + string(of.ID)).Want(http.StatusForbidden)
	}
}

// Altinn keeps no record of users, requests, delegations and look-ups. Here each
// leaves one: who, what, for whom, and why not.
func TestAltinnFault28_EverythingLeavesARecord(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	entries := func() (n int, last string) {
		err := s.Store.Read(t.Context(), func(tx registry.Reader) error {
			for e, err := range tx.AuditAll(t.Context()) {
				if err != nil {
					return err
				}
				n, last = n+1, fmt.Sprintf("%s %s %s %s %s", e.Actor.Kind, e.Action, e.Subject, e.Outcome, e.Detail["reason"])
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n, last
	}
	recorded := func(want string, act func() string) {
		t.Helper()
		before, _ := entries()
		want = strings.ReplaceAll(want, "ID", act())
		if n, last := entries(); n != before+1 || last != want {
			t.Errorf("%d entries more, the last %q, want %q", n-before, last, want)
		}
	}
	var id string
	mine := func(act func()) func() string { return func() string { act(); return id } }
	recorded("person request.send request:ID done ", func() string {
		id = string(s.Request(t, kit.DeveloperA, of, kit.CustomerP, "").ID)
		return id
	})
	recorded("person request.approve request:ID done ", mine(func() { s.Approve(t, kit.ApproverP, models.ID(id)) })) // with what was delegated
	recorded("organisation systemuser.pause systemuser:ID done Ubetalt", mine(func() {
		c.PostJSON(ownUsers+"/"+id+"/pause", `{"reason":"Ubetalt"}`).Want(http.StatusOK)
	}))
	recorded("organisation systemuser.resume systemuser:ID done ", mine(func() { c.PostJSON(ownUsers+"/"+id+"/resume", `{}`).Want(http.StatusOK) }))
	recorded("organisation systemuser.pause systemuser:ID denied ", mine(func() {
		supplier(t, s, kit.SupplierB).PostJSON(ownUsers+"/"+id+"/pause", `{}`).Want(http.StatusNotFound)
	}))

	noted := func(want string, act func()) {
		t.Helper()
		before := strings.Count(s.Dump(), want)
		act()
		if got := strings.Count(s.Dump(), want); got != before+1 {
			t.Errorf("%d lines more with %s", got-before, want)
		}
	}
	noted(`reason="" system_user_id="`+id+`"`, func() { enriches(t, s, kit.ClientID(of.ID), kit.CustomerP, "") })
	noted(`client_id="`+kit.ClientID(of.ID)+`" reason="no_system_user"`, func() { byExternalID(t, s, of, kit.CustomerQ, "").Want(http.StatusNotFound) })
	noted(`kind="evaluate" caller="`+kit.Issuer1+" client-of-"+string(kit.SupplierB)+`" client_id="" reason="other_party"`, func() { decides(t, s, id, kit.CustomerQ) })

	recorded("organisation systemuser.give_up systemuser:ID done ", mine(func() { c.Do(http.MethodDelete, ownUsers+"/"+id, "", "").Want(http.StatusOK) }))
}

// A look-up that fails says nothing to the client of the token, as in Altinn;
// its supplier is told why, for each of the causes that look alike there.
func TestAltinnWish1_FailedLookUpsHaveReasons(t *testing.T) {
	t.Parallel()
	told, looks := map[string]bool{}, ""
	for name, c := range situations() {
		if len(c.want) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := kit.New(t)
			of := s.System(t, kit.DeveloperA, "lonn")
			if c.do != nil {
				c.do(t, s, of)
			}
			in := members{"clientId": kit.ClientID(of.ID), "customer": string(kit.CustomerP)}
			for k, v := range c.ask {
				in[k] = v
			}
			ref, _ := in["externalRef"].(string)
			if in["clientId"] == kit.ClientID(of.ID) {
				if r := byExternalID(t, s, of, party.OrgNo(in["customer"].(string)), ref).Want(http.StatusNotFound); looks == "" {
					looks = r.Code() + fmt.Sprint(r.JSON()["title"], r.JSON()["detail"])
				} else if got := r.Code() + fmt.Sprint(r.JSON()["title"], r.JSON()["detail"]); got != looks {
					t.Errorf("the look-up tells %s, and %s before", got, looks)
				}
			}
			_, codes := said(t, supplier(t, s, kit.SupplierA), in)
			if len(codes) == 0 {
				t.Error("no reason")
			}
			for _, code := range codes {
				told[code] = true
			}
		})
	}
	// The two that its users meet most (altinn-api.md 7.2), and the silent ones.
	for _, code := range []string{"client_of_agent", "customer_subunit", "other_external_ref", "client_unknown", "request_pending", "revoked", "system_deleted"} {
		if !told[code] {
			t.Errorf("nobody is told %s", code)
		}
	}
}
