package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
)

// The tests of this file are named after the faults of altinn-api.md section
// 7.1. Faults 1, 2 and 11 are tested on both databases in models/storetest and
// models/registry as well.

// Pages of any size hold every request once, of both kinds, in one order, also
// those that were made at the same time, and while others come and go.
func TestAltinnFault01_PagesOfRequestsLoseAndRepeatNothing(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	for _, at := range []string{requests, agentRequests} {
		var want []string
		for i := range 7 {
			ref := fmt.Sprint(at[len(at)-1:], i)
			c.Call("POST", at, askFor(of, kit.CustomerP, ref)).Want(http.StatusCreated)
			if want = append(want, ref); i%3 == 2 {
				s.Clock.Advance(time.Second)
			}
		}
		list := at + "/bysystem/" + string(of.ID)
		whole := slices.Collect(allOf(t, c, list))
		if sorted := slices.Sorted(slices.Values(whole)); !slices.Equal(sorted, want) {
			t.Errorf("%s holds %v, want %v", at, sorted, want)
		}
		for size := 1; size <= len(want)+1; size++ {
			got := slices.Collect(allOf(t, c, fmt.Sprint(list, "?pageSize=", size)))
			if diff := cmp.Diff(whole, got); diff != "" {
				t.Errorf("%s by %d (-whole +pages):\n%s", at, size, diff)
			}
		}
		var seen []string
		for ref := range allOf(t, c, list+"?pageSize=2") {
			if seen = append(seen, ref); len(seen) == 3 { // one that has been read goes, one is made
				s.Clock.Advance(time.Second)
				s.Exec("UPDATE request SET removed_at = 1 WHERE external_ref = ?", seen[0])
				c.Call("POST", at, askFor(of, kit.CustomerQ, "late"+at)).Want(http.StatusCreated)
			}
		}
		if diff := cmp.Diff(append(slices.Clone(whole), "late"+at), seen); diff != "" {
			t.Errorf("%s while rows come and go (-want +got):\n%s", at, diff)
		}
	}
}

func TestAltinnFault02_ParallelRequestsMakeOne(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	answers := make([]*kit.Response, 8)
	var done sync.WaitGroup
	for i := range answers {
		done.Go(func() { answers[i] = c.Call("POST", requests, askFor(of, kit.CustomerP, "r")) })
	}
	done.Wait()
	made := 0
	for _, r := range answers {
		switch {
		case r.Status == http.StatusCreated:
			made++
		case r.Status != http.StatusOK || r.Header.Get("Stafett-Repeat") != "same":
			t.Errorf("answered %d %q %s", r.Status, r.Header.Get("Stafett-Repeat"), r.Body)
		}
		if r.Body != answers[0].Body {
			t.Errorf("answered %s and %s", r.Body, answers[0].Body)
		}
	}
	if all := slices.Collect(allOf(t, c, requests+"/bysystem/"+string(of.ID))); made != 1 || len(all) != 1 {
		t.Errorf("%d are told that theirs is new, and %v are stored", made, all)
	}
}

func TestAltinnFault09_ADeletedSystemAsksNobody(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	at := ours(t, c.Call("POST", requests, askFor(of, kit.CustomerP, "r")).Want(http.StatusCreated).Location())
	s.Exec("UPDATE system SET deleted = 1")
	before := s.Snapshot()
	for _, kind := range []string{requests, agentRequests} {
		for _, ref := range []string{"r", "new"} {
			refused(t, c.Call("POST", kind, askFor(of, kit.CustomerP, ref)), 404, "AUTH-00011")
		}
	}
	c.Call("POST", "/api/v1/requests/"+at[strings.LastIndex(at, "/")+1:]+"/renew", nil).Want(http.StatusGone)
	if after := s.Snapshot(); after != before {
		t.Errorf("something has changed (-before +after):\n%s", cmp.Diff(before, after))
	}
}

