package web_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/customer"
)

// TestTheExportIsTheScreen parses what is downloaded and finds each row on the
// page, in its order, for each filter and language (C11).
func TestTheExportIsTheScreen(t *testing.T) {
	t.Parallel()
	s, path, id := pending(t)
	s.Approve(t, kit.ApproverP, id)
	manager := s.Actor(kit.ApproverP)
	if err := s.Registry.SuspendSystemUser(t.Context(), manager, id, "Ferie"); err != nil {
		t.Fatal(err)
	}
	if err := s.Registry.UnsuspendSystemUser(t.Context(), manager, id); err != nil {
		t.Fatal(err)
	}
	_ = s.Registry.Revoke(t.Context(), s.Actor(kit.ClerkP), id) // is denied
	c := s.As(t, kit.ApproverP)
	at := "/systemusers/" + string(id) + "/history"
	for who, least := range map[string]int{"": 5, "customer": 4, "supplier": 1, "registry": 0} {
		q := ""
		if who != "" {
			q = "?who=" + who
		}
		page := c.Get(at + q).Want(http.StatusOK)
		asJSON, asCSV := c.Get(at+".json"+q).Want(http.StatusOK), c.Get(at+".csv"+q).Want(http.StatusOK)
		for kind, r := range map[string]*kit.Response{"application/json": asJSON, "text/csv; charset=utf-8": asCSV} {
			if r.Header.Get("Content-Type") != kind || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment; ") {
				t.Errorf("it comes as %q, %q", r.Header.Get("Content-Type"), r.Header.Get("Content-Disposition"))
			}
		}
		var records []customer.Record
		if err := json.Unmarshal([]byte(asJSON.Body), &records); err != nil {
			t.Fatal(err)
		}
		body, bom := strings.CutPrefix(asCSV.Body, "\ufeff")
		in := csv.NewReader(strings.NewReader(body))
		in.Comma = ';'
		rows, err := in.ReadAll()
		if err != nil || !bom {
			t.Fatal(err, bom)
		}
		lines := strings.Split(page.Body, "<li><p>")[1:]
		if len(records) != len(lines) || len(rows) != len(lines)+1 || len(lines) < least {
			t.Fatalf("%q: %d on the page, %d in JSON, %d in CSV, want at least %d", who, len(lines), len(records), len(rows)-1, least)
		}
		for i, r := range records {
			words := append([]string{r.What, r.Role, r.Number, r.Why, `datetime="` + r.Time + `"`}, r.Details...)
			for _, w := range words {
				if !strings.Contains(lines[i], w) {
					t.Errorf("row %d lacks %q: %s", i, w, lines[i])
				}
			}
			if r.Denied != strings.Contains(lines[i], says(t, "customer.event.refused")) {
				t.Errorf("row %d: denied is %v", i, r.Denied)
			}
			cells := rows[i+1]
			if cells[0] != r.Time || cells[1] != r.Who || cells[2] != r.Role || cells[3] != r.What || cells[5] != r.Number {
				t.Errorf("row %d is %q in CSV, %+v in JSON", i, cells, r)
			}
			if who != "" && r.Side != who {
				t.Errorf("%q shows an act of %q", who, r.Side)
			}
		}
	}
	if !strings.Contains(c.Get(at).Body, path) {
		t.Error("the history does not lead to the request")
	}
}

// What a spreadsheet would take for a formula comes as text.
func TestTheExportHoldsNoFormulas(t *testing.T) {
	t.Parallel()
	s, _, id := pending(t)
	s.Approve(t, kit.ApproverP, id)
	c := s.As(t, kit.ApproverP) // logging in says what he is called
	for _, name := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx"} {
		s.Exec("UPDATE person SET name = '" + name + "' WHERE id = '" + string(s.PersonID(kit.ApproverP)) + "'")
		body := c.Get("/systemusers/" + string(id) + "/history.csv").Want(http.StatusOK).Body
		if !strings.Contains(body, ";'"+name+";") && !strings.Contains(body, `;"'`+name) {
			t.Errorf("%q: %s", name, body)
		}
	}
}

