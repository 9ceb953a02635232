package registry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

func TestRegisterSystem(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	before := marked(t, w)
	in := modelstest.System()
	in.Supplier, in.Deleted, in.Version = verft, true, 9 // not the caller's to say
	got, err := w.RegisterSystem(t.Context(), w.As(jonas, fjord), in)
	if err != nil {
		t.Fatal(err)
	}
	want := modelstest.System()
	want.Version, want.CreatedAt, want.ChangedAt = 1, modelstest.Noon, modelstest.Noon
	if want.UUID = got.UUID; want.UUID == "" {
		t.Error("without an internal id")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("registered (-want +got):\n%s", diff)
	}
	view, err := w.System(t.Context(), w.As(jonas, fjord), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, view.System); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	e := before.mustHaveDone(t, "system.register", "system:"+string(want.ID))
	if e.Role != policy.SystemAdministrator || e.Actor != w.As(jonas, fjord) || e.OrgNo != string(fjord) || !e.At.Equal(modelstest.Noon) {
		t.Errorf("recorded %+v", e)
	}
}

func TestRegisterSystemRefusesWhatIsTaken(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		first := w.Registered(t)
		before := marked(t, w)

		_, err := w.RegisterSystem(t.Context(), w.As(jonas, fjord), modelstest.System())
		mustBe(t, err, models.Conflict, models.CodeSystemExists)

		same := modelstest.System()
		same.ID = "298144700_lonn"
		_, err = w.RegisterSystem(t.Context(), w.As(hedda, loggen), same)
		mustBe(t, err, models.Conflict, models.CodeClientTaken)

		foreign := modelstest.System()
		foreign.ID, foreign.Clients = first.ID+"2", nil
		_, err = w.RegisterSystem(t.Context(), w.As(hedda, loggen), foreign)
		mustFault(t, err, "id system_id.supplier")

		empty := modelstest.System()
		empty.ID, empty.Name.EN, empty.Clients = "312506106_x", "", nil
		empty.Asks[0].Item = catalog.PackageOf(catalog.PackagePrefix + "borte")
		_, err = w.RegisterSystem(t.Context(), w.As(jonas, fjord), empty)
		mustFault(t, err, "name.en required", "asks[0] catalogue.unknown")

		before.mustHaveDoneNothing(t)
	})
}

