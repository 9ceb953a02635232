package node

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/models/brreg"
	"github.com/stafett/stafett/models/store"
)

// Settings are what an operator can say, by flag, by environment variable or in
// a file. Each is named here once; docs/operations.md explains them.
type Settings struct {
	Listen              string   `help:"Address to listen on." env:"STAFETT_LISTEN" default:"127.0.0.1:8080" json:"listen"`
	PublicURL           string   `name:"public-url" help:"Address by which people and programs reach the registry, as https://registry.example." env:"STAFETT_PUBLIC_URL" json:"public_url"`
	PortalURL           string   `name:"portal-url" help:"Address of the pages in links to customers; the public URL unless set." env:"STAFETT_PORTAL_URL" json:"portal_url"`
	DatabaseURL         string   `name:"database-url" help:"sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME." env:"STAFETT_DATABASE_URL" json:"database_url"`
	DatabaseURLFile     string   `name:"database-url-file" help:"File that holds the database URL." env:"STAFETT_DATABASE_URL_FILE" json:"database_url_file"`
	Issuers             string   `help:"File of trusted issuers (JSON)." env:"STAFETT_ISSUERS" json:"issuers"`
	Login               string   `help:"File of login providers (JSON); without it nobody signs in and the APIs work." env:"STAFETT_LOGIN" json:"login"`
	AdminListen         string   `name:"admin-listen" help:"Address for metrics; never public." env:"STAFETT_ADMIN_LISTEN" default:"127.0.0.1:9090" json:"admin_listen"`
	TrustedProxies      []string `name:"trusted-proxies" help:"Networks of proxies whose forwarded headers count." env:"STAFETT_TRUSTED_PROXIES" json:"trusted_proxies"`
	Key                 string   `help:"Key for personal data: 32 bytes in base64 or hex." env:"STAFETT_KEY" json:"key"`
	KeyFile             string   `name:"key-file" help:"File that holds the key for personal data." env:"STAFETT_KEY_FILE" json:"key_file"`
	MinLevel            int      `name:"min-level" help:"Authentication level (0 to 4) below which nobody grants anything." env:"STAFETT_MIN_LEVEL" default:"3" json:"min_level"`
	MaxAge              int      `name:"max-age" help:"Minutes after a login in which a person may grant; then he logs in again. 0 for any time." env:"STAFETT_MAX_AGE" default:"15" json:"max_age"`
	RequestDays         int      `name:"request-days" help:"For how many days a request can be answered." env:"STAFETT_REQUEST_DAYS" default:"28" json:"request_days"`
	SupplierQuota       int      `name:"supplier-quota" help:"Requests that a supplier may send in an hour; 0 for any number." env:"STAFETT_SUPPLIER_QUOTA" default:"12000" json:"supplier_quota"`
	CustomerQuota       int      `name:"customer-quota" help:"Requests that a customer may be sent in an hour, by all suppliers; 0 for any number." env:"STAFETT_CUSTOMER_QUOTA" default:"100" json:"customer_quota"`
	CallQuota           int      `name:"call-quota" help:"Calls of the APIs that a caller may make in a second, on each node; 0 for any number." env:"STAFETT_CALL_QUOTA" default:"100" json:"call_quota"`
	DocumentationOrgNos bool     `name:"documentation-orgnos" help:"Admit the organisation numbers of published guides, which fail the check digit. For trials." env:"STAFETT_DOCUMENTATION_ORGNOS" json:"documentation_orgnos"`
	SMTP                string   `name:"smtp" help:"Mail server, as smtps://USER@HOST:465 or smtp://USER@HOST:587 (STARTTLS); without it no mail is sent and people copy links." env:"STAFETT_SMTP" json:"smtp"`
	SMTPPassword        string   `name:"smtp-password" help:"Password of the mail server's user." env:"STAFETT_SMTP_PASSWORD" json:"smtp_password"`
	SMTPPasswordFile    string   `name:"smtp-password-file" help:"File that holds the mail server's password." env:"STAFETT_SMTP_PASSWORD_FILE" json:"smtp_password_file"`
	MailFrom            string   `name:"mail-from" help:"Sender of mail, as Stafett <post@registry.example>." env:"STAFETT_MAIL_FROM" json:"mail_from"`
	RegisterSettings
	Contact string `help:"Who runs this registry, shown on error pages." env:"STAFETT_CONTACT" json:"contact"`
}

// names gives the environment variable of each setting that can be faulty.
const (
	envListen    = "STAFETT_LISTEN"
	envPublicURL = "STAFETT_PUBLIC_URL"
	envPortalURL = "STAFETT_PORTAL_URL"
	envDatabase  = "STAFETT_DATABASE_URL"
	envIssuers   = "STAFETT_ISSUERS"
	envLogin     = "STAFETT_LOGIN"
	envAdmin     = "STAFETT_ADMIN_LISTEN"
	envProxies   = "STAFETT_TRUSTED_PROXIES"
	envKey       = "STAFETT_KEY"
	envMinLevel  = "STAFETT_MIN_LEVEL"
	envMaxAge    = "STAFETT_MAX_AGE"
	envDays      = "STAFETT_REQUEST_DAYS"
	envSupplier  = "STAFETT_SUPPLIER_QUOTA"
	envCustomer  = "STAFETT_CUSTOMER_QUOTA"
	envCalls     = "STAFETT_CALL_QUOTA"
	envSMTP      = "STAFETT_SMTP"
	envSMTPKey   = "STAFETT_SMTP_PASSWORD"
	envMailFrom  = "STAFETT_MAIL_FROM"
)

