package mail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	netmail "net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/stafett/stafett/handlers/mail"
)

// authority is a CA of the tests.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))(t)
	return authority{key: key, cert: must(x509.ParseCertificate(der))(t)}
}

func (a authority) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// certify makes a certificate for host that ends at until.
func (a authority) certify(t *testing.T, host string, until time.Time) *tls.Config {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-time.Hour), NotAfter: until,
		DNSNames: []string{host}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der := must(x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key))(t)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

const (
	user     = "stafett"
	password = "en god hemmelighet"
)

// post is a real SMTP server that can be told to fail.
type post struct {
	tls      *tls.Config // nil: offers none
	implicit bool
	auth     bool  // demands a password
	mail     error // answers to the steps of a mail
	rcpt     error
	data     error
	drop     string // "data" or "quit": breaks off there

	mu       sync.Mutex
	taken    [][]byte
	from, to []string
	said     bytes.Buffer // all that was said without TLS, or inside it
	sender   *mail.Sender
	server   mail.Server
}

// start opens the server and makes a sender for it that trusts roots.
func (p *post) start(t *testing.T, roots *x509.CertPool) *post {
	t.Helper()
	listener := must(new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0"))(t)
	p.server = mail.Server{Host: "localhost", Port: listener.Addr().(*net.TCPAddr).Port, TLS: mail.StartTLS}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{post: p, conn: c}, nil }))
	s.Domain, s.AllowInsecureAuth, s.TLSConfig = "localhost", true, p.tls
	s.Debug = debug{p}
	s.ErrorLog = silent{}
	if p.implicit {
		p.server.TLS = mail.Implicit
		listener = tls.NewListener(listener, p.tls)
	}
	if p.auth {
		p.server.User, p.server.Password = user, password
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(listener) }()
	t.Cleanup(func() {
		_ = s.Close()
		_ = listener.Close() // which the server may not have come to know yet
		if err := <-ended; err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	p.sender = p.senderWith(roots)
	return p
}

func (p *post) senderWith(roots *x509.CertPool) *mail.Sender {
	return mail.New(mail.Config{
		Server: p.server, Roots: roots, Now: func() time.Time { return now },
		From: netmail.Address{Name: "Stafett på prøve", Address: "post@registry.example"},
	})
}

// mails returns what the server has taken, and transcript what was said to it.
func (p *post) mails() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}

func (p *post) transcript() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

type debug struct{ *post }

func (d debug) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.said.Write(b)
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// session is one client at the server.
type session struct {
	*post
	conn *smtp.Conn
	done bool
}

func (s *session) AuthMechanisms() []string {
	if !s.auth {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, u, p string) error {
		if s.done = u == user && p == password; !s.done {
			return errors.New("no such user as " + u)
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.auth && !s.done {
		return smtp.ErrAuthRequired
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.from = append(s.from, from)
	return s.mail
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to = append(s.to, to)
	return s.rcpt
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.drop == "data" {
		return s.conn.Conn().Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.data == nil {
		s.taken = append(s.taken, b)
	}
	return s.data
}

// Reset is called when a mail has been taken, among others.
func (s *session) Reset() {
	if s.drop == "quit" && len(s.mails()) > 0 {
		_ = s.conn.Conn().Close()
	}
}

func (s *session) Logout() error { return nil }
