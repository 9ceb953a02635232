package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/system"
)

const (
	changes      = "/authentication/api/v1/systemuser/changerequest"
	changesSent  = changes + "/vendor"
	correlation  = "0f0c7f0e-8f0b-4a8e-9a39-0d3f6d2b1c11"
	correlation2 = "1a0c7f0e-8f0b-4a8e-9a39-0d3f6d2b1c12"
)

// changing is a system with a live system user at CustomerP that holds what the
// system asked for then: TaxPackage and reading OwnResource. It asks for
// VATPackage and reading Resource as well by now.
type changing struct {
	*kit.Site
	system system.System
	user   models.ID
	vendor *kit.Client
	person *kit.Client // ApproverP behind the portal
}

func newChanging(t *testing.T) changing {
	t.Helper()
	s := kit.New(t)
	c := changing{Site: s, system: s.System(t, kit.DeveloperA, "lonn")}
	c.user = s.Request(t, kit.DeveloperA, c.system, kit.CustomerP, "").ID
	s.Approve(t, kit.ApproverP, c.user)
	c.vendor, c.person = supplier(t, s, kit.SupplierA), endUser(t, s, kit.ApproverP)
	c.grow(t)
	return c
}

// grow lets the system ask for swap, through the API.
func (c changing) grow(t *testing.T) {
	t.Helper()
	at := register + "/vendor/" + string(c.system.ID)
	c.vendor.Call(http.MethodPut, at+"/accesspackages", `[{"urn":"`+kit.TaxPackage+`"},{"urn":"`+kit.VATPackage+`"}]`).Want(http.StatusOK)
	c.vendor.Call(http.MethodPut, at+"/rights", "["+aRight(kit.OwnResource, "read")+","+aRight(kit.Resource, "read")+"]").Want(http.StatusOK)
}

func aRight(resource, action string) string {
	return `{"action":"` + action + `","resource":[{"id":"urn:altinn:resource","value":"` + resource + `"}]}`
}

func aPackage(urn string) string { return `{"urn":"` + urn + `"}` }

// ask is the address of a change request for the system user.
func (c changing) ask(id string) string {
	return changesSent + "?correlation-id=" + id + "&system-user-id=" + string(c.user)
}

// swap asks for VATPackage, and wants TaxPackage no more.
const swap = `{"requiredAccessPackages":[{"urn":"` + kit.VATPackage + `"}],"unwantedAccessPackages":[{"urn":"` + kit.TaxPackage + `"}]}`

func (c changing) party(t *testing.T) string { t.Helper(); return c.PartyID(t, kit.CustomerP) }

func TestASupplierAsksForOtherRights(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	r := c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusCreated)
	one := r.JSON()
	for name, want := range map[string]string{
		"id": correlation, "systemId": string(c.system.ID), "systemUserId": string(c.user), "partyOrgNo": string(kit.CustomerP),
		"externalRef": string(kit.CustomerP), "status": "New",
		"confirmUrl": kit.PublicURL + "/accessmanagement/ui/systemuser/changerequest?id=" + correlation + "&DONTCHOOSEREPORTEE=true",
	} {
		if one[name] != want {
			t.Errorf("%s is %v, want %s", name, one[name], want)
		}
	}
	if want := kit.PublicURL + changesSent + "/" + correlation; r.Header.Get("Location") != want {
		t.Errorf("Location is %q", r.Header.Get("Location"))
	}
	for _, target := range []string{
		changesSent + "/" + correlation, changesSent + "/byexternalref/" + string(c.system.ID) + "/" + string(kit.CustomerP) + "/" + string(kit.CustomerP),
	} {
		read := changeReader(t, c.Site, "altinn:authentication/systemuser.request.read")
		if got := read.Get(target).Want(http.StatusOK); got.Body != r.Body {
			t.Errorf("%s: %s\nwant %s", target, got.Body, r.Body)
		}
	}

	again := c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusOK)
	if again.Body != r.Body || again.Header.Get("Stafett-Repeat") != "same" {
		t.Errorf("asked again: %q %s", again.Header.Get("Stafett-Repeat"), again.Body)
	}
	other := c.vendor.PostJSON(c.ask(correlation), `{"unwantedAccessPackages":[`+aPackage(kit.TaxPackage)+`]}`).Want(http.StatusOK)
	if other.Body != r.Body || other.Header.Get("Stafett-Repeat") != "different" {
		t.Errorf("asked for something else: %q %s", other.Header.Get("Stafett-Repeat"), other.Body)
	}
}

