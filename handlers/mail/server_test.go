package mail_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/handlers/mail"
)

func TestServerIsReadFromItsAddress(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]mail.Server{
		"smtps://stafett@mail.example:465":              {Host: "mail.example", Port: 465, TLS: mail.Implicit, User: "stafett"},
		"smtps://mail.example":                          {Host: "mail.example", Port: 465, TLS: mail.Implicit},
		"smtp://stafett%40example.org@mail.example/":    {Host: "mail.example", Port: 587, TLS: mail.StartTLS, User: "stafett@example.org"},
		"smtp://mail.example:2525?starttls=required":    {Host: "mail.example", Port: 2525, TLS: mail.StartTLS},
		"smtp://127.0.0.1:25?starttls=off":              {Host: "127.0.0.1", Port: 25, TLS: mail.Off},
		"smtp://[::1]:25?starttls=off":                  {Host: "::1", Port: 25, TLS: mail.Off},
		"smtp://stafett@localhost:1025?starttls=off":    {Host: "localhost", Port: 1025, TLS: mail.Off, User: "stafett"},
		"smtp://localhost:1025?starttls=required":       {Host: "localhost", Port: 1025, TLS: mail.StartTLS},
		"SMTPS://mail.example:465":                      {Host: "mail.example", Port: 465, TLS: mail.Implicit},
		"smtp://[2001:db8::25]:587?starttls=%72equired": {Host: "2001:db8::25", Port: 587, TLS: mail.StartTLS},
	} {
		got, err := mail.ParseServer(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", s, diff)
		}
	}
}

func TestAddressThatIsNoServerIsRefused(t *testing.T) {
	t.Parallel()
	for s, wants := range map[string]string{
		"":                                          "is no address",
		"mail.example:587":                          "is no address",
		"smtp:mail.example":                         "is no address",
		"smtp://":                                   "is no address",
		"smtp://mail.example:587/hemmelig":          "is no address",
		"smtp://mail.example:587#hemmelig":          "is no address",
		"https://mail.example":                      "begins with neither",
		"smtps://ola:hemmelig@mail.example":         "holds a password",
		"smtps://ola:@mail.example":                 "holds a password",
		"smtp://mail.example:587?password=hemmelig": "something else after ?",
		"smtp://mail.example?starttls=required&starttls=off": "something else after ?",
		"smtp://mail.example?starttls=off":                   "localhost only",
		"smtp://10.0.0.1:25?starttls=off":                    "localhost only",
		"smtp://localhost.evil.example?starttls=off":         "localhost only",
		"smtp://localhost?starttls=hemmelig":                 "another way",
		"smtps://localhost?starttls=off":                     "for smtp:// alone",
		"smtps://mail.example:0":                             "port",
		"smtps://mail.example:70000":                         "port",
		"smtps://mail.example:hemmelig":                      "is no address",
	} {
		got, err := mail.ParseServer(s)
		if err == nil || !strings.Contains(err.Error(), wants) {
			t.Errorf("%s: %+v, %v; want an error with %q", s, got, err, wants)
		}
		if err != nil && (strings.Contains(err.Error(), "hemmelig") || strings.Contains(err.Error(), "ola")) {
			t.Errorf("%s: the error repeats a secret: %v", s, err)
		}
	}
}
