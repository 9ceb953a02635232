package mail_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/models"
)

var now = time.Date(2026, 11, 21, 13, 5, 9, 0, time.UTC)

var letter = mail.Message{
	To: "Kari Nordmann <kari@bakke.example>", Subject: "Én blåbærgrøt på Løkka", Lang: models.NN,
	Text: "Hei, Kari!\n\n.En linje som begynner med punktum, og som er så lang at den må brytes av den som sender den på vei.\nhttps://registry.example/i/abc=def\n",
}

// received reads a mail as its reader's program does.
func received(t *testing.T, raw []byte) (*netmail.Message, string) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return m, strings.ReplaceAll(string(text), "\r\n", "\n")
}

func decoded(t *testing.T, s string) string {
	t.Helper()
	return must(new(mime.WordDecoder).DecodeHeader(s))(t)
}

func TestMailArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	for name, p := range map[string]*post{
		"STARTTLS":                     {},
		"STARTTLS with a password":     {auth: true},
		"implicit TLS":                 {implicit: true},
		"implicit TLS with a password": {implicit: true, auth: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p.tls = ca.certify(t, "localhost", time.Now().Add(time.Hour))
			p.start(t, ca.roots())
			if err := p.sender.Send(t.Context(), letter); err != nil {
				t.Fatal(err)
			}
			if len(p.mails()) != 1 || len(p.from) != 1 || p.from[0] != "post@registry.example" || len(p.to) != 1 || p.to[0] != "kari@bakke.example" {
				t.Fatalf("%d mails from %q to %q", len(p.mails()), p.from, p.to)
			}
			m, text := received(t, p.mails()[0])
			if text != letter.Text {
				t.Errorf("text:\n%q\nwant\n%q", text, letter.Text)
			}
			for header, want := range map[string]string{
				"Subject":                   letter.Subject,
				"From":                      `Stafett på prøve <post@registry.example>`,
				"To":                        `"Kari Nordmann" <kari@bakke.example>`,
				"Date":                      "Sat, 21 Nov 2026 13:05:09 +0000",
				"Auto-Submitted":            "auto-generated",
				"Content-Language":          "nn",
				"Content-Type":              "text/plain; charset=UTF-8",
				"Content-Transfer-Encoding": "quoted-printable",
				"Mime-Version":              "1.0",
			} {
				if got := decoded(t, m.Header.Get(header)); got != want {
					t.Errorf("%s: %q, want %q", header, got, want)
				}
			}
			if id := m.Header.Get("Message-ID"); !strings.HasPrefix(id, "<") || !strings.HasSuffix(id, "@registry.example>") || len(id) < 40 {
				t.Errorf("Message-ID: %q", id)
			}
			if len(m.Header) != 10 {
				t.Errorf("headers that nobody asked for: %v", m.Header)
			}
			if host, err := os.Hostname(); err == nil && host != "localhost" && strings.Contains(p.transcript(), host) {
				t.Errorf("names the machine:\n%s", p.transcript())
			}
		})
	}
}

// On this machine, and only when the operator says so, mail goes without TLS.
func TestMailOnThisMachineNeedsNoTLS(t *testing.T) {
	t.Parallel()
	p := (&post{}).start(t, nil)
	p.server.TLS = mail.Off
	if err := p.senderWith(nil).Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	if len(p.mails()) != 1 {
		t.Errorf("%d mails", len(p.mails()))
	}
}

