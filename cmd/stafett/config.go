package main

import (
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/handlers/mail"
)

type config struct {
	Print configPrint `cmd:"" help:"Print the settings as JSON, secrets masked."`
}

type configPrint struct{}

const mask = "***"

// Run prints the settings in force, as a settings file would hold them.
func (configPrint) Run(c console, s *node.Settings) error {
	shown := *s
	shown.DatabaseURL = maskURL(shown.DatabaseURL)
	if shown.Key != "" {
		shown.Key = mask
	}
	if shown.SMTPPassword != "" {
		shown.SMTPPassword = mask
	}
	if _, err := mail.ParseServer(shown.SMTP); shown.SMTP != "" && err != nil {
		shown.SMTP = mask // one that holds is known to have no password in it
	}
	out, err := json.MarshalIndent(shown, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, string(out))
	return err
}

// maskURL hides the password of a database URL, and all of one that cannot be read.
func maskURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return ""
	case err != nil:
		return mask
	case u.User != nil:
		u.User = url.UserPassword(u.User.Username(), "xxxxx")
		return u.Redacted()
	}
	return s
}
