package main

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/stafett/stafett/cmd/demo/issuer"
	"github.com/stafett/stafett/cmd/demo/provider"
	"github.com/stafett/stafett/handlers/auth"
)

// Where the provider and the issuer are, below the registry's public URL. The
// registry knows them by configuration only, and calls them over HTTP.
const (
	providerPath = "/demo/idp"
	issuerPath   = "/demo/issuer/"
	loginID      = "demo" // of the provider, in the registry's paths
)

// outside is what stands around a registry: who signs persons in, and who
// makes tokens.
type outside struct {
	provider *provider.Provider
	issuer   *issuer.Issuer
	issuerID string
	tokenURL string

	files map[string]any // settings files for the registry, by name
}

// newOutside makes a provider and an issuer for the registry at the public
// URL, which has no slash at the end.
func newOutside(publicURL string, k keys, logger *slog.Logger) (*outside, error) {
	who, err := persons()
	if err != nil {
		return nil, err
	}
	secret := rand.Text()
	o := &outside{issuerID: publicURL + issuerPath, tokenURL: publicURL + issuerPath + "token"}
	o.provider, err = provider.New(provider.Config{
		Issuer: publicURL + providerPath, Persons: who, ClientID: "stafett", ClientSecret: secret, ClientName: "Stafett",
		RedirectURIs:           []string{publicURL + "/login/callback"},
		PostLogoutRedirectURIs: []string{publicURL + "/"},
		Now:                    time.Now, Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	clients, err := k.clients()
	if err != nil {
		return nil, err
	}
	key, _ := k.private(issuerKeyID)
	o.issuer, err = issuer.New(issuer.Config{
		Issuer: o.issuerID, Registry: publicURL, Key: key, KeyID: issuerKeyID, Clients: clients,
		HTTP: issuer.HTTPClient(), Now: time.Now, Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	o.files = map[string]any{
		"issuers.json": issuersFile(publicURL, o.issuerID),
		"login.json":   loginFile(publicURL+providerPath, secret),
	}
	return o, nil
}

// around puts the provider and the issuer in front of the registry.
func (o *outside) around(registry http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", registry)
	mux.Handle(providerPath+"/", o.provider)
	mux.Handle(issuerPath, o.issuer)
	// Where RFC 8414 section 3.1 puts the metadata of an issuer with a path.
	mux.HandleFunc("GET /.well-known/oauth-authorization-server"+issuerPath, func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = issuerPath + ".well-known/oauth-authorization-server"
		o.issuer.ServeHTTP(w, r)
	})
	return mux
}

// write puts the settings files into the folder, readable by their owner alone.
func (o *outside) write(dir string) error {
	for name, content := range o.files {
		if err := writeSecret(filepath.Join(dir, name), content); err != nil {
			return err
		}
	}
	return nil
}

// issuersFile is the file of STAFETT_ISSUERS that trusts the demo's issuer.
func issuersFile(publicURL, id string) any {
	return map[string]any{
		"default": id,
		"issuers": []any{map[string]any{
			"iss": id, "profile": auth.Maskinporten, "jwks": id + "jwk",
			"audiences": []string{publicURL}, "algorithms": []string{"RS256"}, "enriches": true,
		}},
	}
}

// loginFile is the file of STAFETT_LOGIN that trusts the demo's provider.
func loginFile(issuer, secret string) any {
	return map[string]any{
		"providers": []any{map[string]any{
			"id": loginID, "issuer": issuer, "client_id": "stafett", "client_secret": secret,
			"name":   map[string]string{"nb": "demoinnlogging", "nn": "demoinnlogging", "en": "the demo login"},
			"scopes": []string{"openid", "profile"},
			"claims": map[string]any{
				"pid": "pid", "name": "name", "level": map[string]int{"idporten-loa-high": 4, "idporten-loa-substantial": 3},
			},
		}},
	}
}

// makeFolder makes the demo's folder, for its owner alone.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		err = os.Chmod(dir, 0o700) //nolint:gosec // a folder needs the x of its owner
	}
	if errors.Is(err, fs.ErrPermission) {
		return errors.New(dir + " belongs to somebody else; choose another with --data")
	}
	return err
}
