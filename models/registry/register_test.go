package registry_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// book is a register that the test writes. models/brreg is the real one, with
// tests of its own.
type book struct {
	units     map[party.OrgNo]party.Organisation
	relations map[party.OrgNo][]party.Relation
	roles     map[party.OrgNo][]exchange.Person
	updates   map[string][]party.OrgNo // the number of an update is its place from 1
	since     int                      // how many updates are from before anybody could ask
	down      map[party.OrgNo]bool     // it does not answer about these
	old       time.Duration            // its answers are from memory
	now       func() time.Time
	asked     []party.OrgNo // about the organisation itself
	roleAsked int
}

var errDown = &models.Error{Kind: models.Unavailable, Code: models.CodeRegisterDown}

func (b *book) Organisation(_ context.Context, o party.OrgNo) (party.Organisation, time.Time, error) {
	b.asked = append(b.asked, o)
	if b.down[o] {
		return party.Organisation{}, time.Time{}, errDown
	}
	u, ok := b.units[o]
	if !ok {
		return u, time.Time{}, models.NewError(models.NotFound, models.CodeOrgUnknown)
	}
	return u, b.now().Add(-b.old), nil
}

func (b *book) Relations(_ context.Context, o party.OrgNo) ([]party.Relation, time.Time, error) {
	if b.down[o] {
		return nil, time.Time{}, errDown
	}
	return b.relations[o], b.now().Add(-b.old), nil
}

func (b *book) Roles(_ context.Context, o party.OrgNo) ([]exchange.Row, error) {
	b.roleAsked++
	if b.down[o] {
		return nil, errDown
	}
	if _, ok := b.units[o]; !ok {
		return nil, models.NewError(models.NotFound, models.CodeOrgUnknown)
	}
	rows := []exchange.Row{{Place: "role 0", Err: errors.New("the role code is none that we know")}}
	for _, p := range b.roles[o] {
		rows = append(rows, exchange.Row{Place: "role", Value: p})
	}
	return rows, nil
}

func (b *book) Updates(_ context.Context, feed string, after int64, since time.Time, limit int) ([]party.OrgNo, int64, error) {
	if after == 0 {
		if since.IsZero() {
			return nil, 0, errors.New("all of history is asked for")
		}
		after = int64(b.since)
	}
	list := b.updates[feed][min(int(after), len(b.updates[feed])):]
	list = list[:min(len(list), limit)]
	return list, after + int64(len(list)), nil
}

const (
	stranger party.OrgNo = "991825827" // an organisation that is not here
	advisers party.OrgNo = "313775429" // accountants that are not here
)

// registered gives the world a register in which the four organisations are as
// they are here, with people.
func registered(w *modelstest.World) *book {
	b := &book{
		units: map[party.OrgNo]party.Organisation{}, relations: map[party.OrgNo][]party.Relation{},
		roles: map[party.OrgNo][]exchange.Person{}, updates: map[string][]party.OrgNo{}, down: map[party.OrgNo]bool{}, now: w.Clock.Now,
	}
	for o, name := range map[party.OrgNo]string{
		fjord: "Fjord Programvare AS", loggen: "Loggen Data AS", bakeri: "Nes Bakeri AS", verft: "Vik Verft AS", stranger: "Fremmed AS", advisers: "Råd AS",
	} {
		b.units[o] = party.Organisation{OrgNo: o, Name: name, Form: "AS"}
	}
	for _, feed := range []string{"enheter", "underenheter", "roller"} {
		b.updates[feed] = []party.OrgNo{stranger}
	}
	w.Register, w.RegisterRoles = b, true
	return b
}

func holds(who modelstest.Name, o party.OrgNo, urn string) exchange.Person {
	return exchange.Person{PID: modelstest.PID(who), Name: string(who), OrgNo: o, URN: urn}
}

