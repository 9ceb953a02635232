package web_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	netmail "net/mail"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/i18n"
)

// invite invites by the form, and returns the page with the link and the path of
// that.
func invite(t *testing.T, by *kit.Client, urn, email string) (shown *kit.Page, path string) {
	t.Helper()
	form := by.Get("/members/invite").Want(http.StatusOK).Page().MustForm("/members/invite")
	form.Set("urn", urn)
	form.Set("email", email)
	shown = by.Post("/members/invite", form).Want(http.StatusOK).Page()
	path, ok := strings.CutPrefix(shown.Value("link"), kit.PublicURL)
	if !ok || !strings.HasPrefix(path, "/invitations/") {
		t.Fatalf("the link is %q", shown.Value("link"))
	}
	return shown, path
}

// open follows the link in the person's browser.
func open(c *kit.Client, link string) *kit.Response {
	r := c.Get(link)
	if r.Status == http.StatusSeeOther {
		r = r.Follow()
	}
	return r
}

// accept follows the link and accepts.
func accept(t *testing.T, c *kit.Client, link string) *kit.Response {
	t.Helper()
	return c.Post("/invitations/accept", open(c, link).Want(http.StatusOK).Page().MustForm("/invitations/accept"))
}

// Whoever follows the link logs in, says yes, and is at work; what the link
// holds is written nowhere.
func TestAnInvitedPersonActsForTheOrganisationAtOnce(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	manager := s.As(t, kit.ApproverP)
	_, link := invite(t, manager, kit.ManagerPackage, "")
	if list := manager.Get("/members").Want(http.StatusOK); !list.Page().Has(says(t, "members.link.only")) {
		t.Errorf("the invitation is not in the list: %s", list.Page().Text())
	}
	seen := &strings.Builder{}
	v := logIn(t, s, kit.Nobody, link, seen)
	for _, want := range []string{"Fjordbris Seilmakeri AS", kit.ApproverP.Name, "Tilgangsstyrer", kit.Nobody.Name} {
		if !v.page.Has(want) {
			t.Errorf("the question does not say %q: %s", want, v.page.Text())
		}
	}
	r := v.Post("/invitations/accept", v.page.MustForm("/invitations/accept")).Want(http.StatusSeeOther)
	if r.Location() != "/requests" || !slices.ContainsFunc(r.Cookies, func(c *http.Cookie) bool { return c.Name == "stafett_invitation" && c.MaxAge < 0 }) {
		t.Errorf("leads to %q with %v", r.Location(), r.Cookies)
	}
	if page := v.Get("/members/invite").Want(http.StatusOK); !strings.Contains(page.Body, "Fjordbris Seilmakeri AS") {
		t.Error("does not act for the organisation")
	}
	if list := manager.Get("/members").Page(); !list.Has(kit.Nobody.Name) || list.Has(says(t, "members.link.only")) {
		t.Errorf("the list: %s", list.Text())
	}
	isFailure(t, open(s.As(t, kit.ClerkP), link), http.StatusGone, models.CodeInvitationEnded)

	secret := strings.TrimPrefix(link, "/invitations/")
	for name, text := range map[string]string{"pages and addresses": seen.String(), "log": s.Logs.Text(), "database": s.Dump()} {
		if strings.Contains(text, secret) {
			t.Errorf("the secret stands in the %s", name)
		}
	}
}

