package mail

import (
	"errors"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Server is the operator's mail server, to which we hand over mail (RFC 6409).
type Server struct {
	Host     string
	Port     int
	TLS      TLS
	User     string // empty when the server asks for none
	Password string // not part of the address; set after ParseServer
}

// TLS says how a connection to the server is protected.
type TLS int

// The ways, the safest first (RFC 8314 section 3).
const (
	Implicit TLS = iota // from the first byte
	StartTLS            // demanded before anything is said
	Off                 // on this machine alone
)

// ParseServer reads smtps://user@host:465 or smtp://user@host:587. The second
// demands STARTTLS; ?starttls=off does without, on loopback hosts only. The
// error says what to write and repeats nothing, since a password may have been
// written there.
func ParseServer(s string) (Server, error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Opaque != "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return Server{}, errors.New("is no address of the form smtps://USER@HOST:465 or smtp://USER@HOST:587")
	}
	if _, has := u.User.Password(); has {
		return Server{}, errors.New("holds a password; it has a setting of its own")
	}
	out := Server{Host: u.Hostname(), User: u.User.Username()}
	starttls, err := onlyStartTLS(u.RawQuery)
	switch {
	case err != nil:
		return Server{}, err
	case u.Scheme == "smtps" && starttls == "":
		out.Port, out.TLS = 465, Implicit
	case u.Scheme == "smtp" && (starttls == "" || starttls == "required"):
		out.Port, out.TLS = 587, StartTLS
	case u.Scheme == "smtp" && starttls == "off" && loopback(out.Host):
		out.Port, out.TLS = 587, Off
	case u.Scheme == "smtp" && starttls == "off":
		return Server{}, errors.New("says starttls=off; that is for localhost only")
	case u.Scheme == "smtps":
		return Server{}, errors.New("says starttls, which is for smtp:// alone; smtps:// is TLS from the start")
	case u.Scheme == "smtp":
		return Server{}, errors.New("says starttls in another way than required or off")
	default:
		return Server{}, errors.New("begins with neither smtps:// nor smtp://")
	}
	if p := u.Port(); p != "" {
		port, err := strconv.ParseUint(p, 10, 16)
		if err != nil || port == 0 {
			return Server{}, errors.New("has a port that is none")
		}
		out.Port = int(port)
	}
	return out, nil
}

// onlyStartTLS reads a query that may hold starttls, once, and nothing else.
func onlyStartTLS(query string) (string, error) {
	q, err := url.ParseQuery(query)
	if err != nil || len(q) > 1 || len(q) == 1 && len(q["starttls"]) != 1 {
		return "", errors.New("has something else after ? than starttls=required or starttls=off")
	}
	return q.Get("starttls"), nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// ParseAddress reads one address with or without a name: "post@registry.example"
// or "Stafett <post@registry.example>" (RFC 5322 section 3.4). It refuses more
// than the standard does: line breaks, quoted local parts and numbers in place of
// a domain, none of which people have and all of which have become commands or
// headers somewhere; and letters beyond ASCII, which few servers take (a domain
// that has them is written xn--…). The error does not repeat the address.
func ParseAddress(s string) (mail.Address, error) {
	a, err := mail.ParseAddress(s)
	if err != nil || !oneLine(s) {
		return mail.Address{}, errors.New("is no e-mail address")
	}
	at := domain(*a)
	_, number := netip.ParseAddr(at)
	switch {
	case !oneLine(a.Name), len(a.Address) > maxAddress, number == nil,
		strings.ContainsFunc(a.Address, func(r rune) bool { return r <= ' ' || r > unicode.MaxASCII }), strings.ContainsAny(a.Address, `"\<>()[],;:`),
		!strings.Contains(at, ".") && at != "localhost":
		return mail.Address{}, errors.New("is an e-mail address of a kind that is not used here")
	}
	return *a, nil
}

// maxAddress is how long an address may be in a command (RFC 5321 section 4.5.3.1.3).
const maxAddress = 254

// oneLine reports whether s is text without line breaks or other controls.
func oneLine(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) })
}

func domain(a mail.Address) string { return a.Address[strings.LastIndexByte(a.Address, '@')+1:] }
