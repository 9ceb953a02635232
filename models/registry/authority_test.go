package registry_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

// changes are the use cases that change something, each on things that are
// there and concern the bakery or Fjord.
func changes(t *testing.T, w *modelstest.World) map[string]func(models.Actor) error {
	t.Helper()
	pending, live := w.Sent(t, "pending"), w.Approved(t, "live")
	seen := w.Seen(t, kari, pending.ID)
	return map[string]func(models.Actor) error{
		"system.register": func(a models.Actor) error {
			s := modelstest.System()
			s.ID, s.Clients = system.ID(a.OrgNo+"_nytt"), nil
			return second(w.RegisterSystem(t.Context(), a, s))
		},
		"request.send": func(a models.Actor) error {
			return second(w.SendRequest(t.Context(), a, modelstest.Request()))
		},
		"request.withdraw": func(a models.Actor) error { return w.Withdraw(t.Context(), a, pending.ID) },
		"request.approve": func(a models.Actor) error {
			return second(w.Approve(t.Context(), a, pending.ID, seen))
		},
		"request.reject":    func(a models.Actor) error { return w.Reject(t.Context(), a, pending.ID, "Nei") },
		"systemuser.revoke": func(a models.Actor) error { return w.Revoke(t.Context(), a, live.ID) },
		"catalogue.import": func(a models.Actor) error {
			return second(w.Import(t.Context(), a, exchange.Roles, "test", modelstest.Rows(catalog.Role{URN: "urn:x"})))
		},
		"party.import": func(a models.Actor) error {
			return second(w.Import(t.Context(), a, exchange.Organisations, "test", modelstest.Rows()))
		},
	}
}

// A supplier's own program does what its people do, in its own name, and only
// with what is the supplier's.
func TestASuppliersProgramActsForIt(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		program := func(o party.OrgNo) models.Actor {
			return models.Actor{Kind: models.Organisation, ID: "https://issuer.example/ fjord-lonn", OrgNo: string(o)}
		}
		before := marked(t, w)
		s, err := w.RegisterSystem(t.Context(), program(fjord), modelstest.System())
		if err != nil || s.Supplier != fjord {
			t.Fatalf("registered %+v, %v", s, err)
		}
		if e := before.mustHaveDone(t, "system.register", "system:"+string(s.ID)); e.Actor != program(fjord) || e.Role != "" || e.OrgNo != string(fjord) {
			t.Errorf("recorded %+v", e)
		}
		before = marked(t, w)
		sent, err := w.SendRequest(t.Context(), program(fjord), modelstest.Request())
		if err != nil {
			t.Fatal(err)
		}
		before.mustHaveDone(t, "request.send", "request:"+string(sent.ID))
		before = marked(t, w)
		mustBe(t, w.Withdraw(t.Context(), program(loggen), sent.ID), models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "request.withdraw", models.CodeNotFound)
		before = marked(t, w)
		if err := w.Withdraw(t.Context(), program(fjord), sent.ID); err != nil {
			t.Fatal(err)
		}
		before.mustHaveDone(t, "request.withdraw", "request:"+string(sent.ID))
	})
}

// A denied attempt changes nothing and leaves one denied entry, whoever tries
// what.
func TestDeniedAttemptsAreRecordedAndChangeNothing(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		uses := changes(t, w)
		low := w.As(kari, bakeri)
		low.Level = 2
		program := models.Actor{Kind: models.Organisation, ID: "client", OrgNo: string(fjord)}
		service := models.Actor{Kind: models.Service, ID: "client", OrgNo: string(fjord)}
		for _, tc := range []struct {
			who    string
			actor  models.Actor
			kind   models.Kind
			code   models.Code
			denied string // space-separated; "*" is everything
		}{
			{"an accountant of the customer", w.As(even, bakeri), models.Forbidden, models.CodeForbidden, "*"},
			{"a person without any tie", w.As(siri, bakeri), models.NotFound, models.CodeNotFound, "*"},
			{"a director of another organisation", w.As(turid, bakeri), models.NotFound, models.CodeNotFound, "*"},
			{"the director, for an organisation that is not his", w.As(kari, fjord), models.NotFound, models.CodeNotFound, "*"},
			{"the director, for nobody", w.As(kari, ""), models.NotFound, models.CodeNotFound, "*"},
			{"the supplier's own people, for the customer", w.As(jonas, bakeri), models.NotFound, models.CodeNotFound, "*"},
			{"a platform service", service, models.Forbidden, models.CodeForbidden, "*"},
			{"a program of no organisation", models.Actor{Kind: models.Organisation, ID: "client"}, models.Forbidden, models.CodeForbidden, "*"},
			{"the supplier's own program", program, models.Forbidden, models.CodeForbidden, "request.approve request.reject systemuser.revoke catalogue.import party.import"},
			{"a system administrator", w.As(jonas, fjord), models.Forbidden, models.CodeForbidden, "request.approve request.reject systemuser.revoke catalogue.import party.import"},
			{"the director at a low level", low, models.Forbidden, models.CodeLevelTooLow, "request.approve"},
			{"a person who is none", models.Actor{Kind: models.Person, ID: "", OrgNo: string(bakeri), Level: 4}, models.NotFound, models.CodeNotFound, "*"},
		} {
			for use, try := range uses {
				if tc.denied != "*" && !strings.Contains(" "+tc.denied+" ", " "+use+" ") {
					continue
				}
				t.Run(tc.who+": "+use, func(t *testing.T) {
					before := marked(t, w)
					mustBe(t, try(tc.actor), tc.kind, tc.code)
					before.mustHaveDenied(t, use, tc.code)
					if e := before.since(t); len(e) == 1 && e[0].Actor != tc.actor {
						t.Errorf("recorded %+v as the actor, want %+v", e[0].Actor, tc.actor)
					}
				})
			}
		}
		t.Run("nobody at all is not even recorded", func(t *testing.T) {
			for use, try := range uses {
				before := marked(t, w)
				if err := try(models.Actor{}); errKind(err) != models.Unauthenticated {
					t.Errorf("%s: %v", use, err)
				}
				before.mustHaveDoneNothing(t)
			}
		})
	})
}

