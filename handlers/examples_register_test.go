package handlers_test

import (
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// registerScenes are those of the system register.
var registerScenes = map[string]scene{
	"ownSystems": supplying, "ownSystem": supplying, "systemChanges": supplying,
	"registerSystem": func(t *testing.T, s *kit.Site) (*kit.Client, []string) {
		t.Helper()
		return supplierOf(t, s), nil
	},
	"updateSystem": supplying, "updateRights": supplying, "updatePackages": supplying, "deleteSystem": supplying,
	"visibleSystems": looking, "publicSystem": looking, "publicRights": looking, "publicPackages": looking,
}

// looking is a scene in which an end user looks at the supplier's system.
func looking(t *testing.T, s *kit.Site) (*kit.Client, []string) {
	t.Helper()
	s.System(t, kit.DeveloperA, "smartcloud")
	return s.Bearer(t, s.EndUserToken(kit.Portal, kit.ApproverP, "altinn:portal/enduser", nil)), nil
}
