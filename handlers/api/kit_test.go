package api_test

import (
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models/party"
)

// Every scope that a supplier's program can have.
const supplierScopes = "altinn:authentication/systemregister.write altinn:authentication/systemuser.request.read altinn:authentication/systemuser.request.write"

// supplier is a program of the organisation with every scope of suppliers.
func supplier(t *testing.T, s *kit.Site, o party.OrgNo) *kit.Client {
	t.Helper()
	return s.Bearer(t, s.AccessToken(o, supplierScopes, nil))
}

// endUser is a person behind the portal.
func endUser(t *testing.T, s *kit.Site, p kit.Person) *kit.Client {
	t.Helper()
	return s.Bearer(t, s.EndUserToken(kit.Portal, p, "altinn:portal/enduser", nil))
}
