package registry_test

import (
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
)

// TestWhatChangesBetweenPageAndAnswer changes one thing after the approver has
// read the page and before he presses the button. Nothing that he did not see
// is granted, and nothing by authority that he no longer has (security B3, I9).
func TestWhatChangesBetweenPageAndAnswer(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		imported := func(kind exchange.Kind, value any) func(*testing.T, *modelstest.World, request.Request) {
			return func(t *testing.T, w *modelstest.World, _ request.Request) {
				t.Helper()
				report, err := w.Import(t.Context(), modelstest.Operator, kind, "test", modelstest.Rows(value))
				if err != nil || report.Updated+report.Added != 1 {
					t.Fatalf("%s %v, %v", report, report.Refused, err)
				}
			}
		}
		exec := func(query string) func(*testing.T, *modelstest.World, request.Request) {
			return func(t *testing.T, w *modelstest.World, _ request.Request) { t.Helper(); w.Exec(t, query) }
		}
		salary := func(change func(*catalog.Package)) catalog.Package {
			p := catalog.Package{
				URN: modelstest.Salary, Name: models.Text{NB: "Lønn", NN: "Løn", EN: "Salary"}, Area: "personale", Delegable: true, Assignable: true,
				Description: models.Text{NB: "Melde lønn og hente skattekort.", NN: "Melde løn og hente skattekort.", EN: "Report pay and fetch tax cards."},
			}
			change(&p)
			return p
		}
		register := func(change func(*catalog.Resource)) catalog.Resource {
			r := catalog.Resource{
				ID: modelstest.Register, Title: models.Text{NB: "Melding til registeret", NN: "Melding til registeret", EN: "Report to the register"},
				Description: models.Text{NB: "Endre det registeret sier.", NN: "Endre det registeret seier.", EN: "Change what the register says."},
			}
			change(&r)
			return r
		}
		for _, tc := range []struct {
			name   string
			change func(*testing.T, *modelstest.World, request.Request)
			kind   models.Kind
			code   models.Code
		}{
			{"he has left the organisation", exec("DELETE FROM holding WHERE org_no = '366209808'"), models.NotFound, models.CodeNotFound},
			{"he is no longer director", exec("UPDATE holding SET urn = 'urn:altinn:external-role:ccr:regnskapsforer' WHERE urn LIKE '%daglig-leder' AND org_no = '366209808'"), models.Forbidden, models.CodeForbidden},
			{"his role has run out", exec("UPDATE holding SET until_at = from_at"), models.NotFound, models.CodeNotFound},
			{"he only administers access now", exec("UPDATE holding SET urn = 'urn:altinn:accesspackage:tilgangsstyrer' WHERE urn LIKE '%daglig-leder' AND org_no = '366209808'"), models.Conflict, models.CodeRequestChanged},
			{"his role may no longer pass the package on", imported(exchange.RolePackages, catalog.RolePackage{RoleURN: modelstest.Director, PackageURN: modelstest.Salary, HasAccess: true}), models.Conflict, models.CodeRequestChanged},
			{"his role no longer administers access", imported(exchange.RolePackages, catalog.RolePackage{RoleURN: modelstest.Director, PackageURN: modelstest.Manager}), models.Forbidden, models.CodeForbidden},
			{"the package can no longer be delegated", imported(exchange.AccessPackages, salary(func(p *catalog.Package) { p.Delegable, p.Assignable = false, false })), models.Conflict, models.CodeRequestChanged},
			{"the package is for agents now", imported(exchange.AccessPackages, salary(func(p *catalog.Package) { p.Assignable = false })), models.Conflict, models.CodeRequestChanged},
			{"the package has another name", imported(exchange.AccessPackages, salary(func(p *catalog.Package) { p.Name.NN = "Alt" })), models.Conflict, models.CodeRequestChanged},
			{"the package is described in other words", imported(exchange.AccessPackages, salary(func(p *catalog.Package) { p.Description.EN = "Everything." })), models.Conflict, models.CodeRequestChanged},
			{"the package carries one more service", imported(exchange.Resources, catalog.Resource{ID: "bank", Title: models.Text{NB: "Bank"}, Packages: []string{modelstest.Salary}}), models.Conflict, models.CodeRequestChanged},
			{"the resource is kept now", imported(exchange.Resources, catalog.Resource{ID: modelstest.Register, Refused: true}), models.Conflict, models.CodeRequestChanged},
			{"the package carries one more service without a title", imported(exchange.Resources, catalog.Resource{ID: "bank", Packages: []string{modelstest.Salary}}), models.Conflict, models.CodeRequestChanged},
			{"a service of the package has another title", imported(exchange.Resources, catalog.Resource{ID: modelstest.Amelding, Title: models.Text{NB: "Bank"}, Packages: []string{modelstest.Salary}}), models.Conflict, models.CodeRequestChanged},
			{"the resource has another title", imported(exchange.Resources, register(func(r *catalog.Resource) { r.Title.NB = "Slett alt" })), models.Conflict, models.CodeRequestChanged},
			{"the resource is described in other words", imported(exchange.Resources, register(func(r *catalog.Resource) { r.Description.EN = "Everything." })), models.Conflict, models.CodeRequestChanged},
			{"the resource is another owner's now", imported(exchange.Resources, register(func(r *catalog.Resource) { r.Owner = "skd" })), models.Conflict, models.CodeRequestChanged},
			{"more can be done in the resource", imported(exchange.Resources, register(func(r *catalog.Resource) { r.Actions = []string{"read", "delete"} })), models.Conflict, models.CodeRequestChanged},
			{"the resource is another role's now", imported(exchange.Resources, register(func(r *catalog.Resource) { r.Roles = []string{modelstest.Chair} })), models.Conflict, models.CodeRequestChanged},
			{"the purpose is another", exec("UPDATE system_ask SET purpose_nn = 'Noko anna' WHERE position = 1"), models.Conflict, models.CodeRequestChanged},
			{"the system has another name", exec("UPDATE system SET name_en = 'Tax Authority'"), models.Conflict, models.CodeRequestChanged},
			{"the system is described in other words", exec("UPDATE system SET description_nb = 'x'"), models.Conflict, models.CodeRequestChanged},
			{"the system has changed at all", exec("UPDATE system SET version = version + 1"), models.Conflict, models.CodeRequestChanged},
			{"the system no longer asks for it", exec("DELETE FROM system_ask WHERE position = 1"), models.Conflict, models.CodeRequestChanged},
			{"the system is deleted", exec("UPDATE system SET deleted = TRUE"), models.Gone, models.CodeSystemDeleted},
			{"the supplier has another name", imported(exchange.Organisations, party.Organisation{OrgNo: fjord, Name: "Skatteetaten"}), models.Conflict, models.CodeRequestChanged},
			{"the customer has another name", imported(exchange.Organisations, party.Organisation{OrgNo: bakeri, Name: "Annet AS"}), models.Conflict, models.CodeRequestChanged},
			{"the request asks for less", exec("DELETE FROM request_item WHERE position = 1"), models.Conflict, models.CodeRequestChanged},
			{"the request asks for something else", exec("UPDATE request_item SET kind = 'right', ref = 'skd-amelding' WHERE position = 0"), models.Conflict, models.CodeRequestChanged},
			{"the request has another title", exec("UPDATE request SET title = 'Skatteetaten'"), models.Conflict, models.CodeRequestChanged},
			{"the request has another reference", exec("UPDATE request SET external_ref = 'to'"), models.Conflict, models.CodeRequestChanged},
			{"the browser goes elsewhere afterwards", exec("UPDATE request SET redirect_url = 'https://lonn.example/annet'"), models.Conflict, models.CodeRequestChanged},
			{"the request has changed at all", exec("UPDATE request SET version = version + 1"), models.Conflict, models.CodeRequestChanged},
			{"the request was withdrawn", func(t *testing.T, w *modelstest.World, r request.Request) {
				t.Helper()
				if err := w.Withdraw(t.Context(), w.As(jonas, fjord), r.ID); err != nil {
					t.Fatal(err)
				}
			}, models.Conflict, models.CodeRequestDecided},
			{"the request has run out", func(_ *testing.T, w *modelstest.World, r request.Request) { w.Clock.Set(r.ExpiresAt) }, models.Conflict, models.CodeRequestExpired},
			{"a colleague has approved it", func(t *testing.T, w *modelstest.World, r request.Request) {
				t.Helper()
				if _, err := w.Approve(t.Context(), w.As(ola, bakeri), r.ID, w.Seen(t, ola, r.ID)); err != nil {
					t.Fatal(err)
				}
			}, models.Conflict, models.CodeRequestDecided},
		} {
			t.Run(tc.name, func(t *testing.T) {
				t.Parallel()
				w := open(t)
				sent := w.Sent(t, "one")
				seen := w.Seen(t, kari, sent.ID)
				tc.change(t, w, sent)
				before := marked(t, w)
				_, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, seen)
				mustBe(t, err, tc.kind, tc.code)
				before.mustBeUnchanged(t)
			})
		}
	})
}

