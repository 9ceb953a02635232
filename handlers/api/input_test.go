package api_test

import (
	"net/http"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// A query that cannot be read is refused, whatever asks: read by halves, a
// filter would be none, and the address of the next page could not be made.
func TestQueryThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	for _, ref := range []string{"a", "b"} {
		s.Request(t, kit.DeveloperA, sys, kit.CustomerP, ref)
	}
	c := supplier(t, s, kit.SupplierA)
	list := "/authentication/api/v1/systemuser/request/vendor/bysystem/" + string(sys.ID) + "?pageSize=1"
	c.Get(list).Want(http.StatusOK)
	for _, more := range []string{"&%", "&customer=%zz", "&a;b", "&customer=355913619;status=New"} {
		if r := c.Get(list + more).Want(http.StatusBadRequest); r.Code() != "not_acceptable_path" {
			t.Errorf("%s is answered %s", more, r.Body)
		}
	}
}

// A body that is null is none: what may be left out may be null, the body itself
// may not.
func TestBodyThatIsNull(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	c := supplier(t, s, kit.SupplierA)
	before := s.Snapshot()
	for method, target := range map[string]string{
		http.MethodPut:  "/authentication/api/v1/systemregister/vendor/" + string(sys.ID) + "/rights",
		http.MethodPost: "/api/v1/systemusers/704013ee-e82a-433e-83c5-a40e6e00d746/pause",
	} {
		if r := c.Call(method, target, " null ").Want(http.StatusBadRequest); r.JSON()["errors"].(map[string]any)["$"] == nil {
			t.Errorf("%s %s is answered %s", method, target, r.Body)
		}
	}
	if s.Snapshot() != before {
		t.Error("something changed")
	}
}