func mustSync(t *testing.T, w *modelstest.World, want string) {
	t.Helper()
	report, err := w.SyncRegister(t.Context(), modelstest.Operator)
	if err != nil || report.String() != want {
		t.Errorf("%s %v, %v; want %s", report, report.Refused, err, want)
	}
}

// The first run asks about everything that is here; later runs about what the
// feeds tell of, and only of organisations that are here.
func TestTheRegisterIsFollowed(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		b := registered(w)
		w.Approved(t, "one")
		b.roles[verft] = []exchange.Person{holds(siri, verft, modelstest.Director)}
		b.relations[verft] = []party.Relation{{Facilitator: advisers, Client: verft, RoleURN: modelstest.Accountant}}
		// Four organisations; new are the accountants, the relation, and Siri's role.
		mustSync(t, w, "register: 4 asked about, 0 unknown, 2 new, 1 changed, 0 ended, 4 refused")
		b.asked = nil
		mustSync(t, w, "register: 0 asked about, 0 unknown, 0 new, 0 changed, 0 ended, 0 refused")
		if len(b.asked) > 0 {
			t.Errorf("nothing has changed and it asked about %v", b.asked)
		}

		gone := b.units[bakeri]
		gone.StruckOff = modelstest.Noon.AddDate(0, 0, -1)
		b.units[bakeri] = gone
		b.updates["enheter"] = append(b.updates["enheter"], stranger, bakeri)
		delete(b.units, loggen)
		b.updates["enheter"] = append(b.updates["enheter"], loggen)
		b.roles[verft] = []exchange.Person{holds(turid, verft, modelstest.Chair)}
		b.relations[verft] = nil
		b.updates["roller"] = append(b.updates["roller"], verft)
		// Turid's role is new to her; Siri's role and the relation have ended.
		before := marked(t, w)
		mustSync(t, w, "register: 3 asked about, 1 unknown, 0 new, 2 changed, 2 ended, 1 refused")
		if !slices.Equal(b.asked, []party.OrgNo{bakeri, loggen}) {
			t.Errorf("asked about %v", b.asked)
		}
		var actions []string
		for _, e := range before.since(t) {
			actions = append(actions, e.Action+" "+e.Subject)
		}
		want := []string{"organisation.strike_off organisation:" + string(bakeri), "register.sync register:enheter", "register.sync register:roller"}
		if diff := cmp.Diff(want, actions); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
		if !binding(t, w, "one").Paused {
			t.Error("the system user of the struck off organisation is not paused")
		}
		if ms, err := w.Memberships(t.Context(), w.ID(siri)); err != nil || len(ms) > 0 {
			t.Errorf("Siri is in %v, %v, though the register no longer says so", ms, err)
		}
		// The very next update is not lost.
		for _, name := range []string{"Vik Verft I AS", "Vik Verft II AS"} {
			changed := b.units[verft]
			changed.Name = name
			b.units[verft] = changed
			b.updates["enheter"] = append(b.updates["enheter"], verft)
			mustSync(t, w, "register: 1 asked about, 0 unknown, 0 new, 1 changed, 0 ended, 0 refused")
		}
		mustVerify(t, w)
	})
}

// The address that the register gives is the one that is written to, and none is
// when it gives none any more.
func TestTheAddressOfAnOrganisationFollowsTheRegister(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		b := registered(w)
		address := func() string {
			t.Helper()
			return read(t, w, func(tx registry.Reader) (string, error) {
				o, err := tx.Organisation(t.Context(), bakeri)
				return o.Email, err
			})
		}
		mustSync(t, w, "register: 4 asked about, 0 unknown, 0 new, 0 changed, 0 ended, 4 refused")
		for _, email := range []string{"post@nes.example", "ny@nes.example", ""} {
			was := b.units[bakeri]
			was.Email = email
			b.units[bakeri] = was
			for _, want := range []string{"1 changed", "0 changed"} {
				b.updates["enheter"] = append(b.updates["enheter"], bakeri)
				mustSync(t, w, "register: 1 asked about, 0 unknown, 0 new, "+want+", 0 ended, 0 refused")
				if got := address(); got != email {
					t.Errorf("the address is %q, want %q", got, email)
				}
			}
		}
	})
}