// The digest is of one request, one reader's verdicts and one state: no other
// digest opens it.
func TestNoOtherDigestOpensARequest(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent, other := w.Sent(t, "one"), w.Sent(t, "two")
		right := w.Seen(t, kari, sent.ID)
		for name, seen := range map[string]string{
			"nothing": "", "another request's": w.Seen(t, kari, other.ID), "the page of one who may not": w.Seen(t, nils, sent.ID),
			"a part": right[:63], "another first letter": "x" + right[1:], "with more": right + "0",
		} {
			before := marked(t, w)
			_, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, seen)
			mustBe(t, err, models.Conflict, models.CodeRequestChanged)
			before.mustHaveDoneNothing(t)
			_ = name
		}
		if _, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, right); err != nil {
			t.Error(err)
		}
	})
}

// Looking again changes nothing of the digest: a page can be reloaded.
func TestTheDigestStaysWhenNothingChanges(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Sent(t, "one")
		seen := w.Seen(t, kari, sent.ID)
		w.Approved(t, "two") // another customer of the system more
		if _, err := w.Import(t.Context(), modelstest.Operator, exchange.Roles, "test", modelstest.Rows(catalog.Role{URN: "urn:new"})); err != nil {
			t.Fatal(err)
		}
		if again := w.Seen(t, kari, sent.ID); again != seen {
			t.Error("the digest has changed although nothing on the page has")
		}
		if w.Seen(t, ola, sent.ID) != seen {
			t.Error("a colleague with the same verdicts has another digest")
		}
	})
}
