package registry_test

import (
	"context"
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

// Other providers than the one that everybody is known by.
const (
	mail  = "https://mail.example/"
	eid   = "https://eid.example/"
	third = "https://third.example/"
)

// arrival is somebody at a provider that tells no national id.
func arrival(issuer, subject, email string) party.Arrival {
	return party.Arrival{
		Identity: party.Identity{Issuer: issuer, Subject: subject, Email: email, Name: "Name of " + subject},
		Provider: "p-" + subject, Level: 1, AuthTime: modelstest.Noon,
	}
}

// with is the arrival with the person's national id.
func with(who party.Arrival, name modelstest.Name) party.Arrival {
	who.PID = modelstest.PID(name)
	return who
}

func signIn(t *testing.T, w *modelstest.World, who party.Arrival) party.Login {
	t.Helper()
	l, err := w.SignIn(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// himself is the person of the login as an actor.
func himself(l party.Login) models.Actor {
	return models.Actor{Kind: models.Person, ID: string(l.Person), Level: l.Level, AuthTime: l.AuthTime}
}

// An address proposes and never decides: somebody new with one that we know is
// asked first, and nothing is kept until he has answered (security C3).
func TestAnAddressProposes(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		berit := signIn(t, w, arrival(mail, "berit", "Berit@Nes.Example"))
		for _, tc := range []struct {
			name string
			who  party.Arrival
			want models.Code
		}{
			{"a known address", arrival(third, "x", "berit@nes.example"), models.CodeIdentityKnown},
			{"in other letters", arrival(third, "x", " BERIT@nes.example "), models.CodeIdentityKnown},
			{"at the same provider", arrival(mail, "x", "berit@nes.example"), models.CodeIdentityKnown},
			{"another address", arrival(third, "y", "bert@nes.example"), ""},
			{"no address", arrival(third, "z", ""), ""},
			{"with a national id that nobody has", func() party.Arrival {
				a := arrival(eid, "e", "berit@nes.example")
				a.PID = freshPID(t)
				return a
			}(), ""},
			{"his own identity", arrival(mail, "berit", "berit@nes.example"), ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				before := marked(t, w)
				l, err := w.SignIn(t.Context(), tc.who)
				if tc.want != "" {
					mustBe(t, err, models.Conflict, tc.want)
					before.mustHaveDoneNothing(t)
					return
				}
				if err != nil || (l.Person == berit.Person) != (tc.who.Subject == "berit") {
					t.Errorf("signed in as %s, %v", l.Person, err)
				}
			})
		}
		issuers, err := w.KnownAt(t.Context(), "berit@nes.example")
		if err != nil || !slices.Equal(issuers, []string{eid, mail}) {
			t.Errorf("known at %v, %v", issuers, err)
		}
		other := arrival(third, "x", "berit@nes.example")
		other.New = true
		if l := signIn(t, w, other); l.Person == berit.Person {
			t.Error("who says that he is another became the same")
		}
		if l := signIn(t, w, arrival(third, "x", "berit@nes.example")); l.Person == berit.Person {
			t.Error("the next time he is the same")
		}
	})
}

// freshPID is a synthetic national id that nobody of the world has.
func freshPID(t *testing.T) party.PersonID {
	t.Helper()
	p, err := party.ParsePersonID("03874998779")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The address is the one that the provider vouches for now.
func TestTheAddressIsKeptUpToDate(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		signIn(t, w, arrival(mail, "berit", "old@nes.example"))
		w.Clock.Set(modelstest.Noon.Add(time.Hour))
		l := signIn(t, w, arrival(mail, "berit", "new@nes.example"))
		for email, want := range map[string]int{"old@nes.example": 0, "new@nes.example": 1} {
			if issuers, err := w.KnownAt(t.Context(), email); err != nil || len(issuers) != want {
				t.Errorf("%s is known at %v, %v", email, issuers, err)
			}
		}
		a, err := w.Account(t.Context(), himself(l))
		if err != nil || len(a.Identities) != 1 || !a.Identities[0].Seen.Equal(w.Clock.Now()) || !a.Identities[0].Linked.Equal(modelstest.Noon) {
			t.Errorf("%+v, %v", a.Identities, err)
		}
		signIn(t, w, arrival(mail, "berit", "")) // verified no longer
		if issuers, err := w.KnownAt(t.Context(), "new@nes.example"); err != nil || len(issuers) != 0 {
			t.Errorf("an address that is not vouched for is known at %v, %v", issuers, err)
		}
	})
}

