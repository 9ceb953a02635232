package e2e

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCanaries drives everything that the registry does with people and
// secrets that are known again, and finds them in nothing that it writes,
// says, sends or keeps, but where they must be (threats H5, I7, test S13).
func TestCanaries(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.sqlite = filepath.Join(w.dir, "stafett.db")
		w.driver, w.source = "sqlite", "file:"+w.sqlite+"?_pragma=busy_timeout(5000)"
		w.env = append(w.env, "STAFETT_DATABASE_URL=sqlite:"+w.sqlite)
		w.live()
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		server := os.Getenv("TEST_POSTGRES")
		if server == "" {
			t.Skip("TEST_POSTGRES is not set; tools/with-postgres.sh sets it")
		}
		w := newWorld(t)
		w.driver, w.source = "pgx", w.ownDatabase(server)
		w.env = append(w.env, "STAFETT_DATABASE_URL="+w.source, "STAFETT_KEY_FILE="+w.file("people.key", strings.Repeat("0123456789abcdef", 4)+"\n"))
		w.live()
	})
}

func newWorld(t *testing.T) *world {
	return &world{book: &book{}, t: t, dir: t.TempDir(), env: []string{"PATH=" + os.Getenv("PATH"), "HOME=/nowhere"}}
}

// ownDatabase makes a database for the test and drops it afterwards.
func (w *world) ownDatabase(server string) string {
	u, err := url.Parse(server)
	if err != nil {
		w.t.Fatal("TEST_POSTGRES is no URL")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		w.t.Fatal(err)
	}
	u.Path = "/canary_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec("CREATE DATABASE " + u.Path[1:]); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_, err := admin.Exec("DROP DATABASE IF EXISTS " + u.Path[1:] + " WITH (FORCE)")
		if err := errors.Join(err, admin.Close()); err != nil {
			w.t.Error(err)
		}
	})
	return u.String()
}

// human is somebody of the test.
type human struct{ pid, name, email string }

// The people of the test. Each has a national id of his own, so that a find
// tells where it is from.
var (
	manager   = human{nationalID(1, 1, 60), "Gulspurv Daglig", "gulspurv@canary.example"}
	developer = human{nationalID(2, 2, 61), "Svartbak Utvikler", "svartbak@canary.example"}
	newcomer  = human{nationalID(3, 3, 62), "Heipiplerke Ny", "heipiplerke@canary.example"}
	several   = human{nationalID(4, 4, 63), "Ringtrost Flere", "ringtrost@canary.example"}
	invited   = human{nationalID(5, 5, 64), "Steinskvett Invitert", "steinskvett@canary.example"}
	leaver    = human{nationalID(6, 6, 65), "Fuglekonge Slettet", "fuglekonge@canary.example"}
	removed   = human{nationalID(7, 7, 66), "Dompap Fjernet", "dompap@canary.example"}
	stranger  = human{nationalID(8, 8, 67), "Sidensvans Fremmed", "sidensvans@canary.example"}
	claimant  = human{nationalID(9, 9, 68), "Varsler Rolle", "varsler@canary.example"}
	known     = human{"", "Lappspove Kjent", newcomer.email}
	twin      = human{"", "Lappspove Annen", manager.email}

	// They are told by providers, registers and files that are wrong, or by
	// whoever types them where they do not belong.
	inSubject, inWord, inName, inEmail, inSID = nationalID(10, 1, 70), nationalID(11, 1, 70), nationalID(12, 1, 70), nationalID(13, 1, 70), nationalID(14, 1, 70)
	bareSubject, inError, inFaults            = nationalID(15, 1, 70), nationalID(16, 1, 70), nationalID(17, 1, 70)
	inRefusedRow, inHostileBody, typed        = nationalID(18, 1, 70), nationalID(19, 1, 70), nationalID(20, 1, 70)
	inRegister, inRegisterFault, wanted       = nationalID(21, 1, 70), nationalID(22, 1, 70), nationalID(23, 1, 70)

	// planted is put where it is found, so that the scan is known to look there.
	planted = nationalID(24, 1, 70)

	// facilitator answers for an accountant; the others are sent to the API.
	facilitator   = human{nationalID(25, 1, 70), "Bøksanger Regnskap", ""}
	inCall, inJob = nationalID(26, 1, 70), nationalID(27, 1, 70)
)

