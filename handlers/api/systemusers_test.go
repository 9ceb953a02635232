package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

const (
	systemUsers = "/authentication/api/v1/systemuser"
	ownUsers    = "/api/v1/systemusers"
	internal    = systemUsers + "/internal/systemusers"
)

// approved is a system user of the system for the customer.
func approved(t *testing.T, s *kit.Site, of system.System, ref string) string {
	t.Helper()
	r := s.Request(t, kit.DeveloperA, of, kit.CustomerP, ref)
	s.Approve(t, kit.ApproverP, r.ID)
	return string(r.ID)
}

// enriches asks as the issuer does whether the client may act for the customer.
func enriches(t *testing.T, s *kit.Site, client string, customer party.OrgNo, ref string) int {
	t.Helper()
	more := ""
	if ref != "" {
		more = fmt.Sprintf(`,"externalRef":%q`, ref)
	}
	return s.Bearer(t, s.IssuerCall(kit.Issuer1, nil)).PostJSON("/v1/enrich", fmt.Sprintf(
		`{"issuer":%q,"client":{"id":%q},"authorization_details":[{"type":"urn:altinn:systemuser","systemuser_org":{"authority":"iso6523-actorid-upis","ID":%q}%s}]}`,
		kit.Issuer1, client, customer.ISO6523(), more)).Status
}

// decides asks as an API does whether the system user holds the right.
func decides(t *testing.T, s *kit.Site, id string, customer party.OrgNo) bool {
	t.Helper()
	r := s.Bearer(t, s.AccessToken(kit.SupplierB, "stafett:decide", nil)).PostJSON("/access/v1/evaluation", fmt.Sprintf(
		`{"subject":{"type":"urn:altinn:systemuser","id":%q},"action":{"name":"read"},"resource":{"type":"urn:altinn:resource","id":%q,"properties":{"party":%q}}}`,
		id, kit.Resource, customer)).Want(http.StatusOK)
	return r.JSON()["decision"] == true
}

func byQuery(of system.ID, customer party.OrgNo, ref string) string {
	v := url.Values{"System-Id": {string(of)}, "OrgNo": {string(customer)}}
	if ref != "" {
		v.Set("external-ref", ref)
	}
	return systemUsers + "/Vendor/ByQuery?" + v.Encode()
}