func TestASupplierIsStoppedStartedAndBlocked(t *testing.T) {
	t.Parallel()
	s, _, id := pending(t)
	s.Approve(t, kit.ApproverP, id)
	waits := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "andre"), kit.CustomerP, "")
	at := "/suppliers/" + string(kit.SupplierA)
	clerk, c := s.As(t, kit.ClerkP), s.AsAt(t, kit.ApproverP, kit.CustomerP, 0)
	if !clerk.Get("/suppliers").Want(http.StatusOK).Page().Has(says(t, "customer.suppliers.inuse")) {
		t.Error("the supplier is not in the list")
	}
	for _, act := range []string{"/stop", "/block"} {
		if r := clerk.Get(at + act).Want(http.StatusSeeOther); r.Header.Get("Location") != at {
			t.Errorf("an employee is sent to %s", r.Header.Get("Location"))
		}
		clerk.Post(at+act, url.Values{"reason": {"x"}}).Want(http.StatusForbidden)
		for reason, fault := range map[string]string{"": "required", strings.Repeat("x", 501): "too_long"} {
			r := c.Post(at+act, url.Values{"reason": {reason}}).Want(http.StatusUnprocessableEntity)
			hasFault(t, r.Page(), "reason", fault)
		}
	}
	if !c.Get(at + "/stop").Want(http.StatusOK).Page().Has(says(t, "customer.supplier.stop.keeps")) {
		t.Error("the page does not say what stopping means")
	}
	c.Post(at+"/stop", url.Values{"reason": {"Datainnbrudd"}}).Want(http.StatusSeeOther)
	page, err := s.Registry.SystemUser(t.Context(), s.Actor(kit.ApproverP), id)
	if err != nil || page.SystemUser.PauseReason != "Datainnbrudd" {
		t.Errorf("it is not paused: %+v, %v", page.SystemUser, err)
	}
	// At too low a level it is stopped, but not started.
	r := c.Get(at).Want(http.StatusOK)
	if _, may := r.Page().Form(at + "/start"); may || !strings.Contains(r.Body, "/login/again") {
		t.Error("whoever is signed in at too low a level is not asked to log in anew")
	}
	c.Post(at+"/start", nil).Want(http.StatusForbidden)
	high := s.As(t, kit.ApproverP)
	high.Post(at+"/start", high.Get(at).Page().MustForm(at+"/start")).Want(http.StatusSeeOther)
	if page, _ = s.Registry.SystemUser(t.Context(), s.Actor(kit.ApproverP), id); !page.SystemUser.CustomerPaused.IsZero() {
		t.Error("it does not go on")
	}

	c.Post(at+"/block", url.Values{"reason": {"Spør hver dag"}}).Want(http.StatusSeeOther)
	if r := clerk.Get(at).Want(http.StatusOK); !r.Page().Has("Spør hver dag") || !r.Page().Has(kit.ApproverP.Name) {
		t.Errorf("the page does not say who blocked and why: %s", r.Page().Text())
	}
	sent := s.As(t, kit.DeveloperA).Get("/supplier/requests/" + string(waits.ID)).Want(http.StatusOK).Page()
	if !sent.Has(says(t, "customer.supplier.block.told")) || sent.Has("Spør hver dag") {
		t.Errorf("the supplier reads: %s", sent.Text())
	}
	c.Post(at+"/unblock", nil).Want(http.StatusSeeOther)
	if clerk.Get(at).Page().Has("Spør hver dag") {
		t.Error("it is blocked still")
	}
	for _, no := range []string{string(kit.SupplierB), "123", "x", "974760673"} {
		isFailure(t, c.Get("/suppliers/"+no), http.StatusNotFound, models.CodeNotFound)
		isFailure(t, c.Post("/suppliers/"+no+"/stop", url.Values{"reason": {"x"}}), http.StatusNotFound, models.CodeNotFound)
	}
}

