package web_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stafett/stafett/cmd/node"
	kit "github.com/stafett/stafett/handlers/handlertest"
)

// linkInMail is the only address of ours that a mail to the unknown holds.
var linkInMail = regexp.MustCompile(regexp.QuoteMeta(kit.PublicURL) + `/requests/[0-9a-f-]{36}`)

// A supplier asks, and the organisation's own address is told, over SMTP, of who
// asks whom and no more. Who reads that logs in by its link and is at the
// request. He cannot approve and sends it on; the other is told, approves, and
// the sender is told of the answer (C6, C9).
func TestARequestReachesWhoHasNeverBeenHere(t *testing.T) {
	t.Parallel()
	box := &post{}
	letters := node.Post(box.start(t), kit.PublicURL, "drift@stafett.example")
	s := kit.New(t)
	s.Registry.Mails = true
	s.Exec("UPDATE organisation SET email = 'post@fjordbris.example' WHERE org_no = '" + string(kit.CustomerP) + "'")
	sent := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "lonn"), kit.CustomerP, "avd-nord")
	path := "/requests/" + string(sent.ID)
	deliver := func() {
		t.Helper()
		tellAll(t, s)
		if _, err := s.Registry.SendMails(t.Context(), letters); err != nil {
			t.Fatal(err)
		}
	}
	deliver()
	if len(box.taken) != 1 || !strings.HasPrefix(box.taken[0], "post@fjordbris.example\n") {
		t.Fatalf("mailed: %q", box.taken)
	}
	letter := strings.ReplaceAll(strings.ReplaceAll(box.taken[0], "=\r\n", ""), "=3D", "=")
	for _, kept := range []string{"Skatt", "Postkasse", "avd-nord", kit.ApproverP.Name} {
		if strings.Contains(letter, kept) {
			t.Errorf("the mail tells %q:\n%s", kept, letter)
		}
	}
	link := linkInMail.FindString(letter)
	if link != kit.PublicURL+path {
		t.Fatalf("the mail leads to %q:\n%s", link, letter)
	}

	clerk := logIn(t, s, kit.ClerkP, path, &strings.Builder{})
	if !clerk.page.Has("Program lonn") {
		t.Fatalf("the link leads to %s", clerk.page.Text())
	}
	if _, may := clerk.page.Form(path + "/approve"); may {
		t.Error("a clerk can approve")
	}
	sendOn(t, s, path)
	deliver()
	approver := s.As(t, kit.ApproverP)
	mine := approver.Get("/notices?type=forwarded").Want(http.StatusOK).Page()
	if len(noticesOn(mine)) != 1 || !mine.Has("En kollega ber deg svare") {
		t.Fatalf("the approver is told: %s", mine.Text())
	}
	r := approver.Get(noticesOn(mine)[0]).Want(http.StatusSeeOther)
	if r.Location() != path {
		t.Errorf("the notice leads to %q", r.Location())
	}
	approver.Post(path+"/approve", approver.Get(path).Page().MustForm(path+"/approve")).Want(http.StatusSeeOther)
	deliver()
	told := s.As(t, kit.ClerkP).Get("/notices").Want(http.StatusOK)
	if !strings.Contains(told.Body, "1 ulest<") || len(noticesOn(told.Page())) != 1 {
		t.Fatalf("the sender is told: %s", told.Page().Text())
	}
	if r := s.As(t, kit.ClerkP).Get(noticesOn(told.Page())[0]); r.Location() != path || slices.Contains(box.taken[1:], box.taken[0]) {
		t.Errorf("it leads to %q, and %d mails went", r.Location(), len(box.taken))
	}
}
