package e2e

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/stafett/stafett/cmd/demo/seed"
)

// asStranger marks the calls of a supplier whom the others are no business of.
const asStranger = "Canary-Stranger"

// What a supplier says of a request, each known again.
const (
	saidTitle   = "Tittel Storspove"
	saidPurpose = "Formål Sivspurv"
	saidRef     = "ref-jernspurv"
	saidEmail   = "orrfugl@canary.example"
	saidReason  = "Grunn Rosenfink"
	userID      = "20990001775533"
)

const (
	apiBase     = "/authentication/api/v1/"
	vendorAsks  = apiBase + "systemuser/request/vendor"
	apiSystem   = seed.Supplier + "_kanari"
	apiClient   = "pilspiss-kanari"
	vendorScope = "altinn:authentication/systemregister.write altinn:authentication/systemuser.request.read altinn:authentication/systemuser.request.write"
	agentItem   = "urn:altinn:accesspackage:regnskapsforer-lonn"
	addedItem   = "urn:altinn:accesspackage:skatt-naering"
)

// said guards what is told through the API: it stands in the rows of what it is
// about, in answers kept for who asks twice, and in answers to those concerned.
func (w *world) said() {
	kept := []string{inAnswer, inFile, "database idempotency.body"}
	for _, c := range []struct {
		name, value string
		places      []string
	}{
		{"a title", saidTitle, []string{"database request.title", "database system_user.title"}},
		{"a purpose", saidPurpose, []string{"database request.purpose_nb", "database request_item.purpose_nb", "database change_request.purpose_nb", "database change_request_item.purpose_nb"}},
		{"an external reference", saidRef, []string{inAddress, "database request.external_ref", "database system_user.external_ref", "database bulk_row.external_ref"}},
		{"a contact's address", saidEmail, []string{"database request.contact_email", "database change_request.contact_email"}},
		{"a reason", saidReason, []string{"database audit_entry.detail", "database outbox_event.data"}}, // where whoever looks for it finds it
	} {
		w.guard(c.name, c.value, in(append(c.places, kept...)...))
		w.wanted = append(w.wanted, c.name)
	}
	w.guard("a user id of a portal", userID, in("database idempotency.caller", inFile))
	w.guard("a national id in a failed call", inCall, in(inAnswer, inAddress))
	w.guard("a national id in a bulk job", inJob, func(e exhibit) bool {
		return in(inAnswer, inAddress, inFile)(e) || e.place == inDatabase && strings.HasPrefix(e.name, "bulk_row.")
	})
	w.wanted = append(w.wanted, "a national id in a failed call", "a national id in a bulk job")
}

// caller calls the API with one token.
type caller struct {
	*world
	token string
	more  []string // headers
}

// do makes a call that must be answered so, and returns the body.
func (c caller) do(status int, method, address, body string, headers ...string) string {
	c.t.Helper()
	headers = slices.Concat([]string{"Authorization", "Bearer " + c.token, "Content-Type", "application/json"}, c.more, headers)
	got, text := c.send(method, address, body, headers...)
	if got != status {
		c.t.Errorf("%s %s: %d, want %d: %s", method, address, got, status, text)
	}
	return text
}

var anID = regexp.MustCompile(`"(?:id|systemUserId)":"([0-9a-f-]{36})"`)

// made is the id in an answer.
func (c caller) made(body string) string {
	c.t.Helper()
	found := anID.FindStringSubmatch(body)
	if found == nil {
		c.t.Fatalf("no id: %s", body)
	}
	return found[1]
}

func (w *world) program(sign func(map[string]any) string, org, client string) caller {
	now := time.Now().Unix()
	return caller{w, sign(map[string]any{
		"iss": "https://issuer.example/", "client_id": client, "scope": vendorScope, "iat": now, "exp": now + 110, "jti": rand.Text(), "token_type": "Bearer", "aud": "any",
		"consumer": map[string]string{"authority": "iso6523-actorid-upis", "ID": "0192:" + org},
	}), nil}
}

