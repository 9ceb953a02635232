package registry_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// loggedIn says which of the logins last, by the letters of the alphabet.
func loggedIn(t *testing.T, w *modelstest.World, logins ...party.Login) string {
	t.Helper()
	var out []byte
	for i, l := range logins {
		in, err := w.LoggedIn(t.Context(), l.ID)
		if err != nil {
			t.Fatal(err)
		}
		if in {
			out = append(out, byte('a'+i))
		}
	}
	return string(out)
}

func at(who party.Arrival, sid string) party.Arrival { who.SID = sid; return who }

// A login lasts until its person, or its provider, ends it (security C8).
func TestLoginsEnd(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		berit, carl := arrival(mail, "berit", ""), arrival(mail, "carl", "")
		for _, tc := range []struct {
			name    string
			end     func(*testing.T, *modelstest.World, []party.Login) error
			last    string
			subject func([]party.Login) string
			detail  audit.Detail
			by      models.ActorKind
		}{
			{"one", func(t *testing.T, w *modelstest.World, l []party.Login) error {
				return w.EndLogin(t.Context(), himself(l[0]), l[1].ID)
			}, "acd", func(l []party.Login) string { return "login:" + string(l[1].ID) }, nil, models.Person},
			{"her others", func(t *testing.T, w *modelstest.World, l []party.Login) error {
				return second(w.EndOtherLogins(t.Context(), himself(l[0]), l[0].ID))
			}, "ad", ofA, audit.Detail{"logins": "2"}, models.Person},
			{"a session at the provider", func(t *testing.T, w *modelstest.World, l []party.Login) error {
				return second(w.EndLoginsAt(t.Context(), mail, "", "two"))
			}, "acd", ofA, audit.Detail{"logins": "1"}, models.Issuer},
			{"a subject at the provider", func(t *testing.T, w *modelstest.World, l []party.Login) error {
				return second(w.EndLoginsAt(t.Context(), mail, "berit", ""))
			}, "d", ofA, audit.Detail{"logins": "3"}, models.Issuer},
			{"a session of a subject", func(t *testing.T, w *modelstest.World, l []party.Login) error {
				return second(w.EndLoginsAt(t.Context(), mail, "berit", "one"))
			}, "bcd", ofA, audit.Detail{"logins": "1"}, models.Issuer},
		} {
			t.Run(tc.name, func(t *testing.T) {
				t.Parallel()
				w := open(t)
				l := []party.Login{signIn(t, w, at(berit, "one")), signIn(t, w, at(berit, "two")), signIn(t, w, berit), signIn(t, w, at(carl, "four"))}
				before := len(w.Entries(t))
				for range 2 { // ending again ends nothing
					if err := tc.end(t, w, l); err != nil {
						t.Fatal(err)
					}
				}
				if got := loggedIn(t, w, l...); got != tc.last {
					t.Errorf("logged in: %s, want %s", got, tc.last)
				}
				e := w.Entries(t)[before:]
				if len(e) != 1 || e[0].Action != "login.end" || e[0].Subject != tc.subject(l) || !cmp.Equal(e[0].Detail, tc.detail) || e[0].Actor.Kind != tc.by {
					t.Errorf("recorded %+v", e)
				}
				mustVerify(t, w)
			})
		}
	})
}

func ofA(l []party.Login) string { return "person:" + string(l[0].Person) }

func TestLoginsOfOthersStay(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		berit, carl := signIn(t, w, at(arrival(mail, "berit", ""), "one")), signIn(t, w, at(arrival(mail, "carl", ""), "two"))
		before := marked(t, w)
		for what, end := range map[string]func() (int, error){
			"another issuer's session": func() (int, error) { return w.EndLoginsAt(t.Context(), third, "", "one") },
			"another issuer's subject": func() (int, error) { return w.EndLoginsAt(t.Context(), third, "berit", "") },
			"a session of another":     func() (int, error) { return w.EndLoginsAt(t.Context(), mail, "berit", "two") },
			"others, of one who has none": func() (int, error) {
				return w.EndOtherLogins(t.Context(), himself(carl), carl.ID)
			},
		} {
			if n, err := end(); n != 0 || err != nil {
				t.Errorf("%s: %d, %v", what, n, err)
			}
		}
		for _, args := range [][3]string{{"", "berit", ""}, {mail, "", ""}, {"", "", "one"}} {
			_, err := w.EndLoginsAt(t.Context(), args[0], args[1], args[2])
			mustBe(t, err, models.Invalid, models.CodeInvalid)
		}
		before.mustHaveDoneNothing(t)
		mustBe(t, w.EndLogin(t.Context(), himself(carl), berit.ID), models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "login.end", models.CodeNotFound)
		if logins, err := w.Logins(t.Context(), himself(carl)); err != nil || !cmp.Equal(logins, []party.Login{carl}) {
			t.Errorf("his logins: %+v, %v", logins, err)
		}
	})
}