// A link that is of no use looks the same, whatever the cause.
func TestALinkThatIsOfNoUse(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	manager := s.As(t, kit.ApproverP)
	links := map[string]string{"cut": "/invitations/" + invitation.NewSecret()[:42], "never made": "/invitations/" + invitation.NewSecret(), "no link": "/invitations/x"}

	_, links["revoked"] = invite(t, manager, policy.Viewer, "ny@example.com")
	for _, form := range revocations(t, s, manager) {
		if r := manager.Post(form, url.Values{}).Want(http.StatusSeeOther); r.Location() != "/members" {
			t.Errorf("taking back leads to %q", r.Location())
		}
		manager.Post(form, url.Values{}).Want(http.StatusSeeOther)
	}
	if list := manager.Get("/members").Page(); list.Has("ny@example.com") {
		t.Error("what was taken back is still in the list")
	}
	_, links["used"] = invite(t, manager, policy.Viewer, "")
	accept(t, s.As(t, kit.Nobody), links["used"]).Want(http.StatusSeeOther)

	h := s.Join(t, kit.ApproverP, "Vilde Eng", kit.ManagerPackage)
	vilde := s.As(t, kit.Person{Name: "Vilde Eng"})
	vilde.Post("/organisations", url.Values{"org": {string(kit.CustomerP)}}).Want(http.StatusSeeOther)
	_, links["of one who lost his power"] = invite(t, vilde, policy.Viewer, "")
	if err := s.Registry.End(t.Context(), s.Actor(kit.ApproverP), h.ID); err != nil {
		t.Fatal(err)
	}
	_, links["old"] = invite(t, manager, policy.Viewer, "")
	s.Clock.Advance(invitation.Life)

	isFailure(t, s.Anonymous(t).Get(links["cut"]), http.StatusGone, models.CodeInvitationEnded) // nobody logs in for it
	for name, link := range links {
		c := s.As(t, kit.ApproverQ)
		before := s.Snapshot()
		r := open(c, link)
		isFailure(t, r, http.StatusGone, models.CodeInvitationEnded)
		if !strings.HasPrefix(r.Page().Text(), says(t, "error.invitation.ended.title")+" "+says(t, "error.invitation.ended.detail")+" Til ") {
			t.Errorf("%s: %s", name, r.Page().Text())
		}
		isFailure(t, c.Post("/invitations/accept", url.Values{}), http.StatusGone, models.CodeInvitationEnded)
		if s.Snapshot() != before {
			t.Errorf("%s: something changed", name)
		}
	}
}

// revocations are the addresses by which open invitations are taken back.
func revocations(t *testing.T, s *kit.Site, manager *kit.Client) []string {
	t.Helper()
	all, err := s.Registry.Invitations(t.Context(), s.Actor(kit.ApproverP))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	page := manager.Get("/members").Want(http.StatusOK).Page()
	for _, i := range all {
		action := "/members/invitations/" + string(i.Invitation.ID) + "/revoke"
		if _, ok := page.Form(action); ok {
			out = append(out, action)
		}
	}
	if len(out) == 0 {
		t.Fatalf("nothing to take back: %s", page.Text())
	}
	return out
}

// What was read is what is accepted, though another link was opened since.
func TestAnotherLinkOpenedMeanwhileIsNotAccepted(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	_, one := invite(t, s.As(t, kit.ApproverP), policy.Viewer, "")
	_, two := invite(t, s.As(t, kit.ApproverQ), kit.ManagerPackage, "")
	c := s.As(t, kit.Nobody)
	form := open(c, one).Page().MustForm("/invitations/accept")
	open(c, two)
	before := s.Snapshot()
	if r := c.Post("/invitations/accept", form); r.Location() != "/invitations/accept" || s.Snapshot() != before {
		t.Errorf("%d leads to %q", r.Status, r.Location())
	}
}

func TestWhoHasTheRoleIsTold(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	_, link := invite(t, s.As(t, kit.ApproverP), policy.Viewer, "")
	c := s.As(t, kit.ViewerP)
	if p := open(c, link).Want(http.StatusOK).Page(); !p.Has(says(t, "members.accept.has")) {
		t.Errorf("the page: %s", p.Text())
	}
	accept(t, s.As(t, kit.Nobody), link).Want(http.StatusSeeOther) // the link is of use to another still
}

