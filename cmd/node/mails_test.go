package node_test

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
)

// mailbox is a real SMTP server that keeps the texts of what it is sent, by
// address.
type mailbox struct {
	mu    sync.Mutex
	texts map[string]string
	to    string
}

func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return m, nil }
func (m *mailbox) Mail(string, *smtp.MailOptions) error        { return nil }
func (m *mailbox) Rcpt(to string, _ *smtp.RcptOptions) error   { m.to = to; return nil }
func (m *mailbox) Reset()                                      {}
func (m *mailbox) Logout() error                               { return nil }
func (m *mailbox) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	one, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	text, err := io.ReadAll(quotedprintable.NewReader(one.Body))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.texts[m.to] = strings.ReplaceAll(string(text), "\r\n", "\n")
	return err
}

// What people are told arrives with a link to our page and without a word of
// what is asked for.
func TestPostLeadsToThePage(t *testing.T) {
	t.Parallel()
	box := &mailbox{texts: map[string]string{}}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(box)
	server.Domain = "localhost"
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); _ = l.Close(); <-ended })
	sender := mail.New(mail.Config{
		Server: mail.Server{Host: "localhost", Port: l.Addr().(*net.TCPAddr).Port, TLS: mail.Off},
		From:   netmail.Address{Address: "post@registry.example"}, Now: time.Now,
	})
	const id = "704013ee-6a4e-4e2d-8e58-3a7d5a2b0c11"
	letter := func(to string, typ registry.NoticeType, subject string, lang models.Language) registry.Letter {
		return registry.Letter{
			Type: typ, To: to, Lang: lang, Customer: party.Organisation{OrgNo: "366209808", Name: "Nes Bakeri AS"},
			Supplier: party.Organisation{OrgNo: "312506106", Name: "Fjord Programvare AS"}, Subject: subject, Status: request.Pending,
			Until: time.Date(2026, 12, 24, 11, 0, 0, 0, time.UTC),
		}
	}
	letters := []registry.Letter{
		letter("request@nes.example", registry.NoticeAsked, "request:"+id, ""),
		letter("change@nes.example", registry.NoticeForwarded, "change:"+id, models.NN),
		letter("user@nes.example", registry.NoticeExpiring, "systemuser:"+id, models.EN),
		letter("more@nes.example", registry.NoticeAsked, "organisation:366209808", ""),
	}
	for i, err := range node.Post(sender, "https://portal.example", "")(t.Context(), letters) {
		if err != nil {
			t.Errorf("letter %d: %v", i, err)
		}
	}
	for to, want := range map[string]string{
		"request@nes.example": "\n\nhttps://portal.example/requests/" + id + "\n\n",
		"change@nes.example":  "\n\nhttps://portal.example/changes/" + id + "\n\n",
		"user@nes.example":    "https://portal.example/organisations?",
		"more@nes.example":    "https://portal.example/organisations?",
	} {
		if !strings.Contains(box.texts[to], want) {
			t.Errorf("%s got no %q:\n%s", to, want, box.texts[to])
		}
	}
	if got := box.texts["change@nes.example"]; !strings.Contains(got, "https://portal.example/notices/settings") {
		t.Errorf("no way to turn it off:\n%s", got)
	}
}