// A national id that is not the person's is refused, and changes nothing.
func TestSignInByNationalID(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		mailed := signIn(t, w, arrival(mail, "berit", ""))
		changed := modelstest.Identity(kari)
		changed.PID = freshPID(t)
		for name, who := range map[string]party.Arrival{
			"a number that nobody has, of one who has one": {Identity: changed},
			"another's number, of one who has one":         with(party.Arrival{Identity: modelstest.Identity(kari)}, ola),
			"another's number, of one who has none":        with(arrival(mail, "berit", ""), ola),
		} {
			before := marked(t, w)
			_, err := w.SignIn(t.Context(), who)
			mustBe(t, err, models.Unauthenticated, models.CodeLoginFailed)
			if err == nil || strings.Contains(err.Error(), "berit") || !strings.Contains(err.Error(), "national id") {
				t.Errorf("%s: the operator is told %v", name, err)
			}
			before.mustHaveDoneNothing(t)
		}
		learnt := arrival(mail, "berit", "")
		learnt.PID = freshPID(t)
		before := marked(t, w)
		if l := signIn(t, w, learnt); l.Person != mailed.Person {
			t.Error("who gains a number is another")
		}
		if e := before.since(t); len(e) != 1 || e[0].Detail["national id"] != "learnt" || e[0].Subject != "person:"+string(mailed.Person) {
			t.Errorf("recorded %+v", e)
		}
		elsewhere := arrival(eid, "1", "")
		elsewhere.PID = freshPID(t)
		if l := signIn(t, w, elsewhere); l.Person != mailed.Person {
			t.Error("he is not found by it elsewhere")
		}
	})
}

func TestLink(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		berit := signIn(t, w, arrival(mail, "berit", "berit@nes.example"))
		signIn(t, w, arrival(mail, "carl", "carl@nes.example"))
		other := arrival(eid, "k", "")
		other.PID = freshPID(t)
		for _, tc := range []struct {
			name string
			a    models.Actor
			who  party.Arrival
			kind models.Kind
			code models.Code
		}{
			{"another's identity", himself(berit), arrival(mail, "carl", ""), models.Conflict, models.CodeIdentityTaken},
			{"another's number", himself(berit), with(arrival(eid, "k", ""), kari), models.Conflict, models.CodeIdentityTaken},
			{"a number that is not hers", w.As(kari, bakeri), other, models.Forbidden, models.CodeOtherPerson},
			{"her identity with a number that is not hers", w.As(kari, bakeri), func() party.Arrival {
				a := party.Arrival{Identity: modelstest.Identity(kari)}
				a.PID = freshPID(t)
				return a
			}(), models.Forbidden, models.CodeOtherPerson},
			{"an identity without a name", himself(berit), arrival(mail, "", ""), models.Unauthenticated, models.CodeLoginFailed},
			{"by nobody", models.Actor{}, arrival(eid, "n", ""), models.Unauthenticated, models.CodeUnauthenticated},
			{"by an operator", modelstest.Operator, arrival(eid, "n", ""), models.Forbidden, models.CodeForbidden},
			{"by somebody who is not there", models.Actor{Kind: models.Person, ID: string(models.NewID())}, arrival(eid, "n", ""), models.NotFound, models.CodeNotFound},
		} {
			t.Run(tc.name, func(t *testing.T) {
				before := marked(t, w)
				mustBe(t, w.Link(t.Context(), tc.a, tc.who), tc.kind, tc.code)
				if tc.kind == models.Forbidden || tc.kind == models.NotFound {
					before.mustHaveDenied(t, "person.link", tc.code)
				} else {
					before.mustHaveDoneNothing(t)
				}
			})
		}
		before := marked(t, w)
		// She has shown both; that the address is known is no matter.
		link := arrival(third, "berit-3", "carl@nes.example")
		for range 2 { // the second time it is hers already
			if err := w.Link(t.Context(), himself(berit), link); err != nil {
				t.Fatal(err)
			}
		}
		want := []audit.Entry{{
			Actor: models.Actor{Kind: models.Person, ID: string(berit.Person)}, Action: "person.link", Subject: "person:" + string(berit.Person), Outcome: audit.Done,
			Detail: audit.Detail{"issuer": third, "known by": "himself"},
		}}
		if diff := cmp.Diff(want, bare(before.since(t))); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
		if l := signIn(t, w, link); l.Person != berit.Person {
			t.Error("she is not found by it")
		}
		mustVerify(t, w)
	})
}

