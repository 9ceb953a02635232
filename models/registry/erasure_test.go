package registry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
)

func mustHoldNoTrace(t *testing.T, w *modelstest.World, table string, traces ...string) {
	t.Helper()
	rows := strings.Join(w.Tables(t)[table], "\n")
	for _, trace := range traces {
		if strings.Contains(rows, trace) {
			t.Errorf("%s holds %q", table, trace)
		}
	}
}

// What is known of a person goes, and the audit log stays as it was, byte for
// byte, and holds (security H6).
func TestErase(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Approved(t, "one")
		who := party.Arrival{
			Identity: modelstest.Identity(kari), Provider: "trace-provider", SID: "trace-sid", Agent: "trace-agent", Level: 4, AuthTime: modelstest.Noon,
		}
		who.Name, who.Email = "Trace Nordmann", "trace@nes.example"
		l := signIn(t, w, who)
		id := w.ID(kari)
		before, log := marked(t, w), w.Tables(t)["audit_entry"]
		traces := []string{"Trace Nordmann", "trace@nes.example", "trace-sid", "trace-agent", "trace-provider"}
		all := func() string {
			var b strings.Builder
			for name, rows := range w.Tables(t) {
				fmt.Fprintln(&b, name, strings.Join(rows, "\n"))
			}
			return b.String()
		}
		for _, trace := range traces {
			if !strings.Contains(all(), trace) {
				t.Fatalf("the test does not see %s", trace)
			}
		}
		if err := w.Erase(t.Context(), modelstest.Operator, id); err != nil {
			t.Fatal(err)
		}
		for _, trace := range traces {
			if strings.Contains(all(), trace) {
				t.Errorf("%s is still there", trace)
			}
		}
		e := before.since(t)
		if len(e) != 1 || e[0].Action != "person.erase" || e[0].Subject != "person:"+string(id) || e[0].Detail != nil {
			t.Errorf("recorded %+v", e)
		}
		after := w.Tables(t)["audit_entry"]
		for _, row := range log {
			if !slices.Contains(after, row) {
				t.Errorf("an entry has changed: %s", row)
			}
		}
		mustVerify(t, w)
		if loggedIn(t, w, l) != "" {
			t.Error("he is still logged in")
		}
		if p, err := w.Person(t.Context(), id); err != nil || p.Name != "" || !p.Erased.Equal(w.Clock.Now()) {
			t.Errorf("he is %+v, %v", p, err)
		}
		if held, err := w.Memberships(t.Context(), id); err != nil || len(held) != 0 {
			t.Errorf("he holds %+v, %v", held, err)
		}
		if u, err := w.SystemUser(t.Context(), w.As(ola, bakeri), sent.ID); err != nil || u.SystemUser.ApprovedBy != id {
			t.Errorf("what he approved: %+v, %v", u, err)
		}
		entries := len(w.Entries(t))
		if err := w.Erase(t.Context(), modelstest.Operator, id); err != nil || len(w.Entries(t)) != entries {
			t.Errorf("erasing again: %v, %d entries more", err, len(w.Entries(t))-entries)
		}
		if again := signIn(t, w, who); again.Person == id {
			t.Error("logging in again he is whom he was")
		}
		if err := w.Link(t.Context(), models.Actor{Kind: models.Person, ID: string(id)}, arrival(third, "x", "")); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("who was erased links: %v", err)
		}
	})
}