// changeReader is a program of SupplierA with one scope.
func changeReader(t *testing.T, site *kit.Site, scope string) *kit.Client {
	t.Helper()
	return site.Bearer(t, site.AccessToken(kit.SupplierA, scope, nil))
}

func TestASystemUserMayBeNamedByItsTriple(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	body := `{"systemId":" ` + string(c.system.ID) + ` ","partyOrgNo":"` + string(kit.CustomerP) + `","unwantedRights":[` + aRight(kit.OwnResource, "") + `]}`
	r := c.vendor.PostJSON(changesSent+"?correlation-id="+correlation, body).Want(http.StatusCreated)
	if got := r.JSON()["systemUserId"]; got != string(c.user) {
		t.Errorf("about %v, want %s", got, c.user)
	}
	body = strings.Replace(body, "{", `{"externalRef":"none",`, 1)
	r = c.vendor.PostJSON(changesSent+"?correlation-id="+correlation2, body).Want(http.StatusNotFound)
	if r.Code() != "AUTH-00015" {
		t.Errorf("another reference: %s", r.Body)
	}
}

func TestWhatAsksForNothingIsNotStored(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	for _, body := range []string{`{}`, `{"requiredRights":[],"unwantedAccessPackages":[]}`} {
		before := c.Snapshot()
		r := c.vendor.PostJSON(c.ask(correlation), body).Want(http.StatusOK)
		if one := r.JSON(); one["status"] != "NoChangeNeeded" || one["confirmUrl"] != "" || one["id"] != correlation {
			t.Errorf("answered %s", r.Body)
		}
		mustBeAsBefore(t, c.Site, before)
	}
	c.vendor.Get(changesSent + "/" + correlation).Want(http.StatusNotFound)
}

// NoChangeNeeded is of a question without content, as in Altinn. What is held may
// be held no more when the customer answers.
func TestWhatIsHeldAlreadyMayBeAskedFor(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	held := `{"requiredAccessPackages":[{"urn":"` + kit.TaxPackage + `"}]}`
	one := c.vendor.PostJSON(c.ask(correlation), held).Want(http.StatusCreated).JSON()
	if one["status"] != "New" || one["confirmUrl"] == "" {
		t.Errorf("answered %v", one)
	}
	c.Exec("DELETE FROM delegation WHERE ref = '" + kit.TaxPackage + "'")
	c.Exec("UPDATE system_user SET version = version + 1")
	asked, ok := one["id"].(string)
	if !ok {
		t.Fatalf("answered %v", one)
	}
	v, err := c.Registry.ReviewChange(t.Context(), c.Actor(kit.ApproverP), models.ID(asked))
	if err != nil || len(v.Asked) != 1 || v.Asked[0].Item.Ref != kit.TaxPackage {
		t.Errorf("the customer is shown %+v, %v", v.Asked, err)
	}
}

func TestWhyAChangeRequestIsRefused(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	for _, tc := range []struct {
		name, target, body string
		status             int
		code, says         string
	}{
		{"no correlation id", changesSent + "?system-user-id=" + string(c.user), swap, 400, "STD-00000", "correlation-id"},
		{"a correlation id that is none", c.ask("x"), swap, 400, "STD-00000", "correlation-id"},
		{"the system user's id", c.ask(string(c.user)), swap, 400, "STD-00000", "correlation-id"},
		{"no system user", changesSent + "?correlation-id=" + correlation, swap, 400, "STD-00000", "system-user-id"},
		{"an unknown system user", changesSent + "?correlation-id=" + correlation + "&system-user-id=" + correlation2, swap, 404, "AUTH-00015", ""},
		{"a right that is not on the system", c.ask(correlation), `{"requiredRights":[` + aRight(kit.KeptResource, "") + `]}`, 400, "AUTH-00001", kit.KeptResource},
		{"a right without resource", c.ask(correlation), `{"requiredRights":[{"resource":[]}]}`, 400, "AUTH-00001", ""},
		{"an unwanted right that nobody knows", c.ask(correlation), `{"unwantedRights":[` + aRight("unknown", "") + `]}`, 400, "AUTH-00001", "unknown"},
		{"a package that is not on the system", c.ask(correlation), `{"requiredAccessPackages":[` + aPackage(kit.ManagerPackage) + `]}`, 400, "AUTH-00063", kit.ManagerPackage},
		{"both wanted and unwanted", c.ask(correlation), `{"requiredAccessPackages":[` + aPackage(kit.VATPackage) + `],"unwantedAccessPackages":[` + aPackage(kit.VATPackage) + `]}`, 400, "STD-00000", kit.VATPackage},
		{"a redirect to elsewhere", c.ask(correlation), strings.Replace(swap, "{", `{"redirectUrl":"https://evil.example/",`, 1), 400, "AUTH-00021", ""},
		{"a contact that is no address", c.ask(correlation), strings.Replace(swap, "{", `{"contactEmail":"x",`, 1), 400, "STD-00000", "contactEmail"},
	} {
		before := c.Snapshot()
		r := c.vendor.PostJSON(tc.target, tc.body)
		if r.Status != tc.status || r.Code() != tc.code || !strings.Contains(r.Body, tc.says) {
			t.Errorf("%s: %d %s", tc.name, r.Status, r.Body)
		}
		mustBeAsBefore(t, c.Site, before)
	}
	c.vendor.Call(http.MethodPut, register+"/vendor/"+string(c.system.ID), c.full(t, "allowedRedirectUrls", []string{})).Want(http.StatusOK)
	if r := c.vendor.PostJSON(c.ask(correlation), strings.Replace(swap, "{", `{"redirectUrl":"https://lonn.example/back",`, 1)).Want(http.StatusBadRequest); r.Code() != "AUTH-00026" {
		t.Errorf("a system without redirect URLs: %s", r.Body)
	}
}

