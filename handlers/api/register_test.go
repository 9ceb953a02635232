package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models/party"
)

const (
	register      = "/authentication/api/v1/systemregister"
	registerRead  = "altinn:authentication/systemregister.read"
	registerWrite = "altinn:authentication/systemregister.write"
	registerAdmin = "altinn:authentication/systemregister.admin"
)

// object is a body, or a part of one.
type object = map[string]any

func names(s string) object { return object{"nb": s, "nn": s, "en": s} }

func rightTo(ids ...string) object {
	var resource []object
	for _, id := range ids {
		resource = append(resource, object{"id": "urn:altinn:resource", "value": id})
	}
	return object{"resource": resource}
}

// registrationOf is a system of the supplier with nothing wrong.
func registrationOf(o party.OrgNo, name string) object {
	return object{
		"id": string(o) + "_" + name, "vendor": object{"authority": party.ISO6523, "ID": o.ISO6523()},
		"name": names("Program " + name), "description": names("Regnskap i skyen"),
		"rights": []object{rightTo(kit.OwnResource)}, "accessPackages": []object{{"urn": kit.TaxPackage}},
		"clientId": []string{"client-" + name}, "isVisible": true, "allowedRedirectUrls": []string{"https://" + name + ".example/back"},
	}
}

// but is the body with other members; nil takes one out.
func but(body object, changes object) object {
	out := object{}
	for name, v := range body {
		out[name] = v
	}
	for name, v := range changes {
		out[name] = v
		if v == nil {
			delete(out, name)
		}
	}
	return out
}

// systemAt is the address of supplier A's system of that name.
func systemAt(name string) string { return register + "/vendor/" + string(kit.SupplierA) + "_" + name }

// mustHave demands the members in the body, as JSON writes them.
func mustHave(t *testing.T, r *kit.Response, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(r.Body, part) {
			t.Errorf("no %s in %s", part, r.Body)
		}
	}
}

func TestASupplierReadsItsSystems(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	made := s.System(t, kit.DeveloperA, "lonn")
	for _, scope := range []string{registerRead, registerWrite} {
		c := s.Bearer(t, s.AccessToken(kit.SupplierA, scope, nil))
		mustHave(t, c.Get(register+"/vendor").Want(http.StatusOK), `"systemId":"`+string(made.ID)+`"`)
		mustHave(t, c.Get(register+"/Vendor/"+string(made.ID)+"/").Want(http.StatusOK), `"vendor":{"ID":"`+kit.SupplierA.ISO6523()+`"}`)
	}
	other := s.Bearer(t, s.AccessToken(kit.SupplierB, registerWrite, nil))
	if r := other.Get(register + "/vendor").Want(http.StatusOK); r.Body != "[]" {
		t.Errorf("another supplier sees %s", r.Body)
	}
	for _, id := range []string{string(made.ID), "399177944_borte", "x", "a%20b"} {
		if r := other.Get(register + "/vendor/" + id).Want(http.StatusNotFound); r.Code() != "AUTH-00011" {
			t.Errorf("%s: %s", id, r.Body)
		}
	}
	s.Bearer(t, s.AccessToken(kit.SupplierA, "altinn:authentication/systemuser.request.read", nil)).Get(register + "/vendor").Want(http.StatusForbidden)
}

