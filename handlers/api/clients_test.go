package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

const (
	agentsPath  = "/authentication/api/v1/systemuser/agent/"
	thirdParty  = "/authentication/api/v1/enduser/systemuser"
	clientsRead = "altinn:clientdelegations.read"
	clientWrite = "altinn:clientdelegations.write"
)

// office is the facilitator of the cast with an agent system user.
type office struct {
	*kit.Site
	agent models.ID
	path  string // of the agent
	uuid  string // of the facilitator
}

// opened makes an agent of the facilitator that has the packages.
func opened(t *testing.T, packages ...string) office {
	t.Helper()
	s := kit.New(t)
	return office{s, grown(t, s, kit.FacilitatorF, kit.DirectorF, systemuser.Agent, "agent", packages...), "", s.PartyUUID(t, kit.FacilitatorF)}.with(t)
}

func (o office) with(t *testing.T) office {
	t.Helper()
	o.path = agentsPath + o.PartyID(t, kit.FacilitatorF) + "/" + string(o.agent)
	return o
}

// grown stores a system user of the organisation, on a system of its own.
func grown(t *testing.T, s *kit.Site, owner party.OrgNo, by kit.Person, kind systemuser.Kind, name string, packages ...string) models.ID {
	t.Helper()
	var items []catalog.Item
	made := system.System{
		ID: system.ID(string(kit.SupplierA) + "_" + name), Name: models.Text{NB: name, NN: name, EN: name}, Description: models.Text{NB: "x", NN: "x", EN: "x"},
		Clients: []system.Client{{Issuer: kit.Issuer1, ID: "client-" + name}},
	}
	for _, urn := range packages {
		items = append(items, catalog.PackageOf(urn))
		made.Asks = append(made.Asks, system.Ask{Item: catalog.PackageOf(urn), Purpose: made.Name})
	}
	id := models.NewID()
	err := s.Store.Write(t.Context(), func(tx registry.Tx) error {
		made.Supplier, made.CreatedAt, made.ChangedAt = kit.SupplierA, s.Clock.Now(), s.Clock.Now()
		if err := tx.AddSystem(t.Context(), made); err != nil {
			return err
		}
		return tx.AddSystemUser(t.Context(), systemuser.SystemUser{
			ID: id, Kind: kind, System: made.ID, Customer: owner, ExternalRef: name, Title: name, Status: systemuser.Active,
			Delegated: items, ApprovedBy: s.PersonID(by), CreatedAt: s.Clock.Now(),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (o office) query(t *testing.T, client party.OrgNo) string {
	t.Helper()
	return "?provider=" + o.uuid + "&client=" + o.PartyUUID(t, client)
}

func (o office) attach(t *testing.T, client party.OrgNo) {
	t.Helper()
	endUser(t, o.Site, kit.ClientAdminF).Call(http.MethodPost, o.path+o.query(t, client), nil).Want(http.StatusOK)
}

// decides asks for a decision, as the API that got the agent's token does.
func (o office) decides(t *testing.T, p party.OrgNo) bool {
	t.Helper()
	api := o.Bearer(t, o.AccessToken(kit.CustomerP, "stafett:decide", nil))
	r := api.PostJSON("/access/v1/evaluation", fmt.Sprintf(
		`{"subject":{"type":"urn:altinn:systemuser","id":%q},"action":{"name":"write"},"resource":{"type":"urn:altinn:resource","id":%q,"properties":{"party":"urn:altinn:organization:identifier-no:%s"}}}`,
		o.agent, kit.PayResource, p)).Want(http.StatusOK)
	return r.JSON()["decision"] == true
}

// third is a third party's system for the person.
func (o office) third(t *testing.T, p kit.Person, scope string) *kit.Client {
	t.Helper()
	return o.Bearer(t, o.EndUserToken(kit.Front, p, scope, nil))
}

func wantCode(t *testing.T, r *kit.Response, status int, code string) {
	t.Helper()
	if r.Want(status); !strings.Contains(r.Body, `"code":"`+code+`"`) {
		t.Errorf("want %s: %s", code, r.Body)
	}
}

func TestAClientIsAttachedAndDetached(t *testing.T) {
	t.Parallel()
	o := opened(t, kit.AccountantPackage)
	c := endUser(t, o.Site, kit.ClientAdminF)
	if o.decides(t, kit.CustomerP) {
		t.Error("it holds something for a client before it is attached")
	}
	p := o.PartyUUID(t, kit.CustomerP)
	first := c.Call(http.MethodPost, o.path+o.query(t, kit.CustomerP), nil).Want(http.StatusOK)
	if !strings.HasPrefix(first.Body, `[{"agentSystemUserId":"`+string(o.agent)+`","delegationId":"`+p+`","customerId":"`+p+`","assignmentId":"`) ||
		!strings.HasSuffix(first.Body, `","customerName":"Fjordbris Seilmakeri AS","customerOrganizationNumber":"`+string(kit.CustomerP)+`"}]`) {
		t.Errorf("attached: %s", first.Body)
	}
	before := o.Snapshot()
	if again := c.Call(http.MethodPost, o.path+o.query(t, kit.CustomerP), nil).Want(http.StatusOK); again.Body != first.Body || o.Snapshot() != before {
		t.Errorf("once more: %s", again.Body)
	}
	if !o.decides(t, kit.CustomerP) || o.decides(t, kit.CustomerQ) || o.decides(t, kit.FacilitatorF) || o.decides(t, kit.SupplierA) {
		t.Error("it holds the right for others than its client, or not for that")
	}
	o.attach(t, kit.CustomerQ)
	list := o.path[:strings.LastIndex(o.path, "/")] + "/" + o.uuid + "/" + string(o.agent) + "/delegations"
	if r := c.Get(list).Want(http.StatusOK); strings.Count(r.Body, `"customerId"`) != 2 {
		t.Errorf("delegations: %s", r.Body)
	}
	if r := c.Call(http.MethodDelete, o.path+"/client"+o.query(t, kit.CustomerP), nil).Want(http.StatusOK); r.Body != "" {
		t.Errorf("detached: %s", r.Body)
	}
	if o.decides(t, kit.CustomerP) || !o.decides(t, kit.CustomerQ) {
		t.Error("the detached client is served, or the other is not")
	}
	wantCode(t, c.Call(http.MethodDelete, o.path+"/client"+o.query(t, kit.CustomerP), nil), http.StatusBadRequest, "AUTH-00032")
}

// When the register ends what lies between the two, the next decision is no,
// and the lists say what is missing.
func TestARelationThatEnds(t *testing.T) {
	t.Parallel()
	o := opened(t, kit.AccountantPackage)
	o.attach(t, kit.CustomerP)
	o.Exec("UPDATE relation SET ended_at = ? WHERE client = ?", o.Clock.Now().UnixMilli(), string(kit.CustomerP))
	if o.decides(t, kit.CustomerP) {
		t.Error("a client that is none any more is served")
	}
	c := o.third(t, kit.ClientAdminF, clientsRead)
	r := c.Get(thirdParty + "/clients?agent=" + string(o.agent)).Want(http.StatusOK)
	if !strings.Contains(r.Body, `"missingPackages":["`+kit.AccountantPackage+`"]`) {
		t.Errorf("what is lame does not show: %s", r.Body)
	}
	if r := c.Get(thirdParty + "/clients/available?agent=" + string(o.agent)).Want(http.StatusOK); strings.Contains(r.Body, string(kit.CustomerP)) {
		t.Errorf("it is available: %s", r.Body)
	}
	endUser(t, o.Site, kit.ClientAdminF).Call(http.MethodDelete, o.path+"/client"+o.query(t, kit.CustomerP), nil).Want(http.StatusOK)
}

func TestWhatCannotBeAttached(t *testing.T) {
	t.Parallel()
	o := opened(t, kit.AccountantPackage, kit.VATPackage)
	c := endUser(t, o.Site, kit.ClientAdminF)
	standard := grown(t, o.Site, kit.FacilitatorF, kit.DirectorF, systemuser.Standard, "standard", kit.VATPackage)
	foreign := grown(t, o.Site, kit.CustomerP, kit.ApproverP, systemuser.Agent, "foreign", kit.AccountantPackage)
	at := func(id any) string { return agentsPath + o.PartyID(t, kit.FacilitatorF) + "/" + fmt.Sprint(id) }
	q := o.query(t, kit.CustomerP)
	r := c.Call(http.MethodPost, o.path+q, nil)
	wantCode(t, r, http.StatusBadRequest, "AUTH-00080")
	if !strings.Contains(r.Body, `"MissingPackages":["`+kit.VATPackage+`"]`) {
		t.Errorf("it does not say what is missing: %s", r.Body)
	}
	for _, tc := range []struct {
		name, target string
		status       int
		code         string
	}{
		{"no client", o.path + o.query(t, kit.SupplierB), 400, "AUTH-00079"},
		{"nobody", o.path + "?provider=" + o.uuid + "&client=" + string(models.NewID()), 400, "AUTH-00079"},
		{"no uuid", o.path + "?provider=" + o.uuid + "&client=x%00", 400, "AUTH-00079"},
		{"itself", o.path + o.query(t, kit.FacilitatorF), 400, "AUTH-00079"},
		{"another facilitator", o.path + "?provider=" + o.PartyUUID(t, kit.CustomerQ) + "&client=" + o.PartyUUID(t, kit.CustomerP), 400, "AUTH-00039"},
		{"no provider", o.path + "?client=" + o.PartyUUID(t, kit.CustomerP), 400, "STD-00000"},
		{"no client named", o.path + "?provider=" + o.uuid, 400, "STD-00000"},
		{"a standard system user", at(standard) + q, 400, "AUTH-00034"},
		{"no system user", at(models.NewID()) + q, 404, "AUTH-00015"},
		{"no id", at("x") + q, 404, "AUTH-00015"},
		{"another organisation's agent", at(foreign) + q, 404, "AUTH-00015"},
	} {
		before := o.Snapshot()
		r := c.Call(http.MethodPost, tc.target, nil)
		t.Log(tc.name)
		wantCode(t, r, tc.status, tc.code)
		if after := o.Snapshot(); after != before && tc.status != 404 { // a denial is recorded
			t.Errorf("%s changes something", tc.name)
		}
	}
	// The client gives what is missing, and all is well.
	o.relate(t, kit.CustomerP, kit.VATPackage)
	o.attach(t, kit.CustomerP)
}

func (o office) relate(t *testing.T, client party.OrgNo, urn string) {
	t.Helper()
	rows := func(yield func(exchange.Row) bool) {
		yield(exchange.Row{Place: "test", Value: party.Relation{Facilitator: kit.FacilitatorF, Client: client, RoleURN: urn}})
	}
	report, err := o.Registry.Import(t.Context(), models.Actor{Kind: models.Operator, ID: "test"}, exchange.Relations, "gave", rows)
	if err != nil || len(report.Refused) > 0 {
		t.Fatal(report, err)
	}
}

func TestWhoMayAttach(t *testing.T) {
	t.Parallel()
	o := opened(t, kit.AccountantPackage)
	q := o.query(t, kit.CustomerP)
	third := thirdParty + "/clients?agent=" + string(o.agent) + "&client=" + o.PartyUUID(t, kit.CustomerP)
	for _, tc := range []struct {
		name   string
		c      *kit.Client
		target string
		status int
	}{
		{"an access manager who is no client administrator", endUser(t, o.Site, kit.DirectorF), o.path + q, 403},
		{"a stranger", endUser(t, o.Site, kit.ApproverP), o.path + q, 403},
		{"a front that is no portal", o.Bearer(t, o.EndUserToken(kit.Front, kit.ClientAdminF, "altinn:portal/enduser", nil)), o.path + q, 403},
		{"a third party's token at the portal's call", o.Bearer(t, o.EndUserToken(kit.Portal, kit.ClientAdminF, clientWrite, nil)), o.path + q, 403},
		{"a supplier", supplier(t, o.Site, kit.SupplierA), o.path + q, 403},
		{"a token at a low level", o.Bearer(t, o.EndUserToken(kit.Portal, kit.ClientAdminF, "altinn:portal/enduser", kit.Claims{"urn:altinn:authlevel": 2})), o.path + q, 403},
		{"a third party that only reads", o.third(t, kit.ClientAdminF, clientsRead), third, 403},
		{"a third party of the portal's scope", o.third(t, kit.ClientAdminF, "altinn:portal/enduser"), third, 403},
		{"a third party, for an access manager", o.third(t, kit.DirectorF, clientWrite), third, 403},
		{"a third party, for a stranger", o.third(t, kit.ApproverP, clientWrite), third, 400},
		{"a third party, for a client administrator", o.third(t, kit.ClientAdminF, clientWrite), third, 200},
	} {
		t.Log(tc.name)
		tc.c.Call(http.MethodPost, tc.target, nil).Want(tc.status)
		if o.decides(t, kit.CustomerP) != (tc.status == 200) {
			t.Errorf("%s: attached", tc.name)
		}
	}
	// To end it asks for neither a high level nor a portal.
	low := o.Bearer(t, o.EndUserToken(kit.Front, kit.ClientAdminF, "altinn:portal/enduser", kit.Claims{"urn:altinn:authlevel": 1}))
	low.Call(http.MethodDelete, o.path+"/client"+q, nil).Want(http.StatusOK)
	if o.decides(t, kit.CustomerP) {
		t.Error("it serves a detached client")
	}
}

func TestAnAgentForItsOwnOrganisation(t *testing.T) {
	t.Parallel()
	o := opened(t, kit.AccountantPackage)
	c, own := endUser(t, o.Site, kit.DirectorF), "?partyUuid="+o.uuid
	r := c.Call(http.MethodPost, o.path+"/self"+own, nil)
	wantCode(t, r, http.StatusBadRequest, "AUTH-00080")
	wantCode(t, c.Call(http.MethodPost, o.path+"/self?partyUuid="+o.PartyUUID(t, kit.CustomerP), nil), http.StatusBadRequest, "AUTH-00040")

	o.agent = grown(t, o.Site, kit.FacilitatorF, kit.DirectorF, systemuser.Agent, "own", kit.TaxPackage)
	o = o.with(t)
	self := func(method string, want string) {
		t.Helper()
		if r := c.Call(method, o.path+"/self"+own, nil).Want(http.StatusOK); r.Body != want {
			t.Errorf("%s self: %s, want %s", method, r.Body, want)
		}
	}
	self(http.MethodGet, "false")
	self(http.MethodDelete, "true")
	self(http.MethodPost, "true")
	self(http.MethodPost, "true")
	self(http.MethodGet, "true")
	if r := o.third(t, kit.ClientAdminF, clientsRead).Get(thirdParty + "/clients?agent=" + string(o.agent)).Want(http.StatusOK); !strings.HasSuffix(r.Body, `"data":[]}`) {
		t.Errorf("itself is among its clients: %s", r.Body)
	}
	wantCode(t, endUser(t, o.Site, kit.ClientAdminF).Call(http.MethodDelete, o.path+"/client"+o.query(t, kit.FacilitatorF), nil), http.StatusBadRequest, "AUTH-00032")
	self(http.MethodDelete, "true")
	self(http.MethodGet, "false")
	endUser(t, o.Site, kit.ClientAdminF).Call(http.MethodPost, o.path+"/self"+own, nil).Want(http.StatusForbidden)
}

func TestThirdPartiesServeClients(t *testing.T) {
	t.Parallel()
	o := opened(t, kit.AccountantPackage)
	standard := grown(t, o.Site, kit.FacilitatorF, kit.DirectorF, systemuser.Standard, "standard", kit.VATPackage)
	foreign := grown(t, o.Site, kit.CustomerP, kit.ApproverP, systemuser.Agent, "foreign", kit.AccountantPackage)
	c := o.third(t, kit.ClientAdminF, clientWrite)
	agent, client := "?agent="+string(o.agent), "&client="+o.PartyUUID(t, kit.CustomerP)
	r := c.Get(thirdParty + "/clients/available" + agent).Want(http.StatusOK)
	want := `{"links":{},"systemUserInformation":{"systemUserId":"` + string(o.agent) + `","systemUserOwnerOrg":"` + string(kit.FacilitatorF) + `"},"data":[{"clientId":"` + o.PartyUUID(t, kit.CustomerQ) + `","clientOrganizationNumber":"` + string(kit.CustomerQ) + `","clientOrganizationName":"Granlia Bakeri AS"},`
	if !strings.HasPrefix(r.Body, want) {
		t.Errorf("available: %s\nwant %s", r.Body, want)
	}
	done := `{"agent":"` + string(o.agent) + `","client":"` + o.PartyUUID(t, kit.CustomerP) + `"}`
	for range 2 {
		if r := c.Call(http.MethodPost, thirdParty+"/clients"+agent+client, nil).Want(http.StatusOK); r.Body != done {
			t.Errorf("attached: %s", r.Body)
		}
	}
	if r := c.Get(thirdParty + "/clients" + agent + "&total=true").Want(http.StatusOK); !strings.Contains(r.Body, string(kit.CustomerP)) || !strings.HasSuffix(r.Body, `"total":1}`) {
		t.Errorf("attached: %s", r.Body)
	}
	if r := c.Call(http.MethodDelete, thirdParty+"/clients"+agent+client, nil).Want(http.StatusOK); r.Body != done {
		t.Errorf("detached: %s", r.Body)
	}
	r = c.Get(thirdParty + "/agents?party=" + string(kit.FacilitatorF)).Want(http.StatusOK)
	if !strings.Contains(r.Body, `"partyUuId":"`+o.uuid+`"`) || strings.Contains(r.Body, string(standard)) || strings.Contains(r.Body, string(foreign)) || !strings.Contains(r.Body, string(o.agent)) {
		t.Errorf("agents: %s", r.Body)
	}
	for name, tc := range map[string]struct {
		method, target string
		status         int
		code           string
	}{
		"no agent named":        {http.MethodGet, "/clients", 400, "AUTH.VLD-00014"},
		"no such agent":         {http.MethodGet, "/clients?agent=" + string(models.NewID()), 400, "AUTH.VLD-00014"},
		"no id":                 {http.MethodGet, "/clients/available?agent=x", 400, "AUTH.VLD-00014"},
		"another's agent":       {http.MethodGet, "/clients?agent=" + string(foreign), 400, "AUTH.VLD-00014"},
		"another's, no client":  {http.MethodPost, "/clients?agent=" + string(foreign), 400, "AUTH.VLD-00014"},
		"another's, who":        {http.MethodDelete, "/clients?agent=" + string(foreign) + "&client=x", 400, "AUTH.VLD-00014"},
		"a standard one":        {http.MethodGet, "/clients?agent=" + string(standard), 400, "AUTH.VLD-00015"},
		"no client named":       {http.MethodPost, "/clients" + agent, 400, "AUTH.VLD-00016"},
		"no client":             {http.MethodPost, "/clients" + agent + "&client=" + o.PartyUUID(t, kit.SupplierA), 400, "AUTH-00079"},
		"not attached":          {http.MethodDelete, "/clients" + agent + client, 400, "AUTH-00032"},
		"a party that is none":  {http.MethodGet, "/agents?party=" + string(kit.Unknown), 404, "not_found"},
		"a party of others":     {http.MethodGet, "/agents?party=" + string(kit.CustomerP), 404, "not_found"},
		"a party of no number":  {http.MethodGet, "/agents?party=1", 400, "STD-00000"},
		"a token that is not":   {http.MethodGet, "/clients" + agent + "&token=eyJhIjoiXHUwMDAwIn0", 400, "STD-00000"},
		"another token, agents": {http.MethodGet, "/agents?party=" + string(kit.FacilitatorF) + "&token=eyJhIjoiXHUwMDAwIn0", 400, "STD-00000"},
	} {
		t.Log(name)
		wantCode(t, c.Call(tc.method, thirdParty+tc.target, nil), tc.status, tc.code)
	}
}

// nthClient is the number of a client of many.
func nthClient(i int) party.OrgNo { return party.OrgNo(fmt.Sprintf("8%08d", i)) }

// many gives the facilitator n clients more, with names that sort as numbers do
// not.
func (o office) many(t *testing.T, n int) {
	t.Helper()
	err := o.Store.Write(t.Context(), func(tx registry.Tx) error {
		for i := range n {
			c := nthClient(i)
			if _, err := tx.PutOrganisation(t.Context(), party.Organisation{OrgNo: c, Name: fmt.Sprintf("Klient %d Østre", n-i), Form: "AS"}); err != nil {
				return err
			}
			if _, err := tx.PutRelation(t.Context(), party.Relation{Facilitator: kit.FacilitatorF, Client: c, RoleURN: kit.Accountant, Source: "test"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Each page and each change costs the same, however many clients there are.
func TestStatementsOfClients(t *testing.T) {
	t.Parallel()
	got := map[int]map[string]int{}
	for _, n := range []int{0, 300} {
		o := opened(t, kit.AccountantPackage)
		o.many(t, n)
		c, q := endUser(t, o.Site, kit.ClientAdminF), o.query(t, kit.CustomerP)
		third, agent := o.third(t, kit.ClientAdminF, clientWrite), "?agent="+string(o.agent)
		got[n] = map[string]int{}
		count := func(name string, do func()) { got[n][name] = len(o.Statements(do)) }
		c.Get(o.path + "/self?partyUuid=" + o.uuid) // fills the caches of tokens and the catalogue
		third.Get(thirdParty + "/clients" + agent)
		count("attach", func() { c.Call(http.MethodPost, o.path+q, nil).Want(http.StatusOK) })
		count("available", func() { third.Get(thirdParty + "/clients/available" + agent).Want(http.StatusOK) })
		count("search", func() { third.Get(thirdParty + "/clients/available" + agent + "&q=x&total=true").Want(http.StatusOK) })
		count("attached", func() { third.Get(thirdParty + "/clients" + agent).Want(http.StatusOK) })
		count("clients", func() {
			c.Get(agentsPath + o.PartyID(t, kit.FacilitatorF) + "/clients?facilitator=" + o.uuid).Want(http.StatusOK)
		})
		count("detach", func() { c.Call(http.MethodDelete, o.path+"/client"+q, nil).Want(http.StatusOK) })
		count("delete", func() {
			c := endUser(t, o.Site, kit.DirectorF)
			c.Call(http.MethodDelete, o.path+"?facilitatorId="+o.uuid, nil).Want(http.StatusOK)
		})
	}
	for name, few := range got[0] {
		if many := got[300][name]; few != many || few > 40 {
			t.Errorf("%s: %d statements with few clients, %d with 300", name, few, many)
		}
	}
}
