package registry_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

func TestSignInFindsThePerson(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		pid := modelstest.PID(kari)
		for _, tc := range []struct {
			name string
			id   party.Identity
			want models.ID // empty: somebody new
		}{
			{"by issuer and subject", party.Identity{Issuer: modelstest.Login, Subject: "Kari"}, w.ID(kari)},
			{"by issuer and subject, whatever the name", party.Identity{Issuer: modelstest.Login, Subject: "Kari", Name: "Ola"}, w.ID(kari)},
			{"by national id at another provider", party.Identity{Issuer: "https://other.example/", Subject: "1", PID: pid}, w.ID(kari)},
			{"and by that identity from then on", party.Identity{Issuer: "https://other.example/", Subject: "1"}, w.ID(kari)},
			{"by national id under another subject", party.Identity{Issuer: modelstest.Login, Subject: "kari-2", PID: pid}, w.ID(kari)},
			{"never by name", party.Identity{Issuer: modelstest.Login, Subject: "impostor", Name: "Kari"}, ""},
			{"never by subject alone", party.Identity{Issuer: "https://evil.example/", Subject: "Kari"}, ""},
			{"never by nearly the same issuer", party.Identity{Issuer: "https://login.example", Subject: "Kari"}, ""},
			{"never by a subject in other letters", party.Identity{Issuer: modelstest.Login, Subject: "kari"}, ""},
			{"never by no national id", party.Identity{Issuer: "https://third.example/", Subject: "x"}, ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				login, err := w.SignIn(t.Context(), party.Arrival{Identity: tc.id})
				got := login.Person
				if err != nil {
					t.Fatal(err)
				}
				if tc.want != "" && got != tc.want {
					t.Errorf("signed in as %s, want %s", got, tc.want)
				}
				if tc.want == "" {
					if held, err := w.Memberships(t.Context(), got); err != nil || len(held) != 0 {
						t.Errorf("somebody new holds %+v, %v", held, err)
					}
					if again, err := w.SignIn(t.Context(), party.Arrival{Identity: tc.id}); err != nil || again.Person != got {
						t.Errorf("a second time it is %s, %v", again.Person, err)
					}
				}
			})
		}
	})
}

// Being tied to an identity is noted, with how the person was known; logging in
// again is not.
func TestANewIdentityIsAnEntry(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		before := len(w.Entries(t))
		other := party.Identity{Issuer: "https://other.example/", Subject: "1", PID: modelstest.PID(kari)}
		stranger := party.Identity{Issuer: "https://other.example/", Subject: "2"}
		for range 2 {
			for _, id := range []party.Identity{other, stranger} {
				if _, err := w.SignIn(t.Context(), party.Arrival{Identity: id}); err != nil {
					t.Fatal(err)
				}
			}
		}
		entries := w.Entries(t)[before:]
		if len(entries) != 2 {
			t.Fatalf("%d entries, want one for each identity: %+v", len(entries), entries)
		}
		for i, by := range []string{"national id", "first login"} {
			e := entries[i]
			if e.Action != string(policy.PersonIdentify) || e.Detail["known by"] != by || e.Subject != "person:"+e.Actor.ID {
				t.Errorf("entry %d is %+v, want one known by %s", i, e, by)
			}
		}
		if entries[0].Actor.ID != string(w.ID(kari)) {
			t.Errorf("the identity went to %s, want %s", entries[0].Actor.ID, w.ID(kari))
		}
	})
}

func TestSignInKeepsTheName(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for _, name := range []string{"Kari Nes", ""} { // a provider that gives no name takes none away
			id := modelstest.Identity(kari)
			id.Name = name
			if _, err := w.SignIn(t.Context(), party.Arrival{Identity: id}); err != nil {
				t.Fatal(err)
			}
			if m, err := w.Acting(t.Context(), w.As(kari, bakeri)); err != nil || m.Person.Name != "Kari Nes" {
				t.Errorf("given %q she is called %q, %v", name, m.Person.Name, err)
			}
		}
	})
}