// A supplier's whole life with one system, as Altinn's clients lead it.
func TestALifeInTheRegister(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	address := systemAt("lonn")
	body := registrationOf(kit.SupplierA, "lonn")

	r := c.Call(http.MethodPost, register+"/vendor", body).Want(http.StatusOK)
	uuid := strings.Trim(r.Body, `"`)
	if len(uuid) != 36 || r.Body != strconv.Quote(uuid) || r.Header.Get("ETag") != `"1"` {
		t.Errorf("registered: %s with %s", r.Body, r.Header.Get("ETag"))
	}
	r = c.Get(address).Want(http.StatusOK)
	mustHave(t, r, `"id":"343940092_lonn"`, `"clientId":["client-lonn"]`, `"isVisible":true`, `"isDeleted":false`,
		`"allowedRedirectUrls":["https://lonn.example/back"]`, `"accessPackages":[{"urn":"`+kit.TaxPackage+`"}]`)
	if r.Header.Get("ETag") != `"1"` || strings.Contains(r.Body, "exactRedirectUrls") || strings.Contains(r.Body, "authority") {
		t.Errorf("%s: %s", r.Header.Get("ETag"), r.Body)
	}

	body = but(body, object{"name": names("  Nytt navn "), "isVisible": nil, "rights": nil, "accessPackages": nil, "clientId": nil, "allowedRedirectUrls": nil})
	if r = c.Call(http.MethodPut, address, body).Want(http.StatusOK); r.Body != `{"succeeded":true}` || r.Header.Get("ETag") != `"2"` {
		t.Errorf("updated: %s %s", r.Body, r.Header.Get("ETag"))
	}
	mustHave(t, c.Get(address), `"name":{"nb":"Nytt navn","nn":"Nytt navn","en":"Nytt navn"}`, `"rights":[]`, `"accessPackages":[]`, `"clientId":[]`, `"isVisible":true`, `"allowedRedirectUrls":[]`)

	rights := []object{but(rightTo(kit.Resource), object{"action": "read", "purpose": object{"nb": "Vi leser"}}), rightTo(kit.OwnResource, kit.Resource)}
	if r = c.Call(http.MethodPut, address+"/rights", rights).Want(http.StatusOK); r.Body != `{"succeeded":true}` {
		t.Error(r.Body)
	}
	if r = c.Call(http.MethodPut, address+"/accesspackages", []object{{"urn": kit.VATPackage}}).Want(http.StatusOK); r.Header.Get("ETag") != `"4"` {
		t.Error(r.Header.Get("ETag"))
	}
	mustHave(t, c.Get(address), `"rights":[{"action":"read","resource":[{"id":"urn:altinn:resource","value":"skattemelding"}],"purpose":{"nb":"Vi leser","nn":"","en":""}},`+
		`{"resource":[{"id":"urn:altinn:resource","value":"postkasse"},{"id":"urn:altinn:resource","value":"skattemelding"}]}]`, `"accessPackages":[{"urn":"`+kit.VATPackage+`"}]`)
	rights[0]["purpose"] = nil // left out it stays
	delete(rights[0], "purpose")
	c.Call(http.MethodPut, address+"/rights", rights).Want(http.StatusOK)
	mustHave(t, c.Get(address), `"purpose":{"nb":"Vi leser","nn":"","en":""}`)

	if r = c.Call(http.MethodDelete, address, nil).Want(http.StatusOK); r.Body != `{"succeeded":true}` || r.Header.Get("ETag") != `"6"` {
		t.Errorf("deleted: %s %s", r.Body, r.Header.Get("ETag"))
	}
	mustHave(t, c.Get(address).Want(http.StatusOK), `"isDeleted":true`)
	if r = c.Get(register + "/vendor").Want(http.StatusOK); r.Body != "[]" {
		t.Errorf("the deleted system is listed: %s", r.Body)
	}
	for _, part := range []string{"", "/rights", "/accesspackages"} {
		var change any = []object{}
		if part == "" {
			change = body
		}
		if r = c.Call(http.MethodPut, address+part, change).Want(http.StatusBadRequest); r.Code() != "AUTH-00005" {
			t.Errorf("a deleted system is changed: %s", r.Body)
		}
	}
	if r = c.Call(http.MethodDelete, address, nil).Want(http.StatusOK); r.Header.Get("ETag") != `"6"` {
		t.Errorf("deleted again: %s", r.Header.Get("ETag"))
	}
	r = c.Get(address + "/changelog").Want(http.StatusOK)
	order := []string{
		`"changeType":"delete","changedData":{"id"`, `"changeType":"rightsupdate","changedData":[{"action"`, `"changeType":"accesspackageupdate","changedData":[{"urn"`,
		`"changeType":"rightsupdate"`, `"changeType":"update","changedData":{"id"`, `"changeType":"create","changedData":{"id"`,
	}
	rest := r.Body
	for _, part := range order {
		_, after, found := strings.Cut(rest, part)
		if !found {
			t.Errorf("no %s, in this place, in %s", part, r.Body)
		}
		rest = after
	}
	mustHave(t, r, `"systemInternalId":"`+uuid+`"`, `"changedByOrgNumber":"343940092"`, `"clientId":"client-of-343940092"`)
}

// However long a supplier makes it, nobody gets all of it at once.
func TestALongChangeLogHasPages(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	s.System(t, kit.DeveloperA, "lonn")
	s.Exec(`WITH RECURSIVE n(v) AS (SELECT 2 UNION ALL SELECT v + 1 FROM n WHERE v < 501)
		INSERT INTO system_change SELECT system_id, n.v, 'update', org_no, client_id, at, snapshot FROM system_change, n WHERE system_id = '343940092_lonn'`)
	c := supplier(t, s, kit.SupplierA)
	address, sizes := systemAt("lonn")+"/changelog", []int{}
	for address != "" {
		r := c.Get(address).Want(http.StatusOK)
		sizes = append(sizes, strings.Count(r.Body, `"changeType"`))
		address, _, _ = strings.Cut(strings.TrimPrefix(r.Header.Get("Link"), "<"+kit.PublicURL), ">")
	}
	if !slices.Equal(sizes, []int{500, 1}) {
		t.Errorf("pages of %v", sizes)
	}
}