// What a denied attempt names comes from outside and goes into the log.
func TestDeniedSubjectsAreTamed(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for _, id := range []string{"\x00\xff\xfe", strings.Repeat("ø", 300), "a\nb\u202e", strings.Repeat("x", 10_000)} {
			before := marked(t, w)
			s := modelstest.System()
			s.ID = system.ID(id)
			mustBe(t, second(w.RegisterSystem(t.Context(), w.As(even, bakeri), s)), models.Forbidden, models.CodeForbidden)
			before.mustHaveDenied(t, "system.register", models.CodeForbidden)
			got := before.since(t)[0].Subject
			if len(got) > 200 || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("the log names %q", got)
			}
		}
	})
}

// What is somebody else's and what does not exist cannot be told apart, in
// any method, by anything but the id that was asked for (security I6, A1).
func TestForeignAndAbsentLookAlike(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		pending, live := w.Sent(t, "pending"), w.Approved(t, "live")
		absent := models.ID("704013ee-e82a-433e-83c5-a40e6e00d746")
		ctx := t.Context()
		for name, try := range map[string]func(models.Actor, models.ID) (any, error){
			"Review": func(a models.Actor, id models.ID) (any, error) { return w.Review(ctx, a, id) },
			"Approve": func(a models.Actor, id models.ID) (any, error) {
				return w.Approve(ctx, a, id, w.Seen(t, kari, pending.ID))
			},
			"Reject":      func(a models.Actor, id models.ID) (any, error) { return nil, w.Reject(ctx, a, id, "Nei") },
			"Withdraw":    func(a models.Actor, id models.ID) (any, error) { return nil, w.Withdraw(ctx, a, id) },
			"SentRequest": func(a models.Actor, id models.ID) (any, error) { return w.SentRequest(ctx, a, id) },
			"SystemUser":  func(a models.Actor, id models.ID) (any, error) { return w.SystemUser(ctx, a, id) },
			"Revoke":      func(a models.Actor, id models.ID) (any, error) { return nil, w.Revoke(ctx, a, id) },
			"RequestCustomer": func(a models.Actor, id models.ID) (any, error) {
				return w.RequestCustomer(ctx, models.ID(a.ID), id)
			},
			"System": func(a models.Actor, id models.ID) (any, error) {
				if id == absent {
					return w.System(ctx, a, "312506106_borte")
				}
				return w.System(ctx, a, pending.System)
			},
			"SendRequest": func(a models.Actor, id models.ID) (any, error) {
				in := modelstest.Request()
				if in.ExternalRef = "ny"; id == absent {
					in.System = "312506106_borte"
				}
				return w.SendRequest(ctx, a, in)
			},
		} {
			for _, stranger := range []models.Actor{w.As(turid, verft), w.As(hedda, loggen), w.As(siri, verft)} {
				t.Run(fmt.Sprintf("%s by %s", name, stranger.OrgNo), func(t *testing.T) {
					before := marked(t, w)
					none, errAbsent := try(stranger, absent)
					for _, id := range []models.ID{pending.ID, live.ID} {
						got, err := try(stranger, id)
						mustBe(t, err, models.NotFound, models.CodeNotFound)
						if diff := cmp.Diff(fmt.Sprint(errAbsent), fmt.Sprint(err)); diff != "" {
							t.Errorf("errors differ (-absent +foreign):\n%s", diff)
						}
						if diff := cmp.Diff(fmt.Sprintf("%+v", none), fmt.Sprintf("%+v", got)); diff != "" {
							t.Errorf("answers differ (-absent +foreign):\n%s", diff)
						}
					}
					before.mustBeUnchanged(t)
				})
			}
		}
	})
}

