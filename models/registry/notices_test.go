package registry_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
)

// tell makes notices of all that has happened.
func tell(t *testing.T, w *modelstest.World) {
	t.Helper()
	if _, err := w.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// told is what the person is told for the organisation, newest first, as
// "asked request" with a star while he has not read it.
func told(t *testing.T, w *modelstest.World, who modelstest.Name, o party.OrgNo) []string {
	t.Helper()
	page, err := w.Notices(t.Context(), w.As(who, o), registry.NoticeQuery{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, n := range page.Notices {
		line := string(n.Type)
		if n.Read.IsZero() {
			line += "*"
		}
		out = append(out, line)
	}
	return out
}

func mustBeTold(t *testing.T, w *modelstest.World, who modelstest.Name, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, told(t, w, who, bakeri)); diff != "" {
		t.Errorf("%s is told (-want +got):\n%s", who, diff)
	}
}

// choose sets how the person is told of the types; of all others he is told as
// if he had not chosen.
func choose(t *testing.T, w *modelstest.World, who modelstest.Name, cs ...registry.NoticeChoice) {
	t.Helper()
	for i := range cs {
		cs[i].Lang = models.NN
	}
	if err := w.ChooseNotices(t.Context(), w.As(who, bakeri), cs); err != nil {
		t.Fatal(err)
	}
}

// outbox is a post that keeps what it is given, or refuses it.
type outbox struct {
	sent []registry.Letter
	err  error
}

func (o *outbox) post(_ context.Context, letters []registry.Letter) []error {
	errs := make([]error, len(letters))
	for i, l := range letters {
		if errs[i] = o.err; o.err == nil {
			o.sent = append(o.sent, l)
		}
	}
	return errs
}

func (o *outbox) to() []string {
	var out []string
	for _, l := range o.sent {
		out = append(out, string(l.Type)+" "+l.To)
	}
	slices.Sort(out)
	return out
}

func send(t *testing.T, w *modelstest.World, o *outbox) {
	t.Helper()
	if _, err := w.SendMails(t.Context(), o.post); err != nil {
		t.Fatal(err)
	}
}

// A request is told to those who administer access, once, and to nobody else;
// its answer settles it, and is told to who sent it on and not to who gave it.
func TestAskedForwardedDecided(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Sent(t, "one")
		tell(t, w)
		tell(t, w)
		for _, who := range []modelstest.Name{kari, ola, nils} {
			mustBeTold(t, w, who, "asked*")
		}
		mustBeTold(t, w, even)

		w.Clock.Set(modelstest.Noon.Add(time.Minute))
		f, err := w.ForwardTo(t.Context(), w.As(even, bakeri), registry.Ref{ID: sent.ID}, request.Forwarding{To: w.ID(kari), Note: "Hemmelig"})
		if err != nil {
			t.Fatal(err)
		}
		tell(t, w)
		mustBeTold(t, w, kari, "forwarded*", "asked*")
		mustBeTold(t, w, ola, "asked*")

		choose(t, w, nils, registry.NoticeChoice{Type: registry.NoticeAnswered, Here: true})
		w.Clock.Set(modelstest.Noon.Add(2 * time.Minute))
		if _, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, w.Seen(t, kari, sent.ID)); err != nil {
			t.Fatal(err)
		}
		tell(t, w)
		mustBeTold(t, w, kari, "forwarded", "asked")
		mustBeTold(t, w, ola, "asked")
		mustBeTold(t, w, nils, "answered*", "asked")
		mustBeTold(t, w, even, "decided*")
		page, err := w.Notices(t.Context(), w.As(even, bakeri), registry.NoticeQuery{}, 50)
		if err != nil || page.Notices[0].Status != request.Accepted || page.Notices[0].Supplier.OrgNo != fjord || page.Unread != 1 {
			t.Errorf("%+v, %v", page, err)
		}
		if _, err := w.Recall(t.Context(), w.As(even, bakeri), f.ID); err == nil {
			t.Error("what is answered was recalled")
		}
	})
}