// He erases himself unless an organisation would be without an administrator;
// another he never does.
func TestEraseOneself(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		for name, tc := range map[string]struct {
			who  modelstest.Name
			of   modelstest.Name
			act  func(*testing.T, *modelstest.World)
			want models.Code
		}{
			"one of three managers": {kari, kari, nil, ""},
			"who manages nothing":   {even, even, nil, ""},
			"who is nowhere":        {siri, siri, nil, ""},
			"the only manager":      {turid, turid, nil, models.CodeHoldingLast},
			"the only manager of what was struck off": {turid, turid, func(t *testing.T, w *modelstest.World) {
				w.Exec(t, "UPDATE organisation SET struck_off_at = 1 WHERE org_no = ?", string(verft))
			}, ""},
			"the only manager beside one whose power has run out": {turid, turid, func(t *testing.T, w *modelstest.World) {
				hold(t, w, ola, verft, modelstest.Manager)
				w.Exec(t, "UPDATE holding SET until_at = from_at WHERE org_no = ? AND urn = ?", string(verft), modelstest.Manager)
			}, models.CodeHoldingLast},
			"one of two managers": {turid, turid, func(t *testing.T, w *modelstest.World) { hold(t, w, ola, verft, modelstest.Manager) }, ""},
			"another":             {kari, even, nil, models.CodeNotFound},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := open(t)
				if tc.act != nil {
					tc.act(t, w)
				}
				before := marked(t, w)
				a := w.As(tc.who, bakeri)
				err := w.Erase(t.Context(), a, w.ID(tc.of))
				if tc.want == "" {
					if e := before.since(t); err != nil || len(e) != 1 || e[0].OrgNo != "" {
						t.Errorf("%v, recorded %+v", err, e)
					}
					return
				}
				if models.CodeOf(err) != tc.want {
					t.Errorf("%v, want %s", err, tc.want)
				}
				before.mustBeUnchanged(t)
				account, err := w.Account(t.Context(), a)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range account.Memberships {
					if m.Alone != (tc.who == turid) {
						t.Errorf("%s: alone %v", m.Organisation.Name, m.Alone)
					}
				}
			})
		}
	})
}

// hold has a person hold something more, as a file would.
func hold(t *testing.T, w *modelstest.World, who modelstest.Name, o party.OrgNo, urn string) {
	t.Helper()
	report, err := w.Import(t.Context(), modelstest.Operator, exchange.People, "test",
		modelstest.Rows(exchange.Person{PID: modelstest.PID(who), OrgNo: o, URN: urn}))
	if err != nil || len(report.Refused) > 0 {
		t.Fatal(report, err)
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Approved(t, "one")
		who := party.Arrival{Identity: modelstest.Identity(kari), Provider: "test", Agent: "Firefox", Level: 4, AuthTime: modelstest.Noon}
		who.Email = "kari@nes.example"
		signIn(t, w, who)
		before := marked(t, w)
		for _, a := range []models.Actor{w.As(kari, bakeri), modelstest.Operator} {
			out, err := w.Export(t.Context(), a, w.ID(kari))
			if err != nil {
				t.Fatal(err)
			}
			if out.Name != "Kari" || !out.NationalIDKept || len(out.Identities) != 1 || out.Identities[0].Email != "kari@nes.example" ||
				len(out.Holdings) != 1 || out.Holdings[0].URN != modelstest.Director || len(out.Logins) != 2 || out.Logins[0].Agent+out.Logins[1].Agent != "Firefox" {
				t.Errorf("%+v", out)
			}
			if !slices.ContainsFunc(out.Log, func(e registry.ExportedEntry) bool { return e.Action == "request.approve" }) {
				t.Errorf("the log tells no approval: %+v", out.Log)
			}
			text, err := json.Marshal(out)
			if err != nil || strings.Contains(string(text), modelstest.PID(kari).Reveal()) {
				t.Errorf("the number is in it, or %v", err)
			}
		}
		e := before.since(t)
		if len(e) != 2 || e[0].Action != "person.export" || e[0].Actor.Kind != models.Person || e[1].Actor.Kind != models.Operator {
			t.Errorf("recorded %+v", e)
		}
		_, err := w.Export(t.Context(), w.As(ola, bakeri), w.ID(kari))
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		_, err = w.Export(t.Context(), modelstest.Operator, models.NewID())
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		before.mustBeUnchanged(t)
		if id, err := w.Find(t.Context(), modelstest.Operator, modelstest.Login, "Kari"); err != nil || id != w.ID(kari) {
			t.Errorf("found %s, %v", id, err)
		}
		_, err = w.Find(t.Context(), w.As(ola, bakeri), modelstest.Login, "Kari")
		mustBe(t, err, models.Forbidden, models.CodeForbidden)
	})
}

