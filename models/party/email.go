package party

import (
	"net/mail"

	"github.com/stafett/stafett/models"
)

const maxEmail = 254 // RFC 5321 section 4.5.3.1.3, without the brackets

// IsEmail reports whether s is one address of e-mail and nothing besides.
func IsEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= maxEmail && models.LineFault(s, maxEmail, true) == ""
}