// Whatever goes wrong is Unavailable, with a cause that says what to look at
// and names neither the reader nor a word of the mail.
func TestServerThatDoesNotTakeTheMail(t *testing.T) {
	t.Parallel()
	ca, stranger := newAuthority(t), newAuthority(t)
	hour := time.Now().Add(time.Hour)
	refuse := func(code int) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 7, 1}, Message: "not for kari@bakke.example: Hei, Kari!"}
	}
	for name, c := range map[string]struct {
		post  *post
		wants string // in the cause
	}{
		"refuses the sender":        {&post{mail: refuse(550)}, "MAIL FROM command (answer 550 5.7.1)"},
		"does not know the reader":  {&post{rcpt: refuse(550)}, "RCPT TO command (answer 550 5.7.1)"},
		"asks to come back":         {&post{rcpt: refuse(451)}, "RCPT TO command (answer 451 4.7.1)"},
		"refuses the text":          {&post{data: refuse(554)}, "closing SMTP DATA writer (answer 554 5.7.1)"},
		"breaks off after the text": {&post{drop: "data"}, "closing SMTP DATA writer (answer 0 )"},
		"refuses the password":      {&post{auth: true}, "refused before any mail (answer 454)"},
		"certificate of a stranger": {&post{tls: stranger.certify(t, "localhost", hour)}, "certificate signed by unknown authority"},
		"certificate of another":    {&post{tls: ca.certify(t, "mail.example", hour)}, "certificate is valid for mail.example, not localhost"},
		"certificate is too old":    {&post{tls: ca.certify(t, "localhost", time.Now().Add(-time.Minute))}, "certificate has expired"},
		"stranger, implicit TLS":    {&post{implicit: true, tls: stranger.certify(t, "localhost", hour)}, "certificate signed by unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := c.post
			if p.tls == nil {
				p.tls = ca.certify(t, "localhost", hour)
			}
			p.start(t, ca.roots())
			if p.auth {
				p.server.Password = "en annen hemmelighet"
			}
			err := p.senderWith(ca.roots()).Send(t.Context(), letter)
			unavailable(t, err, c.wants)
			if len(p.mails()) != 0 {
				t.Error("the server has a mail")
			}
		})
	}
}

// unavailable asserts the kind of err, what its cause says and what it keeps.
func unavailable(t *testing.T, err error, wants string) {
	t.Helper()
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind != models.Unavailable || e.Code != models.CodeUnavailable {
		t.Fatalf("%v, want %s", err, models.CodeUnavailable)
	}
	if !strings.Contains(err.Error(), wants) {
		t.Errorf("the cause is %q, want %q in it", err, wants)
	}
	for _, secret := range []string{"kari", "Kari", "bakke", "Hei", "blåbær", "registry.example/i", user, "hemmelighet"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the cause holds %q: %s", secret, err)
		}
	}
}

// A server that offers no STARTTLS, or from whose offer somebody on the way has
// taken it, is told neither the password nor the mail.
func TestNothingIsSaidWithoutTLS(t *testing.T) {
	t.Parallel()
	p := (&post{auth: true}).start(t, nil)
	unavailable(t, p.sender.Send(t.Context(), letter), "offers neither STARTTLS")
	if said := p.transcript(); strings.Contains(said, "AUTH PLAIN ") || strings.Contains(said, "MAIL") {
		t.Errorf("said without TLS:\n%s", said)
	}
}

