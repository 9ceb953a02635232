package registry_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
)

// Whatever stops a person (customer-ux.md 1.10) is on the page before he
// answers, with those who can instead, and an answer all the same gives nothing.
// What is not here cannot be: no list of a service's owner is asked.
func TestWhatStopsAnApprover(t *testing.T) {
	t.Parallel()
	brings := func(kind exchange.Kind, value any) func(*testing.T, *modelstest.World) {
		return func(t *testing.T, w *modelstest.World) { t.Helper(); brings(t, w, kind, value) }
	}
	exec := func(query string) func(*testing.T, *modelstest.World) {
		return func(t *testing.T, w *modelstest.World) {
			t.Helper()
			w.Exec(t, query)
			w.Exec(t, "UPDATE catalogue_version SET version = version + 1")
		}
	}
	none := func(*testing.T, *modelstest.World) {}
	as := func(who modelstest.Name, level int) func(*modelstest.World) models.Actor {
		return func(w *modelstest.World) models.Actor { a := w.As(who, bakeri); a.Level = level; return a }
	}
	refused := models.CodeRequestNotGranted
	for name, tc := range map[string]struct {
		alter  func(*testing.T, *modelstest.World)
		who    func(*modelstest.World) models.Actor
		cause  policy.Cause // of the first of the request, or of the second when it is Register's
		item   catalog.Item
		again  models.Code
		others string // who can give it
		code   models.Code
	}{
		"no role of his carries the service": {
			brings(exchange.Resources, catalog.Resource{ID: modelstest.Register, Title: models.Text{NB: "Melding"}, Roles: []string{modelstest.Chair}}),
			as(kari, 4), policy.MissingRole, register, "", "Ola", refused,
		},
		"he does not hold the package": {none, as(nils, 4), policy.MissingPack, salary, "", "Kari Ola", refused},
		"he holds it and may not pass it on": {
			brings(exchange.RolePackages, catalog.RolePackage{RoleURN: modelstest.Director, PackageURN: modelstest.Salary, HasAccess: true}),
			as(kari, 4), policy.NotPassedOn, salary, "", "Ola", refused,
		},
		"he does not administer access":      {none, as(even, 4), policy.NotManager, salary, "", "Kari Ola", models.CodeForbidden},
		"he is signed in at too low a level": {none, as(kari, 2), "", salary, models.CodeLevelTooLow, "", models.CodeLevelTooLow},
		"he signed in too long ago": {
			func(_ *testing.T, w *modelstest.World) {
				w.MaxAge = time.Second
				w.Clock.Set(modelstest.Noon.Add(time.Minute))
			},
			as(kari, 4), "", salary, models.CodeLoginTooOld, "", models.CodeLoginTooOld,
		},
		"nobody may give the package": {
			exec("UPDATE access_package SET delegable = FALSE, assignable = FALSE WHERE urn LIKE '%:lonn'"),
			as(kari, 4), policy.NotDelegable, salary, "", "", refused,
		},
		"nobody may give the service": {
			brings(exchange.Resources, catalog.Resource{ID: modelstest.Register, Refused: true}),
			as(kari, 4), policy.NotDelegable, register, "", "", refused,
		},
		"the catalogue does not know what the system asks for": {
			func(t *testing.T, w *modelstest.World) {
				t.Helper()
				w.Exec(t, "UPDATE request_item SET ref = 'urn:altinn:accesspackage:borte' WHERE kind = 'package'")
				w.Exec(t, "UPDATE system_ask SET ref = 'urn:altinn:accesspackage:borte' WHERE kind = 'package'")
			}, as(kari, 4), policy.UnknownCause, catalog.PackageOf(catalog.PackagePrefix + "borte"), "", "", refused,
		},
		"the system asks for it no more": {exec("DELETE FROM system_ask WHERE kind = 'package'"), as(kari, 4), policy.NotAsked, salary, "", "", refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := modelstest.Open(t)
			sent := w.Sent(t, "one")
			tc.alter(t, w)
			a := tc.who(w)
			v, err := w.Review(t.Context(), a, sent.ID)
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, one := range v.Asked {
				if one.Item != tc.item {
					continue
				}
				found = append(found, string(one.Verdict.Cause))
				var others []string
				for _, p := range one.Others {
					others = append(others, p.Name)
				}
				if !sameWords(others, tc.others) {
					t.Errorf("%v can, want %s", others, tc.others)
				}
			}
			if len(found) != 1 || found[0] != string(tc.cause) || v.Again != tc.again || v.CanApprove != (tc.cause == "") {
				t.Errorf("the page says %v, %q, may %v", found, v.Again, v.CanApprove)
			}
			before := marked(t, w)
			_, err = w.Approve(t.Context(), a, sent.ID, v.Seen)
			mustBe(t, err, models.Forbidden, tc.code)
			before.mustHaveDenied(t, "request.approve", tc.code)
			if no, ok := errors.AsType[*registry.NotGrantedError](err); tc.code == refused && (!ok || len(no.Verdicts) != 1 || no.Verdicts[0].Cause != tc.cause || !strings.Contains(no.Error(), tc.item.Ref)) {
				t.Errorf("refused by %v", err)
			}
		})
	}
}
