package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
)

// What a system can do without is said where it is registered, read back, and
// kept by an update that does not mention it.
func TestASystemSaysWhatItCanDoWithout(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c, at := supplier(t, s, kit.SupplierA), register+"/vendor/"+string(of.ID)
	optional := func() []any {
		var of []any
		for _, p := range c.Get(at).Want(http.StatusOK).JSON()["accessPackages"].([]any) {
			of = append(of, p.(map[string]any)["optional"])
		}
		return of
	}
	c.Call(http.MethodPut, at+"/accesspackages", `[{"urn":"`+kit.TaxPackage+`"},{"urn":"`+kit.VATPackage+`","optional":true}]`).Want(http.StatusOK)
	want := []any{nil, true}
	if diff := cmp.Diff(want, optional()); diff != "" {
		t.Errorf("registered (-want +got):\n%s", diff)
	}
	c.Call(http.MethodPut, at+"/accesspackages", `[{"urn":"`+kit.TaxPackage+`"},{"urn":"`+kit.VATPackage+`"}]`).Want(http.StatusOK)
	if diff := cmp.Diff(want, optional()); diff != "" {
		t.Errorf("after an update that does not say (-want +got):\n%s", diff)
	}
	c.Call(http.MethodPut, at+"/accesspackages", `[{"urn":"`+kit.TaxPackage+`"},{"urn":"`+kit.VATPackage+`","optional":false}]`).Want(http.StatusOK)
	if diff := cmp.Diff([]any{nil, nil}, optional()); diff != "" {
		t.Errorf("needed after all (-want +got):\n%s", diff)
	}
	c.Call(http.MethodPut, at+"/accesspackages", `[{"urn":"`+kit.TaxPackage+`","optional":"yes"}]`).Want(http.StatusBadRequest)
}

// Its supplier reads what an approval left out, and asks no more as if it had it.
func TestASupplierReadsWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	c.Call(http.MethodPut, register+"/vendor/"+string(of.ID)+"/accesspackages", `[{"urn":"`+kit.TaxPackage+`"},{"urn":"`+kit.VATPackage+`","optional":true}]`).Want(http.StatusOK)
	body := `{"systemId":"` + string(of.ID) + `","partyOrgNo":"` + string(kit.CustomerP) + `","accessPackages":[{"urn":"` + kit.TaxPackage + `"},{"urn":"` + kit.VATPackage + `"}]}`
	r := c.Call(http.MethodPost, requests, body).Want(http.StatusCreated)
	at, id := ours(t, r.Location()), models.ID(r.JSON()["id"].(string))
	if left, told := c.Get(at).JSON()["leftOut"]; told {
		t.Errorf("before it is answered leftOut is %v", left)
	}
	a := s.Actor(kit.ApproverP)
	v, err := s.Registry.Review(t.Context(), a, id)
	if err == nil {
		_, err = s.Registry.Approve(t.Context(), a, id, v.Seen, catalog.PackageOf(kit.VATPackage))
	}
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"rights": []any{}, "accessPackages": []any{map[string]any{"urn": kit.VATPackage}}}
	got := c.Get(at).Want(http.StatusOK).JSON()
	if diff := cmp.Diff(any(want), got["leftOut"]); diff != "" || got["status"] != "Accepted" {
		t.Errorf("status %v, leftOut (-want +got):\n%s", got["status"], diff)
	}
}

// Its supplier reads what the customer wishes for instead, not who wrote it, and
// the request waits on.
func TestASupplierReadsAWish(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	r := s.Request(t, kit.DeveloperA, of, kit.CustomerP, "")
	if err := s.Registry.Wish(t.Context(), s.Actor(kit.ApproverP), r.ID, "Bare lønn"); err != nil {
		t.Fatal(err)
	}
	answer := supplier(t, s, kit.SupplierA).Get(requests + "/" + string(r.ID)).Want(http.StatusOK)
	got := answer.JSON()
	wish, _ := got["wish"].(map[string]any)
	if wish["text"] != "Bare lønn" || wish["at"] == nil || len(wish) != 2 || got["status"] != "New" {
		t.Errorf("status %v, wish %v", got["status"], wish)
	}
	if strings.Contains(answer.Body, kit.ApproverP.Name) {
		t.Errorf("tells who wrote it: %s", answer.Body)
	}
	supplier(t, s, kit.SupplierB).Get(requests + "/" + string(r.ID)).Want(http.StatusNotFound)
}