// What is taken back before anybody was told is told to nobody, and a change of
// mind shows in what the person is told.
func TestNobodyIsToldOfWhatIsOver(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	choose(t, w, ola, registry.NoticeChoice{Type: registry.NoticeAsked})
	sent := w.Sent(t, "one")
	f, err := w.ForwardTo(t.Context(), w.As(even, bakeri), registry.Ref{ID: sent.ID}, request.Forwarding{To: w.ID(kari)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Recall(t.Context(), w.As(even, bakeri), f.ID); err != nil {
		t.Fatal(err)
	}
	tell(t, w)
	mustBeTold(t, w, kari, "asked*")
	mustBeTold(t, w, ola)
	other := w.Sent(t, "two")
	if err := w.Withdraw(t.Context(), w.As(jonas, fjord), other.ID); err != nil {
		t.Fatal(err)
	}
	tell(t, w)
	mustBeTold(t, w, kari, "asked*")
}

// Who holds nothing in the organisation any more sees nothing of it, and reads
// nobody else's notices.
func TestNoticesAreMembersOwn(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Sent(t, "one")
	tell(t, w)
	page, err := w.Notices(t.Context(), w.As(kari, bakeri), registry.NoticeQuery{}, 50)
	if err != nil || len(page.Notices) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	id := page.Notices[0].ID
	for name, a := range map[string]models.Actor{"another's": w.As(ola, bakeri), "elsewhere": w.As(turid, verft), "a stranger": w.As(siri, bakeri)} {
		if _, err := w.OpenNotice(t.Context(), a, id); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	opened, err := w.OpenNotice(t.Context(), w.As(kari, bakeri), id)
	if err != nil || opened.Subject != page.Notices[0].Subject {
		t.Errorf("%+v, %v", opened, err)
	}
	mustBeTold(t, w, kari, "asked")
	mustBeTold(t, w, ola, "asked*")
	if err := w.ReadNotices(t.Context(), w.As(ola, bakeri)); err != nil {
		t.Fatal(err)
	}
	mustBeTold(t, w, ola, "asked")
	w.Exec(t, "UPDATE holding SET ended_at = 0 WHERE person_id = ?", string(w.ID(nils)))
	if _, err := w.Notices(t.Context(), w.As(nils, bakeri), registry.NoticeQuery{}, 50); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("who has left: %v", err)
	}
}

// Two nodes tell at once, and everything is told once.
func TestTwoNodesTellOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for i := range 60 { // more than a batch
			w.Sent(t, fmt.Sprint(i))
			w.Clock.Set(modelstest.Noon.Add(time.Duration(i) * time.Second))
		}
		f := func(ctx context.Context) error { return second(w.Tell(ctx)) }
		if errs := together(t.Context(), f, f, f, f); winners(errs) != 4 {
			t.Fatal(errors.Join(errs...))
		}
		tell(t, w)
		got := w.Tables(t)["notice"]
		if len(got) != 180 {
			t.Errorf("%d notices for three people and 60 requests", len(got))
		}
	})
}

// What soon runs out is told once, a week before; a new end is told again.
func TestExpiring(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent, user := w.Sent(t, "one"), w.Approved(t, "two")
		remind := func(at time.Time) int {
			t.Helper()
			w.Clock.Set(at)
			n, err := w.Remind(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			tell(t, w)
			return n
		}
		week := 7 * 24 * time.Hour
		end := modelstest.Noon.Add(100 * 24 * time.Hour)
		w.Exec(t, "UPDATE system_user SET valid_to_at = ? WHERE id = ?", end.UnixMilli(), string(user.ID))
		if n := remind(sent.ExpiresAt.Add(-week - time.Millisecond)); n != 0 {
			t.Errorf("%d too early", n)
		}
		if n := remind(sent.ExpiresAt.Add(-week)) + remind(sent.ExpiresAt.Add(-week+time.Hour)); n != 1 {
			t.Errorf("%d reminders of one request", n)
		}
		mustBeTold(t, w, kari, "expiring*", "asked*")
		if n := remind(end.Add(-week)) + remind(end.Add(-week)); n != 1 {
			t.Errorf("%d reminders of one system user", n)
		}
		end = end.Add(week * 2)
		w.Exec(t, "UPDATE system_user SET valid_to_at = ? WHERE id = ?", end.UnixMilli(), string(user.ID))
		if n := remind(end.Add(-week)); n != 1 {
			t.Errorf("%d reminders of another end", n)
		}
	})
}