func TestAnInvitationComesBackWithItsFaults(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get("/members/invite").Want(http.StatusOK).Page().MustForm("/members/invite")
	before := s.Snapshot()
	for _, e := range []struct{ urn, until, email, field, fault string }{
		{"", "", "", "urn", "choice"},
		{policy.Viewer, "i morgen", "", "until", "until.form"},
		{policy.Viewer, "2025-12-31", "", "until", "until.past"},
		{policy.Viewer, "", "kari", "email", "email.form"},
		{policy.Viewer, "", "Kari <kari@example.com>", "email", "email.form"},
	} {
		for name, value := range map[string]string{"urn": e.urn, "until": e.until, "email": e.email} {
			form.Set(name, value)
		}
		p := c.Post("/members/invite", form).Want(http.StatusUnprocessableEntity).Page()
		hasFault(t, p, e.field, e.fault)
		if p.Value("until") != e.until || p.Value("email") != e.email || p.Value("urn") != e.urn {
			t.Errorf("%+v: what was typed is lost: %q", e, []string{p.Value("urn"), p.Value("until"), p.Value("email")})
		}
	}
	isFailure(t, c.Post("/members/invite", url.Values{"urn": {kit.ClientPackage}}), http.StatusForbidden, models.CodeForbidden)
	if s.Snapshot() != before {
		t.Error("something changed")
	}
	for range invitation.MaxOpen {
		s.Invite(t, kit.ApproverP, policy.Viewer)
	}
	isFailure(t, c.Post("/members/invite", url.Values{"urn": {policy.Viewer}}), http.StatusConflict, models.CodeInvitationsMany)
}

// post is a mail server on this machine.
type post struct {
	refuses bool

	mu    sync.Mutex
	taken []string // address and letter
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &letter{post: p}, nil }

// letter is one client's mail to a post.
type letter struct {
	*post
	to string
}

func (l *letter) Mail(string, *smtp.MailOptions) error { return nil }
func (l *letter) Reset()                               {}
func (l *letter) Logout() error                        { return nil }

func (l *letter) Rcpt(to string, _ *smtp.RcptOptions) error {
	if l.refuses {
		return &smtp.SMTPError{Code: 550, Message: "no such user as " + to}
	}
	l.to = to
	return nil
}

func (l *letter) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken = append(l.taken, l.to+"\n"+string(text))
	return err
}

// start opens the server and returns who sends by it.
func (p *post) start(t *testing.T) *mail.Sender {
	t.Helper()
	listener := must(new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0"))
	server := smtp.NewServer(p)
	server.Domain = "localhost"
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		_ = listener.Close()
		if err := <-ended; err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return mail.New(mail.Config{
		Server: mail.Server{Host: "localhost", Port: listener.Addr().(*net.TCPAddr).Port, TLS: mail.Off},
		From:   netmail.Address{Address: "post@stafett.example"}, Now: func() time.Time { return kit.Start },
	})
}

// The mail goes to whom it is for; whatever becomes of it, the inviter has the
// link, and no log has address or secret.
func TestAnInvitationIsMailed(t *testing.T) {
	t.Parallel()
	const email = "kari@eksempel.example"
	takes, refuses := &post{}, &post{refuses: true}
	for _, e := range []struct {
		name, email string
		options     []kit.Option
		said        string
	}{
		{"sent", "Kari@Eksempel.example", []kit.Option{kit.WithMail(takes.start(t))}, "sent"},
		{"refused", email, []kit.Option{kit.WithMail(refuses.start(t))}, "failed"},
		{"no mail here", email, nil, "off"},
		{"no address", "", []kit.Option{kit.WithMail(takes.start(t))}, "none"},
	} {
		s := kit.New(t, e.options...)
		manager := s.As(t, kit.ApproverP)
		p, link := invite(t, manager, policy.Viewer, e.email)
		if want := i18n.T(nb(t), "members.invited.mail."+e.said, "Email", email); !p.Has(want) {
			t.Errorf("%s: the page does not say %q: %s", e.name, want, p.Text())
		}
		if list := manager.Get("/members").Page(); e.email != "" && !list.Has(email) {
			t.Errorf("%s: the list does not tell the address: %s", e.name, list.Text())
		}
		accept(t, s.As(t, kit.Nobody), link).Want(http.StatusSeeOther)
		log := s.Logs.Text()
		if strings.Contains(strings.ToLower(log), email) || strings.Contains(log, link) || strings.Contains(log, "invitation not mailed") != (e.said == "failed") {
			t.Errorf("%s: the log: %s", e.name, log)
		}
		if e.said != "sent" {
			continue
		}
		if len(takes.taken) != 1 || !strings.HasPrefix(takes.taken[0], email+"\n") || !strings.Contains(strings.ReplaceAll(takes.taken[0], "=\r\n", ""), link) {
			t.Errorf("the mail: %q", takes.taken)
		}
	}
	if len(takes.taken) != 1 {
		t.Errorf("%d mails", len(takes.taken))
	}
}