// A register that fails in the middle leaves what was done whole, and the next
// run goes on there.
func TestAnOutageOfTheRegister(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		b := registered(w)
		b.down[verft] = true
		before := marked(t, w)
		_, err := w.SyncRegister(t.Context(), modelstest.Operator)
		mustBe(t, err, models.Unavailable, models.CodeRegisterDown)
		if entries := before.since(t); len(entries) > 0 {
			t.Errorf("recorded %+v", entries)
		}
		b.down[verft] = false
		mustSync(t, w, "register: 4 asked about, 0 unknown, 0 new, 0 changed, 0 ended, 4 refused")

		changed := b.units[verft]
		changed.Name = "Vik Skipsverft AS"
		b.units[verft] = changed
		b.updates["enheter"] = append(b.updates["enheter"], bakeri, verft)
		for name, fault := range map[string]func(bool){
			"it does not answer":                        func(is bool) { b.down[verft] = is },
			"it answers from memory, of before we knew": func(is bool) { b.old = map[bool]time.Duration{true: time.Minute}[is] },
		} {
			fault(true)
			before = marked(t, w)
			if _, err := w.SyncRegister(t.Context(), modelstest.Operator); err == nil {
				t.Errorf("%s: no error", name)
			}
			before.mustHaveDoneNothing(t)
			fault(false)
		}
		mustSync(t, w, "register: 2 asked about, 0 unknown, 0 new, 1 changed, 0 ended, 0 refused")
	})
}

// Two nodes at once do not take the same step twice.
func TestTwoRunsAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		err := w.DB.Write(t.Context(), func(tx registry.Tx) error { return tx.MoveCursor(t.Context(), "enheter", "", "7") })
		if err != nil {
			t.Fatal(err)
		}
		for _, was := range []string{"", "6", "70"} {
			err := w.DB.Write(t.Context(), func(tx registry.Tx) error { return tx.MoveCursor(t.Context(), "enheter", was, "9") })
			mustBe(t, err, models.Conflict, models.CodeConflict)
		}
	})
}

func TestWhoMayAskTheRegister(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	_, err := w.SyncRegister(t.Context(), modelstest.Operator)
	mustBe(t, err, models.Unavailable, models.CodeRegisterDown)
	b := registered(w)
	_, err = w.SyncRegister(t.Context(), w.As(kari, bakeri))
	mustBe(t, err, models.Forbidden, models.CodeForbidden)
	_, err = w.RefreshOrganisation(t.Context(), w.As(kari, bakeri), bakeri)
	mustBe(t, err, models.Forbidden, models.CodeForbidden)
	if len(b.asked) > 0 {
		t.Error("the register was asked all the same")
	}
	_, err = w.RefreshOrganisation(t.Context(), modelstest.Operator, "123456785")
	mustBe(t, err, models.NotFound, models.CodeOrgUnknown)
	report, err := w.RefreshOrganisation(t.Context(), modelstest.Operator, stranger)
	if err != nil || report.Added != 1 {
		t.Errorf("%s, %v", report, err)
	}
}

