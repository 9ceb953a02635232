package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
)

// Altinn removes the request of an agent before it tests whose the agent is.
func TestAltinnFault19_AgentDeleteTestsOwnershipFirst(t *testing.T) {
	t.Parallel()
	o := opened(t, kit.AccountantPackage)
	o.attach(t, kit.CustomerP)
	o.attach(t, kit.CustomerQ)
	made := o.System(t, kit.DeveloperA, "asks")
	o.Exec("UPDATE request SET id = ? WHERE id = ?", string(o.agent), string(o.Request(t, kit.DeveloperA, made, kit.FacilitatorF, "").ID))
	standard := grown(t, o.Site, kit.FacilitatorF, kit.DirectorF, systemuser.Standard, "standard", kit.VATPackage)

	theirs := agentsPath + o.PartyID(t, kit.CustomerP) + "/" + string(o.agent)
	own := agentsPath + o.PartyID(t, kit.FacilitatorF) + "/"
	for _, tc := range []struct {
		name, target string
		by           kit.Person
		status       int
		code         string
	}{
		{"another organisation's", theirs + "?facilitatorId=" + o.PartyUUID(t, kit.CustomerP), kit.ApproverP, 404, "AUTH-00015"},
		{"another organisation's, in its own name", theirs + "?facilitatorId=" + o.uuid, kit.ApproverP, 403, "AUTH-00024"},
		{"by a stranger", o.path + "?facilitatorId=" + o.uuid, kit.ApproverP, 403, "forbidden"},
		{"by who administers clients alone", o.path + "?facilitatorId=" + o.uuid, kit.ClientAdminF, 403, "forbidden"},
		{"none", own + string(models.NewID()) + "?facilitatorId=" + o.uuid, kit.DirectorF, 404, "AUTH-00015"},
		{"a standard one", own + string(standard) + "?facilitatorId=" + o.uuid, kit.DirectorF, 400, "AUTH-00034"},
		{"no facilitator", o.path, kit.DirectorF, 400, "STD-00000"},
	} {
		t.Log(tc.name)
		wantCode(t, endUser(t, o.Site, tc.by).Call(http.MethodDelete, tc.target, nil), tc.status, tc.code)
		if o.removed(t) != 0 || !o.decides(t, kit.CustomerP) || !o.decides(t, kit.CustomerQ) {
			t.Fatalf("%s: something was touched", tc.name)
		}
	}

	// At a low level, at no portal: to end it is always allowed.
	low := o.Bearer(t, o.EndUserToken(kit.Front, kit.DirectorF, "altinn:portal/enduser", kit.Claims{"urn:altinn:authlevel": 1}))
	low.Call(http.MethodDelete, o.path+"?facilitatorId="+o.uuid, nil).Want(http.StatusOK)
	if o.decides(t, kit.CustomerP) || o.decides(t, kit.CustomerQ) || o.removed(t) != 1 {
		t.Error("it serves clients after its end, or its request is shown")
	}
	wantCode(t, low.Call(http.MethodDelete, o.path+"?facilitatorId="+o.uuid, nil), http.StatusNotFound, "AUTH-00015")
	wantCode(t, o.third(t, kit.ClientAdminF, clientsRead).Get(thirdParty+"/clients?agent="+string(o.agent)), http.StatusBadRequest, "AUTH.VLD-00014")
}