// All in one pass: what is kept, paused and revoked, what had changed is left,
// and the receipt tells.
func TestAYearlyReview(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	ids := map[string]models.ID{}
	for _, ref := range []string{"keep", "pause", "revoke", "stale", "none"} {
		r := s.Request(t, kit.DeveloperA, of, kit.CustomerP, ref)
		s.Approve(t, kit.ApproverP, r.ID)
		ids[ref] = r.ID
		s.Exec("UPDATE system_user SET title = 'T-" + ref + "' WHERE id = '" + string(r.ID) + "'")
	}
	c := s.As(t, kit.ApproverP)
	const at = "/systemusers/review"
	r := c.Get(at).Want(http.StatusOK)
	if strings.Contains(r.Body, " checked") {
		t.Error("something is chosen before anybody has")
	}
	form := r.Page().MustForm(at)
	empty := c.Post(at, form).Want(http.StatusUnprocessableEntity)
	if !empty.Page().Has(says(t, "fault.answers.none")) {
		t.Error("an empty answer is not told what is wrong")
	}
	for _, do := range []string{"keep", "pause", "revoke"} {
		form.Set("do-"+string(ids[do]), do)
	}
	form.Set("do-"+string(ids["stale"]), "revoke")
	if err := s.Registry.SuspendSystemUser(t.Context(), s.Actor(kit.ApproverP), ids["stale"], "x"); err != nil {
		t.Fatal(err)
	}
	s.As(t, kit.ClerkP).Post(at, form).Want(http.StatusForbidden)
	foreign := url.Values{"do-" + string(models.NewID()): {"revoke"}, "do-" + string(ids["keep"]): {"revoke"}}
	before := s.Snapshot()
	c.Post(at, foreign).Want(http.StatusNotFound)
	c.Post(at, url.Values{"do-" + string(ids["keep"]): {"burn"}}).Want(http.StatusUnprocessableEntity)
	if s.Snapshot() != before {
		t.Error("something was done")
	}
	done := c.Post(at, form).Want(http.StatusSeeOther)
	receipt := done.Follow().Want(http.StatusOK)
	text := receipt.Page().Text()
	for _, want := range []string{"T-keep", "T-pause", "T-revoke", "T-stale", says(t, "customer.userreview.kept"), says(t, "customer.userreview.paused"), says(t, "customer.userreview.revoked"), kit.ApproverP.Name} {
		if !strings.Contains(text, want) {
			t.Errorf("the receipt lacks %q: %s", want, text)
		}
	}
	if strings.Contains(text, "T-none") {
		t.Error("the receipt tells of one without an answer")
	}
	for ref, action := range map[string]string{"keep": "systemuser.keep", "pause": "systemuser.suspend", "revoke": "systemuser.revoke"} {
		h, err := s.Registry.SystemUserHistory(t.Context(), s.Actor(kit.ApproverP), ids[ref])
		if err != nil || h.Lines[0].Entry.Action != action || h.Lines[0].Entry.Detail["review"] == "" {
			t.Errorf("%s: %+v, %v", ref, h.Lines[0].Entry, err)
		}
	}
	if r := c.Post(at, form).Want(http.StatusConflict); !r.Page().Has(says(t, "customer.userreview.nothing")) {
		t.Errorf("pressed again: %s", r.Page().Text())
	}
	state, err := s.Registry.ReviewState(t.Context(), s.Actor(kit.ApproverP))
	if err != nil || state.Last.IsZero() {
		t.Errorf("last reviewed %s, %v", state.Last, err)
	}
	for _, id := range []string{string(models.NewID()), "x"} {
		isFailure(t, c.Get(at+"/"+id), http.StatusNotFound, models.CodeNotFound)
	}
	isFailure(t, s.As(t, kit.ApproverQ).Get(done.Location()), http.StatusNotFound, models.CodeNotFound)
}