// bare is entries without what the log adds by itself.
func bare(entries []audit.Entry) []audit.Entry {
	out := slices.Clone(entries)
	for i := range out {
		out[i].Seq, out[i].At, out[i].Prev, out[i].Hash, out[i].Actor.AuthTime, out[i].Actor.Level = 0, time.Time{}, "", "", time.Time{}, 0
	}
	return out
}

// Linking teaches the number of one who had none.
func TestLinkLearnsTheNationalID(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	berit := signIn(t, w, arrival(mail, "berit", ""))
	who := arrival(eid, "e", "")
	who.PID = freshPID(t)
	if err := w.Link(t.Context(), himself(berit), who); err != nil {
		t.Fatal(err)
	}
	a, err := w.Account(t.Context(), himself(berit))
	if err != nil || !a.NationalID || len(a.Identities) != 2 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestUnlink(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		berit := signIn(t, w, arrival(mail, "berit", ""))
		claiming := arrival(third, "berit-3", "")
		claiming.Claims = []party.Claim{{OrgNo: bakeri, URN: modelstest.Chair}}
		before := marked(t, w)
		mustBe(t, w.Unlink(t.Context(), himself(berit), mail, "berit"), models.Conflict, models.CodeIdentityLast)
		before.mustHaveDoneNothing(t)
		if err := w.Link(t.Context(), himself(berit), claiming); err != nil {
			t.Fatal(err)
		}
		mustBe(t, w.Unlink(t.Context(), himself(berit), modelstest.Login, "Kari"), models.NotFound, models.CodeNotFound)
		by := signIn(t, w, claiming)
		before = marked(t, w)
		if err := w.Unlink(t.Context(), himself(berit), third, "berit-3"); err != nil {
			t.Fatal(err)
		}
		want := []audit.Entry{{
			Actor: models.Actor{Kind: models.Person, ID: string(berit.Person)}, Action: "person.unlink", Subject: "person:" + string(berit.Person), Outcome: audit.Done,
			Detail: audit.Detail{"issuer": third, "logins": "1", "claims": "1"},
		}}
		if diff := cmp.Diff(want, bare(before.since(t))); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
		for l, want := range map[models.ID]bool{by.ID: false, berit.ID: true} {
			if in, err := w.LoggedIn(t.Context(), l); err != nil || in != want {
				t.Errorf("logged in: %v, %v, want %v", in, err, want)
			}
		}
		if held, err := w.Memberships(t.Context(), berit.Person); err != nil || len(held) != 0 {
			t.Errorf("what the provider claimed stays: %+v, %v", held, err)
		}
		if l := signIn(t, w, claiming); l.Person == berit.Person {
			t.Error("an identity that was unlinked is still hers")
		}
	})
}