// spoilt is a national id with a digit that does not hold.
func spoilt(pid string) string { return pid[:10] + string('0'+(pid[10]-'0'+1)%10) }

func (w *world) people() {
	own := in(inAnswer, inFile, "database person.name", "database session.data", inMail, "command people export")
	address := in(inAnswer, inFile, inMail, "database identity.email", "database invitation.email", "database session.data", "command people export")
	for _, h := range []human{manager, developer, newcomer, several, invited, leaver, removed, stranger, claimant, known, twin} {
		w.guard("the national id of "+h.name, h.pid, nil)
		gone := func(may func(exhibit) bool) func(exhibit) bool {
			if h != leaver && h != removed {
				return may
			}
			return func(e exhibit) bool { return may(e) && (e.stage == 0 || e.name == "while it runs") }
		}
		w.guard("the name of "+h.name, h.name, gone(own))
		w.guard("the address of "+h.name, h.email, gone(address))
	}
	for name, pid := range map[string]string{
		"told as sub": inSubject, "told in a sub": inWord, "told in a name": inName, "told in an address": inEmail, "told as sid": inSID,
		"told as sub alone": bareSubject, "told as an error": inError, "told with a fault": inFaults,
		"in a refused row": inRefusedRow, "in a hostile body": inHostileBody, "told by the register": inRegister, "told by a broken register": inRegisterFault,
	} {
		may := in()
		switch pid {
		case inError: // which the provider makes the browser say
			may = in(inAddress)
		case inHostileBody: // the name of a member comes back to who sent it
			may = in("answer POST /v1/enrich")
		}
		w.guard("a national id "+name, pid, may)
		w.guard("a spoilt national id "+name, spoilt(pid), nil)
	}
	// What somebody types may come back to him, and to nobody else. Where he
	// was on his way to is kept until he is logged in.
	w.guard("a national id that was typed", typed, in(inAnswer, inAddress))
	w.guard("a national id on the way", wanted, in(inAnswer, inAddress, inFile, "database session.data"))
	w.guard("the national id of "+facilitator.name, facilitator.pid, nil)
	w.guard("a spoilt national id of a claim", spoilt(manager.pid), nil)
	// Of the one who is known nothing is taken but that he is the newcomer.
	for _, h := range []human{manager, developer, newcomer, several, invited, leaver, removed, claimant, twin} {
		w.wanted = append(w.wanted, "the name of "+h.name)
		if h.email != "" && h.name != twin.name { // his is guarded as that of another
			w.wanted = append(w.wanted, "the address of "+h.name)
		}
	}
	w.wanted = append(w.wanted, "a state", "a code", "an access token", "a client secret", "the token of Maskinporten", "the secret of an invitation",
		"a national id that was typed", "a national id on the way", "a national id told as an error", "a national id in a hostile body")
}

// accounts are the people at the provider that tells national ids, and at the
// one that tells addresses alone.
func accounts() (national, mail map[string]map[string]any) {
	by := func(h human, sub string, more ...any) map[string]any {
		claims := map[string]any{"sub": sub, "sid": "sid-" + sub, "name": h.name, "email": h.email, "email_verified": true}
		if h.pid != "" {
			claims["pid"] = h.pid
		}
		for i := 0; i < len(more); i += 2 {
			claims[more[i].(string)] = more[i+1]
		}
		return claims
	}
	faulty := func(kind string) map[string]any { return map[string]any{fault: kind, "says": inFaults} }
	national = map[string]map[string]any{
		"manager": by(manager, "s1"), "manager, low": by(manager, "s1", "acr", "low"), "developer": by(developer, "s2"), "newcomer": by(newcomer, "s3"),
		"several": by(several, "s4"), "leaver": by(leaver, "s5"), "removed": by(removed, "s6"), "stranger": by(stranger, "s7"), "claimant": by(claimant, "s8"),
		"wrong digit": by(manager, "s9", "pid", spoilt(manager.pid)), "number as pid": by(manager, "s10", "pid", 12345678901), "other pid": by(human{stranger.pid, "", ""}, "s1"),
		"as sub": by(human{inSubject, "Navn En", ""}, inSubject), "in sub": by(human{inWord, "Navn To", ""}, "NO:"+inWord[:6]+"-"+inWord[6:]),

		"in name": by(human{inName, "Navn " + inName[:6] + " " + inName[6:], ""}, "s11"), "in email": by(human{inEmail, "Navn Tre", inEmail + "@canary.example"}, "s12"),
		"in sid": by(human{inSID, "Navn Fire", ""}, "s13", "sid", inSID),
		"error":  {fault: "answer", "says": inError}, "refuses": faulty("refuses"), "breaks": faulty("breaks"), "talks": faulty("talks"),
		"userinfo": {"sub": "s14", fault: "userinfo", "says": inFaults},
	}
	mail = map[string]map[string]any{
		"manager": by(human{"", manager.name, "m-" + manager.email}, "t1"), "known": by(known, "t2"), "twin": by(twin, "t3"),
		"invited": by(human{"", invited.name, invited.email}, "t4"), "as sub": {"sub": bareSubject, "name": "Navn Fem"},
	}
	return national, mail
}