func TestASupplierFindsASystemUser(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	plain, named := approved(t, s, of, ""), approved(t, s, of, "r1")
	c := supplier(t, s, kit.SupplierA)
	want := map[string]any{
		"id": named, "integrationTitle": of.Name.NB, "systemId": string(of.ID), "productName": string(of.ID), "reporteeOrgNo": string(kit.CustomerP),
		"created": kit.Start.Format(time.RFC3339), "isDeleted": false, "supplierName": "", "supplierOrgno": string(kit.SupplierA),
		"externalRef": "r1", "userType": "standard", "status": "active",
	}
	if diff := cmp.Diff(want, c.Get(byQuery(of.ID, kit.CustomerP, "r1")).Want(http.StatusOK).JSON()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := c.Get(byQuery(of.ID, kit.CustomerP, "")).Want(http.StatusOK).JSON(); got["id"] != plain || got["externalRef"] != string(kit.CustomerP) {
		t.Errorf("without a reference: %v", got)
	}
	c.Get(byQuery(of.ID, kit.CustomerP, "r2")).Want(http.StatusNotFound)
	s.Revoke(t, kit.ApproverP, models.ID(named))
	c.Get(byQuery(of.ID, kit.CustomerP, "r1")).Want(http.StatusNotFound)
	for name, target := range map[string]string{
		"no system":        systemUsers + "/vendor/byquery?orgno=" + string(kit.CustomerP),
		"no customer":      systemUsers + "/vendor/byquery?system-id=" + string(of.ID),
		"not a number":     byQuery(of.ID, "123", ""),
		"two customers":    byQuery(of.ID, kit.CustomerP, "") + "&orgno=" + string(kit.CustomerQ),
		"an odd reference": byQuery(of.ID, kit.CustomerP, "a\nb"),
	} {
		if r := c.Get(target).Want(http.StatusBadRequest); r.JSON()["errors"] == nil {
			t.Errorf("%s: %s", name, r.Body)
		}
	}
}

// Whatever the system is, another supplier is told the same: its own unknown
// one, one that is not there, and ours with and without a system user.
func TestAnotherSuppliersSystemUsersLookAbsent(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	id := approved(t, s, of, "r1")
	b := supplier(t, s, kit.SupplierB)
	shape := func(r *kit.Response) string {
		return fmt.Sprint(r.Status, r.Code(), r.JSON()["title"], r.JSON()["detail"])
	}
	absent := shape(b.Get(byQuery(system.ID(kit.SupplierB)+"_none", kit.CustomerP, "r1")))
	for _, target := range []string{
		byQuery(of.ID, kit.CustomerP, "r1"), byQuery(of.ID, kit.CustomerP, "r2"), byQuery(of.ID, kit.CustomerQ, ""), byQuery("343940092_none", kit.CustomerP, ""), byQuery("a b", kit.CustomerP, ""),
	} {
		if got := shape(b.Get(target)); got != absent || !strings.HasPrefix(got, "404AUTH-00015") {
			t.Errorf("%s: %s, want %s", target, got, absent)
		}
	}
	for _, of := range []system.ID{of.ID, "343940092_none"} {
		if r := b.Get(systemUsers + "/vendor/bysystem/" + string(of)).Want(http.StatusNotFound); r.Code() != "AUTH-00011" {
			t.Errorf("%s: %s", of, r.Body)
		}
	}
	absent = shape(b.PostJSON(ownUsers+"/"+string(models.NewID())+"/pause", `{}`))
	for _, target := range []string{"/pause", "/resume"} {
		for _, id := range []string{id, "none", string(models.NewID())} {
			if got := shape(b.PostJSON(ownUsers+"/"+id+target, `{}`)); got != absent {
				t.Errorf("%s of %s: %s, want %s", target, id, got, absent)
			}
		}
	}
	if got := shape(b.Do(http.MethodDelete, ownUsers+"/"+id, "", "")); got != absent {
		t.Errorf("give up: %s, want %s", got, absent)
	}
	if !decides(t, s, id, kit.CustomerP) {
		t.Error("another supplier stopped it")
	}
}

// page is a page of system users.
func page(t *testing.T, r *kit.Response) (refs []string, next string) {
	t.Helper()
	body := r.Want(http.StatusOK).JSON()
	if !strings.HasPrefix(r.Body, `{"links":{`) {
		t.Errorf("links do not come first: %s", r.Body)
	}
	for _, u := range body["data"].([]any) {
		refs = append(refs, u.(map[string]any)["externalRef"].(string))
	}
	next, _ = body["links"].(map[string]any)["next"].(string)
	return refs, strings.TrimPrefix(next, kit.PublicURL)
}

func TestASupplierListsItsSystemUsers(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	list := systemUsers + "/vendor/bysystem/" + string(of.ID)
	c := supplier(t, s, kit.SupplierA)
	if r := c.Get(list).Want(http.StatusOK); r.Body != `{"links":{},"data":[]}` {
		t.Errorf("an empty list: %s", r.Body)
	}
	ids := map[string]string{}
	for n := range 5 {
		ref := fmt.Sprint("ref", n)
		ids[ref] = approved(t, s, of, ref)
	}
	for size := 1; size <= 6; size++ {
		var all []string
		target := fmt.Sprint(list, "?pageSize=", size)
		for pages := 0; target != ""; pages++ {
			if pages > 5 {
				t.Fatal("it has no end")
			}
			var refs []string
			refs, target = page(t, c.Get(target))
			all = append(all, refs...)
		}
		if diff := cmp.Diff([]string{"ref0", "ref1", "ref2", "ref3", "ref4"}, all); diff != "" {
			t.Errorf("pages of %d (-want +got):\n%s", size, diff)
		}
	}
	c.PostJSON(ownUsers+"/"+ids["ref1"]+"/pause", `{}`).Want(http.StatusOK)
	c.Do(http.MethodDelete, ownUsers+"/"+ids["ref2"], "", "").Want(http.StatusOK)
	for query, want := range map[string][]string{
		"":                                  {"ref0", "ref3", "ref4", "ref1"}, // what changes moves to the end
		"status=active":                     {"ref0", "ref3", "ref4"},
		"status=paused":                     {"ref1"},
		"status=ended":                      {"ref2"},
		"customer=" + string(kit.CustomerP): {"ref0", "ref3", "ref4", "ref1"},
		"customer=" + string(kit.CustomerQ): nil,
		"q=REF3":                            {"ref3"},
		"q=Fjordbris&status=paused":         {"ref1"},
	} {
		refs, _ := page(t, c.Get(list+"?"+query))
		if diff := cmp.Diff(want, refs); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	if r := c.Get(list + "?total=true&pageSize=1&status=active").Want(http.StatusOK); r.JSON()["total"] != 3.0 {
		t.Errorf("total: %s", r.Body)
	}
	for _, query := range []string{"status=x", "customer=1", "pageSize=501", "pageSize=0", "token=x", "q=" + strings.Repeat("x", 256), "total=x", "status=active&status=ended"} {
		c.Get(list + "?" + query).Want(http.StatusBadRequest)
	}
}

// Pausing counts from the answer on, at every door, and resuming gives back what
// there was.
func TestASupplierPausesAndResumes(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	id := approved(t, s, of, "")
	c := supplier(t, s, kit.SupplierA)
	works := func(want bool) {
		t.Helper()
		enriched, decided := enriches(t, s, kit.ClientID(of.ID), kit.CustomerP, "") == http.StatusOK, decides(t, s, id, kit.CustomerP)
		if enriched != want || decided != want {
			t.Errorf("enriches %t, decides %t, want %t", enriched, decided, want)
		}
	}
	works(true)
	first := c.PostJSON(ownUsers+"/"+id+"/pause", `{"Reason":"Ubetalt","unknown":1}`).Want(http.StatusOK)
	if got := first.JSON(); got["status"] != "paused" || !cmp.Equal(got["paused"], []any{"supplier"}) {
		t.Errorf("paused: %s", first.Body)
	}
	works(false)
	before := s.Snapshot()
	if again := c.PostJSON(ownUsers+"/"+id+"/pause", `{}`).Want(http.StatusOK); again.Body != first.Body || s.Snapshot() != before {
		t.Errorf("paused again: %s", again.Body)
	}
	if r := c.Do(http.MethodPost, ownUsers+"/"+id+"/resume", "", "").Want(http.StatusOK); r.JSON()["status"] != "active" || r.JSON()["paused"] != nil {
		t.Errorf("resumed: %s", r.Body)
	}
	works(true)
	c.Do(http.MethodPost, ownUsers+"/"+id+"/resume", "", "").Want(http.StatusOK)
	if r := c.PostJSON(ownUsers+"/"+id+"/pause", `{"reason":"`+strings.Repeat("x", 301)+`"}`).Want(http.StatusBadRequest); r.JSON()["errors"] == nil {
		t.Errorf("a long reason: %s", r.Body)
	}
	c.PostJSON(ownUsers+"/"+id+"/pause", `[]`).Want(http.StatusBadRequest)
	works(true)

	// What the register has paused, the supplier cannot resume.
	s.Exec("UPDATE system_user SET paused = 'struck_off' WHERE id = ?", id)
	c.PostJSON(ownUsers+"/"+id+"/pause", `{}`).Want(http.StatusOK)
	if r := c.PostJSON(ownUsers+"/"+id+"/resume", `{}`).Want(http.StatusOK); r.JSON()["status"] != "paused" || !cmp.Equal(r.JSON()["paused"], []any{"struck_off"}) {
		t.Errorf("resumed what another paused: %s", r.Body)
	}
	works(false)
}

func TestASupplierGivesUp(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	id := approved(t, s, of, "")
	c := supplier(t, s, kit.SupplierA)
	first := c.Do(http.MethodDelete, ownUsers+"/"+id, "application/json", `{"reason":"Kunden har sluttet"}`).Want(http.StatusOK)
	if got := first.JSON(); got["status"] != "ended" || got["isDeleted"] != true {
		t.Errorf("given up: %s", first.Body)
	}
	if enriches(t, s, kit.ClientID(of.ID), kit.CustomerP, "") == http.StatusOK || decides(t, s, id, kit.CustomerP) {
		t.Error("it still works")
	}
	before := s.Snapshot()
	if again := c.Do(http.MethodDelete, ownUsers+"/"+id, "", "").Want(http.StatusOK); again.Body != first.Body || s.Snapshot() != before {
		t.Errorf("given up again: %s", again.Body)
	}
	for _, act := range []string{"/pause", "/resume"} {
		if r := c.PostJSON(ownUsers+"/"+id+act, `{}`).Want(http.StatusConflict); r.Code() != "systemuser.revoked" {
			t.Errorf("%s: %s", act, r.Body)
		}
	}
	u, err := s.Registry.SystemUser(t.Context(), s.Actor(kit.ApproverP), models.ID(id))
	if err != nil || u.SystemUser.RevokedBy != systemuser.EndedBySupplier {
		t.Errorf("the customer sees %+v, %v", u.SystemUser, err)
	}
	s.Approve(t, kit.ApproverP, s.Request(t, kit.DeveloperA, of, kit.CustomerP, "").ID) // the triple is free again

	other := approved(t, s, of, "r2")
	s.Revoke(t, kit.ApproverP, models.ID(other))
	c.Do(http.MethodDelete, ownUsers+"/"+other, "", "").Want(http.StatusConflict) // it was the customer's act
}

// The stream tells of each system user once, at its last change.
func TestThePlatformFollowsSystemUsers(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := s.Bearer(t, s.ServiceToken("follower", nil))
	r := c.Get(internal + "/stream").Want(http.StatusOK)
	if r.Body != `{"links":{},"stats":{"pageStart":0,"pageEnd":0,"sequenceMax":0},"data":[]}` {
		t.Errorf("an empty stream: %s", r.Body)
	}
	a, b := approved(t, s, of, "a"), approved(t, s, of, "b")
	s.Clock.Advance(time.Minute)
	s.Revoke(t, kit.ApproverP, models.ID(a))
	r = c.Get(internal + "/Stream?pageSize=1").Want(http.StatusOK)
	if got := r.JSON()["stats"]; !cmp.Equal(got, map[string]any{"pageStart": 2.0, "pageEnd": 2.0, "sequenceMax": 3.0}) {
		t.Errorf("stats: %v", got)
	}
	want := map[string]any{
		"id": b, "partyOrgNo": string(kit.CustomerP), "partyId": s.PartyID(t, kit.CustomerP), "integrationTitle": of.Name.NB, "isDeleted": false,
		"lastChanged": kit.Start.Format(time.RFC3339), "created": kit.Start.Format(time.RFC3339), "sequenceNo": 2.0, "systemUserType": "standard",
	}
	if diff := cmp.Diff([]any{want}, r.JSON()["data"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	next := func(r *kit.Response) string {
		n, _ := r.JSON()["links"].(map[string]any)["next"].(string)
		return strings.TrimPrefix(n, kit.PublicURL)
	}
	r = c.Get(next(r)).Want(http.StatusOK)
	if got := r.JSON()["data"].([]any)[0].(map[string]any); got["id"] != a || got["isDeleted"] != true || got["lastChanged"] != kit.Start.Add(time.Minute).Format(time.RFC3339) {
		t.Errorf("a deleted one: %s", r.Body)
	}
	end := next(r) // there although it was the last row
	if r = c.Get(end).Want(http.StatusOK); len(r.JSON()["data"].([]any)) != 0 || next(r) != "" {
		t.Errorf("after the end: %s", r.Body)
	}
	supplier(t, s, kit.SupplierA).PostJSON(ownUsers+"/"+b+"/pause", `{}`).Want(http.StatusOK)
	if r = c.Get(end).Want(http.StatusOK); !strings.Contains(r.Body, b) {
		t.Errorf("what came since: %s", r.Body)
	}

	if r := c.Get(internal + "/" + b).Want(http.StatusOK); r.JSON()["id"] != b {
		t.Errorf("one: %s", r.Body)
	}
	for _, id := range []string{a, string(models.NewID()), "x"} {
		c.Get(internal + "/" + id).Want(http.StatusGone)
	}
	admin := s.Bearer(t, s.AccessToken(kit.SupplierB, "altinn:authentication/systemuser.admin", nil))
	admin.Get(internal + "/stream").Want(http.StatusOK)
	for _, c := range []*kit.Client{supplier(t, s, kit.SupplierA), endUser(t, s, kit.ApproverP)} {
		c.Get(internal + "/stream").Want(http.StatusForbidden)
		c.Get(internal + "/" + b).Want(http.StatusForbidden)
	}
}