// full is the system as it is stored, with one member changed.
func (c changing) full(t *testing.T, name string, value any) map[string]any {
	t.Helper()
	one := c.vendor.Get(register + "/vendor/" + string(c.system.ID)).Want(http.StatusOK).JSON()
	one[name] = value
	return one
}

func TestACustomerApprovesAChange(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusCreated)
	shown := c.person.Get(changes + "/" + correlation).Want(http.StatusOK)
	for _, want := range []string{
		`"added":{"rights":[],"accessPackages":[{"urn":"` + kit.VATPackage + `"}]}`,
		`"removed":{"rights":[],"accessPackages":[{"urn":"` + kit.TaxPackage + `"}]}`,
		`"unchanged":{"rights":[` + aRight(kit.OwnResource, "read") + `],"accessPackages":[]}`, `"mayApprove":true`,
	} {
		if !strings.Contains(shown.Body, want) {
			t.Errorf("shown %s\nwithout %s", shown.Body, want)
		}
	}
	p := c.party(t)
	if r := c.person.Get(changes + "/" + p + "/" + correlation).Want(http.StatusOK); r.Body != shown.Body {
		t.Errorf("by party: %s", r.Body)
	}
	at := changes + "/" + p + "/" + correlation + "/approve"
	if r := c.person.PostJSON(at, "").Want(http.StatusOK); r.Body != "true" {
		t.Errorf("approved: %q", r.Body)
	}
	if r := c.person.PostJSON(at, "").Want(http.StatusConflict); r.Code() != "AUTH-00013" {
		t.Errorf("approved twice: %s", r.Body)
	}
	if r := c.vendor.Get(changesSent + "/" + correlation).Want(http.StatusOK); r.JSON()["status"] != "Accepted" {
		t.Errorf("its supplier sees %s", r.Body)
	}
	if r := c.person.Get(changes + "/" + correlation).Want(http.StatusOK); !strings.Contains(r.Body, `"added":{"rights":[],"accessPackages":[{"urn":"`+kit.VATPackage+`"}]}`) {
		t.Errorf("afterwards %s", r.Body)
	}
	mustHold(t, c, `[{"urn":"`+kit.VATPackage+`"}]`)

	// The same change under another id changes nothing and may be approved.
	c.vendor.PostJSON(c.ask(correlation2), swap).Want(http.StatusCreated)
	c.person.PostJSON("/accessmanagement/api/v1/systemuser/changerequest/"+p+"/"+correlation2+"/approve", "").Want(http.StatusOK)
	mustHold(t, c, `[{"urn":"`+kit.VATPackage+`"}]`)
}

// mustHold demands the access packages that a change to nothing leaves as they are.
func mustHold(t *testing.T, c changing, packages string) {
	t.Helper()
	id := string(models.NewID())
	c.vendor.PostJSON(c.ask(id), `{"requiredRights":[`+aRight(kit.OwnResource, "read")+`]}`).Want(http.StatusCreated)
	r := c.person.Get(changes + "/" + id).Want(http.StatusOK)
	if !strings.Contains(r.Body, `"unchanged":{"rights":[`+aRight(kit.OwnResource, "read")+`],"accessPackages":`+packages) {
		t.Errorf("holds %s, want %s", r.Body, packages)
	}
}