// Lists hold one's own and nothing else.
func TestListsEndAtTheOrganisation(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Sent(t, "pending")
		w.Approved(t, "live")
		for _, stranger := range []models.Actor{w.As(turid, verft), w.As(hedda, loggen)} {
			inbox, err1 := w.Inbox(t.Context(), stranger, registry.ListQuery{}, nil)
			users, err2 := w.SystemUsers(t.Context(), stranger, registry.ListQuery{})
			sent, err3 := w.SentRequests(t.Context(), stranger, "")
			of, err4 := w.SentRequests(t.Context(), stranger, modelstest.System().ID)
			systems, err5 := w.Systems(t.Context(), stranger)
			if err := errors.Join(err1, err2, err3, err4, err5); err != nil || len(inbox.Rows)+len(users.Rows)+len(sent)+len(of)+len(systems) > 0 {
				t.Errorf("%s sees %v %v %v %v %v, %v", stranger.OrgNo, inbox, users, sent, of, systems, err)
			}
			if m, err := w.Acting(t.Context(), stranger); err != nil || m.Waiting != 0 {
				t.Errorf("%s: %d wait, %v", stranger.OrgNo, m.Waiting, err)
			}
		}
		inbox, _ := w.Inbox(t.Context(), w.As(kari, bakeri), registry.ListQuery{}, nil)
		users, _ := w.SystemUsers(t.Context(), w.As(kari, bakeri), registry.ListQuery{})
		systems, _ := w.Systems(t.Context(), w.As(jonas, fjord))
		if len(inbox.Rows) != 2 || len(users.Rows) != 1 || len(systems) != 1 || systems[0].Customers != 1 {
			t.Errorf("their own: %d requests, %d system users, %+v", len(inbox.Rows), len(users.Rows), systems)
		}
	})
}

// The page says before any button what the reader may grant, and who else can.
func TestReviewTellsWhatTheReaderMayGrant(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Sent(t, "one")
	for _, tc := range []struct {
		who             modelstest.Name
		approve, reject bool
		causes          []string
		approvers       string
	}{
		{kari, true, true, []string{"", ""}, ""},
		{ola, true, true, []string{"", ""}, ""},
		{nils, false, true, []string{"missing_pack", ""}, "Kari Ola"},
		{even, false, false, []string{"not_manager", "not_manager"}, "Kari Ola"},
	} {
		v, err := w.Review(t.Context(), w.As(tc.who, bakeri), sent.ID)
		if err != nil {
			t.Fatal(err)
		}
		var causes, approvers []string
		for _, a := range v.Asked {
			causes = append(causes, string(a.Verdict.Cause))
		}
		for _, p := range v.Approvers {
			approvers = append(approvers, p.Name)
		}
		if v.CanApprove != tc.approve || v.CanReject != tc.reject || !cmp.Equal(causes, tc.causes) || !sameWords(approvers, tc.approvers) {
			t.Errorf("%s: approve %t, reject %t, causes %q, approvers %q", tc.who, v.CanApprove, v.CanReject, causes, approvers)
		}
	}
	low := w.As(kari, bakeri)
	low.Level = 2
	if v, err := w.Review(t.Context(), low, sent.ID); err != nil || !v.CanApprove || v.Again != models.CodeLevelTooLow || !v.CanReject {
		t.Errorf("at a low level: %+v, %v", v, err)
	}
	v, err := w.Review(t.Context(), w.As(kari, bakeri), sent.ID)
	if err != nil || v.Asked[0].Package.Name.EN != "Salary" || len(v.Asked[0].Within) != 1 || v.Asked[1].Resource.Title.EN != "Report to the register" || v.Asked[0].Purpose.EN != "Report pay" {
		t.Errorf("what is asked for: %+v, %v", v.Asked, err)
	}
}

// One who may answer but not grant all of it is told so, and it is recorded.
func TestApproveOfMoreThanOneMayGrant(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Sent(t, "one")
		seen := w.Seen(t, nils, sent.ID)
		before := marked(t, w)
		_, err := w.Approve(t.Context(), w.As(nils, bakeri), sent.ID, seen)
		mustBe(t, err, models.Forbidden, models.CodeRequestNotGranted)
		before.mustHaveDenied(t, "request.approve", models.CodeRequestNotGranted)
		if v, err := w.SentRequest(t.Context(), w.As(jonas, fjord), sent.ID); err != nil || v.Status != request.Pending {
			t.Errorf("it is %s, %v", v.Status, err)
		}
	})
}

func errKind(err error) models.Kind {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e.Kind
	}
	return 0
}

func sameWords(got []string, want string) bool {
	words := strings.Fields(want)
	if len(got) != len(words) {
		return false
	}
	for _, w := range words {
		if !strings.Contains(" "+strings.Join(got, " ")+" ", " "+w+" ") {
			return false
		}
	}
	return true
}
