package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
)

// sendOn lets the clerk send the request on to the approver, with a note.
func sendOn(t *testing.T, s *kit.Site, path string) *kit.Client {
	t.Helper()
	clerk := s.As(t, kit.ClerkP)
	form := clerk.Get(path + "/forward").Want(http.StatusOK).Page().MustForm(path + "/forward")
	form.Set("to", string(s.PersonID(kit.ApproverP)))
	form.Set("note", "Vi trenger dette til lønnskjøringen.")
	form.Set("due", "2026-01-20")
	if r := clerk.Post(path+"/forward", form).Want(http.StatusSeeOther); !strings.HasPrefix(r.Location(), path+"#sent-") {
		t.Errorf("sending on leads to %q", r.Location())
	}
	return clerk
}

// recallOf is the address at which the page lets its reader recall.
func recallOf(page *kit.Page, body string) string {
	_, rest, ok := strings.Cut(body, `action="/forwardings/`)
	id, _, _ := strings.Cut(rest, "/recall")
	if !ok || len(page.Forms("/forwardings/"+id+"/recall")) == 0 {
		return ""
	}
	return "/forwardings/" + id + "/recall"
}

// Who cannot approve sends on to one who can; he finds it marked, with the note;
// the sender sees the answer, and others see no note (C9).
func TestARequestIsSentOn(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]bool{"a request": false, "a change": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s *kit.Site
			var path string
			if change {
				s, path, _ = changing(t)
			} else {
				s, path, _ = pending(t)
			}
			clerk := s.As(t, kit.ClerkP)
			if page := clerk.Get(path).Want(http.StatusOK).Page(); !strings.Contains(strings.Join(page.Links(), " "), path+"/forward") {
				t.Fatalf("the page of the request does not lead there: %v", page.Links())
			}
			clerk = sendOn(t, s, path)
			mustSay(t, clerk.Get(path), "Du sendte denne til Ingrid Fjell", "Svar helst innen 20. januar 2026", "Vi trenger dette til lønnskjøringen.", "Trekk tilbake")
			mustSay(t, clerk.Get("/requests"), "Sendt videre av deg", "Sendt til Ingrid Fjell", "Venter på svar til")
			approver := s.As(t, kit.ApproverP)
			mustSay(t, approver.Get("/requests"), "av Sunniva Lid", "Vi trenger dette til lønnskjøringen.")
			mustSay(t, approver.Get("/requests?status=to_me"), "av Sunniva Lid")
			mustSay(t, approver.Get(path), "Sunniva Lid sendte denne til deg", "Vi trenger dette til lønnskjøringen.")
			other := s.As(t, kit.PartialP).Get(path).Want(http.StatusOK)
			if page := other.Page(); !page.Has("Sunniva Lid sendte denne til Ingrid Fjell") || page.Has("lønnskjøringen") {
				t.Errorf("a colleague reads: %s", page.Text())
			}
			if recallOf(other.Page(), other.Body) != "" {
				t.Error("a colleague can recall it")
			}
			form := approver.Get(path).Page().MustForm(path + "/approve")
			approver.Post(path+"/approve", form).Want(http.StatusSeeOther)
			mustSay(t, clerk.Get("/requests"), "Ingrid Fjell godkjente")
			mustSay(t, clerk.Get("/requests?status=by_me"), "Godkjent")
			if r := clerk.Get(path + "/forward").Want(http.StatusSeeOther); r.Location() != path {
				t.Errorf("what is answered can be sent on: %q", r.Location())
			}
		})
	}
}

