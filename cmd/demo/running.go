package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"
)

// running is what a demo leaves in its folder while it runs, so that another
// process can act as one of its clients: addresses and the clients' keys.
type running struct {
	Registry      string          `json:"registry"`
	Issuer        string          `json:"issuer"`
	TokenEndpoint string          `json:"token_endpoint"`
	Clients       []runningClient `json:"clients"`
}

type runningClient struct {
	ID     string          `json:"client_id"`
	OrgNo  string          `json:"org_no"`
	Scopes []string        `json:"scopes"`
	Key    jose.JSONWebKey `json:"key"` // private
}

func runningPath(dir string) string { return filepath.Join(dir, "running.json") }

// announce says that a demo runs for the public URL.
func announce(dir, publicURL string, o *outside, k keys) (running, error) {
	r := running{Registry: publicURL, Issuer: o.issuerID, TokenEndpoint: o.tokenURL}
	for _, c := range clientCast {
		key, ok := k.private(c.id)
		if !ok {
			return running{}, fmt.Errorf("client %s has no key", c.id)
		}
		r.Clients = append(r.Clients, runningClient{
			ID: c.id, OrgNo: string(c.orgNo), Scopes: c.scopes, Key: jose.JSONWebKey{Key: key, KeyID: c.id, Use: "sig"},
		})
	}
	return r, writeSecret(runningPath(dir), r)
}

// findRunning reads what a running demo has left in the folder.
func findRunning(dir string) (running, error) {
	b, err := os.ReadFile(runningPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return running{}, fmt.Errorf("no demo runs with the folder %s; start one, or name its folder with --data", dir)
	}
	var r running
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	return r, err
}

// client finds one of the demo's clients.
func (r running) client(id string) (runningClient, error) {
	var known []string
	for _, c := range r.Clients {
		if c.ID == id {
			return c, nil
		}
		known = append(known, c.ID)
	}
	return runningClient{}, fmt.Errorf("no client %q; there are %q", id, known)
}