func TestAltinnFault10_AskingAgainTellsWhatStands(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	first := c.Call("POST", requests, askFor(of, kit.CustomerP, "r")).Want(http.StatusCreated)
	id := models.ID(first.JSON()["id"].(string))
	other := askFor(of, kit.CustomerP, "r")
	other["rights"] = []fields{oneRight(kit.OwnResource, "read")}
	again := func(sent fields, repeat string) {
		t.Helper()
		r := c.Call("POST", requests, sent).Want(http.StatusOK)
		if r.Header.Get("Stafett-Repeat") != repeat || r.JSON()["id"] != string(id) || r.JSON()["created"] != first.JSON()["created"] || r.Location() != "" {
			t.Errorf("answered %q %s, want %s", r.Header.Get("Stafett-Repeat"), r.Body, repeat)
		}
	}
	again(askFor(of, kit.CustomerP, "r"), "same")
	again(other, "different")
	if err := s.Registry.Reject(t.Context(), s.Actor(kit.ApproverP), id, "Vi bruker et annet"); err != nil {
		t.Fatal(err)
	}
	again(askFor(of, kit.CustomerP, "r"), "rejected")
	again(other, "rejected")

	c.Call("DELETE", requests+"/"+string(id), nil).Want(http.StatusAccepted)
	id = models.ID(c.Call("POST", requests, other).Want(http.StatusCreated).JSON()["id"].(string))
	s.Approve(t, kit.ApproverP, id)
	refused(t, c.Call("POST", requests, other), 400, "AUTH-00004")
	refused(t, c.Call("POST", agentRequests, askFor(of, kit.CustomerP, "r")), 400, "AUTH-00004")
	s.Revoke(t, kit.ApproverP, id)
	c.Call("POST", requests, other).Want(http.StatusCreated)
}