// live is the whole life of the registry.
func (w *world) live() {
	w.people()
	w.said()
	ids, codes := accounts()
	national, mail := w.provider("national", ids), w.provider("mail", codes)
	secret := w.guard("a client secret", "oyster-"+rand.Text(), in("party national /token"))
	w.file("login.json", fmt.Sprintf(`{"providers": [
		{"id": "national", "name": "National", "issuer": %q, "client_id": "stafett", "client_secret": %q, "userinfo": true, "authorize": {"planted": %q},
		 "claims": {"pid": "pid", "email": "email", "level": {"high": 4, "low": 2}}},
		{"id": "mail", "name": "Mail", "issuer": %q, "client_id": "stafett", "userinfo": true, "claims": {"email": "email", "level": {"high": 3}}}]}`,
		national.issuer, secret, planted, mail.issuer))
	sign := w.issuer("https://issuer.example/", "http://localhost:1/"+planted)
	var ports []string
	for range 2 {
		port, err := freePort()
		if err != nil {
			w.t.Fatal(err)
		}
		ports = append(ports, "127.0.0.1:"+port)
	}
	w.tapped("http://" + ports[0])
	w.admin = "http://" + ports[1]
	register := w.register()
	w.env = append(w.env, "STAFETT_LISTEN="+ports[0], "STAFETT_ADMIN_LISTEN="+ports[1], "STAFETT_PUBLIC_URL="+w.site, "STAFETT_ISSUERS=issuers.json",
		"STAFETT_LOGIN=login.json", "STAFETT_SMTP="+w.mailServer(), "STAFETT_MAIL_FROM=Stafett <post@registry.example>", "STAFETT_CONTACT=the operator")
	w.env = append(w.env, register...)

	w.imports()
	w.keysGuarded()
	w.serve()
	w.logins()
	w.loop(sign)
	w.vendors(sign)
	w.invitations()
	w.ownAccess()
	w.operator(national, mail)
	w.typing()
	w.metrics()
	w.columns()
	w.files("while it runs")

	w.erase(national)
	w.stage = 1
	w.columns()
	w.files("while it runs")
	w.metrics()
	w.stop()
	w.run(0, "audit", "verify")
	w.columns()
	w.files("at rest")
	w.checkPlanted()
	w.report(w.t)
}

// checkPlanted demands that the scan finds what was put there.
func (w *world) checkPlanted() {
	w.t.Helper()
	w.note(inMetrics, "planted", []byte(`stafett_requests_total{url="/`+planted+`"} 1`)) // nothing that one can say becomes a label
	c := canary{forms: formsOf(planted)}
	for _, place := range []string{inLog, inCommand, inMetrics, inAddress, inAnswer, inParty, inMail, inDatabase, inFile} {
		if w.sqlite == "" && place == inFile {
			continue
		}
		found := false
		for _, f := range c.finds(w.all()) {
			found = found || strings.HasPrefix(f, place+" ")
		}
		if !found {
			w.t.Errorf("what was planted is not found in: %s", place)
		}
	}
}