func (w *world) behindPortal(sign func(map[string]any) string, h human) caller {
	now := time.Now().Unix()
	return caller{w, sign(map[string]any{
		"iss": "https://portal.example/", "aud": "any", "iat": now, "exp": now + 110, "jti": rand.Text(), "pid": h.pid, "urn:altinn:userid": json.Number(userID),
		"urn:altinn:authlevel": 4, "scope": "altinn:portal/enduser",
	}), nil}
}

// party is the organisation's party id and uuid.
func (w *world) party(org string) (id, uuid string) {
	return w.one("SELECT party_id FROM organisation WHERE org_no = '" + org + "'"), w.one("SELECT uuid FROM organisation WHERE org_no = '" + org + "'")
}

// vendors is the life of a supplier's system through the API, what another
// supplier gets to see of it, and calls that fail.
func (w *world) vendors(sign func(map[string]any) string) {
	v := w.program(sign, seed.Supplier, apiClient)
	other := w.program(sign, seed.OtherSupplier, "loggbok-kanari")
	m, f := w.behindPortal(sign, manager), w.behindPortal(sign, facilitator)
	once := func() []string {
		key := w.guard("an idempotency key", "spettmeis-"+rand.Text(), nil)
		return []string{"Idempotency-Key", key}
	}
	text := func(s string) string { return fmt.Sprintf(`{"nb":%q,"nn":%q,"en":%q}`, s, s, s) }
	v.do(200, "POST", apiBase+"systemregister/vendor", fmt.Sprintf(`{"id":%q,"vendor":{"ID":"0192:%s"},"name":%s,"description":%s,"clientId":[%q],"isVisible":false,
		"allowedRedirectUrls":["https://kanari.example/"],"accessPackages":[{"urn":%q},{"urn":%q},{"urn":%q}]}`,
		apiSystem, seed.Supplier, text("Kanari"), text("Synger."), apiClient, playedPackage, addedItem, agentItem), once()...)

	asks := func(customer, ref, urn string) string {
		return fmt.Sprintf(`{"systemId":%q,"partyOrgNo":%q,"externalRef":%q,"integrationTitle":%q,"contactEmail":%q,"purpose":{"nb":%q},
			"accessPackages":[{"urn":%q,"purpose":{"nb":%q}}],"redirectUrl":"https://kanari.example/"}`, apiSystem, customer, ref, saidTitle, saidEmail, saidPurpose, urn, saidPurpose)
	}
	key := once()
	body := asks(seed.Customer, saidRef, playedPackage)
	asked := v.made(v.do(201, "POST", vendorAsks, body, key...))
	v.do(201, "POST", vendorAsks, body, key...)
	v.do(200, "POST", vendorAsks, body)
	v.do(422, "POST", vendorAsks, strings.Replace(body, saidTitle, saidTitle+" to", 1), key...)
	agentAsked := v.made(v.do(201, "POST", vendorAsks+"/agent", asks(seed.Accountant, saidRef+"-a", agentItem), once()...))
	v.do(200, "GET", vendorAsks+"/byexternalref/"+apiSystem+"/"+seed.Customer+"/"+saidRef, "")

	party, client := w.party(seed.Customer)
	office, provider := w.party(seed.Accountant)
	requests, users := apiBase+"systemuser/request/", apiBase+"systemuser/"
	m.do(200, "GET", requests+party+"/"+asked, "")
	m.do(200, "POST", requests+party+"/"+asked+"/approve", "", once()...)
	f.do(200, "POST", requests+"agent/"+office+"/"+agentAsked+"/approve", "", once()...)
	user := w.one("SELECT id FROM system_user WHERE external_ref = '" + saidRef + "'")
	agent := w.one("SELECT id FROM system_user WHERE external_ref = '" + saidRef + "-a'")
	f.do(200, "POST", users+"agent/"+office+"/"+agent+"?provider="+provider+"&client="+client, "", once()...)
	m.do(200, "GET", users+party, "")

	change := v.made(v.do(201, "POST", users+"changerequest/vendor?correlation-id="+uuid.NewString()+"&system-user-id="+user, fmt.Sprintf(
		`{"requiredAccessPackages":[{"urn":%q,"purpose":{"nb":%q}}],"purpose":{"nb":%q},"contactEmail":%q}`, addedItem, saidPurpose, saidPurpose, saidEmail), once()...))
	m.do(200, "GET", users+"changerequest/"+party+"/"+change, "")
	doubt := fmt.Sprintf(`{"clientId":%q,"customer":%q,"externalRef":%q}`, apiClient, seed.Customer, saidRef)
	v.do(200, "POST", "/api/v1/diagnose", doubt)
	job := v.made(v.do(202, "POST", "/api/v1/bulk", fmt.Sprintf(`{"kind":"requests","systemId":%q,"defaults":{"integrationTitle":%q,"contactEmail":%q,"purpose":{"nb":%q}},"rows":[
		{"partyOrgNo":%q,"externalRef":"%s-1"},{"partyOrgNo":%q,"externalRef":"%s-2"},{"partyOrgNo":%q,"externalRef":"%s-3","purpose":{"nb":%q}}]}`,
		apiSystem, saidTitle, saidEmail, saidPurpose, seed.Customer, saidRef, inJob, saidRef, seed.OtherCustomer, saidRef, saidPurpose), once()...))
	v.do(200, "POST", "/api/v1/systemusers/"+user+"/pause", fmt.Sprintf(`{"reason":%q}`, saidReason), once()...)
	v.do(400, "POST", "/api/v1/systemusers/"+user+"/pause", fmt.Sprintf(`{"reason":%q}`, strings.Repeat(saidReason, 30)))
	w.ended()
	v.do(200, "GET", "/api/v1/bulk/"+job+"/rows", "")

	// Another supplier, who knows what to ask for.
	other.more = []string{asStranger, "yes"}
	other.do(200, "POST", apiBase+"systemregister/vendor", fmt.Sprintf(`{"id":%q,"vendor":{"ID":"0192:%s"},"name":%s,"description":%s,"clientId":["loggbok-kanari"]}`,
		seed.OtherSupplier+"_annen", seed.OtherSupplier, text("Annen"), text("Annen.")))
	for _, q := range []struct {
		status                int
		method, address, body string
	}{
		{200, "GET", apiBase + "systemregister/vendor", ""},
		{404, "GET", apiBase + "systemregister/vendor/" + apiSystem, ""},
		{404, "GET", vendorAsks + "/" + asked, ""},
		{404, "GET", vendorAsks + "/agent/" + agentAsked, ""},
		{404, "GET", vendorAsks + "/bysystem/" + apiSystem, ""},
		{404, "DELETE", vendorAsks + "/" + asked, ""},
		{404, "GET", users + "changerequest/vendor/" + change, ""},
		{404, "GET", users + "vendor/bysystem/" + apiSystem, ""},
		{404, "POST", "/api/v1/systemusers/" + user + "/pause", ""},
		{404, "GET", "/api/v1/bulk/" + job, ""},
		{404, "GET", "/api/v1/bulk/" + job + "/rows", ""},
		{404, "POST", "/api/v1/requests/" + asked + "/renew", ""},
		{200, "POST", "/api/v1/diagnose", strings.Replace(doubt, saidRef, "annen", 1)},
	} {
		other.do(q.status, q.method, q.address, q.body)
	}
	other.do(404, "POST", vendorAsks, strings.NewReplacer(saidTitle, "x", saidEmail, "x@example.org", saidPurpose, "x").Replace(body), key...) // the key is not his
	other.more = nil
	for i, c := range []caller{other, m, {world: w, token: "x." + inCall + ".y"}} {
		w.failing(c, i)
	}
	w.ended()
}