// One whose time has run out is no longer New, is not answered, and does not
// stand in the way. That the clock of the database decides is tested in
// models/registry.
func TestAltinnFault11_WhatHasRunOutIsOver(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	r := s.Request(t, kit.DeveloperA, of, kit.CustomerP, "r")
	s.Clock.Advance(request.Life)
	c := supplier(t, s, kit.SupplierA)
	if got := c.Get(requests + "/" + string(r.ID)).Want(http.StatusOK).JSON(); got["status"] != "Timedout" || got["timedOut"] != true {
		t.Errorf("read as %v", got)
	}
	v, err := s.Registry.Review(t.Context(), s.Actor(kit.ApproverP), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Registry.Approve(t.Context(), s.Actor(kit.ApproverP), r.ID, v.Seen); err == nil || models.CodeOf(err) != models.CodeRequestExpired {
		t.Errorf("approved late: %v", err)
	}
	again := c.Call("POST", requests, askFor(of, kit.CustomerP, "r")).Want(http.StatusCreated)
	if got := c.Get(requests + "/byexternalref/" + string(of.ID) + "/" + string(kit.CustomerP) + "/r").JSON(); got["id"] != again.JSON()["id"] {
		t.Errorf("by reference: %v", got)
	}
}

func TestAltinnFault12_AnEmptyReferenceIsTheCustomersNumber(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	first := c.Call("POST", requests, askFor(of, kit.CustomerP, "")).Want(http.StatusCreated).JSON()
	if first["externalRef"] != string(kit.CustomerP) {
		t.Errorf("asked as %v", first["externalRef"])
	}
	for _, ref := range []any{nil, "", "  ", kit.CustomerP} {
		sent := askFor(of, kit.CustomerP, "")
		sent["externalRef"] = ref
		if again := c.Call("POST", requests, sent).Want(http.StatusOK); again.JSON()["id"] != first["id"] || again.Header.Get("Stafett-Repeat") != "same" {
			t.Errorf("%q: %s", ref, again.Body)
		}
	}
	s.Approve(t, kit.ApproverP, models.ID(first["id"].(string)))
	for _, ref := range []any{nil, "", "  ", kit.CustomerP} {
		sent := askFor(of, kit.CustomerP, "")
		sent["externalRef"] = ref
		refused(t, c.Call("POST", requests, sent), 400, "AUTH-00004")
	}
}

func TestAltinnFault13_CreatedIsWhenItWasMade(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	s.Clock.Advance(time.Minute + 123456789*time.Nanosecond)
	c := supplier(t, s, kit.SupplierA)
	for _, at := range []string{requests, agentRequests} {
		r := c.Call("POST", at, askFor(of, kit.CustomerP, at)).Want(http.StatusCreated)
		if got, want := r.JSON()["created"], s.Clock.Now().Truncate(time.Millisecond).Format(time.RFC3339Nano); got != want {
			t.Errorf("created %v, want %s", got, want)
		}
		if again := c.Get(ours(t, r.Location())).Want(http.StatusOK); again.Body != r.Body {
			t.Errorf("read back as %s, not %s", again.Body, r.Body)
		}
	}
}

func TestAltinnFault15_ARequestIsItsSuppliersToDelete(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c, other := supplier(t, s, kit.SupplierA), supplier(t, s, kit.SupplierB)
	for _, kind := range []string{requests, agentRequests} {
		at := ours(t, c.Call("POST", kind, askFor(of, kit.CustomerP, kind)).Want(http.StatusCreated).Location())
		deleted := requests + at[strings.LastIndex(at, "/"):]
		before := s.Snapshot()
		refused(t, other.Call("DELETE", deleted, nil), 404, "AUTH-00010")
		s.Bearer(t, s.AccessToken(kit.SupplierA, requestRead, nil)).Call("DELETE", deleted, nil).Want(http.StatusForbidden)
		if after := s.Snapshot(); after != before {
			t.Errorf("something has changed (-before +after):\n%s", cmp.Diff(before, after))
		}
		if r := c.Call("DELETE", deleted, nil).Want(http.StatusAccepted); r.Body != "" {
			t.Errorf("deleted with %q", r.Body)
		}
		refused(t, c.Call("DELETE", deleted, nil), 404, "AUTH-00010")
		if r := c.Get(at); r.Status != http.StatusNotFound {
			t.Errorf("deleted, it is read as %s", r.Body)
		}
	}
}

// What another supplier's customers have is not told: the answers are the same
// to the byte, but for the name of the question.
func TestAltinnFault20_AnothersCustomersAreNotProbed(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	s.Approve(t, kit.ApproverP, s.Request(t, kit.DeveloperA, of, kit.CustomerP, "live").ID)
	s.Request(t, kit.DeveloperA, of, kit.CustomerP, "waits")
	other := supplier(t, s, kit.SupplierB)
	bare := func(r *kit.Response) string {
		id, _ := r.JSON()["traceId"].(string)
		return fmt.Sprint(r.Status, strings.ReplaceAll(r.Body, id, "id"))
	}
	for _, kind := range []string{requests, agentRequests} {
		var answers, reads []string
		for _, ref := range []string{"none", "live", "waits"} {
			answers = append(answers, bare(other.Call("POST", kind, askFor(of, kit.CustomerP, ref))))
			reads = append(reads, bare(other.Get(kind+"/byexternalref/"+string(of.ID)+"/"+string(kit.CustomerP)+"/"+ref)))
		}
		none := askFor(of, kit.CustomerP, "live")
		none["systemId"] = "310000011_none"
		answers = append(answers, bare(other.Call("POST", kind, none)))
		if answers, reads = slices.Compact(answers), slices.Compact(reads); len(answers) != 1 || len(reads) != 1 || !strings.Contains(answers[0], "AUTH-00011") {
			t.Errorf("%s: the answers differ: %q, %q", kind, answers, reads)
		}
	}
}

func TestAltinnFault30_LocationIsWhereTheRequestIs(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	for _, at := range []string{requests, agentRequests} {
		r := c.Call("POST", at, askFor(of, kit.CustomerP, at)).Want(http.StatusCreated)
		if !strings.HasPrefix(r.Location(), kit.PublicURL+at+"/") {
			t.Errorf("Location of %s is %s", at, r.Location())
		}
		if got := c.Get(ours(t, r.Location())).Want(http.StatusOK); got.Body != r.Body {
			t.Errorf("there is %s, not %s", got.Body, r.Body)
		}
	}
}
