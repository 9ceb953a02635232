package main

import (
	"crypto/rand"
	"errors"
	"fmt"
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

// Where the providers and the issuer are, below the registry's public URL. The
// registry knows them by configuration only, and calls them over HTTP.
const (
	providerPath = "/demo/" // and the provider's id
	issuerPath   = "/demo/issuer/"
)

// outside is what stands around a registry: who signs persons in, and who
// makes tokens.
type outside struct {
	providers map[string]*provider.Provider // by id
	issuer    *issuer.Issuer
	issuerID  string
	tokenURL  string

	files map[string]any // settings files for the registry, by name
}

// newOutside makes the providers and an issuer for the registry at the public
// URL, which has no slash at the end.
func newOutside(publicURL string, k keys, logger *slog.Logger) (*outside, error) {
	o := &outside{issuerID: publicURL + issuerPath, tokenURL: publicURL + issuerPath + "token", providers: map[string]*provider.Provider{}}
	var login []any
	for _, l := range logins {
		who, err := l.persons()
		if err != nil {
			return nil, err
		}
		issuer, secret := publicURL+providerPath+l.id, rand.Text()
		o.providers[l.id], err = provider.New(provider.Config{
			Issuer: issuer, Name: l.name.NB, Levels: l.levels, Persons: who, ClientID: "stafett", ClientSecret: secret, ClientName: "Stafett",
			RedirectURIs:           []string{publicURL + "/login/callback"},
			PostLogoutRedirectURIs: []string{publicURL + "/"},
			BackChannel:            publicURL + "/login/backchannel/" + l.id,
			Now:                    time.Now, Logger: logger,
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.id, err)
		}
		login = append(login, l.entry(issuer, secret))
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
		"login.json":   map[string]any{"providers": login},
	}
	return o, nil
}

// around puts the providers and the issuer in front of the registry.
func (o *outside) around(registry http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", registry)
	for id, p := range o.providers {
		mux.Handle(providerPath+id+"/", p)
	}
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