// end users see what suppliers offer, known to the registry or not.
func TestEndUsersReadTheRegister(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "synlig")).Want(http.StatusOK)
	c.Call(http.MethodPost, register+"/vendor", but(registrationOf(kit.SupplierA, "skjult"), object{"isVisible": false})).Want(http.StatusOK)
	s.Exec(`INSERT INTO system_ask (system_id, position, kind, ref, action, purpose_nb, purpose_nn, purpose_en) VALUES ('343940092_synlig', 9, 'right', 'app_skd_skatt_ny', '', '', '', '')`)
	for _, p := range []kit.Person{kit.ApproverP, kit.Nobody} {
		u := endUser(t, s, p)
		r := u.Get(register).Want(http.StatusOK)
		mustHave(t, r, `"systemId":"343940092_synlig","systemVendorOrgNumber":"343940092","systemVendorOrgName":""`)
		if strings.Contains(r.Body, "skjult") {
			t.Errorf("a hidden system is listed: %s", r.Body)
		}
		mustHave(t, u.Get(register+"/343940092_skjult").Want(http.StatusOK), `"isVisible":false`)
		u.Get(register + "/343940092_borte").Want(http.StatusNotFound)
		mustHave(t, u.Get(register+"/343940092_synlig/rights").Want(http.StatusOK), `{"id":"urn:altinn:resource","value":"app_skd_skatt_ny"}`)
		mustHave(t, u.Get(register+"/343940092_synlig/rights?useOldFormatForApp=true").Want(http.StatusOK),
			`[{"id":"urn:altinn:org","value":"skd"},{"id":"urn:altinn:app","value":"skatt_ny"}]`, `{"id":"urn:altinn:resource","value":"postkasse"}`)
		mustHave(t, u.Get(register+"/343940092_synlig/accesspackages?useoldformatforapp=true").Want(http.StatusOK), kit.TaxPackage)
		for _, part := range []string{"rights", "accesspackages"} {
			if r := u.Get(register + "/343940092_borte/" + part).Want(http.StatusOK); r.Body != "[]" {
				t.Errorf("an unknown system asks for %s", r.Body)
			}
			u.Get(register + "/343940092_synlig/" + part + "?useOldFormatForApp=kanskje").Want(http.StatusBadRequest)
		}
	}
	for _, path := range []string{"", "/343940092_synlig", "/343940092_synlig/rights", "/343940092_synlig/accesspackages"} {
		c.Get(register + path).Want(http.StatusForbidden)
		s.Bearer(t, s.EndUserToken(kit.Portal, kit.ApproverP, "altinn:portal", nil)).Get(register + path).Want(http.StatusForbidden)
	}
	c.Call(http.MethodDelete, systemAt("synlig"), nil).Want(http.StatusOK)
	u := endUser(t, s, kit.ApproverP)
	u.Get(register + "/343940092_synlig").Want(http.StatusNotFound)
	if r := u.Get(register).Want(http.StatusOK); r.Body != "[]" {
		t.Errorf("the deleted system is listed: %s", r.Body)
	}
}

