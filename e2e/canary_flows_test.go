package e2e

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/cmd/demo/visitor"
)

func (w *world) imports() {
	planted := "Plantet " + planted + " AS"
	w.run(0, "migrate", "up")
	for _, f := range seed.Files() {
		if f.Kind != "people" {
			data, err := filepath.Abs(filepath.Join("../cmd/demo/seed/data", f.Name))
			if err != nil {
				w.t.Fatal(err)
			}
			w.run(0, "import", f.Kind, data)
		}
	}
	named := w.file("organisations.csv", "orgNo,name\n"+seed.Customer+","+planted+"\n")
	w.run(0, "import", "organisations", "--dry-run", named)
	w.run(0, "import", "organisations", named)
	rows := "orgNo,role,pid,name,validUntil\n"
	add := func(o, role, pid, name, until string) {
		rows += strings.Join([]string{o, role, pid, name, until}, ",") + "\n"
	}
	add(seed.Customer, "dagligleder", manager.pid, manager.name, "")
	add(seed.Supplier, "urn:stafett:role:systemadministrator", developer.pid, developer.name, "")
	add(seed.Accountant, "dagligleder", facilitator.pid, facilitator.name, "")
	for _, o := range []string{seed.Customer, seed.OtherCustomer} {
		add(o, "urn:altinn:role:rettighetshaver", several.pid, several.name, "")
	}
	for _, h := range []human{leaver, removed} {
		add(seed.Customer, "urn:altinn:role:rettighetshaver", h.pid, h.name, "")
	}
	good := w.file("people.csv", rows)
	add(seed.Customer, "dagligleder", spoilt(inRefusedRow), "Navn", "")
	add(seed.Customer, "dagligleder", inRefusedRow[:10], "Navn", "")
	add(seed.Customer, "dagligleder", inRefusedRow, "Navn", inRefusedRow)
	add(seed.Customer, inRefusedRow, inRefusedRow, "Navn", "")
	add(inRefusedRow, "dagligleder", inRefusedRow, "Navn", "")
	add(seed.Customer, "urn:"+inRefusedRow, inRefusedRow, "Navn\x01", "")
	bad := w.file("refused.csv", rows)
	w.run(0, "import", "people", "--dry-run", good)
	w.run(0, "import", "people", good)
	w.run(0, "import", "people", "--dry-run", bad)
	w.run(0, "import", "people", bad)
	w.run(0, "import", "people", "--full", bad)
	w.run(0, "import", "people", "--full", good)
	w.run(0, "import", "people", w.file("broken.csv", "orgNo,role,pid\n\""+inRefusedRow))
	w.run(1, "import", "people", w.file("header.csv", inRefusedRow+",role\n"))
}

// keysGuarded looks out for the keys of national ids.
func (w *world) keysGuarded() {
	for _, file := range []string{w.sqlite + ".key", filepath.Join(w.dir, "people.key")} {
		content, err := os.ReadFile(file)
		if err != nil {
			continue // the other one
		}
		for _, line := range strings.Fields(string(content)) {
			w.guard("a key", line, nil)
			if raw, err := base64.StdEncoding.DecodeString(line); err == nil {
				w.guard("a key's bytes", string(raw), nil)
			}
		}
	}
}