// faults gathers what is wrong, each with the name of its setting.
type faults []error

func (f *faults) add(setting, format string, args ...any) {
	*f = append(*f, fmt.Errorf("%s %s", setting, fmt.Sprintf(format, args...)))
}

// Storage is what every command that opens the database needs.
type Storage struct {
	URL string
	// Keys reads the keys for personal data again each time, from KeyFile when
	// there is one.
	Keys    store.Keys
	KeyFile string // empty when the keys stand in the environment
}

// Storage reads the settings of the database. All faults are told at once.
func (s Settings) Storage() (Storage, error) {
	var f faults
	out := s.storage(&f)
	return out, errors.Join(f...)
}

func (s Settings) storage(f *faults) Storage {
	out := Storage{URL: secret(f, envDatabase, s.DatabaseURL, s.DatabaseURLFile)}
	path, sqlite := strings.CutPrefix(out.URL, "sqlite:")
	switch {
	case out.URL == "":
		if s.DatabaseURLFile == "" {
			f.add(envDatabase, "is not set; say sqlite:PATH or postgres://…")
		}
		return out
	case sqlite && path == "":
		f.add(envDatabase, "names no file after sqlite:")
	case !sqlite && !strings.HasPrefix(out.URL, "postgres://") && !strings.HasPrefix(out.URL, "postgresql://"):
		f.add(envDatabase, "begins with neither sqlite: nor postgres://")
	}
	key := secret(f, envKey, s.Key, s.KeyFile)
	keys, err := parseKeys(key)
	if err != nil {
		f.add(envKey, "%v", err)
	}
	out.Keys = store.FixedKeys(keys...)
	switch {
	case s.KeyFile != "":
		out.KeyFile = s.KeyFile
	case key != "":
	case sqlite && path != "" && keyBeside(f, path):
		out.KeyFile = path + ".key"
	case !sqlite:
		f.add(envKey, "is not set; PostgreSQL needs a key for personal data kept outside it (32 random bytes in base64)")
	}
	if file := out.KeyFile; file != "" { // it may change while the program runs
		out.Keys = func() ([][]byte, error) { return ReadKeys(file) }
	}
	return out
}

// secret reads a value or the file that holds it, never both.
func secret(f *faults, setting, value, file string) string {
	if file == "" {
		return value
	}
	if value != "" {
		f.add(setting, "and %s_FILE are both set; set one", setting)
		return value
	}
	content, err := os.ReadFile(file)
	if err != nil {
		f.add(setting+"_FILE", "cannot be read: %v", err)
		return ""
	}
	out := strings.TrimSpace(string(content))
	if out == "" {
		f.add(setting+"_FILE", "names an empty file")
	}
	return out
}

// parseKeys reads keys of 32 bytes in base64 or hex, a line each, the newest
// first.
func parseKeys(s string) ([][]byte, error) {
	var keys [][]byte
	for _, line := range strings.Fields(s) {
		key := parseKey(line)
		if key == nil {
			return nil, errors.New("is not 32 bytes in base64 or hex (a line for each key, the newest first)")
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func parseKey(s string) []byte {
	for _, decode := range []func(string) ([]byte, error){base64.StdEncoding.DecodeString, base64.RawURLEncoding.DecodeString, hex.DecodeString} {
		if b, err := decode(s); err == nil && len(b) == 32 {
			return b
		}
	}
	return nil
}

// ReadKeys reads a file of keys for personal data, the newest first.
func ReadKeys(path string) ([][]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	keys, err := parseKeys(string(content))
	if err != nil {
		return nil, fmt.Errorf("key file %s %w", path, err)
	}
	return keys, nil
}

// keyBeside sees to the key file beside an SQLite database and makes it before
// the database is, readable by its owner alone.
func keyBeside(f *faults, database string) (ok bool) {
	path := database + ".key"
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if data, err := os.Stat(database); err == nil && data.Size() > 0 {
			f.add(envKey, "file %s is missing; a database that is there already opens with the key it was made with, so put that back", path)
			return false
		}
		if err := os.WriteFile(path, []byte(NewKey()+"\n"), 0o600); err != nil {
			f.add(envKey, "is not set, and the key file beside the database cannot be made: %v", err)
			return false
		}
		return true
	}
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		f.add(envKey, "file %s can be read by others; make it 0600", path)
		return false
	}
	if keys, err := ReadKeys(path); err != nil {
		f.add(envKey, "file %s cannot be read: %v", path, err)
		return false
	} else if len(keys) == 0 {
		f.add(envKey, "file %s is empty", path)
		return false
	}
	return true
}

// NewKey draws a key for personal data and writes it in base64.
func NewKey() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails (Go 1.24)
	return base64.StdEncoding.EncodeToString(key)
}