// A supplier whom nobody has told us of registers all the same, and a program
// that keeps the register for all does it in the vendor's name.
func TestWhoMayRegister(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	unknown := s.Bearer(t, s.AccessToken(kit.Unknown, registerWrite, nil))
	unknown.Call(http.MethodPost, register+"/vendor", registrationOf(kit.Unknown, "ny")).Want(http.StatusOK)

	admin := s.Bearer(t, s.AccessToken(kit.SupplierB, registerAdmin, nil))
	admin.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "lonn")).Want(http.StatusOK)
	address := systemAt("lonn")
	admin.Get(address).Want(http.StatusOK)
	admin.Call(http.MethodPut, address, registrationOf(kit.SupplierA, "lonn")).Want(http.StatusOK)
	if r := admin.Call(http.MethodPut, address, but(registrationOf(kit.SupplierB, "lonn"), object{"clientId": nil})).Want(http.StatusNotFound); r.Code() != "AUTH-00011" {
		t.Errorf("in another vendor's name: %s", r.Body)
	}
	admin.Call(http.MethodPut, address+"/rights", []object{}).Want(http.StatusOK)
	admin.Get(address + "/changelog").Want(http.StatusOK)
	admin.Call(http.MethodDelete, address, nil).Want(http.StatusOK)

	before := s.Snapshot()
	for scope, c := range map[string]*kit.Client{
		"read alone":   s.Bearer(t, s.AccessToken(kit.SupplierA, registerRead, nil)),
		"an end user":  endUser(t, s, kit.ApproverP),
		"another's":    supplier(t, s, kit.SupplierB),
		"request only": s.Bearer(t, s.AccessToken(kit.SupplierA, "altinn:authentication/systemuser.request.write", nil)),
	} {
		for _, body := range []object{registrationOf(kit.SupplierA, "to"), but(registrationOf(kit.SupplierA, "to"), object{"name": nil})} {
			if r := c.Call(http.MethodPost, register+"/vendor", body); r.Status != http.StatusForbidden {
				t.Errorf("%s registers: %d %s", scope, r.Status, r.Body)
			}
		}
	}
	s.Anonymous(t).Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "to")).Want(http.StatusUnauthorized)
	if s.Snapshot() != before {
		t.Error("the database has changed")
	}
}

// Clients at other issuers are ours: whoever does not know them takes none away.
func TestClientsOfOtherIssuersStay(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	address := systemAt("lonn")
	body := registrationOf(kit.SupplierA, "lonn")
	c.Call(http.MethodPost, register+"/vendor", but(body, object{
		"clients": []object{{"issuer": kit.Issuer2, "clientId": "client-lonn"}}, "exactRedirectUrls": true,
	})).Want(http.StatusOK)
	kept := `"clientId":["client-lonn"],"clients":[{"issuer":"` + kit.Issuer2 + `","clientId":"client-lonn"}]`
	mustHave(t, c.Get(address), kept, `"exactRedirectUrls":true`)
	c.Call(http.MethodPut, address, body).Want(http.StatusOK)
	mustHave(t, c.Get(address), kept, `"exactRedirectUrls":true`)
	c.Call(http.MethodPut, address, but(body, object{"clients": []object{}, "exactRedirectUrls": false})).Want(http.StatusOK)
	if r := c.Get(address); strings.Contains(r.Body, kit.Issuer2) || strings.Contains(r.Body, "exact") {
		t.Errorf("taken away, and still there: %s", r.Body)
	}
	if r := c.Call(http.MethodPut, address, but(body, object{"clients": []object{{"issuer": "https://evil.example/", "clientId": "x"}}})).Want(http.StatusBadRequest); !strings.Contains(r.Body, `"clients[0]":[`) {
		t.Error(r.Body)
	}
}

// The same key and the same body register one system; a refusal is not kept.
func TestRegisteringOnce(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA).With("Idempotency-Key", "one")
	c.Call(http.MethodPost, register+"/vendor", but(registrationOf(kit.SupplierA, "a"), object{"name": nil})).Want(http.StatusBadRequest)
	first := c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "a")).Want(http.StatusOK)
	again := c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "a")).Want(http.StatusOK)
	if again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" || again.Header.Get("ETag") != `"1"` {
		t.Errorf("again: %s %v", again.Body, again.Header)
	}
}

// Lists cost the same number of statements however long they are.
func TestListsOfTheRegisterCostTheSame(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c, u := supplier(t, s, kit.SupplierA), endUser(t, s, kit.ApproverP)
	add := func(from, to int) {
		for i := from; i < to; i++ {
			c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, fmt.Sprint("s", i))).Want(http.StatusOK)
			c.Call(http.MethodPut, systemAt("s0"), registrationOf(kit.SupplierA, "s0")).Want(http.StatusOK)
		}
	}
	asks := map[string]func(){
		"visible": func() { u.Get(register).Want(http.StatusOK) },
		"own":     func() { c.Get(register + "/vendor").Want(http.StatusOK) },
		"page":    func() { c.Get(register + "/vendor?pageSize=500").Want(http.StatusOK) },
		"changes": func() { c.Get(systemAt("s0") + "/changelog").Want(http.StatusOK) },
	}
	add(0, 1)
	few := map[string]int{}
	for name, f := range asks {
		f() // what is read once and kept
		few[name] = len(s.Statements(f))
	}
	add(1, 20)
	for name, f := range asks {
		if many := len(s.Statements(f)); many != few[name] {
			t.Errorf("%s: %d statements for one, %d for twenty", name, few[name], many)
		}
	}
}
