package api_test

import (
	"net/http"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

const (
	register      = "/authentication/api/v1/systemregister"
	registerRead  = "altinn:authentication/systemregister.read"
	registerWrite = "altinn:authentication/systemregister.write"
)

func TestASupplierReadsItsSystems(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	made := s.System(t, kit.DeveloperA, "lonn")
	for _, scope := range []string{registerRead, registerWrite} {
		c := s.Bearer(t, s.AccessToken(kit.SupplierA, scope, nil))
		if r := c.Get(register + "/vendor").Want(http.StatusOK); !strings.Contains(r.Body, `"systemId":"`+string(made.ID)+`"`) {
			t.Errorf("with %s: %s", scope, r.Body)
		}
		r := c.Get(register + "/Vendor/" + string(made.ID) + "/").Want(http.StatusOK)
		if !strings.Contains(r.Body, `"vendor":{"ID":"`+kit.SupplierA.ISO6523()+`"}`) {
			t.Errorf("with %s: %s", scope, r.Body)
		}
	}
	other := s.Bearer(t, s.AccessToken(kit.SupplierB, registerWrite, nil))
	if r := other.Get(register + "/vendor").Want(http.StatusOK); r.Body != "[]" {
		t.Errorf("another supplier sees %s", r.Body)
	}
	if r := other.Get(register + "/vendor/" + string(made.ID)).Want(http.StatusNotFound); !strings.Contains(r.Body, "AUTH-00011") {
		t.Errorf("another supplier's system: %s", r.Body)
	}
	s.Bearer(t, s.AccessToken(kit.SupplierA, "altinn:authentication/systemuser.request.read", nil)).Get(register + "/vendor").Want(http.StatusForbidden)
}
