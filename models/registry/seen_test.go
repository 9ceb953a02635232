package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

// said is the drift in one line.
func said(d registry.Drift) string {
	var words []string
	list := func(how string, items []catalog.Item) {
		for _, i := range items {
			words = append(words, how+" "+i.Ref[strings.LastIndex(i.Ref, ":")+1:])
		}
	}
	list("changed", d.Changed)
	list("new", d.New)
	list("gone", d.Gone)
	return strings.Join(append(words, d.Parts...), ", ")
}

// paper is a page that asks for an answer, of either kind.
type paper struct {
	registry.Ref
	w *modelstest.World
}

func (p paper) table() string {
	if p.Change {
		return "change_request"
	}
	return "request"
}

// seen is the value of the page as Kari reads it now, and what is not as it was
// when it had the value old.
func (p paper) seen(t *testing.T, old string) (string, string) {
	t.Helper()
	if p.Change {
		v, err := p.w.ReviewChange(t.Context(), p.w.As(kari, bakeri), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		return v.Seen, said(v.Since(old))
	}
	v, err := p.w.Review(t.Context(), p.w.As(kari, bakeri), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return v.Seen, said(v.Since(old))
}

func (p paper) approve(t *testing.T, seen string) error {
	t.Helper()
	if p.Change {
		return second(p.w.ApproveChange(t.Context(), p.w.As(kari, bakeri), p.ID, seen))
	}
	return second(p.w.Approve(t.Context(), p.w.As(kari, bakeri), p.ID, seen))
}

// paperOf is a request for salary and the register, or a change that keeps salary,
// gives up the register and adds a-melding.
func paperOf(t *testing.T, change bool) paper {
	t.Helper()
	w := modelstest.Open(t)
	s := modelstest.System()
	s.Asks = append(s.Asks, system.Ask{Item: catalog.Right(modelstest.Amelding, ""), Purpose: models.Text{NB: "Sende", NN: "Sende", EN: "Send"}})
	if _, err := w.RegisterSystem(t.Context(), w.As(jonas, fjord), s); err != nil {
		t.Fatal(err)
	}
	if !change {
		return paper{registry.Ref{ID: w.Sent(t, "one").ID}, w}
	}
	c := changed(t, w, "one", wants([]catalog.Item{catalog.Right(modelstest.Amelding, "")}, []catalog.Item{register}), func(c *request.Change) {
		c.RedirectURL = "https://lonn.example/svar?kunde=1"
	})
	return paper{registry.Ref{ID: c.ID, Change: true}, w}
}

// Whatever becomes another between page and answer stops the answer, and the
// page that comes back says what it was. Its own value is good.
func TestWhatWasSeen(t *testing.T) {
	t.Parallel()
	exec := func(query string) func(*testing.T, paper) {
		return func(t *testing.T, p paper) {
			t.Helper()
			if strings.Contains(query, "%s") {
				p.w.Exec(t, fmt.Sprintf(query, p.table())+" WHERE id = ?", string(p.ID))
			} else {
				p.w.Exec(t, query)
			}
		}
	}
	imported := func(kind exchange.Kind, value any) func(*testing.T, paper) {
		return func(t *testing.T, p paper) {
			t.Helper()
			if report, err := p.w.Import(t.Context(), modelstest.Operator, kind, "test", modelstest.Rows(value)); err != nil || report.Updated+report.Added != 1 {
				t.Fatalf("%s %v, %v", report, report.Refused, err)
			}
		}
	}
	const ask = " WHERE ref = 'brreg-melding'"
	for name, tc := range map[string]struct {
		change          func(*testing.T, paper)
		request, answer string // what is said of either; empty where it has no such thing, and with a ! where he may not give what he sees then
	}{
		"the supplier's name":              {imported(exchange.Organisations, party.Organisation{OrgNo: fjord, Name: "Annen AS"}), "supplier", "supplier"},
		"the customer's name":              {imported(exchange.Organisations, party.Organisation{OrgNo: bakeri, Name: "Annet AS"}), "customer", "customer"},
		"the system's name":                {exec("UPDATE system SET name_en = 'Another'"), "system", "system"},
		"what the system is":               {exec("UPDATE system SET description_nn = 'Noko'"), "system", "system"},
		"the purpose":                      {exec("UPDATE %s SET purpose_en = 'Other'"), "purpose", "purpose"},
		"the title":                        {exec("UPDATE %s SET title = 'Annen'"), "title", ""},
		"the system user's title":          {exec("UPDATE system_user SET title = 'Annen'"), "", "title"},
		"the reference":                    {exec("UPDATE %s SET external_ref = 'annen'"), "reference", ""},
		"the end date":                     {exec("UPDATE %s SET valid_to_at = 4000000000000"), "until", ""},
		"where the browser goes":           {exec("UPDATE %s SET redirect_url = 'https://lonn.example/svar?kunde=2'"), "return", "return"},
		"that it may go there":             {exec("UPDATE system_redirect SET url = 'https://lonn.example/annet'"), "return", "return"},
		"the contact":                      {exec("UPDATE %s SET contact_email = 'hjelp@fjord.example'"), "contact", "contact"},
		"the wish":                         {exec("UPDATE %s SET wish = 'Mindre'"), "wish", "wish"},
		"the purpose of a right":           {exec("UPDATE system_ask SET purpose_nb = 'Annet'" + ask), "changed brreg-melding", "changed brreg-melding"},
		"that it can do without":           {exec("UPDATE system_ask SET optional = 1" + ask), "changed brreg-melding", "changed brreg-melding"},
		"that it can do without the new":   {exec("UPDATE system_ask SET optional = 1 WHERE ref = 'skd-amelding'"), "", "changed skd-amelding"},
		"that the system wants it":         {exec("DELETE FROM system_ask" + ask), "changed brreg-melding!", "gone brreg-melding"},
		"that the system wants the new":    {exec("DELETE FROM system_ask WHERE ref = 'skd-amelding'"), "", "changed skd-amelding!"},
		"what is in the package":           {imported(exchange.Resources, catalog.Resource{ID: "bank", Title: models.Text{NB: "Bank"}, Packages: []string{modelstest.Salary}}), "changed lonn", "changed lonn"},
		"the name of a service":            {imported(exchange.Resources, catalog.Resource{ID: modelstest.Register, Title: models.Text{NB: "Slett alt"}}), "changed brreg-melding", "changed brreg-melding"},
		"that he may give it":              {imported(exchange.RolePackages, catalog.RolePackage{RoleURN: modelstest.Director, PackageURN: modelstest.Salary, HasAccess: true}), "changed lonn!", "changed skd-amelding!"},
		"one thing asked for in another's": {exec("UPDATE request_item SET ref = 'skd-amelding' WHERE kind = 'right' AND request_id IN (SELECT id FROM request WHERE status = 'pending')"), "new skd-amelding, gone brreg-melding", ""},
		"one thing asked for less":         {exec("DELETE FROM request_item WHERE ref = 'brreg-melding' AND request_id IN (SELECT id FROM request WHERE status = 'pending')"), "gone brreg-melding", ""},
		"one thing asked for more":         {exec("UPDATE change_request_item SET unwanted = 0, ref = 'skd-amelding', action = 'read' WHERE unwanted = 1"), "", "changed brreg-melding, new skd-amelding"},
		"what the system user holds": {func(t *testing.T, p paper) {
			t.Helper()
			p.w.Exec(t, "DELETE FROM delegation WHERE ref = 'brreg-melding'")
		}, "", "gone brreg-melding"},
		"the version of the system user": {exec("UPDATE system_user SET version = version + 1"), "", "user"},
		"the version":                    {exec("UPDATE %s SET version = version + 1"), "other", "other"},
		"the version of the system":      {exec("UPDATE system SET version = version + 1"), "other", "other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for change, want := range map[bool]string{false: tc.request, true: tc.answer} {
				want, refused := strings.CutSuffix(want, "!")
				if want == "" {
					continue
				}
				p := paperOf(t, change)
				old, nothing := p.seen(t, "")
				if nothing != "other" {
					t.Errorf("since nothing: %s", nothing)
				}
				if _, same := p.seen(t, old); same != "" {
					t.Errorf("without a change: %s", same)
				}
				tc.change(t, p)
				before := marked(t, p.w)
				mustBe(t, p.approve(t, old), models.Conflict, models.CodeRequestChanged)
				before.mustHaveDoneNothing(t)
				now, told := p.seen(t, old)
				if told != want {
					t.Errorf("%s: told %q, want %q", p.table(), told, want)
				}
				if err := p.approve(t, now); refused {
					mustBe(t, err, models.Forbidden, models.CodeRequestNotGranted)
				} else if err != nil {
					t.Errorf("%s: what is seen now: %v", p.table(), err)
				}
			}
		})
	}
}