func (w *world) logins() {
	for _, account := range []string{"manager", "developer", "newcomer", "several", "leaver", "removed", "in name", "in email"} {
		w.flow("log in as "+account, w.login(w.somebody(), "national", account))
	}
	for _, account := range []string{"wrong digit", "number as pid", "other pid", "as sub", "in sub", "in sid", "error", "refuses", "breaks", "talks", "userinfo"} {
		w.flow("no login as "+account, w.login(w.somebody(), "national", account))
	}
	w.flow("no login as sub alone", w.login(w.somebody(), "mail", "as sub"))

	// More to show: somebody else comes, then too little, then it holds.
	v := w.somebody()
	w.flow("log in low", w.login(v, "national", "manager, low"), w.visit(v, "/requests"))
	again := w.visit(v, "/login/national?purpose=again&next=/members")
	w.flow("no step-up by a stranger", again, w.pick(v, "stranger"))
	w.flow("no step-up by too little", again, w.pick(v, "manager, low"))
	w.flow("step up", again, w.pick(v, "manager"))

	// One more way to log in, by hand; and the same for one who comes with an
	// address that is known.
	link := "/account/identities/mail"
	follow := func() error { return v.Follow(w.t.Context(), "/login/mail") }
	w.flow("link", w.visit(v, "/account"), w.press(v, link, "", "", nil), follow, w.pick(v, "manager"))
	v = w.somebody()
	w.flow("known", w.login(v, "mail", "known"), w.visit(v, "/login/national"), w.pick(v, "newcomer"), w.visit(v, "/login/known/link"), w.press(v, "/login/known/link", "", "", nil))
	v = w.somebody()
	w.flow("known but new", w.login(v, "mail", "twin"), w.press(v, "/login/known/new", "", "", nil))
	v = w.somebody()
	w.flow("choose", w.login(v, "national", "several"), w.visit(v, "/organisations"), w.press(v, "/organisations", "org", seed.OtherCustomer, nil))
	v = w.somebody()
	w.flow("claim", w.login(v, "national", "claimant"), w.press(v, "/organisations/claim", "", "", map[string]string{"orgno": seed.OtherCustomer}))
	w.flow("no claim", w.visit(v, "/organisations/claim"), w.press(v, "/organisations/claim", "", "", map[string]string{"orgno": seed.Accountant}))
}

// loop asks, approves, rejects, revokes, and asks as issuers and APIs do.
func (w *world) loop(sign func(map[string]any) string) {
	v, ask := w.somebody(), "/supplier/systems/"+played+"/requests/new"
	send := func() error {
		return inOrder(w.visit(v, ask), w.press(v, ask, "", "", map[string]string{"customer": seed.Customer}))
	}
	form := "/supplier/systems/new"
	w.flow("register and ask", w.login(v, "national", "developer"), w.visit(v, form), w.press(v, form, "op", "search", map[string]string{"q": "merverdiavgift"}),
		w.press(v, form, "op", "add:"+playedPackage, nil), w.press(v, form, "op", "save", map[string]string{
			"name_nb": "Fakturaflyt", "name_nn": "Fakturaflyt", "name_en": "Fakturaflyt", "description_nb": "Mva.", "description_nn": "Mva.", "description_en": "VAT.",
			"id_name": "fakturaflyt", "client_id": playedClient, "purpose_nb": "Mva.",
		}), send)
	m := w.somebody()
	first := func(list string) func() error {
		return func() error {
			return inOrder(w.visit(m, list), func() error { return m.Follow(w.t.Context(), list+"/") })
		}
	}
	w.flow("reject", w.login(m, "national", "manager"), first("/requests"), func() error { return m.Open(w.t.Context(), m.Page.URL.Path+"/reject") }, w.press(m, "./", "", "", map[string]string{"reason": "Nei."}))
	w.flow("ask again", send)
	w.flow("approve", first("/requests"), w.press(m, "./approve", "", "", nil))
	w.programs(sign)
	named := func() error {
		return inOrder(w.visit(m, "/systemusers"), func() error { return m.FollowNamed(w.t.Context(), "Fakturaflyt") })
	}
	w.flow("revoke", named, func() error { return m.Open(w.t.Context(), m.Page.URL.Path+"/revoke") }, w.press(m, "./", "", "", nil))
}