// A person gets into an organisation by what the register says of his national
// id, and by nothing else.
func TestAPersonClaimsAnOrganisation(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		b := registered(w)
		b.roles[stranger] = []exchange.Person{holds(siri, stranger, modelstest.Director), holds(kari, stranger, modelstest.Chair)}
		himself := models.Actor{Kind: models.Person, ID: string(w.ID(siri)), Level: 3}
		before := marked(t, w)
		org, err := w.ClaimOrganisation(t.Context(), himself, stranger)
		if err != nil || org.OrgNo != stranger || org.Name != "Fremmed AS" {
			t.Fatalf("%+v, %v", org, err)
		}
		if e := before.mustHaveDone(t, "organisation.claim", "organisation:"+string(stranger)); e.Detail["roles"] != modelstest.Director {
			t.Errorf("recorded %+v", e)
		}
		for who, want := range map[modelstest.Name]int{siri: 1, kari: 1} { // Kari has the bakery only
			if ms, err := w.Memberships(t.Context(), w.ID(who)); err != nil || len(ms) != want {
				t.Errorf("%s is in %+v, %v", who, ms, err)
			}
		}
		// Another role, and not that one any more.
		b.roles[stranger] = []exchange.Person{holds(siri, stranger, modelstest.Chair)}
		if _, err := w.ClaimOrganisation(t.Context(), himself, stranger); err != nil {
			t.Fatal(err)
		}
		hs := read(t, w, func(tx registry.Reader) ([]party.Holding, error) {
			return tx.HoldingsOf(t.Context(), w.ID(siri), w.Clock.Now())
		})
		if len(hs) != 1 || hs[0].URN != modelstest.Chair || hs[0].Source != party.SourceRegister {
			t.Errorf("she holds %+v", hs)
		}
	})
}

// Every no is the same, whether or not there is such an organisation.
func TestAClaimThatTheRegisterDoesNotBear(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	b := registered(w)
	struck := b.units[advisers]
	struck.StruckOff = modelstest.Noon.AddDate(0, 0, -1)
	b.units[advisers] = struck
	b.roles[advisers] = []exchange.Person{holds(siri, advisers, modelstest.Director)}
	namesake := holds(kari, stranger, modelstest.Director)
	namesake.Name = "Siri"
	b.roles[stranger] = []exchange.Person{namesake}
	b.roles[loggen] = []exchange.Person{holds(siri, verft, modelstest.Director)} // an answer about another
	b.roles[fjord] = []exchange.Person{holds(siri, fjord, "urn:altinn:external-role:ccr:ukjent")}
	himself := models.Actor{Kind: models.Person, ID: string(w.ID(siri)), Level: 3}
	for name, o := range map[string]party.OrgNo{
		"somebody of his name has a role":   stranger,
		"nobody has a role":                 bakeri,
		"there is no such organisation":     "123456785",
		"it has been struck off":            advisers,
		"the answer is about another":       loggen,
		"a role that the catalogue has not": fjord,
	} {
		before := marked(t, w)
		_, err := w.ClaimOrganisation(t.Context(), himself, o)
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "organisation.claim", models.CodeNotFound)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	for range 4 {
		_, _ = w.ClaimOrganisation(t.Context(), himself, bakeri)
	}
	b.roleAsked = 0
	_, err := w.ClaimOrganisation(t.Context(), himself, bakeri)
	mustBe(t, err, models.TooMany, models.CodeClaimsMany)
	if b.roleAsked > 0 {
		t.Error("after ten wrong ones the register is asked all the same")
	}
	w.Clock.Set(w.Clock.Now().Add(time.Hour + time.Millisecond))
	_, err = w.ClaimOrganisation(t.Context(), himself, bakeri)
	mustBe(t, err, models.NotFound, models.CodeNotFound)
}

func TestAClaimThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	himself := models.Actor{Kind: models.Person, ID: string(w.ID(siri)), Level: 3}
	claim := func(a models.Actor, o party.OrgNo) error { return second(w.ClaimOrganisation(t.Context(), a, o)) }
	mustBe(t, claim(himself, bakeri), models.Unavailable, models.CodeRegisterDown)
	b := registered(w)
	mustFault(t, claim(himself, "991825828"), "organisation orgno.check_digit")
	b.down[bakeri] = true
	before := marked(t, w)
	mustBe(t, claim(himself, bakeri), models.Unavailable, models.CodeRegisterDown)
	before.mustHaveDoneNothing(t)
	l, err := w.SignIn(t.Context(), party.Arrival{Identity: party.Identity{Issuer: modelstest.Login, Subject: "new", Name: "Siri"}})
	if err != nil {
		t.Fatal(err)
	}
	b.roleAsked = 0
	mustBe(t, claim(models.Actor{Kind: models.Person, ID: string(l.Person)}, stranger), models.Forbidden, models.CodeNoNationalID)
	mustBe(t, claim(modelstest.Operator, stranger), models.Forbidden, models.CodeForbidden)
	if b.roleAsked > 0 {
		t.Error("the register was asked about nobody")
	}
}