// An account says what each holding is and where it comes from.
func TestAccount(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	hold(t, w, kari, verft, modelstest.Accountant)
	if _, err := w.Give(t.Context(), lately(w, turid, verft), w.ID(kari), modelstest.Manager, modelstest.Noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	a, err := w.Account(t.Context(), w.As(kari, bakeri))
	if err != nil || a.Person.Name != "Kari" || !a.NationalID || len(a.Identities) != 1 || len(a.Logins) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	var got []string
	for _, m := range a.Memberships {
		for _, h := range m.Holds {
			got = append(got, fmt.Sprintf("%s: %s from %s %q until %v", m.Organisation.Name, h.Name.EN, h.Holding.Source, h.By.Name, !h.Holding.Until.IsZero()))
		}
	}
	want := []string{
		`Nes Bakeri AS: Managing director from test "" until false`,
		`Vik Verft AS: Access manager from given "Turid" until true`,
		`Vik Verft AS: Accountant from test "" until false`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a.Memberships[0].Alone || a.Memberships[1].Alone {
		t.Error("she is alone")
	}
}

// lately is the person, signed in just now.
func lately(w *modelstest.World, who modelstest.Name, o party.OrgNo) models.Actor {
	a := w.As(who, o)
	a.AuthTime = w.Clock.Now()
	return a
}

// The personal log tells what the reader did, and nothing of others.
func TestDecisions(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		one := w.Approved(t, "one")
		two := w.Sent(t, "two")
		if err := w.Reject(t.Context(), w.As(ola, bakeri), two.ID, "Nei"); err != nil {
			t.Fatal(err)
		}
		if err := w.Revoke(t.Context(), w.As(kari, bakeri), one.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Give(t.Context(), lately(w, kari, bakeri), w.ID(even), modelstest.Salary, time.Time{}); err != nil {
			t.Fatal(err)
		}
		mustBe(t, w.Revoke(t.Context(), w.As(kari, bakeri), models.NewID()), models.NotFound, models.CodeNotFound) // denied, and no decision
		read := func(who modelstest.Name, before int64, limit int) ([]string, int64) {
			t.Helper()
			ds, err := w.Decisions(t.Context(), w.As(who, verft), before, limit)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			var last int64
			for _, d := range ds {
				out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", d.Action, d.Organisation.Name, d.System.Name.EN, d.Person.Name, d.Name.EN)))
				last = d.Seq
			}
			return out, last
		}
		all := []string{"member.give Nes Bakeri AS  Even Salary", "systemuser.revoke Nes Bakeri AS Fjord Payroll", "request.approve Nes Bakeri AS Fjord Payroll"}
		got, _ := read(kari, 0, 50)
		if diff := cmp.Diff(all, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		first, last := read(kari, 0, 1)
		rest, _ := read(kari, last, 50)
		if diff := cmp.Diff(all, append(first, rest...)); diff != "" {
			t.Errorf("by pages (-want +got):\n%s", diff)
		}
		if got, _ := read(siri, 0, 50); len(got) != 0 {
			t.Errorf("one who did nothing: %v", got)
		}
	})
}

// meanwhile is a register during whose answer something else happens.
type meanwhile struct {
	*book
	happens func()
}

func (m meanwhile) Organisation(ctx context.Context, o party.OrgNo) (party.Organisation, time.Time, error) {
	m.happens()
	return m.book.Organisation(ctx, o)
}

// Somebody who is forgotten while he waits for an answer is not remembered by
// it: nothing is given to whoever is no longer there.
func TestNothingIsGivenToWhoeverWasErased(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		a := w.As(siri, "")
		_, secret, err := w.Invite(t.Context(), w.As(kari, bakeri), registry.Invite{URN: policy.Viewer})
		if err != nil {
			t.Fatal(err)
		}
		b := registered(w)
		b.roles[stranger] = []exchange.Person{holds(siri, stranger, modelstest.Chair)}
		var before mark
		w.Register = meanwhile{b, func() {
			if err := w.Erase(t.Context(), modelstest.Operator, w.ID(siri)); err != nil {
				t.Error(err)
			}
			before = marked(t, w)
		}}
		_, err = w.ClaimOrganisation(t.Context(), a, stranger)
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "organisation.claim", models.CodeNotFound)
		before = marked(t, w)
		_, err = w.AcceptInvitation(t.Context(), a, secret)
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "invitation.accept", models.CodeNotFound)
	})
}