func TestSendRequest(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Registered(t)
	before := marked(t, w)
	sent, err := w.SendRequest(t.Context(), w.As(jonas, fjord), modelstest.Request())
	if err != nil {
		t.Fatal(err)
	}
	want := modelstest.Request()
	want.ID, want.Kind, want.ExternalRef, want.Title = sent.ID, systemuser.Standard, string(bakeri), "Fjord Lønn"
	want.Status, want.Version, want.CreatedAt, want.ExpiresAt = request.Pending, 1, modelstest.Noon, modelstest.Noon.Add(request.Life)
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	before.mustHaveDone(t, "request.send", "request:"+string(sent.ID))
	if events := w.Events(t); !strings.HasSuffix(events[len(events)-1], "request.sent request:"+string(sent.ID)+` ["312506106","366209808"]`) {
		t.Errorf("the event is %s", events[len(events)-1])
	}

	inbox, err := w.Inbox(t.Context(), w.As(even, bakeri), registry.ListQuery{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(inbox.Rows) != 1 || inbox.Rows[0].Request.ID != sent.ID || inbox.Rows[0].Supplier.Name != "Fjord Programvare AS" || inbox.Rows[0].Status != request.Pending {
		t.Errorf("the inbox holds %+v", inbox)
	}
	mine, err := w.SentRequests(t.Context(), w.As(jonas, fjord), sent.System)
	if err != nil || len(mine) != 1 || mine[0].Customer.Name != "Nes Bakeri AS" {
		t.Errorf("the supplier sees %+v, %v", mine, err)
	}
	if m, err := w.Acting(t.Context(), w.As(kari, bakeri)); err != nil || m.Waiting != 1 || !m.Manager {
		t.Errorf("the header says %+v, %v", m, err)
	}
}

func TestSendRequestRefuses(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	pending := w.Sent(t, "one")
	w.Approved(t, "two")
	before := marked(t, w)
	for _, tc := range []struct {
		name   string
		change func(*request.Request)
		kind   models.Kind
		code   models.Code
		faults []string
	}{
		{"a second one for the triple", func(r *request.Request) { r.ExternalRef = "one" }, models.Conflict, models.CodeRequestExists, nil},
		{"one where a system user lives", func(r *request.Request) { r.ExternalRef = "two" }, models.Conflict, models.CodeUserExists, nil},
		{"one to an organisation that is not here", func(r *request.Request) { r.Customer = "991825827" }, 0, "", []string{"customer organisation.unknown"}},
		{"one to what is no organisation number", func(r *request.Request) { r.Customer = "' or 1=1" }, 0, "", []string{"customer organisation.unknown"}},
		{"one for what the system does not ask", func(r *request.Request) { r.Items = []catalog.Item{catalog.PackageOf(modelstest.Tax)} }, 0, "", []string{"items[0] items.not_on_system"}},
		{"one that leads elsewhere", func(r *request.Request) { r.RedirectURL = "https://evil.example/" }, 0, "", []string{"redirect_url url.not_registered"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := modelstest.Request()
			tc.change(&in)
			_, err := w.SendRequest(t.Context(), w.As(jonas, fjord), in)
			if tc.faults != nil {
				mustFault(t, err, tc.faults...)
			} else {
				mustBe(t, err, tc.kind, tc.code)
			}
			before.mustHaveDoneNothing(t)
		})
	}
	t.Run("one of a system that is deleted", func(t *testing.T) {
		w.Exec(t, "UPDATE system SET deleted = TRUE WHERE id = ?", string(pending.System))
		_, err := w.SendRequest(t.Context(), w.As(jonas, fjord), modelstest.Request())
		mustBe(t, err, models.Gone, models.CodeSystemDeleted)
	})
}

// A triple is free again when its request has run out, and that is written
// down, by nobody's hand.
func TestSendRequestLapsesTheOldOne(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		old := w.Sent(t, "one")
		w.Clock.Set(old.ExpiresAt)
		before := marked(t, w)
		in := modelstest.Request()
		in.ExternalRef = "one"
		sent, err := w.SendRequest(t.Context(), w.As(jonas, fjord), in)
		if err != nil {
			t.Fatal(err)
		}
		entries := before.since(t)
		if len(entries) != 2 || entries[0].Action != "request.lapse" || entries[0].Actor.Kind != models.Operator || entries[0].Subject != "request:"+string(old.ID) ||
			entries[1].Subject != "request:"+string(sent.ID) {
			t.Errorf("recorded %+v", entries)
		}
		mustVerify(t, w)
	})
}

func TestApproveMakesTheSystemUser(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Sent(t, "one")
	seen := w.Seen(t, kari, sent.ID)
	before := marked(t, w)
	user, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, seen)
	if err != nil {
		t.Fatal(err)
	}
	want := systemuser.SystemUser{
		ID: sent.ID, Kind: systemuser.Standard, System: sent.System, Customer: bakeri, ExternalRef: "one", Title: "Fjord Lønn",
		Status: systemuser.Active, Delegated: sent.Items, ApprovedBy: w.ID(kari), CreatedAt: modelstest.Noon, ChangedAt: modelstest.Noon, Version: 1,
	}
	if diff := cmp.Diff(want, user); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	e := before.mustHaveDone(t, "request.approve", "request:"+string(sent.ID))
	if e.Role != modelstest.Director || !strings.HasPrefix(seen, e.Detail["seen"]+"?") || e.Detail["items"] != modelstest.Salary+" "+modelstest.Register {
		t.Errorf("recorded %+v", e)
	}
	page, err := w.SystemUser(t.Context(), w.As(even, bakeri), sent.ID)
	if err != nil {
		t.Fatal(err)
	}
	want.ChangedAt, want.Seq = modelstest.Noon, 1
	if diff := cmp.Diff(want, page.SystemUser); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if page.Held != 2 || page.CanRevoke || len(page.Lost) != 0 {
		t.Errorf("the page for an accountant: held %d, lost %v, may revoke %t", page.Held, page.Lost, page.CanRevoke)
	}
	var history []string
	for _, line := range page.History {
		history = append(history, line.Entry.Action+" by "+line.Person.Name+", "+line.Role.EN)
	}
	if diff := cmp.Diff([]string{"request.send by , ", "request.approve by Kari, Managing director"}, history); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	review, err := w.Review(t.Context(), w.As(kari, bakeri), sent.ID)
	if err != nil || review.DecidedBy.Name != "Kari" || review.CanApprove || review.CanReject || review.Customers != 1 {
		t.Errorf("afterwards it reads %+v, %v", review, err)
	}
}