// Whom a provider knows by national id is called what that one says, whatever an
// employer's account is called that he has connected.
func TestAnAccountThatKnowsLessDoesNotRename(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		job := party.Arrival{Identity: party.Identity{Issuer: "https://job.example/", Subject: "kari", Name: "Root"}}
		if err := w.Link(t.Context(), w.As(kari, ""), job); err != nil {
			t.Fatal(err)
		}
		if _, err := w.SignIn(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if p, err := w.Person(t.Context(), w.ID(kari)); err != nil || p.Name != string(kari) {
			t.Errorf("she is called %q, %v", p.Name, err)
		}
		nobody := party.Arrival{Identity: party.Identity{Issuer: "https://job.example/", Subject: "new", Name: "Ny"}}
		for _, name := range []string{"Ny", "Ny Nes"} { // whom nobody knows better follows the account
			nobody.Name = name
			l, err := w.SignIn(t.Context(), nobody)
			if err != nil {
				t.Fatal(err)
			}
			if p, err := w.Person(t.Context(), l.Person); err != nil || p.Name != name {
				t.Errorf("somebody new is called %q, %v, want %q", p.Name, err, name)
			}
		}
	})
}

func TestSignInNeedsIssuerAndSubject(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		before := marked(t, w)
		for _, id := range []party.Identity{{}, {Issuer: modelstest.Login, PID: modelstest.PID(kari)}, {Subject: "Kari", PID: modelstest.PID(kari)}} {
			_, err := w.SignIn(t.Context(), party.Arrival{Identity: id})
			mustBe(t, err, models.Unauthenticated, models.CodeLoginFailed)
		}
		before.mustHaveDoneNothing(t)
	})
}

// The chooser lists what a person can act for, and why he can.
func TestMemberships(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	report, err := w.Import(t.Context(), modelstest.Operator, exchange.People, "test", modelstest.Rows(
		exchange.Person{PID: modelstest.PID(kari), OrgNo: verft, URN: modelstest.Accountant},
		exchange.Person{PID: modelstest.PID(kari), OrgNo: fjord, URN: "urn:stafett:role:systemadministrator"},
	))
	if err != nil || len(report.Refused) > 0 {
		t.Fatal(report, err)
	}
	held, err := w.Memberships(t.Context(), w.ID(kari))
	if err != nil {
		t.Fatal(err)
	}
	type line struct {
		Org, Role         string
		Manager, Supplier bool
	}
	var got []line
	for _, m := range held {
		got = append(got, line{m.Organisation.Name, m.Roles[0].EN, m.Manager, m.Supplier})
	}
	want := []line{
		{"Fjord Programvare AS", "System administrator", false, true},
		{"Nes Bakeri AS", "Managing director", true, true},
		{"Vik Verft AS", "Accountant", false, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if held, err := w.Memberships(t.Context(), w.ID(siri)); err != nil || len(held) != 0 {
		t.Errorf("one who holds nothing: %+v, %v", held, err)
	}
	if p, err := w.Person(t.Context(), w.ID(siri)); err != nil || p.Name != "Siri" {
		t.Errorf("she is %+v, %v", p, err)
	}
	if _, err := w.Person(t.Context(), models.NewID()); errKind(err) != models.NotFound {
		t.Errorf("nobody: %v", err)
	}
}

// A link that carries a request's id alone leads only those who have something
// to do with its customer.
func TestRequestCustomer(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Sent(t, "one")
		for who, want := range map[modelstest.Name]party.OrgNo{kari: bakeri, even: bakeri, turid: "", jonas: "", siri: ""} {
			got, err := w.RequestCustomer(t.Context(), w.ID(who), sent.ID)
			if got != want || (err == nil) != (want != "") || want == "" && errKind(err) != models.NotFound {
				t.Errorf("%s is led to %q, %v", who, got, err)
			}
		}
	})
}
