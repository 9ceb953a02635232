package node_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/handlers/mail"
)

// mailFaults tells what is wrong with the settings of mail; the rest is left
// unset and has faults of its own.
func mailFaults(s node.Settings) (*mail.Config, []string) {
	out, err := s.Serving()
	var told []string
	for fault := range strings.SplitSeq(err.Error(), "\n") {
		if strings.HasPrefix(fault, "STAFETT_SMTP") || strings.HasPrefix(fault, "STAFETT_MAIL") {
			told = append(told, fault)
		}
	}
	return out.Mail, told
}

func TestMailIsSetUp(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("hemmelig\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, told := mailFaults(node.Settings{SMTP: "smtps://post@mail.example", SMTPPasswordFile: file, MailFrom: "Stafett <post@registry.example>"})
	if len(told) > 0 {
		t.Fatal(told)
	}
	if want := (mail.Server{Host: "mail.example", Port: 465, TLS: mail.Implicit, User: "post", Password: "hemmelig"}); got.Server != want {
		t.Errorf("server %+v", got.Server)
	}
	if got.From.Name != "Stafett" || got.From.Address != "post@registry.example" || got.Now == nil {
		t.Errorf("from %v, clock %t", got.From, got.Now != nil)
	}
	if got, told := mailFaults(node.Settings{SMTPPassword: "hemmelig", MailFrom: "no address"}); got != nil || len(told) > 0 {
		t.Errorf("without a server: %v, %v; want no mail and no fault", got, told)
	}
}

func TestFaultsOfMailAreTold(t *testing.T) {
	t.Parallel()
	const from = "post@registry.example"
	for wants, s := range map[string]node.Settings{
		"STAFETT_SMTP holds a password":           {SMTP: "smtps://post:hemmelig@mail.example", MailFrom: from},
		"STAFETT_SMTP says starttls=off":          {SMTP: "smtp://mail.example?starttls=off", MailFrom: from},
		"STAFETT_SMTP_PASSWORD is not set":        {SMTP: "smtps://post@mail.example", MailFrom: from},
		"STAFETT_SMTP_PASSWORD is set":            {SMTP: "smtps://mail.example", SMTPPassword: "hemmelig", MailFrom: from},
		"STAFETT_SMTP_PASSWORD_FILE cannot":       {SMTP: "smtps://post@mail.example", SMTPPasswordFile: "missing", MailFrom: from},
		"STAFETT_MAIL_FROM is not set":            {SMTP: "smtps://mail.example"},
		"STAFETT_MAIL_FROM is no e-mail address":  {SMTP: "smtps://mail.example", MailFrom: "hemmelig"},
		"STAFETT_MAIL_FROM is an e-mail address ": {SMTP: "smtps://mail.example", MailFrom: "Stafett <post@[10.0.0.1]>"},
	} {
		_, told := mailFaults(s)
		if len(told) != 1 || !strings.HasPrefix(told[0], wants) || strings.Contains(told[0], "hemmelig") {
			t.Errorf("told %q, want one that begins %q", told, wants)
		}
	}
}
