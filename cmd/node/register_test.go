package node_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models/registry"
)

func TestTheRegisterIsSetUp(t *testing.T) {
	t.Parallel()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := json.Marshal(jose.JSONWebKey{Key: private, KeyID: "k", Use: "sig", Algorithm: "RS256"})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.jwk")
	if err := os.WriteFile(file, jwk, 0o600); err != nil {
		t.Fatal(err)
	}
	const url, issuer = "https://register.example", "https://maskinporten.example/"
	for name, tc := range map[string]struct {
		s           node.RegisterSettings
		asks, roles bool
		fault       string
	}{
		"not at all":          {node.RegisterSettings{}, false, false, ""},
		"organisations":       {node.RegisterSettings{RegisterURL: url, RegisterMinutes: 60, StruckOff: "flag"}, true, false, ""},
		"persons too":         {node.RegisterSettings{RegisterURL: url, RegisterMinutes: 60, RegisterIssuer: issuer, RegisterClientID: "c", RegisterKeyFile: file}, true, true, ""},
		"over http":           {node.RegisterSettings{RegisterURL: "http://register.example", RegisterMinutes: 60}, false, false, "STAFETT_REGISTER_URL does not hold"},
		"never":               {node.RegisterSettings{RegisterURL: url}, true, false, "STAFETT_REGISTER_MINUTES is 0"},
		"less than daily":     {node.RegisterSettings{RegisterURL: url, RegisterMinutes: 1441}, true, false, "STAFETT_REGISTER_MINUTES is 1441"},
		"a client without it": {node.RegisterSettings{RegisterClientID: "c"}, false, false, "STAFETT_REGISTER_URL is not set"},
		"a client, no key":    {node.RegisterSettings{RegisterURL: url, RegisterMinutes: 60, RegisterIssuer: issuer, RegisterClientID: "c"}, true, true, "STAFETT_REGISTER_KEY_FILE cannot be read"},
		"a client, no issuer": {node.RegisterSettings{RegisterURL: url, RegisterMinutes: 60, RegisterClientID: "c", RegisterKeyFile: file}, true, true, "STAFETT_REGISTER_ISSUER"},
		"another word":        {node.RegisterSettings{StruckOff: "delete"}, false, false, `STAFETT_STRUCK_OFF is "delete"; it is pause or flag`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := registry.New(registry.Config{})
			err := node.Settings{RegisterSettings: tc.s}.Ask(r)
			if (r.Register != nil) != tc.asks || r.RegisterRoles != tc.roles {
				t.Errorf("asks %v, about persons %v", r.Register != nil, r.RegisterRoles)
			}
			if tc.fault == "" && err != nil || tc.fault != "" && (err == nil || !strings.Contains(err.Error(), tc.fault)) {
				t.Errorf("%v, want %q", err, tc.fault)
			}
		})
	}
}