// programs are issuers and APIs; some send what they should not.
func (w *world) programs(sign func(map[string]any) string) {
	token := func(scope string) string {
		now := time.Now().Unix()
		return "Bearer " + sign(map[string]any{
			"iss": "https://issuer.example/", "client_id": "api", "scope": scope, "iat": now, "exp": now + 100, "jti": rand.Text(), "token_type": "Bearer", "aud": "any",
			"consumer": map[string]string{"authority": "iso6523-actorid-upis", "ID": "0192:" + seed.Supplier},
		})
	}
	user := w.one("SELECT id FROM system_user")
	details := func(org, more string) string {
		return fmt.Sprintf(`{"issuer": "https://issuer.example/", "client": {"id": %q}, "authorization_details": [{"type": "urn:altinn:systemuser",
			"systemuser_org": {"authority": "iso6523-actorid-upis", "ID": %q}%s}]}`, playedClient, org, more)
	}
	evaluation := func(id, resource string) string {
		return fmt.Sprintf(`{"subject": {"type": "urn:altinn:systemuser", "id": %q}, "action": {"name": "write"},
			"resource": {"type": "urn:altinn:resource", "id": %q, "properties": {"party": %q}}}`, id, resource, seed.Customer)
	}
	pid := inHostileBody
	for _, q := range []struct {
		path, scope, body string
		status            int
	}{
		{"/v1/enrich", "stafett:enrich", details("0192:"+seed.Customer, ""), 200},
		{"/v1/enrich", "stafett:enrich", details("0192:"+pid, ""), 400},
		{"/v1/enrich", "stafett:enrich", details("0192:"+seed.Customer, `, "externalRef": "`+pid+`"`), 403},
		{"/v1/enrich", "stafett:enrich", details("0192:"+seed.Customer, `, "`+pid+`": 1`), 400},
		{"/v1/enrich", "stafett:enrich", strings.ReplaceAll(details("0192:"+seed.Customer, ""), playedClient, pid), 403},
		{"/v1/enrich", "stafett:enrich", strings.ReplaceAll(details("0192:"+seed.Customer, ""), "https://issuer.example/", "https://issuer.example/"+pid), 403},
		{"/v1/enrich", "stafett:enrich", `{"pid": "` + pid, 400},
		{"/v1/enrich", "stafett:enrich", pid, 400},
		{"/v1/enrich", "stafett:" + pid, "{}", 403},
		{"/access/v1/evaluation", "stafett:decide", evaluation(user, "app_skd_mva-melding-innsending-v1"), 200},
		{"/access/v1/evaluation", "stafett:decide", evaluation(pid, "app"), 200},
		{"/access/v1/evaluation", "stafett:decide", evaluation(user, pid), 200},
		{"/access/v1/evaluation", "stafett:decide", strings.ReplaceAll(evaluation(user, "app"), `"write"`, `"`+pid+`"`), 200},
		{"/access/v1/evaluation", "stafett:decide", strings.ReplaceAll(evaluation(user, "app"), seed.Customer, pid), 400},
		{"/access/v1/evaluation", "stafett:decide", strings.ReplaceAll(evaluation(user, "app"), "subject", pid), 400},
	} {
		status, body := w.send(http.MethodPost, q.path, q.body, "Authorization", token(q.scope), "Content-Type", "application/json")
		if status != q.status {
			w.t.Errorf("%s %s: %d, want %d: %s", q.path, q.body, status, q.status, body)
		}
	}
	w.send(http.MethodPost, "/v1/enrich", "{}", "Authorization", "Bearer "+pid, "Content-Type", "application/json")
	w.send(http.MethodPost, "/v1/enrich", "{}", "Authorization", "Bearer "+pid+"."+pid+"."+pid, "Content-Type", "application/json")
	w.send(http.MethodPost, "/v1/enrich", "{}", "Authorization", "Bearer "+sign(map[string]any{"iss": pid, "pid": pid, "sub": pid}), "Content-Type", "application/json")
	now := time.Now().Unix()
	person := map[string]any{
		"iss": "https://portal.example/", "aud": "any", "iat": now, "exp": now + 100, "jti": rand.Text(), "pid": pid, "urn:altinn:userid": 20990001,
		"urn:altinn:party:uuid": "8b36cd0c-cb80-442c-81e8-ea41e64f74fe", "urn:altinn:authlevel": 4, "urn:altinn:username": pid, "scope": "stafett:decide",
	}
	w.send(http.MethodPost, "/access/v1/evaluation", evaluation(user, "app"), "Authorization", "Bearer "+sign(person), "Content-Type", "application/json")
	query := url.Values{"clientId": {typed}, "systemProviderOrgNo": {typed}, "systemUserOwnerOrgNo": {typed}, "externalRef": {typed}}
	w.send(http.MethodGet, "/authentication/api/v1/systemuser/byExternalId?"+query.Encode(), "", "Authorization", token("altinn:maskinporten/systemuser.read"))
}