func TestRejectKeepsTheReason(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Sent(t, "one")
	before := marked(t, w)
	for reason, fault := range map[string]string{
		"": "required", " \n": "required", strings.Repeat("x", request.MaxReason+1): "too_long", "a\u202eb": "text.control",
	} {
		mustFault(t, w.Reject(t.Context(), w.As(kari, bakeri), sent.ID, reason), "reason "+fault)
	}
	before.mustHaveDoneNothing(t)
	low := w.As(nils, bakeri)
	low.Level = 0 // saying no takes no level
	if err := w.Reject(t.Context(), low, sent.ID, "  Vi bruker et annet system.\n"); err != nil {
		t.Fatal(err)
	}
	e := before.mustHaveDone(t, "request.reject", "request:"+string(sent.ID))
	if e.Detail["status"] != "rejected" || strings.Contains(e.Detail.JSON(), "annet") {
		t.Errorf("recorded %v; a reason may name people and stays out of the log", e.Detail)
	}
	view, err := w.SentRequest(t.Context(), w.As(jonas, fjord), sent.ID)
	if err != nil || view.Request.Reason != "Vi bruker et annet system." || view.Status != request.Rejected {
		t.Errorf("the supplier reads %+v, %v", view.Request, err)
	}
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Sent(t, "one")
	before := marked(t, w)
	if err := w.Withdraw(t.Context(), w.As(jonas, fjord), sent.ID); err != nil {
		t.Fatal(err)
	}
	before.mustHaveDone(t, "request.withdraw", "request:"+string(sent.ID))
	review, err := w.Review(t.Context(), w.As(kari, bakeri), sent.ID)
	if err != nil || review.Status != request.Withdrawn || review.DecidedBy.Name != "" {
		t.Errorf("the customer reads %s by %q, %v; who withdrew it is the supplier's affair", review.Status, review.DecidedBy.Name, err)
	}
	w.Sent(t, "one") // the triple is free again
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Approved(t, "one")
	w.Clock.Set(modelstest.Noon.Add(time.Hour))
	before := marked(t, w)
	low := w.As(ola, bakeri)
	low.Level = 0 // revoking is never barred by the level
	if err := w.Revoke(t.Context(), low, sent.ID); err != nil {
		t.Fatal(err)
	}
	before.mustHaveDone(t, "systemuser.revoke", "systemuser:"+string(sent.ID))
	page, err := w.SystemUser(t.Context(), w.As(kari, bakeri), sent.ID)
	if err != nil || page.SystemUser.Status != systemuser.Revoked || !page.SystemUser.RevokedAt.Equal(w.Clock.Now()) || page.Held != 0 || page.CanRevoke {
		t.Errorf("afterwards it reads %+v, %v", page.SystemUserView, err)
	}
	w.Approved(t, "one") // and a new one can take its place
}