// Whom we are to tell of a request is told to nobody: neither in the answer nor
// when the request is read, nor in a log.
func TestAnAddressToNotifyIsKept(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	with := func(address string) fields {
		sent := askFor(of, kit.CustomerP, "r")
		sent["notifyEmail"] = address
		return sent
	}
	c.Call(http.MethodPost, requests, with("no address")).Want(http.StatusBadRequest)
	r := c.Call(http.MethodPost, requests, with("post@kunde.example")).Want(http.StatusCreated)
	id := models.ID(r.JSON()["id"].(string))
	kept, err := s.Registry.Review(t.Context(), s.Actor(kit.ApproverP), id)
	if err != nil || kept.Request.NotifyEmail != "post@kunde.example" {
		t.Errorf("kept %q, %v", kept.Request.NotifyEmail, err)
	}
	for name, text := range map[string]string{
		"the answer": r.Body, "what the supplier reads": c.Get(ours(t, r.Location())).Want(http.StatusOK).Body,
		"what the customer's portal reads": endUser(t, s, kit.ApproverP).Get(requestBase + "/" + string(id)).Want(http.StatusOK).Body, "the log": s.Logs.Text(),
	} {
		if strings.Contains(text, "kunde.example") {
			t.Errorf("%s holds the address: %s", name, text)
		}
	}
}

// A supplier reads that the customer has paused a system user and why, until it
// goes on; it cannot let go of that pause itself.
func TestASupplierReadsThatACustomerHasPaused(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	r := s.Request(t, kit.DeveloperA, of, kit.CustomerP, "")
	s.Approve(t, kit.ApproverP, r.ID)
	c, a := supplier(t, s, kit.SupplierA), s.Actor(kit.ApproverP)
	user := func() map[string]any {
		got := c.Get(userBase + "/vendor/bysystem/" + string(of.ID)).Want(http.StatusOK).JSON()
		return got["data"].([]any)[0].(map[string]any)
	}
	if err := s.Registry.SuspendSystemUser(t.Context(), a, r.ID, "Vi bytter system"); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"paused", "after the supplier's resume"} {
		got := user()
		if diff := cmp.Diff(any([]any{"customer"}), got["paused"]); diff != "" || got["pauseReason"] != "Vi bytter system" {
			t.Errorf("%s: reason %v, paused (-want +got):\n%s", when, got["pauseReason"], diff)
		}
		c.Call(http.MethodPost, "/api/v1/systemusers/"+string(r.ID)+"/resume", "")
	}
	if err := s.Registry.UnsuspendSystemUser(t.Context(), a, r.ID); err != nil {
		t.Fatal(err)
	}
	if got := user(); got["paused"] != nil || got["pauseReason"] != nil {
		t.Errorf("goes on, and still %v, %v", got["paused"], got["pauseReason"])
	}
}

// A job of a blocked supplier has its rows refused one by one, and those to
// others sent.
func TestABlockedSupplierIsRefusedInAJob(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	s.Approve(t, kit.ApproverP, s.Request(t, kit.DeveloperA, of, kit.CustomerP, "").ID)
	if err := s.Registry.BlockSupplier(t.Context(), s.Actor(kit.ApproverP), kit.SupplierA, "Nok", "Blokkert"); err != nil {
		t.Fatal(err)
	}
	c := supplier(t, s, kit.SupplierA)
	row := func(customer party.OrgNo) string {
		return fmt.Sprintf(`{"systemId":%q,"partyOrgNo":%q,"externalRef":"r","accessPackages":[{"urn":%q}]}`, of.ID, customer, kit.TaxPackage)
	}
	at := startBulk(t, c, bulkOf("requests", "", row(kit.CustomerP), row(kit.CustomerQ)))
	workBulk(t, s)
	rows := bulkResults(t, c, at, "")
	if len(rows) != 2 || rows[0]["status"] != "failed" || rows[1]["status"] != "done" {
		t.Fatalf("rows %v", rows)
	}
	if rows[0]["code"] != "supplier.blocked" || rows[0]["answer"] != 403.0 {
		t.Errorf("the refused row says %v", rows[0])
	}
	if strings.Contains(fmt.Sprint(rows), "Nok") {
		t.Errorf("the customer's own reason is told: %v", rows)
	}
}