// One logs in by a new identity while its owner links it: it is one person's,
// whoever came first. Unlinking the last two at once leaves one.
func TestIdentitiesAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for round := range 12 {
			first := arrival(mail, fmt.Sprint("first", round), "")
			second := arrival(third, fmt.Sprint("second", round), "")
			l := signIn(t, w, first)
			var in party.Login
			acts := []func(context.Context) error{
				func(ctx context.Context) error { return w.Link(ctx, himself(l), second) },
				func(ctx context.Context) (err error) { in, err = w.SignIn(ctx, second); return err },
			}
			if round%2 == 1 {
				slices.Reverse(acts)
			}
			errs := together(t.Context(), acts...)
			if round%2 == 1 {
				slices.Reverse(errs)
			}
			if errs[1] != nil || (errs[0] == nil) != (in.Person == l.Person) || errs[0] != nil && models.CodeOf(errs[0]) != models.CodeIdentityTaken {
				t.Errorf("linked %v, signed in %v as %s, owner %s", errs[0], errs[1], in.Person, l.Person)
			}
			if errs[0] != nil {
				continue
			}
			errs = together(t.Context(),
				func(ctx context.Context) error { return w.Unlink(ctx, himself(l), first.Issuer, first.Subject) },
				func(ctx context.Context) error { return w.Unlink(ctx, himself(l), second.Issuer, second.Subject) })
			if winners(errs) != 1 {
				t.Errorf("unlinked both at once: %v", errs)
			}
			if a, err := w.Account(t.Context(), himself(l)); err != nil || len(a.Identities) != 1 {
				t.Errorf("%d identities, %v", len(a.Identities), err)
			}
		}
		mustVerify(t, w)
	})
}

// Somebody is erased while he logs in: he is somebody new, or logged out.
func TestErasedWhileLoggingIn(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		ends := map[string]int{}
		for round := range 16 {
			who := arrival(mail, fmt.Sprint("b", round), "")
			old := signIn(t, w, who)
			var in party.Login
			acts := []func(context.Context) error{
				func(ctx context.Context) (err error) { in, err = w.SignIn(ctx, who); return err },
				func(ctx context.Context) error { return w.Erase(ctx, modelstest.Operator, old.Person) },
			}
			if round%2 == 1 {
				slices.Reverse(acts)
			}
			for _, err := range together(t.Context(), acts...) {
				if err != nil {
					t.Error(err)
				}
			}
			lasts := loggedIn(t, w, in) != ""
			if lasts == (in.Person == old.Person) {
				t.Errorf("as whom he was: %v, logged in: %v", in.Person == old.Person, lasts)
			}
			ends[fmt.Sprint("somebody new: ", lasts)]++
		}
		t.Logf("the races ended %v", ends)
		mustVerify(t, w)
	})
}

func TestLastOrganisation(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for _, tc := range []struct{ remember, want party.OrgNo }{{"", ""}, {bakeri, bakeri}, {verft, ""}} {
			if err := w.Remember(t.Context(), w.ID(kari), tc.remember); err != nil {
				t.Fatal(err)
			}
			if got, err := w.LastOrganisation(t.Context(), w.ID(kari)); err != nil || got != tc.want {
				t.Errorf("after %q: %q, %v", tc.remember, got, err)
			}
		}
	})
}

// An address is a person's by an identity of his own, in the form in which it
// is kept, and nothing is no address.
func TestWhoHasAnAddress(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	berit := signIn(t, w, arrival(mail, "berit", "Berit@nes.example"))
	carl := signIn(t, w, arrival(mail, "carl", ""))
	for _, tc := range []struct {
		who   party.Login
		email string
		want  bool
	}{{berit, "berit@nes.example", true}, {berit, "", false}, {berit, "carl@nes.example", false}, {carl, "berit@nes.example", false}, {carl, "", false}} {
		if has, err := w.HasAddress(t.Context(), himself(tc.who), tc.email); err != nil || has != tc.want {
			t.Errorf("%s has %q: %v, %v", tc.who.Subject, tc.email, has, err)
		}
	}
	_, err := w.HasAddress(t.Context(), modelstest.Operator, "berit@nes.example")
	mustBe(t, err, models.Forbidden, models.CodeForbidden)
}