// From the moment a change is approved, decisions follow it.
func TestDecisionsFollowAnApprovedChange(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	decides := func(resource string) bool {
		t.Helper()
		r := c.Bearer(t, c.AccessToken(kit.SupplierB, "stafett:decide", nil)).Call(http.MethodPost, "/access/v1/evaluation", map[string]any{
			"subject":  map[string]any{"type": "urn:altinn:systemuser", "id": c.user},
			"resource": map[string]any{"type": "urn:altinn:resource", "id": resource, "properties": map[string]any{"party": kit.CustomerP}},
			"action":   map[string]any{"name": "read"},
		}).Want(http.StatusOK)
		yes, _ := r.JSON()["decision"].(bool)
		return yes
	}
	if !decides(kit.Resource) || !decides(kit.OwnResource) {
		t.Fatal("TaxPackage carries Resource, and OwnResource was approved")
	}
	c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusCreated)
	if !decides(kit.Resource) {
		t.Error("asking alone has taken something away")
	}
	c.person.PostJSON(changes+"/"+c.party(t)+"/"+correlation+"/approve", "").Want(http.StatusOK)
	if decides(kit.Resource) || !decides(kit.OwnResource) {
		t.Error("what was taken away is still there, or what stays has gone")
	}
	c.vendor.PostJSON(c.ask(correlation2), `{"requiredRights":[`+aRight(kit.Resource, "read")+`]}`).Want(http.StatusCreated)
	c.person.PostJSON(changes+"/"+c.party(t)+"/"+correlation2+"/approve", "").Want(http.StatusOK)
	if !decides(kit.Resource) {
		t.Error("what was added is not there")
	}
}

// Agents have change requests too, for access packages; who administers access
// answers, whether or not he holds them.
func TestAnAgentsChangeIsApproved(t *testing.T) {
	t.Parallel()
	o := opened(t, kit.AccountantPackage, kit.VATPackage)
	vendor, person := supplier(t, o.Site, kit.SupplierA), endUser(t, o.Site, kit.DirectorF)
	ask := func(id string) string {
		return changesSent + "?correlation-id=" + id + "&system-user-id=" + string(o.agent)
	}
	if r := vendor.PostJSON(ask(correlation2), `{"requiredRights":[`+aRight(kit.OwnResource, "read")+`]}`).Want(http.StatusBadRequest); r.Code() != "AUTH-00001" {
		t.Errorf("a right: %s", r.Body)
	}
	vendor.PostJSON(ask(correlation), `{"requiredAccessPackages":[`+aPackage(kit.AccountantPackage)+`],"unwantedAccessPackages":[`+aPackage(kit.VATPackage)+`]}`).Want(http.StatusCreated)
	if r := person.Get(changes + "/" + correlation).Want(http.StatusOK); !strings.Contains(r.Body, `"removed":{"rights":[],"accessPackages":[`+aPackage(kit.VATPackage)+`]}`) || !strings.Contains(r.Body, `"mayApprove":true`) {
		t.Errorf("shown %s", r.Body)
	}
	person.PostJSON(changes+"/"+o.PartyID(t, kit.FacilitatorF)+"/"+correlation+"/approve", "").Want(http.StatusOK)
	r := person.Get("/authentication/api/v1/systemuser/" + o.PartyID(t, kit.FacilitatorF) + "/" + string(o.agent)).Want(http.StatusOK)
	if strings.Contains(r.Body, kit.VATPackage) || !strings.Contains(r.Body, kit.AccountantPackage) {
		t.Errorf("the agent is %s", r.Body)
	}
}

func TestACustomerRejectsAChange(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusCreated)
	at := changes + "/" + c.party(t) + "/" + correlation
	if r := c.person.PostJSON(at+"/reject", "").Want(http.StatusOK); r.Body != "true" {
		t.Errorf("rejected: %q", r.Body)
	}
	c.person.PostJSON(at+"/approve", "").Want(http.StatusConflict)
	r := c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusOK)
	if r.JSON()["status"] != "Rejected" || r.Header.Get("Stafett-Repeat") != "rejected" {
		t.Errorf("asked again: %q %s", r.Header.Get("Stafett-Repeat"), r.Body)
	}
	mustHold(t, c, `[{"urn":"`+kit.TaxPackage+`"}]`)
}