// ended waits until the bulk jobs have ended.
func (w *world) ended() {
	w.t.Helper()
	late := time.After(time.Minute)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for w.one("SELECT COUNT(*) FROM bulk_job WHERE status = 'running'") != "0" {
		select {
		case <-late:
			w.t.Fatal("a bulk job does not end")
		case <-again.C:
		}
	}
}

// operation is one of the description.
type operation struct {
	Parameters  []struct{ Name, In string }
	RequestBody struct {
		Content map[string]struct {
			Example  any
			Examples map[string]struct{ Value any }
		}
	}
}

// failing makes every call of the description with a national id in each place
// of the path, each word of the query, each header and each member of the body.
func (w *world) failing(c caller, who int) {
	w.t.Helper()
	var d struct {
		Paths map[string]map[string]json.RawMessage
	}
	_, description := w.send(http.MethodGet, "/openapi.json", "")
	if err := json.Unmarshal([]byte(description), &d); err != nil {
		w.t.Fatal(err)
	}
	failed := 0
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		if !strings.HasPrefix(path, apiBase) && !strings.HasPrefix(path, "/api/v1/") && !strings.HasPrefix(path, "/accessmanagement/") {
			continue
		}
		for method, raw := range d.Paths[path] {
			var op operation
			if json.Unmarshal(raw, &op) != nil { // what its methods have in common
				continue
			}
			pid := inCall
			if path == "/api/v1/bulk" {
				pid = inJob
			}
			query := url.Values{pid: {pid}, "token": {pid}, "q": {pid}}
			for _, p := range op.Parameters {
				if p.In == "query" {
					query.Set(p.Name, pid)
				}
			}
			headers := []string{"Authorization", "Bearer " + c.token, "Content-Type", "application/json"}
			for _, name := range []string{"If-Match", "X-Request-Id", "User-Agent", "Accept-Language", "Referer", "Traceparent", "X-Forwarded-For", "X-" + pid} {
				headers = append(headers, name, pid)
			}
			bodies := []string{pid, `{"` + pid + `":"` + pid + `"}`, `"` + pid, ""}
			for _, media := range op.RequestBody.Content {
				examples := []any{media.Example}
				for _, e := range media.Examples {
					examples = append(examples, e.Value)
				}
				for _, e := range examples {
					each(e, pid, func() {
						if body, err := json.Marshal(e); err == nil {
							bodies = append(bodies, string(body))
						}
					})
				}
			}
			for _, filled := range []string{pid, seed.Supplier + "_" + pid} {
				at := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, filled)
				for i, body := range bodies {
					address := at
					if i%2 == 0 {
						address += "?" + query.Encode()
					}
					own := headers
					if i%3 == 0 {
						own = append(slices.Clone(headers), "Idempotency-Key", pid)
					}
					status, answer := w.send(strings.ToUpper(method), address, body, own...)
					if status >= http.StatusInternalServerError {
						w.t.Errorf("%s %s: %d %s", method, address, status, answer)
					}
					if status >= http.StatusBadRequest && status != http.StatusTooManyRequests {
						failed++
					}
				}
				if at == path || method == "get" && who > 0 {
					break
				}
			}
		}
	}
	if failed < 100 {
		w.t.Errorf("only %d calls fail", failed)
	}
	w.t.Logf("%d calls fail", failed)
}

// each puts the value in place of each member in turn, as text and as the name
// of one more, and calls for each.
func each(v any, value string, call func()) {
	switch v := v.(type) {
	case map[string]any:
		for name, was := range v {
			each(was, value, call)
			v[name] = value
			call()
			v[name] = was
		}
		v[value] = value
		call()
		delete(v, value)
	case []any:
		for i, was := range v {
			each(was, value, call)
			v[i] = value
			call()
			v[i] = was
		}
	}
}