// Who was asked to answer by a date is told the day before.
func TestDue(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Sent(t, "one")
	w.Clock.Set(modelstest.Noon.Add(time.Minute)) // what is told at the same time has no order
	f, err := w.ForwardTo(t.Context(), w.As(even, bakeri), registry.Ref{ID: sent.ID}, request.Forwarding{To: w.ID(kari), Due: modelstest.Noon.Add(5 * 24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Set(f.Due.Add(-24 * time.Hour))
	if n, err := w.Remind(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	tell(t, w)
	mustBeTold(t, w, kari, "expiring*", "forwarded*", "asked*")
	mustBeTold(t, w, ola, "asked*")
}

// mailing is a world in which mail is sent.
func mailing(t *testing.T, w *modelstest.World) *modelstest.World {
	t.Helper()
	w.Mails = true
	w.Exec(t, "UPDATE identity SET email = 'kari@nes.example' WHERE subject = ?", string(kari))
	w.Exec(t, "UPDATE identity SET email = 'even@nes.example' WHERE subject = ?", string(even))
	return w
}

// asksBy sends a request for which the supplier gives an address.
func asksBy(t *testing.T, w *modelstest.World, ref, address string) request.Request {
	t.Helper()
	w.Registered(t)
	in := modelstest.Request()
	in.ExternalRef, in.NotifyEmail = ref, address
	sent, err := w.SendRequest(t.Context(), w.As(jonas, fjord), in)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// A request reaches the organisation's address, the supplier's and those who
// want mail; the answer goes to who sent it on. Without mail none is kept.
func TestMails(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := mailing(t, open(t))
		w.Exec(t, "UPDATE organisation SET email = 'post@nes.example' WHERE org_no = ?", string(bakeri))
		choose(t, w, kari, registry.NoticeChoice{Type: registry.NoticeAsked, Mail: true})
		choose(t, w, ola, registry.NoticeChoice{Type: registry.NoticeAsked, Here: true, Mail: true}) // has no address
		choose(t, w, even, registry.NoticeChoice{Type: registry.NoticeDecided, Here: true, Mail: true})
		sent := asksBy(t, w, "one", "Sjefen@nes.example")
		tell(t, w)
		var o outbox
		send(t, w, &o)
		if diff := cmp.Diff([]string{"asked Sjefen@nes.example", "asked kari@nes.example", "asked post@nes.example"}, o.to()); diff != "" {
			t.Error(diff)
		}
		for _, l := range o.sent {
			if l.Customer.OrgNo != bakeri || l.Supplier.OrgNo != fjord || !l.Until.Equal(sent.ExpiresAt) || l.Subject != "request:"+string(sent.ID) {
				t.Errorf("%+v", l)
			}
		}
		if _, err := w.ForwardTo(t.Context(), w.As(even, bakeri), registry.Ref{ID: sent.ID}, request.Forwarding{To: w.ID(kari)}); err != nil {
			t.Fatal(err)
		}
		if err := w.Reject(t.Context(), w.As(kari, bakeri), sent.ID, "Nei"); err != nil {
			t.Fatal(err)
		}
		tell(t, w)
		o = outbox{}
		send(t, w, &o)
		if diff := cmp.Diff([]string{"decided even@nes.example"}, o.to()); diff != "" {
			t.Error(diff)
		}
		if left := w.Tables(t)["mail"]; len(left) != 0 {
			t.Errorf("left: %v", left)
		}
		w.Mails = false
		asksBy(t, w, "two", "sjefen@nes.example")
		tell(t, w)
		if left := w.Tables(t)["mail"]; len(left) != 0 {
			t.Errorf("made without mail: %v", left)
		}
	})
}

// Who reads the address of the organisation, or shares one, gets one mail of each
// thing that happens.
func TestOneMailToAnAddress(t *testing.T) {
	t.Parallel()
	w := mailing(t, modelstest.Open(t))
	w.Exec(t, "UPDATE organisation SET email = 'Kari@nes.example' WHERE org_no = ?", string(bakeri))
	w.Exec(t, "UPDATE identity SET email = 'felles@nes.example' WHERE subject IN (?, ?)", string(ola), string(nils))
	for _, who := range []modelstest.Name{kari, ola, nils} {
		choose(t, w, who, registry.NoticeChoice{Type: registry.NoticeAsked, Here: true, Mail: true})
	}
	for _, ref := range []string{"one", "two"} {
		asksBy(t, w, ref, "FELLES@nes.example")
		tell(t, w)
		var o outbox
		send(t, w, &o)
		if diff := cmp.Diff([]string{"asked felles@nes.example", "asked kari@nes.example"}, o.to()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", ref, diff)
		}
	}
	mustBeTold(t, w, ola, "asked*", "asked*")
	mustBeTold(t, w, nils, "asked*", "asked*")
}

// A server that is down loses nothing and doubles nothing; it is asked again,
// later and later, and after three days the mail is given up. What it refuses
// for good is not tried again, and what is over meanwhile is not sent.
func TestMailWaits(t *testing.T) {
	t.Parallel()
	w := mailing(t, modelstest.Open(t))
	asksBy(t, w, "one", "sjefen@nes.example")
	tell(t, w)
	down := &outbox{err: models.NewError(models.Unavailable, models.CodeUnavailable)}
	try := func(o *outbox, at time.Time) error {
		w.Clock.Set(at)
		return second(w.SendMails(t.Context(), o.post))
	}
	if err := try(down, modelstest.Noon); err == nil {
		t.Error("nobody was told that it is down")
	}
	var up outbox
	if err := try(&up, modelstest.Noon.Add(59*time.Second)); err != nil || len(up.sent) != 0 {
		t.Errorf("too early: %v, %v", up.sent, err)
	}
	if err := try(&up, modelstest.Noon.Add(time.Minute)); err != nil || len(up.sent) != 1 {
		t.Errorf("%v, %v", up.sent, err)
	}
	if err := try(&up, modelstest.Noon.Add(time.Hour)); err != nil || len(up.sent) != 1 {
		t.Errorf("again: %v, %v", up.sent, err)
	}

	asksBy(t, w, "two", "sjefen@nes.example")
	tell(t, w)
	refused := &outbox{err: models.NewError(models.Invalid, models.CodeInvalid)}
	if err := try(refused, w.Now()); err == nil {
		t.Error("nobody was told that it is refused")
	}
	if left := w.Tables(t)["mail"]; len(left) != 0 {
		t.Errorf("left of what is refused: %v", left)
	}

	over := asksBy(t, w, "three", "sjefen@nes.example")
	tell(t, w)
	if err := w.Withdraw(t.Context(), w.As(jonas, fjord), over.ID); err != nil {
		t.Fatal(err)
	}
	up = outbox{}
	send(t, w, &up)
	if left := w.Tables(t)["mail"]; len(up.sent)+len(left) != 0 {
		t.Errorf("of what is over: %v, %v", up.sent, left)
	}

	asksBy(t, w, "four", "sjefen@nes.example")
	tell(t, w)
	since := w.Now()
	for at := since; at.Before(since.Add(3*24*time.Hour + 7*time.Hour)); at = at.Add(6 * time.Hour) {
		if left := w.Tables(t)["mail"]; len(left) != 1 && at.Before(since.Add(3*24*time.Hour)) {
			t.Fatalf("given up after %s", at.Sub(since))
		}
		_ = try(down, at)
	}
	if left := w.Tables(t)["mail"]; len(left) != 0 {
		t.Errorf("not given up: %v", left)
	}
}

func TestMailPause(t *testing.T) {
	t.Parallel()
	want := []time.Duration{time.Minute, 4 * time.Minute, 16 * time.Minute, 64 * time.Minute, 256 * time.Minute, 6 * time.Hour, 6 * time.Hour}
	for i, pause := range want {
		if got := registry.MailPause(i + 1); got != pause {
			t.Errorf("after try %d: %s, want %s", i+1, got, pause)
		}
	}
	if got := registry.MailPause(1000); got != 6*time.Hour {
		t.Errorf("after many: %s", got)
	}
}

// Nobody fills a mailbox through us: an address gets twenty mails a day and one
// that says that more waits, whoever asks for it.
func TestMailsAreFew(t *testing.T) {
	t.Parallel()
	w := mailing(t, modelstest.Open(t))
	for i := range 25 {
		asksBy(t, w, fmt.Sprint(i), "sjefen@nes.example")
	}
	tell(t, w)
	var o outbox
	send(t, w, &o)
	more := 0
	for _, l := range o.sent {
		if l.Supplier.OrgNo == "" {
			more++
		}
	}
	if len(o.sent) != 21 || more != 1 {
		t.Errorf("%d mails, %d of them of more", len(o.sent), more)
	}
	for i := range 40 { // other addresses at the same customer
		asksBy(t, w, fmt.Sprint("other", i), fmt.Sprintf("ansatt%d@nes.example", i))
	}
	tell(t, w)
	o = outbox{}
	send(t, w, &o)
	if len(o.sent) > 20 {
		t.Errorf("%d mails more to the same customer", len(o.sent))
	}
	w.Clock.Set(modelstest.Noon.Add(24 * time.Hour))
	asksBy(t, w, "tomorrow", "sjefen@nes.example")
	tell(t, w)
	o = outbox{}
	send(t, w, &o)
	if len(o.sent) != 1 {
		t.Errorf("%d mails the day after", len(o.sent))
	}
}

// Notices go in time: what is read first.
func TestNoticesArePurged(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Sent(t, "one")
	tell(t, w)
	if err := w.ReadNotices(t.Context(), w.As(kari, bakeri)); err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{90 * day, 3}, {90*day + time.Millisecond, 2}, {400 * day, 2}, {400*day + time.Millisecond, 0}} {
		w.Clock.Set(modelstest.Noon.Add(c.after))
		if _, err := w.PurgeNotices(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(w.Tables(t)["notice"]); got != c.want {
			t.Errorf("after %s: %d, want %d", c.after, got, c.want)
		}
	}
}

// A person sees how he is told, and what he may not choose is a fault.
func TestNoticeSettings(t *testing.T) {
	t.Parallel()
	w := mailing(t, modelstest.Open(t))
	s, err := w.NoticeSettings(t.Context(), w.As(kari, bakeri))
	if err != nil || s.Address != "kari@nes.example" || !s.Mails || s.Lang != "" {
		t.Errorf("%+v, %v", s, err)
	}
	for _, c := range s.Choices {
		if c.Mail || c.Here == (c.Type == registry.NoticeAnswered) {
			t.Errorf("unasked: %+v", c)
		}
	}
	before := marked(t, w)
	choose(t, w, kari, registry.NoticeChoice{Type: registry.NoticeExpiring, Mail: true})
	if got := before.since(t); len(got) != 1 || got[0].Action != string(policy.PersonNotices) || got[0].Detail["expiring"] != "mail" {
		t.Errorf("recorded %+v", got)
	}
	if s, err = w.NoticeSettings(t.Context(), w.As(kari, bakeri)); err != nil || s.Lang != models.NN || s.Choices[4].Here || !s.Choices[4].Mail {
		t.Errorf("%+v, %v", s, err)
	}
	err = w.ChooseNotices(t.Context(), w.As(kari, bakeri), []registry.NoticeChoice{{Type: "all", Lang: "da"}})
	mustFault(t, err, "lang choice", "types choice")
	if err := w.ChooseNotices(t.Context(), fjordsProgram, nil); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("a program: %v", err)
	}
}
