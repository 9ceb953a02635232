package mail

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"github.com/stafett/stafett/models"
)

// limit bounds the whole of one Send: a person waits for the page meanwhile.
const limit = 10 * time.Second

// Message is a mail to one person.
type Message struct {
	To      string // one address, with or without a name
	Subject string // one line
	Text    string // plain text, lines ended by \n
	Lang    models.Language
}

// Config is what a Sender needs.
type Config struct {
	Server Server
	From   mail.Address     // who sends; see ParseAddress
	Now    func() time.Time // the clock, for the header Date
	Roots  *x509.CertPool   // who may vouch for the server; the system's when nil
}

// Sender hands over mail to one server. It may be used by many at a time.
type Sender struct {
	config Config
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
}

// New makes a Sender. It connects to nobody: a server that is down is told by Send.
func New(c Config) *Sender { return &Sender{config: c, dial: new(net.Dialer).DialContext} }

// Send hands m over to the mail server, once, within ten seconds or as long as
// ctx lives. Nil means that the server has taken it, not that anybody has read
// it. Errors: Invalid when the address is none of a person or the subject is not
// one line; Unavailable when the server did not take it, or broke off before it
// said so, in which case the mail may have gone. The cause names neither the
// address nor the text.
func (s *Sender) Send(ctx context.Context, m Message) error {
	msg, err := s.compose(m)
	if err != nil {
		return &models.Error{Kind: models.Invalid, Code: models.CodeInvalid, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := s.handOver(ctx, msg); err != nil {
		return &models.Error{Kind: models.Unavailable, Code: models.CodeUnavailable, Err: cause(ctx, err)}
	}
	return nil
}

// compose writes the message down. Nothing in it comes from this machine.
func (s *Sender) compose(m Message) (*gomail.Msg, error) {
	to, err := ParseAddress(m.To)
	if err != nil {
		return nil, fmt.Errorf("the address %w", err)
	}
	if strings.TrimSpace(m.Subject) == "" || !oneLine(m.Subject) || !utf8.ValidString(m.Subject) {
		return nil, errors.New("the subject is not one line of text")
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&s.config.From)
	msg.ToMailAddress(&to)
	msg.Subject(m.Subject)
	msg.SetDateWithValue(s.config.Now())
	msg.SetMessageIDWithValue(rand.Text() + "@" + domain(s.config.From))
	msg.SetGenHeader(gomail.HeaderContentLang, string(m.Lang))
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 section 5
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}

// handOver connects, sends and leaves.
func (s *Sender) handOver(ctx context.Context, msg *gomail.Msg) error {
	return s.connected(ctx, func(send func(*gomail.Msg) error) error { return send(msg) })
}

// connected runs f with a way to send over one connection to the server, and
// leaves. The connection is ours and is closed when ctx ends: the library heeds
// ctx only until it is connected, and gives a slow server its time anew with
// each step.
func (s *Sender) connected(ctx context.Context, f func(send func(*gomail.Msg) error) error) error {
	to := s.config.Server
	line, err := s.dial(ctx, "tcp", net.JoinHostPort(to.Host, strconv.Itoa(to.Port)))
	if err != nil {
		return err
	}
	defer func() { _ = line.Close() }()
	defer context.AfterFunc(ctx, func() { _ = line.Close() })()
	conn, policy := line, gomail.NoTLS
	secure := &tls.Config{ServerName: to.Host, RootCAs: s.config.Roots, MinVersion: tls.VersionTLS12}
	switch to.TLS {
	case Implicit:
		conn = tls.Client(line, secure)
	case StartTLS:
		policy = gomail.TLSMandatory
	case Off:
	}
	options := []gomail.Option{
		gomail.WithDialContextFunc(func(context.Context, string, string) (net.Conn, error) { return conn, nil }),
		gomail.WithHELO(domain(s.config.From)),
		gomail.WithTimeout(2 * limit), // for each step; ctx ends it before
		gomail.WithoutNoop(),
		gomail.WithoutRset(), // a mail has gone when the server has taken it, and the next begins anew
		gomail.WithTLSPolicy(policy),
		gomail.WithTLSConfig(secure),
	}
	if to.User != "" {
		options = append(options, gomail.WithUsername(to.User), gomail.WithPassword(to.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	client, err := gomail.NewClient(to.Host, options...)
	if err != nil {
		return err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	if err := f(func(msg *gomail.Msg) error { return client.SendWithSMTPClient(session, msg) }); err != nil {
		return err
	}
	_ = client.CloseWithSMTPClient(session) // the server has taken the mail; how it says goodbye changes nothing
	return nil
}

// cause tells operators why a mail did not go. What the server answered is left
// out but for its codes: servers like to repeat the address.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("mail server: %w", ctx.Err())
	}
	if e, ok := errors.AsType[*gomail.SendError](err); ok {
		return fmt.Errorf("mail server: failed when %s (answer %d %s)", e.Reason, e.ErrorCode(), e.EnhancedStatusCode())
	}
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return fmt.Errorf("mail server: refused before any mail (answer %d)", e.Code)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("mail server: broke off before any mail")
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Errorf("mail server: %w", e)
	}
	if e, ok := errors.AsType[net.Error](err); ok {
		return fmt.Errorf("mail server: %w", e)
	}
	return errors.New("mail server: offers neither STARTTLS nor a way to log in that we take, or does not speak SMTP")
}