// Serving is Settings read and checked for serving.
type Serving struct {
	Storage
	Settings
	Secure    bool // the public URL is https
	Issuers   auth.Issuers
	Providers []auth.Provider
	Mail      *mail.Config  // nil: no mail is sent
	Register  *brreg.Client // nil: no register is asked
}

// Serving checks every setting and reads the files they name. All faults are
// told at once, each with the setting's name.
func (s Settings) Serving() (Serving, error) {
	var f faults
	out := Serving{Settings: s, Storage: s.storage(&f)}
	for env, addr := range map[string]string{envListen: s.Listen, envAdmin: s.AdminListen} {
		if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
			f.add(env, "%q is no address of the form HOST:PORT", addr)
		}
	}
	out.PublicURL = address(&f, envPublicURL, s.PublicURL)
	out.Secure = strings.HasPrefix(out.PublicURL, "https://")
	out.PortalURL = out.PublicURL
	if s.PortalURL != "" {
		out.PortalURL = address(&f, envPortalURL, s.PortalURL)
	}
	for _, p := range s.TrustedProxies {
		_, isAddr := netip.ParseAddr(p)
		_, isNet := netip.ParsePrefix(p)
		if isAddr != nil && isNet != nil {
			f.add(envProxies, "%q is no address and no network", p)
		}
	}
	if s.MinLevel < 0 || s.MinLevel > 4 {
		f.add(envMinLevel, "is %d; it is a level from 0 to 4", s.MinLevel)
	}
	if s.MaxAge < 0 || s.MaxAge > 480 {
		f.add(envMaxAge, "is %d; it is from 0 to 480 minutes", s.MaxAge)
	}
	if s.RequestDays < 1 || s.RequestDays > 366 {
		f.add(envDays, "is %d; it is from 1 to 366 days", s.RequestDays)
	}
	for setting, n := range map[string]int{envSupplier: s.SupplierQuota, envCustomer: s.CustomerQuota, envCalls: s.CallQuota} {
		if n < 0 {
			f.add(setting, "is %d; it is a number, or 0 for no bound", n)
		}
	}
	if content, dir := configFile(&f, envIssuers, s.Issuers, true); content != nil {
		var err error
		if out.Issuers, err = auth.ParseIssuers(content, dir); err != nil {
			f.add(envIssuers, "file %s: %v", s.Issuers, err)
		}
	}
	if content, dir := configFile(&f, envLogin, s.Login, false); content != nil {
		var err error
		if out.Providers, err = auth.ParseProviders(content, dir); err != nil {
			f.add(envLogin, "file %s: %v", s.Login, err)
		}
	}
	out.Mail = s.mail(&f)
	out.Register = s.register(&f)
	return out, errors.Join(f...)
}

// mail reads the settings of mail; without a server there is none.
func (s Settings) mail(f *faults) *mail.Config {
	if s.SMTP == "" {
		return nil
	}
	out := &mail.Config{Now: time.Now}
	var err error
	if out.Server, err = mail.ParseServer(s.SMTP); err != nil {
		f.add(envSMTP, "%v", err)
	}
	was := len(*f)
	out.Server.Password = secret(f, envSMTPKey, s.SMTPPassword, s.SMTPPasswordFile)
	switch told := err != nil || len(*f) > was; {
	case told:
	case out.Server.User != "" && out.Server.Password == "":
		f.add(envSMTPKey, "is not set, and %s names a user", envSMTP)
	case out.Server.User == "" && out.Server.Password != "":
		f.add(envSMTPKey, "is set, and %s names no user", envSMTP)
	}
	if s.MailFrom == "" {
		f.add(envMailFrom, "is not set; it says who sends mail, as Stafett <post@registry.example>")
	} else if out.From, err = mail.ParseAddress(s.MailFrom); err != nil {
		f.add(envMailFrom, "%v", err)
	}
	return out
}

// address reads a URL of ours: https, or http for loopback hosts, without path.
func address(f *faults, setting, s string) string {
	s = strings.TrimSuffix(s, "/")
	u, err := url.Parse(s)
	switch {
	case s == "":
		f.add(setting, "is not set; say https://registry.example")
	case err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		f.add(setting, "%q is no address of the form https://HOST", s)
	case u.Scheme == "https":
	case u.Scheme == "http" && loopback(u.Hostname()):
	default:
		f.add(setting, "%q is not https; http is for localhost only", s)
	}
	return s
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// configFile reads a file that a setting names and tells its directory.
func configFile(f *faults, setting, path string, must bool) (content []byte, dir string) {
	if path == "" {
		if must {
			f.add(setting, "is not set; it names the file of trusted issuers")
		}
		return nil, ""
	}
	content, err := os.ReadFile(path)
	if err != nil {
		f.add(setting, "cannot be read: %v", err)
		return nil, ""
	}
	return content, filepath.Dir(path)
}
