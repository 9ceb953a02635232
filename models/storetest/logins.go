package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// login is one of the person's at the portal.
func login(person models.ID, sid string) party.Login {
	return party.Login{
		ID: models.NewID(), Person: person, Provider: "portal", Issuer: portal, Subject: "s-" + string(person), SID: sid,
		Level: 3, AuthTime: Now().Add(-time.Minute), Started: Now(), Seen: Now(), Agent: "Firefox on Linux",
	}
}

func loginBy(id models.ID) func(context.Context, registry.Reader) (party.Login, error) {
	return func(ctx context.Context, r registry.Reader) (party.Login, error) { return r.Login(ctx, id) }
}

func addLogin(t testing.TB, k *kit, l party.Login) party.Login {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddLogin(ctx, l) })
	return l
}

func testLogins(t *testing.T, k *kit) {
	settle(t, k)
	one := addLogin(t, k, login(berit, "1"))
	two := login(berit, "2")
	two.Started = Now().Add(time.Hour)
	addLogin(t, k, two)
	addLogin(t, k, login(vidar, "3"))
	same(t, "login", one, read(t, k, loginBy(one.ID)))
	_, err := tryRead(t, k, loginBy(models.NewID()))
	notFound(t, err)
	of := func(ctx context.Context, r registry.Reader) ([]party.Login, error) { return r.Logins(ctx, berit) }
	same(t, "logins, the newest first", []party.Login{two, one}, read(t, k, of))

	seen := func(at time.Time) {
		k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.SawLogin(ctx, one.ID, at) })
	}
	one.Seen = Now().Add(time.Minute)
	seen(one.Seen)
	seen(Now()) // never back
	same(t, "seen", one, read(t, k, loginBy(one.ID)))

	one.Provider, one.Issuer, one.Subject, one.SID, one.Level, one.AuthTime = "idp", maskin, "x", "", 4, Now().Add(time.Minute)
	changed := one
	changed.Started, changed.Agent = Now().Add(time.Hour), "another"
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.ProveLogin(ctx, changed) })
	same(t, "proved anew, all but start and agent", one, read(t, k, loginBy(one.ID)))
	prove := func(l party.Login) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.ProveLogin(ctx, l) })
	}
	other := one
	other.Person = vidar
	notFound(t, prove(other))
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.EndLogins(ctx, registry.WhichLogins{ID: one.ID}, Now())
		return err
	})
	notFound(t, prove(one))
	seen(Now().Add(time.Hour))
	one.Ended = Now()
	same(t, "what has ended is not seen", one, read(t, k, loginBy(one.ID)))

	for before, want := range map[time.Time]int64{Now(): 0, Now().Add(time.Millisecond): 2} {
		err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
			n, err := tx.PurgeLogins(ctx, before)
			if err == nil && n != want {
				err = fmt.Errorf("purged %d, want %d", n, want)
			}
			if err != nil {
				return err
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			t.Errorf("before %v: %v", before, err)
		}
	}
}

// errUndo ends a transaction that is to leave nothing.
var errUndo = errors.New("undo")

func testEndLogins(t *testing.T, k *kit) {
	settle(t, k)
	all := map[string]party.Login{}
	for name, l := range map[string]party.Login{"a": login(berit, "one"), "b": login(berit, "two"), "c": login(berit, ""), "d": login(vidar, "one")} {
		all[name] = addLogin(t, k, l)
	}
	elsewhere := login(berit, "one")
	elsewhere.Issuer = maskin
	all["e"] = addLogin(t, k, elsewhere)
	over := login(berit, "one")
	over.Ended = Now().Add(-time.Hour)
	all["f"] = addLogin(t, k, over)

	subject := "s-" + string(berit)
	for _, c := range []struct {
		name  string
		which registry.WhichLogins
		want  string
	}{
		{"one", registry.WhichLogins{ID: all["a"].ID}, "a"},
		{"one of the person's", registry.WhichLogins{ID: all["a"].ID, Person: berit}, "a"},
		{"one of another's", registry.WhichLogins{ID: all["a"].ID, Person: vidar}, ""},
		{"one that has ended", registry.WhichLogins{ID: all["f"].ID}, ""},
		{"all of a person's", registry.WhichLogins{Person: berit}, "abce"},
		{"all but one", registry.WhichLogins{Person: berit, Except: all["b"].ID}, "ace"},
		{"by an identity", registry.WhichLogins{Issuer: portal, Subject: subject}, "abc"},
		{"in a session at the provider", registry.WhichLogins{Issuer: portal, SID: "one"}, "ad"},
		{"in a session of the subject", registry.WhichLogins{Issuer: portal, Subject: subject, SID: "one"}, "a"},
		{"in a session that nobody knows", registry.WhichLogins{Issuer: portal, SID: "on"}, ""},
		{"all but one of nobody", registry.WhichLogins{Except: all["a"].ID}, ""},
		{"none", registry.WhichLogins{}, ""},
	} {
		err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
			ended, err := tx.EndLogins(ctx, c.which, Now())
			if err != nil {
				return err
			}
			var got string
			for name, l := range all {
				now, err := tx.Login(ctx, l.ID)
				if err != nil {
					return err
				}
				if l.Ended.IsZero() && now.Ended.Equal(Now()) {
					got += name
				}
			}
			same(t, c.name, letters(c.want), letters(got))
			if len(ended) != len(c.want) {
				t.Errorf("%s: returned %d", c.name, len(ended))
			}
			for _, l := range ended {
				if !l.Ended.Equal(Now()) {
					t.Errorf("%s: returned as ended at %v", c.name, l.Ended)
				}
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// letters is the letters of a word as a set.
func letters(s string) map[rune]bool {
	set := map[rune]bool{}
	for _, r := range s {
		set[r] = true
	}
	return set
}
