package registry_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
)

func claim(o party.OrgNo, urn string) party.Claim {
	return party.Claim{OrgNo: o, OrgName: "As claimed", URN: urn}
}

// Claims are holdings that last a working day, follow the last login at their
// provider, and leave those of others alone.
func TestClaims(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		who := arrival(mail, "berit", "")
		var person models.ID
		login := func(claims ...party.Claim) []audit.Entry {
			t.Helper()
			before := len(w.Entries(t))
			who.Claims = claims
			person = signIn(t, w, who).Person
			return w.Entries(t)[before:]
		}
		holds := func() string {
			t.Helper()
			a, err := w.Account(t.Context(), models.Actor{Kind: models.Person, ID: string(person)})
			if err != nil {
				t.Fatal(err)
			}
			var words []string
			for _, m := range a.Memberships {
				for _, h := range m.Holds {
					words = append(words, fmt.Sprintf("%s %s %s %s", m.Organisation.Name, h.Holding.URN, h.Holding.Source, h.Holding.Until.Sub(w.Clock.Now())))
				}
			}
			slices.Sort(words)
			return strings.Join(words, "\n")
		}
		mustHold := func(want ...string) {
			t.Helper()
			if diff := cmp.Diff(strings.Join(want, "\n"), holds()); diff != "" {
				t.Errorf("holds (-want +got):\n%s", diff)
			}
		}
		const stranger party.OrgNo = "810305282"
		e := login(claim(bakeri, modelstest.Chair), claim(stranger, modelstest.Salary), claim(bakeri, modelstest.Chair),
			claim("123", modelstest.Chair), claim(bakeri, "urn:of:nobody"))
		if len(e) != 2 || e[1].Action != "organisation.claim" ||
			!cmp.Equal(e[1].Detail, audit.Detail{"provider": "p-berit", "began": "2", "ended": "0", "left out": "organisation number urn:of:nobody"}) {
			t.Errorf("recorded %+v", e)
		}
		mustHold("As claimed "+modelstest.Salary+" claim:p-berit 8h0m0s", "Nes Bakeri AS "+modelstest.Chair+" claim:p-berit 8h0m0s")
		w.Clock.Set(modelstest.Noon.Add(7 * time.Hour))
		if e := login(claim(bakeri, modelstest.Chair), claim(stranger, modelstest.Salary)); len(e) != 0 {
			t.Errorf("renewing recorded %+v", e)
		}
		mustHold("As claimed "+modelstest.Salary+" claim:p-berit 8h0m0s", "Nes Bakeri AS "+modelstest.Chair+" claim:p-berit 8h0m0s")
		elsewhere := arrival(third, "berit-3", "")
		elsewhere.Claims = []party.Claim{claim(verft, modelstest.Chair)}
		if err := w.Link(t.Context(), models.Actor{Kind: models.Person, ID: string(person)}, elsewhere); err != nil {
			t.Fatal(err)
		}
		if e := login(claim(bakeri, modelstest.Accountant)); len(e) != 1 || e[0].Detail["began"] != "1" || e[0].Detail["ended"] != "2" {
			t.Errorf("recorded %+v", e)
		}
		mustHold("Nes Bakeri AS "+modelstest.Accountant+" claim:p-berit 8h0m0s", "Vik Verft AS "+modelstest.Chair+" claim:p-berit-3 8h0m0s")
		w.Clock.Set(modelstest.Noon.Add(15 * time.Hour))
		mustHold("")
		if e := login(claim(bakeri, modelstest.Accountant)); len(e) != 1 || e[0].Detail["began"] != "1" {
			t.Errorf("what has run out and is claimed again recorded %+v", e)
		}
		mustHold("Nes Bakeri AS " + modelstest.Accountant + " claim:p-berit 8h0m0s")
		login()
		mustHold("")
		mustVerify(t, w)
	})
}

// What a login claims is bounded.
func TestClaimsAreBounded(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	who := arrival(mail, "berit", "")
	for n := 800_000_000; len(who.Claims) < 501; n++ {
		if o, err := w.Numbers.Parse(fmt.Sprint(n)); err == nil {
			who.Claims = append(who.Claims, claim(o, modelstest.Chair))
		}
	}
	l := signIn(t, w, who)
	if held, err := w.Memberships(t.Context(), l.Person); err != nil || len(held) != 500 {
		t.Errorf("%d memberships, %v", len(held), err)
	}
	entries := w.Entries(t)
	if got := entries[len(entries)-1].Detail["left out"]; got != "more than 500" {
		t.Errorf("left out: %q", got)
	}
}

// What a provider claimed ends with the identity that it claimed it for, however
// he came by it: no login need be there that tells of it.
func TestClaimsEndWithTheirIdentity(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		at := func(issuer, provider, subject string, claims ...party.Claim) party.Arrival {
			a := arrival(issuer, subject, "")
			a.Provider, a.Claims = provider, claims
			return a
		}
		chair, yard := claim(bakeri, modelstest.Chair), claim(verft, modelstest.Chair)
		for _, tc := range []struct {
			name  string
			bring func(t *testing.T, w *modelstest.World, by party.Login)
			want  int // organisations that are left
		}{
			{"connected, and never logged in by", func(t *testing.T, w *modelstest.World, by party.Login) {
				t.Helper()
				if err := w.Link(t.Context(), himself(by), at(third, "third", "b", chair)); err != nil {
					t.Fatal(err)
				}
			}, 0},
			{"its login was proved anew elsewhere", func(t *testing.T, w *modelstest.World, by party.Login) {
				t.Helper()
				if err := w.Link(t.Context(), himself(by), at(third, "third", "b")); err != nil {
					t.Fatal(err)
				}
				l := signIn(t, w, at(third, "third", "b", chair))
				if _, err := w.ProveAgain(t.Context(), himself(l), l.ID, at(mail, "mail", "a")); err != nil {
					t.Fatal(err)
				}
			}, 0},
			{"another identity of the issuer is left", func(t *testing.T, w *modelstest.World, by party.Login) {
				t.Helper()
				for _, who := range []party.Arrival{at(third, "third", "c"), at(third, "third", "b")} {
					if err := w.Link(t.Context(), himself(by), who); err != nil {
						t.Fatal(err)
					}
				}
				signIn(t, w, at(third, "third", "b", chair))
			}, 0},
			{"another provider claimed it at a login", func(t *testing.T, w *modelstest.World, by party.Login) {
				t.Helper()
				for _, who := range []party.Arrival{at(third, "third", "b", chair), at(eid, "eid", "d", yard)} {
					if err := w.Link(t.Context(), himself(by), who); err != nil {
						t.Fatal(err)
					}
				}
				signIn(t, w, at(eid, "eid", "d", yard))
			}, 1},
		} {
			w := open(t)
			by := signIn(t, w, at(mail, "mail", "a"))
			tc.bring(t, w, by)
			if held, err := w.Memberships(t.Context(), by.Person); err != nil || len(held) != tc.want+1 {
				t.Fatalf("%s: before, %+v, %v", tc.name, held, err)
			}
			if err := w.Unlink(t.Context(), himself(by), third, "b"); err != nil {
				t.Fatal(err)
			}
			if held, err := w.Memberships(t.Context(), by.Person); err != nil || len(held) != tc.want {
				t.Errorf("%s: %+v, %v, want %d", tc.name, held, err, tc.want)
			}
		}
	})
}