// The form says beside each field what is wrong, and keeps what was typed.
func TestSendingOnComesBackWithItsFaults(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	clerk := s.As(t, kit.ClerkP)
	good := url.Values{"to": {string(s.PersonID(kit.ApproverP))}, "note": {"Hei"}}
	before := s.Snapshot()
	for name, e := range map[string]struct {
		field, value, fault string
	}{
		"nobody":             {"to", "", "required"},
		"one who cannot":     {"to", string(s.PersonID(kit.PartialP)), "forward.person"},
		"one of another":     {"to", string(s.PersonID(kit.ApproverQ)), "forward.person"},
		"no id":              {"to", "x", "forward.person"},
		"a long note":        {"note", strings.Repeat("x", 501), "too_long"},
		"no day":             {"due", "i morgen", "until.form"},
		"a day in the past":  {"due", "2026-01-13", "due.past"},
		"a day that is late": {"due", "2027-01-13", "due.late"},
	} {
		form := url.Values{"to": good["to"], "note": good["note"]}
		form.Set(e.field, e.value)
		page := clerk.Post(path+"/forward", form).Want(http.StatusUnprocessableEntity).Page()
		if !strings.Contains(page.Text(), says(t, "fault."+e.fault)) || page.ByID("faults") == "" {
			t.Errorf("%s: the page does not say %q: %s", name, e.fault, page.Text())
		}
		if e.field != "note" && page.Value("note") != "Hei" {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
	if s.Snapshot() != before {
		t.Error("it was sent on all the same")
	}
}

// Who sent it on takes it back, once; nobody else can, and what has been
// answered meanwhile shows its answer (C9, B11).
func TestWhatWasSentOnIsRecalled(t *testing.T) {
	t.Parallel()
	s, path, id := pending(t)
	clerk := sendOn(t, s, path)
	shown := clerk.Get(path)
	recall := recallOf(shown.Page(), shown.Body)
	if recall == "" {
		t.Fatalf("no way to recall: %s", shown.Page().Text())
	}
	mustSay(t, clerk.Get(path+"/forward"), "Du har sendt den til Ingrid Fjell allerede")
	for name, p := range map[string]kit.Person{"the receiver": kit.ApproverP, "a colleague": kit.PartialP, "a stranger": kit.ApproverQ} {
		if r := s.As(t, p).Post(recall, url.Values{}); r.Status == http.StatusSeeOther {
			t.Errorf("%s can recall it", name)
		}
	}
	if r := clerk.Post(recall, url.Values{}).Want(http.StatusSeeOther); r.Location() != path {
		t.Errorf("recalling leads to %q", r.Location())
	}
	if page := clerk.Get(path).Page(); page.Has("Du sendte denne til") {
		t.Errorf("it stands as sent: %s", page.Text())
	}
	if page := s.As(t, kit.ApproverP).Get("/requests").Page(); page.Has("av Sunniva Lid") {
		t.Errorf("the receiver is asked still: %s", page.Text())
	}
	clerk = sendOn(t, s, path)
	shown = clerk.Get(path)
	recall = recallOf(shown.Page(), shown.Body)
	s.Approve(t, kit.ApproverP, id)
	if r := clerk.Post(recall, url.Values{}).Want(http.StatusSeeOther); r.Location() != path {
		t.Errorf("recalling too late leads to %q", r.Location())
	}
	mustSay(t, clerk.Get(path), kit.ApproverP.Name)
}

// A wish is no answer: it goes to the supplier without a name, and colleagues
// see who said it (C7).
func TestAWishIsSaid(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(path + "/wish").Want(http.StatusOK).Page().MustForm(path + "/wish")
	for wish, fault := range map[string]string{" ": "required", strings.Repeat("x", 501): "too_long"} {
		form.Set("wish", wish)
		page := c.Post(path+"/wish", form).Want(http.StatusUnprocessableEntity).Page()
		hasFault(t, page, "wish", fault)
		if fault == "too_long" && page.Value("wish") != wish {
			t.Error("what was typed is gone")
		}
	}
	form.Set("wish", "Vi trenger bare å lese posten.")
	if r := c.Post(path+"/wish", form).Want(http.StatusSeeOther); r.Location() != path {
		t.Errorf("it leads to %q", r.Location())
	}
	mustSay(t, c.Get(path), "Dere har bedt Pilspiss Programvare AS om noe annet", "Vi trenger bare å lese posten.", kit.ApproverP.Name)
	sent := s.As(t, kit.DeveloperA).Get("/supplier" + path).Want(http.StatusOK).Page()
	if !sent.Has("Vi trenger bare å lese posten.") || sent.Has(kit.ApproverP.Name) {
		t.Errorf("the supplier reads: %s", sent.Text())
	}
	c.Get(path).Page().MustForm(path + "/approve")
	clerk := s.As(t, kit.ClerkP)
	if r := clerk.Get(path + "/wish").Want(http.StatusSeeOther); r.Location() != path {
		t.Errorf("a clerk is led to %q", r.Location())
	}
	isFailure(t, clerk.Post(path+"/wish", form), http.StatusForbidden, models.CodeForbidden)
}