// Whether a login lasts is one statement, and that it was seen is written at
// most once a minute.
func TestLoggedIn(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		l := signIn(t, w, arrival(mail, "berit", ""))
		for _, tc := range []struct{ after, seen time.Duration }{{0, 0}, {59 * time.Second, 0}, {time.Minute, time.Minute}, {119 * time.Second, time.Minute}} {
			w.Clock.Set(modelstest.Noon.Add(tc.after))
			if got := loggedIn(t, w, l); got != "a" {
				t.Fatal("not logged in")
			}
			logins, err := w.Logins(t.Context(), himself(l))
			if err != nil || len(logins) != 1 || !logins[0].Seen.Equal(modelstest.Noon.Add(tc.seen)) {
				t.Errorf("after %s: %+v, %v", tc.after, logins, err)
			}
		}
		for after, lasts := range map[time.Duration]int{29 * time.Minute: 1, 30 * time.Minute: 0} { // unused for so long
			w.Clock.Set(modelstest.Noon.Add(time.Minute + after))
			if logins, err := w.Logins(t.Context(), himself(l)); err != nil || len(logins) != lasts {
				t.Errorf("unused for %s: %+v, %v", after, logins, err)
			}
		}
		if got := loggedIn(t, w, party.Login{ID: models.NewID()}, party.Login{}); got != "" {
			t.Errorf("logins that nobody knows last: %s", got)
		}
		w.Clock.Set(modelstest.Noon.Add(30 * 24 * time.Hour))
		if n, err := w.PurgeLogins(t.Context()); n != 0 || err != nil {
			t.Errorf("purged %d, %v", n, err)
		}
		w.Clock.Set(modelstest.Noon.Add(30*24*time.Hour + time.Millisecond))
		if n, err := w.PurgeLogins(t.Context()); n == 0 || err != nil || loggedIn(t, w, l) != "" {
			t.Errorf("purged %d, %v", n, err)
		}
	})
}

// Proving anew changes the login and no other, and only for the same person.
func TestProveAgain(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		l := signIn(t, w, at(arrival(mail, "berit", ""), "one"))
		other := signIn(t, w, arrival(mail, "berit", ""))
		carl := signIn(t, w, arrival(mail, "carl", ""))
		w.Clock.Set(modelstest.Noon.Add(20 * time.Minute))
		linked := arrival(eid, "b", "")
		linked.PID = freshPID(t)
		if err := w.Link(t.Context(), himself(l), linked); err != nil {
			t.Fatal(err)
		}
		linked.Level, linked.AuthTime, linked.SID = 4, w.Clock.Now(), "eid-1"
		got, err := w.ProveAgain(t.Context(), himself(l), l.ID, linked)
		want := l
		want.Provider, want.Issuer, want.Subject, want.SID = linked.Provider, eid, "b", "eid-1"
		want.Level, want.AuthTime, want.Seen = 4, w.Clock.Now(), w.Clock.Now()
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		logins, err := w.Logins(t.Context(), himself(l))
		if err != nil || len(logins) != 2 || !contains(logins, want) || !contains(logins, other) {
			t.Errorf("%+v, %v", logins, err)
		}
		if n, err := w.EndLoginsAt(t.Context(), eid, "", "eid-1"); n != 1 || err != nil {
			t.Errorf("the provider of the new proof ends %d, %v", n, err)
		}
		for name, tc := range map[string]struct {
			login models.ID
			who   party.Arrival
			kind  models.Kind
			code  models.Code
		}{
			"somebody else":               {other.ID, arrival(mail, "carl", ""), models.Forbidden, models.CodeOtherPerson},
			"somebody new":                {other.ID, arrival(third, "x", ""), models.Forbidden, models.CodeOtherPerson},
			"somebody else by his number": {other.ID, with(arrival(third, "x", ""), kari), models.Forbidden, models.CodeOtherPerson},
			"with another's number":       {other.ID, with(arrival(mail, "berit", ""), kari), models.Unauthenticated, models.CodeLoginFailed},
			"in a login that has ended":   {l.ID, arrival(mail, "berit", ""), models.Unauthenticated, models.CodeUnauthenticated},
			"in another's login":          {carl.ID, arrival(mail, "berit", ""), models.Unauthenticated, models.CodeUnauthenticated},
			"in no login":                 {models.NewID(), arrival(mail, "berit", ""), models.Unauthenticated, models.CodeUnauthenticated},
		} {
			before := marked(t, w)
			_, err := w.ProveAgain(t.Context(), himself(l), tc.login, tc.who)
			mustBe(t, err, tc.kind, tc.code)
			if tc.kind == models.Forbidden {
				before.mustHaveDenied(t, "person.identify", tc.code)
			} else {
				before.mustHaveDoneNothing(t)
			}
			if t.Failed() {
				t.Fatal(name)
			}
		}
		byNumber := arrival(third, "b-3", "")
		byNumber.PID = freshPID(t)
		if _, err := w.ProveAgain(t.Context(), himself(l), other.ID, byNumber); err != nil {
			t.Errorf("by the number at a provider that is new to us: %v", err)
		}
	})
}

func contains(logins []party.Login, l party.Login) bool {
	for _, x := range logins {
		if cmp.Equal(x, l) {
			return true
		}
	}
	return false
}

// An address, a subject or a number never gets into the audit log.
func TestTheLogNamesNobody(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	who := arrival(mail, "subject-of-berit", "berit@nes.example")
	who.PID, who.SID, who.Agent = freshPID(t), "session-of-berit", "browser-of-berit"
	who.Level = 3
	l := signIn(t, w, who)
	if err := w.Link(t.Context(), himself(l), arrival(third, "other-of-berit", "berit@nes.example")); err != nil {
		t.Fatal(err)
	}
	if err := w.Unlink(t.Context(), himself(l), mail, "subject-of-berit"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Remap(t.Context(), modelstest.Operator, []registry.Remapping{{
		From: party.Identity{Issuer: third, Subject: "other-of-berit"}, To: party.Identity{Issuer: third, Subject: "new-of-berit"},
	}}, false); err != nil {
		t.Fatal(err)
	}
	if err := w.Erase(t.Context(), himself(l), l.Person); err != nil {
		t.Fatal(err)
	}
	mustHoldNoTrace(t, w, "audit_entry", "of-berit", "nes.example", freshPID(t).Reveal())
	mustHoldNoTrace(t, w, "outbox_event", "of-berit", "nes.example", freshPID(t).Reveal())
}
