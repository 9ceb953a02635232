package mail_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/models"
)

func kindOf(err error) models.Kind {
	e, _ := errors.AsType[*models.Error](err)
	if e == nil {
		return -1
	}
	return e.Kind
}

// Many mails go over one connection, and one that cannot be written does not
// hold up the others.
func TestBatchGoesOnOneConnection(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	p := (&post{tls: ca.certify(t, "localhost", time.Now().Add(time.Hour))}).start(t, ca.roots())
	bad := letter
	bad.To = "no address"
	errs := p.sender.SendAll(t.Context(), []mail.Message{letter, bad, letter})
	if errs[0] != nil || kindOf(errs[1]) != models.Invalid || errs[2] != nil || len(p.mails()) != 2 {
		t.Errorf("%v, %d mails", errs, len(p.mails()))
	}
	if n := strings.Count(p.transcript(), "QUIT\r\n"); n != 1 {
		t.Errorf("%d connections:\n%s", n, p.transcript())
	}
}

// What the server refuses for good is told from what may go later, and names
// neither the reader nor the text.
func TestBatchTellsRefusalsApart(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	refuse := func(code int) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 7, 1}, Message: "not for kari@bakke.example"}
	}
	for name, c := range map[string]struct {
		post *post
		want models.Kind
	}{
		"no such reader":       {&post{rcpt: refuse(550)}, models.Invalid},
		"refuses the text":     {&post{data: refuse(554)}, models.Invalid},
		"come back":            {&post{rcpt: refuse(451)}, models.Unavailable},
		"refuses us":           {&post{mail: refuse(550)}, models.Unavailable},
		"breaks off":           {&post{drop: "data"}, models.Unavailable},
		"refuses the password": {&post{auth: true}, models.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.post.tls = ca.certify(t, "localhost", time.Now().Add(time.Hour))
			c.post.start(t, ca.roots())
			if name == "refuses the password" {
				c.post.server.Password = "wrong"
				c.post.sender = c.post.senderWith(ca.roots())
			}
			for i, err := range c.post.sender.SendAll(t.Context(), []mail.Message{letter, letter}) {
				if kindOf(err) != c.want || strings.Contains(err.Error(), "kari") || strings.Contains(err.Error(), "Hei") {
					t.Errorf("mail %d: %v", i, err)
				}
			}
		})
	}
}