func TestWhoMayNotAnswerAChange(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusCreated)
	c.vendor.PostJSON(c.ask(correlation2), `{"requiredRights":[`+aRight(kit.Resource, "read")+`]}`).Want(http.StatusCreated)
	p, before := c.party(t), c.Snapshot()
	for _, tc := range []struct {
		name   string
		client *kit.Client
		id     string
		status int
		code   string
	}{
		{"who does not administer access", endUser(t, c.Site, kit.ClerkP), correlation, 403, "AUTH-00066"},
		{"who may not pass it on", endUser(t, c.Site, kit.PartialP), correlation2, 403, "AUTH-00016"},
		{"who belongs to another organisation", endUser(t, c.Site, kit.ApproverQ), correlation, 403, "forbidden"},
		{"its supplier", c.vendor, correlation, 403, "caller_not_allowed"},
	} {
		if r := tc.client.PostJSON(changes+"/"+p+"/"+tc.id+"/approve", ""); r.Status != tc.status || r.Code() != tc.code {
			t.Errorf("%s: %d %s", tc.name, r.Status, r.Body)
		}
		mustBeAsBefore(t, c.Site, before)
	}
	// What goes is the business of whoever administers access.
	third := string(models.NewID())
	c.vendor.PostJSON(c.ask(third), `{"unwantedAccessPackages":[`+aPackage(kit.TaxPackage)+`]}`).Want(http.StatusCreated)
	endUser(t, c.Site, kit.PartialP).PostJSON(changes+"/"+p+"/"+third+"/approve", "").Want(http.StatusOK)
}

func mustBeAsBefore(t *testing.T, s *kit.Site, before string) {
	t.Helper()
	if now := s.Snapshot(); now != before {
		t.Errorf("the database has changed:\n%s\nbefore:\n%s", now, before)
	}
}

func TestChangeRequestsRunOutAndAreRenewed(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	first := c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusCreated)
	c.Clock.Advance(29 * 24 * 60 * 60 * 1e9)
	c.vendor, c.person = supplier(t, c.Site, kit.SupplierA), endUser(t, c.Site, kit.ApproverP)
	r := c.vendor.Get(changesSent + "/" + correlation).Want(http.StatusOK)
	if one := r.JSON(); one["status"] != "Timedout" || one["timedOut"] != true || one["created"] != first.JSON()["created"] {
		t.Errorf("run out: %s", r.Body)
	}
	at := changes + "/" + c.party(t) + "/" + correlation + "/approve"
	if r := c.person.PostJSON(at, "").Want(http.StatusConflict); r.Code() != "AUTH-00013" {
		t.Errorf("approved after its time: %s", r.Body)
	}
	if r := c.vendor.PostJSON("/api/v1/changerequests/"+correlation+"/renew", "").Want(http.StatusOK); r.JSON()["status"] != "New" {
		t.Errorf("renewed: %s", r.Body)
	}
	c.person.PostJSON(at, "").Want(http.StatusOK)
	if r := c.vendor.PostJSON("/api/v1/changerequests/"+correlation+"/renew", "").Want(http.StatusConflict); r.Code() != "AUTH-00013" {
		t.Errorf("renewed when answered: %s", r.Body)
	}
}

func TestTheChangesOfASystemAreFiltered(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusCreated)
	c.vendor.PostJSON(c.ask(correlation2), swap).Want(http.StatusCreated)
	c.person.PostJSON(changes+"/"+c.party(t)+"/"+correlation+"/reject", "").Want(http.StatusOK)
	at := changesSent + "/bysystem/" + string(c.system.ID)
	for query, want := range map[string]int{
		"": 2, "status=New": 1, "status=Rejected": 1, "status=Accepted": 0, "status=Timedout": 0,
		"customer=" + string(kit.CustomerP): 2, "customer=" + string(kit.CustomerQ): 0,
	} {
		values, err := url.ParseQuery(query + "&total=true")
		if err != nil {
			t.Fatal(err)
		}
		r := c.vendor.Get(at + "?" + values.Encode()).Want(http.StatusOK).JSON()
		if data, _ := r["data"].([]any); len(data) != want || r["total"] != float64(want) {
			t.Errorf("%q: %v", query, r)
		}
	}
	for _, query := range []string{"status=x", "customer=1", "token=x", "pageSize=501", "pageSize=0"} {
		c.vendor.Get(at + "?" + query).Want(http.StatusBadRequest)
	}
	other := supplier(t, c.Site, kit.SupplierB)
	if r := other.Get(at).Want(http.StatusNotFound); r.Code() != "AUTH-00011" {
		t.Errorf("another supplier: %s", r.Body)
	}
}