func TestServerThatCannotBeReached(t *testing.T) {
	t.Parallel()
	listener := must(new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0"))(t)
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	s := mail.New(mail.Config{
		Server: mail.Server{Host: "127.0.0.1", Port: port, TLS: mail.StartTLS}, Now: time.Now,
		From: netmail.Address{Address: "post@registry.example"},
	})
	unavailable(t, s.Send(t.Context(), letter), "connection refused")
}

// A mail that the server has taken is sent, however the server takes its leave:
// a person who is told otherwise sends it again.
func TestGoodbyeIsNoFailure(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	p := (&post{drop: "quit", tls: ca.certify(t, "localhost", time.Now().Add(time.Hour))}).start(t, ca.roots())
	if err := p.sender.Send(t.Context(), letter); err != nil {
		t.Error(err)
	}
	if len(p.mails()) != 1 {
		t.Errorf("%d mails", len(p.mails()))
	}
}

// slowly answers each line of an SMTP client after a pause, as a server does
// that wants to keep somebody waiting without ever being silent.
func slowly(conn net.Conn, pause time.Duration) {
	say := func(s string) { time.Sleep(pause); _, _ = io.WriteString(conn, s+"\r\n") }
	say("220 slow")
	lines := bufio.NewScanner(conn)
	for text := false; lines.Scan(); {
		switch line := lines.Text(); {
		case line == "DATA":
			text = true
			say("354 go on")
		case line == ".":
			text = false
			say("250 taken")
		case !text:
			say("250 yes")
		}
	}
}

func onThisMachine() *mail.Sender {
	return mail.New(mail.Config{
		Server: mail.Server{Host: "localhost", Port: 25, TLS: mail.Off}, Now: time.Now,
		From: netmail.Address{Address: "post@registry.example"},
	})
}

// The clock of this test is that of its bubble: no time passes.
func TestSendingEndsInTime(t *testing.T) {
	for name, serve := range map[string]func(net.Conn){
		"silent server":             func(net.Conn) {},
		"server slow at each step":  func(c net.Conn) { slowly(c, 4*time.Second) },
		"quick enough to be served": func(c net.Conn) { slowly(c, time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := onThisMachine()
				here, there := net.Pipe()
				var home sync.WaitGroup
				defer home.Wait()
				defer func() { _ = there.Close() }()
				s.Over(func() net.Conn {
					home.Go(func() { serve(there) })
					return here
				})
				begun := time.Now()
				err := s.Send(t.Context(), letter)
				took := time.Since(begun)
				if name == "quick enough to be served" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				unavailable(t, err, "deadline exceeded")
				if took != 10*time.Second {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

// Whoever asked and went away ends the sending with him.
func TestSendingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := onThisMachine()
		ctx, leave := context.WithCancel(t.Context())
		s.Over(func() net.Conn {
			here, there := net.Pipe()
			go func() { _, _ = io.WriteString(there, "220 hello\r\n"); leave(); _, _ = io.Copy(io.Discard, there) }()
			return here
		})
		unavailable(t, s.Send(ctx, letter), "canceled")
	})
}

func TestNobodyAddsAHeader(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	p := (&post{tls: ca.certify(t, "localhost", time.Now().Add(time.Hour))}).start(t, ca.roots())
	for name, m := range map[string]mail.Message{
		"subject with a header":   {To: "a@b.example", Subject: "Hei\r\nBcc: evil@evil.example"},
		"subject with LF":         {To: "a@b.example", Subject: "Hei\nBcc: evil@evil.example"},
		"subject with CR":         {To: "a@b.example", Subject: "Hei\rBcc: evil@evil.example"},
		"subject with NEL":        {To: "a@b.example", Subject: "Hei\u0085Bcc: evil@evil.example"},
		"subject turned about":    {To: "a@b.example", Subject: "Hei \u202egnp.exe"},
		"subject not UTF-8":       {To: "a@b.example", Subject: "Hei \xff"},
		"no subject":              {To: "a@b.example"},
		"blank subject":           {To: "a@b.example", Subject: " \u00a0"},
		"address with a header":   {To: "a@b.example\r\nBcc: evil@evil.example", Subject: "Hei"},
		"folded name":             {To: "Kari\r\n Nordmann <a@b.example>", Subject: "Hei"},
		"hidden line break":       {To: "=?utf-8?q?Kari=0D=0ABcc:_evil@evil.example?= <a@b.example>", Subject: "Hei"},
		"two addresses":           {To: "a@b.example, evil@evil.example", Subject: "Hei"},
		"a group":                 {To: "alle: a@b.example, evil@evil.example;", Subject: "Hei"},
		"command in a local part": {To: `"a> RCPT TO:<evil"@b.example`, Subject: "Hei"},
		"space in a local part":   {To: `"a b"@b.example`, Subject: "Hei"},
		"number for a domain":     {To: "root@[127.0.0.1]", Subject: "Hei"},
		"bare number":             {To: "root@10.0.0.1", Subject: "Hei"},
		"no domain":               {To: "root", Subject: "Hei"},
		"domain of one word":      {To: "root@db", Subject: "Hei"},
		"letters that look alike": {To: "k\u0430ri@b.example", Subject: "Hei"},
		"domain with letters":     {To: "kari@blåbær.example", Subject: "Hei"},
		"route":                   {To: "<@evil.example:a@b.example>", Subject: "Hei"},
		"no address":              {Subject: "Hei"},
		"too long":                {To: strings.Repeat("a", 250) + "@b.example", Subject: "Hei"},
	} {
		err := p.sender.Send(t.Context(), m)
		if e, ok := errors.AsType[*models.Error](err); !ok || e.Kind != models.Invalid {
			t.Errorf("%s: %v, want %s", name, err, models.CodeInvalid)
		}
		if err != nil && (strings.Contains(err.Error(), "evil") || strings.Contains(err.Error(), "example")) {
			t.Errorf("%s: the error repeats it: %v", name, err)
		}
	}
	if said := p.transcript(); said != "" {
		t.Errorf("the server was told:\n%s", said)
	}
}

// Strings that have broken programs are refused, or arrive as they were and
// where they belong.
func TestNaughtyStringsStayWhereTheyBelong(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../../shared/data/attack/blns/blns.json")
	if err != nil {
		t.Skipf("no list of naughty strings here: %v", err)
	}
	var naughty []string
	if err := json.Unmarshal(content, &naughty); err != nil || len(naughty) < 400 {
		t.Fatalf("%d strings: %v", len(naughty), err)
	}
	ca := newAuthority(t)
	p := (&post{tls: ca.certify(t, "localhost", time.Now().Add(time.Hour))}).start(t, ca.roots())
	const to = "kari@bakke.example"
	accepted := 0
	send := func(as string, m mail.Message) (*netmail.Message, string) {
		p.taken, p.to = nil, nil
		err := p.sender.Send(t.Context(), m)
		if err != nil {
			if e, ok := errors.AsType[*models.Error](err); !ok || e.Kind != models.Invalid {
				t.Errorf("%s: %v", as, err)
			}
			return nil, ""
		}
		accepted++
		got, text := received(t, p.mails()[0])
		if len(p.to) != 1 || len(got.Header) != 10 {
			t.Errorf("%s: went to %q with %v", as, p.to, got.Header)
		}
		return got, text
	}
	for _, s := range naughty {
		if got, _ := send(fmt.Sprintf("subject %q", s), mail.Message{To: to, Subject: s}); got != nil && strings.TrimSpace(decoded(t, got.Header.Get("Subject"))) != strings.TrimSpace(s) {
			t.Errorf("subject %q arrived as %q", s, decoded(t, got.Header.Get("Subject")))
		}
		named := netmail.Address{Name: s, Address: to}
		if got, _ := send(fmt.Sprintf("name %q", s), mail.Message{To: named.String(), Subject: "Hei"}); got != nil {
			if a, err := netmail.ParseAddress(got.Header.Get("To")); err != nil || a.Address != to {
				t.Errorf("name %q: went to %v (%v)", s, a, err)
			}
		}
		if got, _ := send(fmt.Sprintf("raw name %q", s), mail.Message{To: s + " <" + to + ">", Subject: "Hei"}); got != nil && p.to[0] != to {
			t.Errorf("raw name %q: went to %q", s, p.to)
		}
		if got, text := send(fmt.Sprintf("text %q", s), mail.Message{To: to, Subject: "Hei", Text: s + "\n"}); got != nil &&
			text != strings.ReplaceAll(s, "\r\n", "\n")+"\n" {
			t.Errorf("text %q arrived as %q", s, text)
		}
	}
	if accepted < 2*len(naughty) {
		t.Errorf("only %d mails of %d strings arrived", accepted, len(naughty))
	}
}
