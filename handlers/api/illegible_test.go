package api_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// What no database can hold is refused before it is looked for; PostgreSQL
// would fail.
func TestIllegibleTextIsRefused(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	const bad = `"a\u0000b"`
	org, party := string(kit.CustomerP), c.PartyID(t, kit.CustomerP)
	triple := `{"systemId":"` + string(c.system.ID) + `","partyOrgNo":"` + org + `","externalRef":` + bad + `}`
	c.vendor.PostJSON(changesSent+"?correlation-id="+correlation, triple).Want(http.StatusBadRequest)
	c.person.Call(http.MethodPut, "/authentication/api/v1/systemuser", `{"id":"`+string(c.user)+`","reporteeOrgNo":`+bad+`,"integrationTitle":"x"}`).
		Want(http.StatusBadRequest)
	c.vendor.Get(changesSent + "/byexternalref/" + string(c.system.ID) + "/" + org + "/%ff").Want(http.StatusNotFound)

	place, err := json.Marshal(map[string]string{"i": "\x00"})
	if err != nil {
		t.Fatal(err)
	}
	token := "?token=" + base64.RawURLEncoding.EncodeToString(place)
	const users = "/authentication/api/v1/systemuser/"
	for _, list := range []string{
		users + party, users + "agent/" + party, users + "request/" + party + "/" + org + "/pending", users + "request/agent/" + party + "/" + org + "/pending",
	} {
		c.person.Get(list + token).Want(http.StatusBadRequest)
	}
}

// A row that could never be put would be tried for ever.
func TestARowOfIllegibleTextEnds(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	j := c.vendor.PostJSON("/api/v1/bulk", `{"kind":"changerequests","systemId":"`+string(c.system.ID)+`","rows":[{"correlationId":"`+correlation+
		`","partyOrgNo":"`+string(kit.CustomerP)+`","externalRef":"a\u0000b","requiredAccessPackages":[{"urn":"`+kit.VATPackage+`"}]}]}`).Want(http.StatusAccepted)
	if err := c.Server.API.WorkBulk(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows := c.vendor.Get("/api/v1/bulk/" + j.JSON()["id"].(string) + "/rows").Want(http.StatusOK).JSON()["data"].([]any)
	if row := rows[0].(map[string]any); row["status"] != "failed" || row["answer"] != 400.0 {
		t.Errorf("the row is %v", row)
	}
}