var secretLink = regexp.MustCompile(`/invitations/([A-Za-z0-9_-]{43})`)

// guardLink looks out for the secret of an invitation's link, and returns its
// path.
func (b *book) guardLink(text string) string {
	found := secretLink.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	shown := in(inMail, "answer POST /members/invite", "command invite --org")
	b.guard("the secret of an invitation", found[1], func(e exhibit) bool {
		return shown(e) || e.place+" "+e.name == "address request" && strings.HasPrefix(string(e.text), "/invitations/")
	})
	return found[0]
}

// invitations invites by mail and from the command line, gives, ends and
// withdraws.
func (w *world) invitations() {
	m := w.somebody()
	invite := func(email string) func() error {
		return func() error {
			return inOrder(w.visit(m, "/members/invite"), w.press(m, "/members/invite", "", "", map[string]string{"urn": "urn:stafett:role:viewer", "email": email}))
		}
	}
	w.flow("invite", w.login(m, "national", "manager"), invite(invited.email))
	link := w.link
	v := w.somebody()
	w.flow("accept", w.visit(v, link), w.pickAt(v, "mail", "invited"), w.visit(v, "/invitations/accept"), w.press(v, "/invitations/accept", "", "", nil))
	w.flow("no second use", w.visit(v, link))

	person := w.one("SELECT person_id FROM identity WHERE subject = 't4'")
	w.flow("give", w.visit(m, "/members"), w.visit(m, "/members/"+person), w.press(m, "/members/"+person+"/give", "", "", map[string]string{"urn": playedPackage}))
	holding := "/members/holdings/" + w.one("SELECT id FROM holding WHERE person_id = '"+person+"' AND source = 'given'") + "/end"
	w.flow("end", w.visit(m, holding), w.press(m, holding, "", "", nil))
	w.flow("invite to withdraw", invite("nobody-"+invited.email))
	w.flow("invite whom the mail server refuses", invite("refused-"+invited.email))
	withdraw := "/members/invitations/" + w.one("SELECT id FROM invitation WHERE status = 'open'") + "/revoke"
	w.flow("withdraw", w.visit(m, "/members"), w.press(m, withdraw, "", "", nil))
	if w.guardLink(w.run(0, "invite", "--org", seed.Supplier, "--email", "operator-"+invited.email)) == "" {
		w.t.Error("the command gives no link")
	}
	w.run(1, "invite", "--org", seed.Supplier, "--email", inRefusedRow)
}

// ownAccess looks at everything that a person is shown of himself.
func (w *world) ownAccess() {
	for _, account := range []string{"manager", "newcomer", "in name", "in email"} {
		v := w.somebody()
		w.flow("own access of "+account, w.login(v, "national", account), w.visit(v, "/account"), w.visit(v, "/account/log"), w.visit(v, "/account/erase"),
			w.visit(v, "/account/data.json"), w.visit(v, "/organisations"))
		if status, body := w.send(http.MethodGet, "/whoami", "", "Accept", "application/json", "Cookie", w.session()); status != http.StatusOK || !strings.Contains(body, `"nationalIdKnown":true`) {
			w.t.Errorf("whoami of %s: %d %s", account, status, body)
		}
		if account == "in name" {
			continue // without a name, a page has no button for that
		}
		w.flow("log out", w.visit(v, "/account"), w.press(v, "/logout", "", "", nil))
	}
}