// removed counts the requests that are shown no more.
func (o office) removed(t *testing.T) int {
	t.Helper()
	n := 0
	err := o.Store.Read(t.Context(), func(tx registry.Reader) error {
		asks, err := tx.Asks(t.Context(), kit.FacilitatorF)
		if err != nil {
			return err
		}
		var ids []models.ID
		for _, a := range asks {
			ids = append(ids, a.ID)
		}
		all, err := tx.RequestsTo(t.Context(), kit.FacilitatorF, ids)
		for _, r := range all {
			if !r.Removed.IsZero() {
				n++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Altinn's lists of an agent's clients have no pages, and hold the first page of
// the register behind.
func TestAltinnFault26_ClientListsPage(t *testing.T) {
	t.Parallel()
	o := opened(t, kit.AccountantPackage)
	const n = 120
	o.many(t, n)
	portal, third := endUser(t, o.Site, kit.ClientAdminF), o.third(t, kit.ClientAdminF, clientWrite)
	for i := range 30 {
		client := o.PartyUUID(t, nthClient(i))
		third.Call(http.MethodPost, thirdParty+"/clients?agent="+string(o.agent)+"&client="+client, nil).Want(http.StatusOK)
	}
	agents := agentsPath + o.PartyID(t, kit.FacilitatorF)
	for _, tc := range []struct {
		name   string
		c      *kit.Client
		target string
		want   int
	}{
		{"available", third, thirdParty + "/clients/available?agent=" + string(o.agent) + "&pageSize=7", n + 2},
		{"available, counted", third, thirdParty + "/clients/available?agent=" + string(o.agent) + "&pageSize=50&total=true", n + 2},
		{"attached", third, thirdParty + "/clients?agent=" + string(o.agent) + "&pageSize=7", 30},
		{"found by name", third, thirdParty + "/clients/available?agent=" + string(o.agent) + "&pageSize=7&q=" + url.QueryEscape("klient 1 øST"), 1},
		{"found by number", third, thirdParty + "/clients/available?agent=" + string(o.agent) + "&pageSize=7&q=80000001", 10},
		{"the facilitator's", portal, agents + "/clients?facilitator=" + o.uuid + "&pageSize=7", n + 2},
		{"the facilitator's, by package", portal, agents + "/clients?facilitator=" + o.uuid + "&packages=regnskapsforer-lonn&pageSize=50", n + 2},
		{"the facilitator's, by two packages", portal, agents + "/clients?facilitator=" + o.uuid + "&packages=regnskapsforer-lonn&packages=" + kit.VATPackage, 0},
		{"the agent's", portal, agents + "/" + o.uuid + "/" + string(o.agent) + "/delegations?pageSize=7", 30},
	} {
		got := walkClients(t, tc.c, tc.target)
		if len(got) != tc.want || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Errorf("%s: %d clients, want %d: %v", tc.name, len(got), tc.want, got)
		}
	}
	r := third.Get(thirdParty + "/clients/available?agent=" + string(o.agent) + "&pageSize=5&total=true").Want(http.StatusOK)
	if !strings.HasSuffix(r.Body, fmt.Sprintf(`"total":%d}`, n+2)) || strings.Count(r.Body, "clientId") != 5 {
		t.Errorf("with a total: %s", r.Body)
	}
	if r := third.Get(thirdParty + "/clients?agent=" + string(o.agent)).Want(http.StatusOK); strings.Count(r.Body, "clientId") != 30 || !strings.HasPrefix(r.Body, `{"links":{},"systemUserInformation":{`) {
		t.Errorf("on one page: %s", r.Body)
	}
	r = portal.Get(agents + "/clients?facilitator=" + o.uuid + "&pageSize=1&q=233").Want(http.StatusOK)
	want := `[{"partyUuid":"` + o.PartyUUID(t, kit.CustomerQ) + `","displayName":"Granlia Bakeri AS","organizationIdentifier":"` + string(kit.CustomerQ) + `","access":[{"role":"regnskapsforer","packages":["` + kit.AccountantPackage + `"]}]}]`
	if r.Body != want {
		t.Errorf("a client: %s\nwant %s", r.Body, want)
	}
	o.relate(t, kit.CustomerQ, kit.VATPackage)
	if r = portal.Get(agents + "/clients?facilitator=" + o.uuid + "&pageSize=1&q=233").Want(http.StatusOK); !strings.HasSuffix(r.Body, `,{"role":"rettighetshaver","packages":["`+kit.VATPackage+`"]}]}]`) {
		t.Errorf("a client that has given a package: %s", r.Body)
	}
	for _, name := range []string{"facilitator=" + o.PartyUUID(t, kit.CustomerP), "facilitator=x"} {
		wantCode(t, portal.Get(agents+"/clients?"+name), http.StatusForbidden, "AUTH-00044")
	}
	wantCode(t, portal.Get(agents+"/clients?facilitator="+o.uuid+"&packages=%00"), http.StatusBadRequest, "AUTH-00045")
	wantCode(t, endUser(t, o.Site, kit.ApproverP).Get(agents+"/clients?facilitator="+o.uuid), http.StatusForbidden, "forbidden")
	wantCode(t, portal.Get(agents+"/"+o.PartyUUID(t, kit.CustomerP)+"/"+string(o.agent)+"/delegations"), http.StatusBadRequest, "AUTH-00031")
}

var clientNumbers = regexp.MustCompile(`"(?:clientOrganizationNumber|organizationIdentifier|customerOrganizationNumber)":"([0-9]{9})"`)

// walkClients returns the numbers on all pages of a list, by links.next or the header
// Link.
func walkClients(t *testing.T, c *kit.Client, at string) (numbers []string) {
	t.Helper()
	for pages := 0; at != ""; pages++ {
		if pages > 100 {
			t.Fatal("the list never ends")
		}
		r := c.Get(at).Want(http.StatusOK)
		for _, m := range clientNumbers.FindAllStringSubmatch(r.Body, -1) {
			numbers = append(numbers, m[1])
		}
		next := strings.TrimSuffix(strings.TrimPrefix(r.Header.Get("Link"), "<"), `>; rel="next"`)
		if strings.HasPrefix(r.Body, "{") {
			links, _ := r.JSON()["links"].(map[string]any)
			next, _ = links["next"].(string)
		}
		u, err := url.Parse(next)
		if err != nil || next != "" && !strings.HasPrefix(next, kit.PublicURL+"/") {
			t.Fatalf("the next page is %q", next)
		}
		if at = ""; next != "" {
			at = u.RequestURI()
		}
	}
	return numbers
}
