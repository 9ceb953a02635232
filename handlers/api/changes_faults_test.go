package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
)

// Altinn's list of change requests ignores its token, so that it begins anew for
// ever.
func TestAltinnFault01_ChangeRequestsArePagedToTheEnd(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	var want []string
	for range 7 {
		id := string(models.NewID())
		c.vendor.PostJSON(c.ask(id), swap).Want(http.StatusCreated)
		want = append(want, id)
	}
	for _, size := range []string{"1", "2", "3", "7", "50"} {
		var got []string
		next := changesSent + "/bysystem/" + string(c.system.ID) + "?pageSize=" + size
		for pages := 0; next != "" && pages < 10; pages++ {
			r := c.vendor.Get(next).Want(http.StatusOK)
			if !strings.HasPrefix(r.Body, `{"links":{`) {
				t.Errorf("links do not stand first: %s", r.Body)
			}
			page := r.JSON()
			for _, one := range page["data"].([]any) {
				got = append(got, one.(map[string]any)["id"].(string))
			}
			links, _ := page["links"].(map[string]any)
			next, _ = links["next"].(string)
			next = strings.TrimPrefix(next, kit.PublicURL)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("by %s: %v\nwant %v", size, got, want)
		}
	}
}

// Altinn lets any supplier delete any change request.
func TestAltinnFault15_AChangeRequestIsItsSuppliersToDelete(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusCreated)
	before, other := c.Snapshot(), supplier(t, c.Site, kit.SupplierB)
	if r := other.Call(http.MethodDelete, changesSent+"/"+correlation, nil).Want(http.StatusNotFound); r.Code() != "AUTH-00010" {
		t.Errorf("another supplier's: %s", r.Body)
	}
	changeReader(t, c.Site, "altinn:authentication/systemuser.request.read").Call(http.MethodDelete, changesSent+"/"+correlation, nil).Want(http.StatusForbidden)
	mustBeAsBefore(t, c.Site, before)

	if r := c.vendor.Call(http.MethodDelete, changesSent+"/"+correlation, nil).Want(http.StatusAccepted); r.Body != "" {
		t.Errorf("deleted: %q", r.Body)
	}
	c.vendor.Get(changesSent + "/" + correlation).Want(http.StatusNotFound)
	c.vendor.Call(http.MethodDelete, changesSent+"/"+correlation, nil).Want(http.StatusNotFound)
	c.person.PostJSON(changes+"/"+c.PartyID(t, kit.CustomerP)+"/"+correlation+"/approve", "").Want(http.StatusNotFound)
	if r := c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusConflict); r.Code() != "AUTH-00061" {
		t.Errorf("the same correlation id again: %s", r.Body)
	}
	mustHold(t, c, `[{"urn":"`+kit.TaxPackage+`"}]`)
}

// Altinn does not compare the party of the path with that of the change request.
func TestAltinnFault16_AChangeIsAnsweredForItsOwnParty(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusCreated)
	before := c.Snapshot()
	several := endUser(t, c.Site, kit.Several) // director of another organisation
	for _, answer := range []string{"/approve", "/reject"} {
		r := several.PostJSON(changes+"/"+c.PartyID(t, kit.CustomerQ)+"/"+correlation+answer, "").Want(http.StatusNotFound)
		if r.Code() != "AUTH-00010" {
			t.Errorf("for another organisation: %s", r.Body)
		}
		several.PostJSON(changes+"/"+c.PartyID(t, kit.CustomerP)+"/"+correlation+answer, "").Want(http.StatusForbidden)
	}
	several.Get(changes + "/" + c.PartyID(t, kit.CustomerQ) + "/" + correlation).Want(http.StatusNotFound)
	mustBeAsBefore(t, c.Site, before)
}

// Altinn answers otherwise for a correlation id that another supplier has used,
// and for a system user that is another's.
func TestAltinnFault20_AnothersCorrelationIDsAndSystemUsersAreNotNoticed(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	other := supplier(t, c.Site, kit.SupplierB)
	theirs := c.System(t, kit.DeveloperB, "logg")
	user := c.Request(t, kit.DeveloperB, theirs, kit.CustomerP, "").ID
	c.Approve(t, kit.ApproverP, user)
	unknown := other.PostJSON(changesSent+"?correlation-id="+correlation+"&system-user-id="+correlation2, swap).Want(http.StatusNotFound)
	foreign := other.PostJSON(c.ask(correlation), swap).Want(http.StatusNotFound)
	if alike(unknown.Body) != alike(foreign.Body) || foreign.Code() != "AUTH-00015" {
		t.Errorf("another's system user: %s\nan unknown one: %s", foreign.Body, unknown.Body)
	}

	ask := func(id string) string {
		return changesSent + "?correlation-id=" + id + "&system-user-id=" + string(user)
	}
	const less = `{"unwantedAccessPackages":[{"urn":"` + kit.TaxPackage + `"}]}`
	free := other.PostJSON(ask(correlation2), less).Want(http.StatusCreated)
	mine := c.vendor.PostJSON(c.ask(correlation), swap).Want(http.StatusCreated)
	taken := other.PostJSON(ask(correlation), less).Want(http.StatusCreated)
	if got, want := strings.ReplaceAll(taken.Body, correlation, "ID"), strings.ReplaceAll(free.Body, correlation2, "ID"); got != want {
		t.Errorf("with a correlation id that another has: %s\nwith a new one: %s", got, want)
	}
	if got, want := taken.Header.Get("Location"), strings.ReplaceAll(free.Header.Get("Location"), correlation2, correlation); got != want {
		t.Errorf("Location is %s", got)
	}
	for client, want := range map[*kit.Client]string{c.vendor: mine.Body, other: taken.Body} {
		if r := client.Get(changesSent + "/" + correlation).Want(http.StatusOK); r.Body != want {
			t.Errorf("read %s\nwant %s", r.Body, want)
		}
	}
	// The customer's link to the first one's leads to the first one's still.
	if r := c.person.Get(changes + "/" + correlation).Want(http.StatusOK); r.JSON()["systemId"] != string(c.system.ID) {
		t.Errorf("the customer is shown %s", r.Body)
	}
}

// alike is a problem document without what differs each time.
func alike(body string) string {
	at := strings.Index(body, `"traceId":"`)
	return body[:at] + body[at+len(`"traceId":"`)+36:]
}