func read[V any](t *testing.T, w *modelstest.World, f func(registry.Reader) (V, error)) V {
	t.Helper()
	var v V
	if err := w.DB.Read(t.Context(), func(tx registry.Reader) (err error) { v, err = f(tx); return err }); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestNothingOfItIsHalfDone fails each of these use cases at each of its writes.
func TestNothingOfItIsHalfDone(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		type world = *modelstest.World
		for _, tc := range []struct {
			name   string
			writes int
			set    func(*testing.T, world) (act func() error)
		}{
			// the organisation, that it is struck off, the pause, two entries, an event
			{"strike off by a file", 6, func(t *testing.T, w world) func() error {
				w.Approved(t, "one")
				return func() error {
					return second(w.Import(t.Context(), modelstest.Operator, exchange.Organisations, "test", modelstest.Rows(struckOff)))
				}
			}},
			{"let it stand again", 6, func(t *testing.T, w world) func() error {
				w.Approved(t, "one")
				strike(t, w, struckOff)
				return func() error {
					return second(w.Import(t.Context(), modelstest.Operator, exchange.Organisations, "test", modelstest.Rows(standing)))
				}
			}},
			{"import relations in full", 3, func(t *testing.T, w world) func() error {
				one := party.Relation{Facilitator: fjord, Client: bakeri, RoleURN: modelstest.Accountant}
				two := party.Relation{Facilitator: fjord, Client: verft, RoleURN: modelstest.Accountant}
				how := registry.How{Source: "hr", Full: true}
				if _, err := bring(t, w, exchange.Relations, how, one, two); err != nil {
					t.Fatal(err)
				}
				return func() error { return second(bring(t, w, exchange.Relations, how, two)) }
			}},
			// the accountants and whether they stand, the organisation and whether it
			// stands, a relation, a person, what has ended of both, an entry
			{"refresh an organisation", 9, func(t *testing.T, w world) func() error {
				b := registered(w)
				b.relations[verft] = []party.Relation{{Facilitator: advisers, Client: verft, RoleURN: modelstest.Accountant}}
				b.roles[verft] = []exchange.Person{holds(siri, verft, modelstest.Chair)}
				return func() error { return second(w.RefreshOrganisation(t.Context(), modelstest.Operator, verft)) }
			}},
			// the organisation, whether it stands, the role, what has ended, entry, event
			{"claim an organisation", 6, func(t *testing.T, w world) func() error {
				b := registered(w)
				b.roles[stranger] = []exchange.Person{holds(siri, stranger, modelstest.Chair)}
				return func() error {
					return second(w.ClaimOrganisation(t.Context(), models.Actor{Kind: models.Person, ID: string(w.ID(siri))}, stranger))
				}
			}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				t.Parallel()
				var f *failing
				w := open(t, func(s registry.Store) registry.Store { f = &failing{Store: s}; return f })
				act := tc.set(t, w)
				before := w.Tables(t)
				for n := 1; n <= tc.writes; n++ {
					f.at, f.writes = n, 0
					if err := act(); !errors.Is(err, errDisk) {
						t.Fatalf("with write %d failing: %v", n, err)
					}
					if diff := cmp.Diff(before, w.Tables(t)); diff != "" {
						t.Fatalf("write %d fails and something is left (-before +after):\n%s", n, diff)
					}
				}
				f.at, f.writes = 0, 0
				if err := act(); err != nil || f.writes != tc.writes {
					t.Errorf("without a fault: %v, %d writes, want %d", err, f.writes, tc.writes)
				}
				mustVerify(t, w)
			})
		}
	})
}