// operator does what the commands do while the service runs, and what providers
// do behind the back of people.
func (w *world) operator(national, mail *opens) {
	w.run(0, "key", "rotate")
	w.keysGuarded()
	w.run(0, "key", "rotate")
	w.keysGuarded()
	w.flow("log in under another key", w.login(w.somebody(), "national", "several"))
	w.run(0, "register", "refresh", seed.Customer)
	w.run(1, "register", "sync")
	w.run(0, "people", "remap", "--from", mail.issuer, "--to", mail.issuer, "--apply", w.file("remap.csv", "oldSubject,newSubject\nt3,t9\n"+inFaults+",t10\n"))
	w.run(1, "people", "remap", "--from", mail.issuer, "--to", mail.issuer, "--apply", w.file("numbers.csv", "oldSubject,newSubject\nt1,"+inFaults+"\n"))
	w.run(1, "people", "remap", "--from", mail.issuer, "--to", mail.issuer, w.file("twice.csv", "oldSubject,newSubject\n"+inFaults+",t11\n"+inFaults+",t12\n"))
	w.run(1, "people", "remap", "--from", mail.issuer, "--to", mail.issuer, w.file("remap-broken.csv", "oldSubject,newSubject\n"+inFaults+"\n"))
	w.run(0, "people", "export", "--issuer", national.issuer, "--subject", "s1")
	w.run(1, "people", "export", "--issuer", national.issuer, "--subject", inFaults)
	w.run(1, "people", "erase", inFaults)
	w.run(0, "config", "print")

	v := w.somebody()
	w.flow("log in to be logged out", w.login(v, "national", "several"))
	events := map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}
	for _, sub := range []string{"s4", inSubject, stranger.pid} {
		now := time.Now().Unix()
		claims := map[string]any{"iss": national.issuer, "aud": "stafett", "iat": now, "exp": now + 100, "jti": rand.Text(), "events": events, "sub": sub, "sid": "sid-" + sub}
		token, err := national.sign(claims)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, want := range []int{http.StatusOK, http.StatusBadRequest} { // the second time it is a replay
			status, body := w.send(http.MethodPost, "/login/backchannel/national", url.Values{"logout_token": {w.guardToken("a logout token", token, nil)}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
			if status != want {
				w.t.Errorf("back-channel: %d, want %d: %s", status, want, body)
			}
		}
	}
}

// typing types a national id wherever one can.
func (w *world) typing() {
	v := w.somebody()
	w.flow("log in to type", w.login(v, "national", "manager"))
	cookie := w.session()
	for _, path := range []string{
		"/#", "/no/such/#", "/requests/#", "/requests/#/reject", "/members/#", "/members?q=#", "/members/holdings/#/end", "/systemusers/#", "/systemusers/#/revoke", "/invitations/#", "/login/#",
		"/login?next=/#", "/login/again?next=/#", "/supplier/systems/#", "/supplier/systems/#/requests/new", "/supplier/requests/#", "/organisations?return=/#&for=#", "/account/log?after=#",
		"/account/identities/#", "/login/callback?state=#&code=#", "/login/callback?state=#&error=#&error_description=#", "/login/callback?code=#&code=#", "/logged-out?provider=#", "/?lang=#&scheme=#",
		"/accessmanagement/ui/systemuser/request?id=#", "/openapi.json?#", "/health/ready?#", "/assets/#.css", "/v1/enrich/#", "/authentication/api/v1/#", "/%23/#//#", "/whoami?#", "/metrics/#",
	} {
		address := strings.ReplaceAll(path, "#", typed)
		for _, headers := range [][]string{{"Accept", "text/html", "Cookie", cookie}, {"Accept", "text/html"}, {"Accept", "application/json"}} {
			w.send(http.MethodGet, address, "", append(headers, "Referer", w.site+"/"+typed, "X-Request-Id", typed, "User-Agent", typed, "Accept-Language", typed, "X-Forwarded-For", typed)...)
		}
	}
	for _, path := range []string{
		"/organisations", "/organisations/claim", "/members/invite", "/members/#/give", "/members/holdings/#/end", "/members/invitations/#/revoke", "/requests/#/approve", "/requests/#/reject",
		"/systemusers/#/revoke", "/account/identities", "/account/identities/#", "/account/logins/#/end", "/account/erase?#", "/login/known/new", "/login/known/link", "/login/backchannel/#", "/login/backchannel/national",
		"/supplier/systems/#/requests/new", "/supplier/requests/#/withdraw", "/invitations/accept", "/no/such/#", "/v1/enrich?#", "/access/v1/evaluation?#",
	} {
		fields := url.Values{}
		for _, name := range []string{"org", "orgno", "return", "urn", "email", "until", "seen", "identity", "customer", "op", "q", "id_name", "client_id", "redirect_url", "logout_token", typed} {
			fields.Set(name, typed)
		}
		headers := []string{"Accept", "text/html", "Cookie", cookie + "; stafett_invitation=" + typed, "Content-Type", "application/x-www-form-urlencoded", "Origin", w.site, "Sec-Fetch-Site", "same-origin"}
		w.send(http.MethodPost, strings.ReplaceAll(path, "#", typed), fields.Encode(), headers...)
		headers[len(headers)-3] = "https://" + typed + ".example"
		headers[len(headers)-1] = "cross-site"
		w.send(http.MethodPost, strings.ReplaceAll(path, "#", typed), fields.Encode(), headers...)
	}
	w.send(typed, "/", "")
	w.send(http.MethodGet, "/", "", "Host", typed+".example")
	w.send(http.MethodGet, "/"+strings.Repeat(typed, 500), "")
	w.send(http.MethodPost, "/members/invite", strings.Repeat(typed, 9000), "Cookie", cookie, "Content-Type", "application/x-www-form-urlencoded")
	w.flow("no way to where he wanted", w.login(w.somebody(), "national?next=/requests/"+wanted, "manager"))
	_ = w.visit(w.somebody(), "/login/national?next=/requests/"+wanted)()
	w.flow("look for what was planted", w.visit(v, "/members?q="+planted))
}

// erase forgets one person at his own wish and one by the operator.
func (w *world) erase(national *opens) {
	v := w.somebody()
	w.flow("erase", func() error {
		form := "/account/erase"
		return inOrder(w.login(v, "national", "leaver"), w.visit(v, form), w.tick(v, form, "confirm", "yes"))
	})
	w.flow("no page for who is erased", w.visit(v, "/account"), func() error { return w.press(v, "/logout", "", "", nil)() })
	w.run(0, "people", "erase", "--issuer", national.issuer, "--subject", "s6")
	w.run(0, "people", "erase", "--apply", "--issuer", national.issuer, "--subject", "s6")
}

// tick ticks a box of a form and presses its button.
func (w *world) tick(v *visitor.Visitor, form, name, value string) func() error {
	return func() error {
		f, err := v.Page.Form(form)
		if err == nil {
			err = f.Tick(name, value)
		}
		if err == nil {
			err = v.Press(w.t.Context(), f, "", "")
		}
		return err
	}
}

// pickAt logs in where the open page leads.
func (w *world) pickAt(v *visitor.Visitor, provider, account string) func() error {
	return func() error {
		if err := v.Follow(w.t.Context(), "/login/"+provider); err != nil {
			return err
		}
		return w.pick(v, account)()
	}
}