// Whatever has been answered once cannot be answered again, by anybody.
func TestNothingIsAnsweredTwice(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		answers := map[string]func(request.Request, string) error{
			"approve": func(r request.Request, seen string) error {
				_, err := w.Approve(t.Context(), w.As(kari, bakeri), r.ID, seen)
				return err
			},
			"reject":   func(r request.Request, _ string) error { return w.Reject(t.Context(), w.As(ola, bakeri), r.ID, "Nei") },
			"withdraw": func(r request.Request, _ string) error { return w.Withdraw(t.Context(), w.As(jonas, fjord), r.ID) },
		}
		for first, one := range answers {
			sent := w.Sent(t, first)
			seen := w.Seen(t, kari, sent.ID)
			if err := one(sent, seen); err != nil {
				t.Fatalf("%s: %v", first, err)
			}
			before := marked(t, w)
			for second, other := range answers {
				t.Run(first+" and then "+second, func(t *testing.T) {
					mustBe(t, other(sent, seen), models.Conflict, models.CodeRequestDecided)
					before.mustHaveDoneNothing(t)
				})
			}
		}
		sent := w.Approved(t, "revoke")
		if err := w.Revoke(t.Context(), w.As(kari, bakeri), sent.ID); err != nil {
			t.Fatal(err)
		}
		before := marked(t, w)
		mustBe(t, w.Revoke(t.Context(), w.As(kari, bakeri), sent.ID), models.Conflict, models.CodeUserRevoked)
		before.mustHaveDoneNothing(t)
	})
}

// There is no grace after the moment at which a request runs out (security B7).
func TestTheLastMomentToAnswer(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		for after, still := range map[time.Duration]bool{-time.Millisecond: true, 0: false, time.Millisecond: false, -time.Microsecond: true} {
			w := open(t)
			sent := w.Sent(t, "one")
			seen := w.Seen(t, kari, sent.ID)
			w.Clock.Set(sent.ExpiresAt.Add(after))
			review, err := w.Review(t.Context(), w.As(kari, bakeri), sent.ID)
			if err != nil || review.CanApprove != still || review.CanReject != still {
				t.Errorf("%v from its end the page says %t, %t, %v", after, review.CanApprove, review.CanReject, err)
			}
			if m, err := w.Acting(t.Context(), w.As(kari, bakeri)); err != nil || (m.Waiting == 1) != still {
				t.Errorf("%v from its end %d wait, %v", after, m.Waiting, err)
			}
			before := marked(t, w)
			for _, err := range []error{
				second(w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, seen)),
				w.Reject(t.Context(), w.As(kari, bakeri), sent.ID, "Nei"),
				w.Withdraw(t.Context(), w.As(jonas, fjord), sent.ID),
			} {
				if still {
					if err != nil {
						t.Errorf("%v from its end: %v", after, err)
					}
					break // the first answer stands
				}
				mustBe(t, err, models.Conflict, models.CodeRequestExpired)
			}
			if !still {
				before.mustHaveDoneNothing(t)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestLapseRequests(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		old := []request.Request{w.Sent(t, "1"), w.Sent(t, "2"), w.Sent(t, "3")}
		if err := w.Withdraw(t.Context(), w.As(jonas, fjord), old[2].ID); err != nil {
			t.Fatal(err)
		}
		w.Clock.Set(modelstest.Noon.Add(time.Second))
		young := w.Sent(t, "4")
		w.Clock.Set(old[0].ExpiresAt)
		before := marked(t, w)
		if n, err := w.LapseRequests(t.Context()); err != nil || n != 2 {
			t.Errorf("lapsed %d, %v; want the two whose time has come", n, err)
		}
		entries := before.since(t)
		for i, e := range entries {
			if e.Action != "request.lapse" || e.Outcome != audit.Done || e.Actor.Kind != models.Operator {
				t.Errorf("entry %d: %+v", i, e)
			}
		}
		events := w.Events(t)[before.events:]
		if len(entries) != 2 || len(events) != 2 || !strings.HasSuffix(events[0], ` ["312506106","366209808"]`) {
			t.Errorf("%d entries, and events %q; both sides are to be told of both", len(entries), events)
		}
		if n, err := w.LapseRequests(t.Context()); err != nil || n != 0 {
			t.Errorf("a second time lapsed %d, %v", n, err)
		}
		if v, err := w.SentRequest(t.Context(), w.As(jonas, fjord), young.ID); err != nil || v.Status != request.Pending {
			t.Errorf("the young one is %s, %v", v.Status, err)
		}
		mustVerify(t, w)
	})
}
