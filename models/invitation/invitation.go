package invitation

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/mail"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Life is how long an invitation can be accepted when nothing else is set.
const Life = 7 * 24 * time.Hour

// MaxOpen is how many invitations of one organisation can be open at once.
const MaxOpen = 50

// maxEmail is the longest address that mail can be sent to, in bytes (RFC 5321
// section 4.5.3.1.3, without the angle brackets).
const maxEmail = 254

// Invitation offers a role in an organisation to whoever has its secret. The
// secret itself is in the link alone and is no part of the value.
type Invitation struct {
	ID        models.ID
	OrgNo     party.OrgNo
	URN       string    // of the power or the access package
	RoleUntil time.Time // when what is offered ends; zero for now without end
	Email     string    // where the link was sent, for the inviter's list: lower case, as in an identity; may be empty
	InvitedBy models.ID // the person who invited; empty for an operator
	Status    Status
	CreatedAt time.Time
	ExpiresAt time.Time // never after RoleUntil
	EndedAt   time.Time // when it was accepted or revoked; zero while open
	EndedBy   models.ID // the person who did so
	Version   int64
}

// New makes an open invitation of i, which holds what the inviter gave and who
// he is. It can be accepted for life, and no longer than what it offers lasts.
// Faults name the fields urn, email and role_until.
func New(i Invitation, now time.Time, life time.Duration) (Invitation, error) {
	i.Status, i.Version, i.Email = Open, 0, strings.ToLower(i.Email)
	i.EndedAt, i.EndedBy = time.Time{}, "" // nobody has answered
	i.CreatedAt, i.ExpiresAt = now, now.Add(life)
	if !i.RoleUntil.IsZero() && i.RoleUntil.Before(i.ExpiresAt) {
		i.ExpiresAt = i.RoleUntil
	}
	var f models.Faults
	if i.URN == "" {
		f.Add("urn", "required")
	}
	f.Add("email", EmailFault(i.Email))
	f.Add("role_until", UntilFault(i.RoleUntil, now))
	return i, f.Err()
}

// Current is the state at now: an open invitation whose time has run out is
// expired.
func (i Invitation) Current(now time.Time) Status {
	if i.Status == Open && !now.Before(i.ExpiresAt) {
		return Expired
	}
	return i.Status
}

// Apply returns i after e by the person at now. A move that the table does not
// list is a Gone error.
func (i Invitation) Apply(e Event, by models.ID, now time.Time) (Invitation, error) {
	next, err := i.Current(now).Next(e)
	if err != nil {
		return i, err
	}
	i.Status, i.EndedAt, i.EndedBy = next, now, by
	return i, nil
}

// EmailFault says what is wrong with an address, or "": "too_long", or "form"
// for anything but one bare address of ASCII letters, which is what every mail
// server takes. None is fine.
func EmailFault(s string) string {
	if s == "" {
		return ""
	}
	if len(s) > maxEmail {
		return "too_long"
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.IndexFunc(s, odd) >= 0 {
		return "form"
	}
	return ""
}

// odd tells what an address has only where it is quoted, commented, literal or
// meant to end a line.
func odd(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>()[],;:\\", r) }

// UntilFault says what is wrong with the end of something that begins at now,
// or "": "until.past" for an end that is not after it. The zero time is no end.
func UntilFault(until, now time.Time) string {
	if !until.IsZero() && !until.After(now) {
		return "until.past"
	}
	return ""
}

// NewSecret returns what a link carries: 256 random bits in 43 characters that
// fit into an address.
func NewSecret() string {
	b := make([]byte, sha256.Size)
	_, _ = rand.Read(b) // never fails (Go 1.24)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Whole reports whether s can be a secret: a link that was cut short cannot.
func Whole(s string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(b) == sha256.Size
}

// Hash is what is stored of a secret. As the secret is random, nobody finds it
// from its hash.
func Hash(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
