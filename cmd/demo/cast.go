package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/stafett/stafett/cmd/demo/issuer"
	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/models/party"
)

// The OAuth clients of the demo. A supplier writes the id of his into the form
// that registers a system.
const (
	supplierClient    = "pilspiss-fakturaflyt"
	otherClient       = "loggbok-lonn"
	bookkeepingClient = "loggbok-regnskap"
	forClientsClient  = "loggbok-klient"
	ownerClient       = "provedata-api" // asks the registry for decisions
)

// usualScope is what "demo token" asks for a system user unless told.
const usualScope = "skatteetaten:mva"

// clientCast lists the clients, their organisations and what they may ask for.
var clientCast = []struct {
	id     string
	orgNo  party.OrgNo
	scopes []string
}{
	{supplierClient, seed.Supplier, append(issuer.ScopesOfSuppliers(), usualScope, "skatteetaten:a-melding", "skatteetaten:skattemelding")},
	{otherClient, seed.OtherSupplier, append(issuer.ScopesOfSuppliers(), usualScope, "skatteetaten:a-melding")},
	{bookkeepingClient, seed.OtherSupplier, []string{usualScope}},
	{forClientsClient, seed.OtherSupplier, []string{usualScope}},
	{ownerClient, seed.APIOwner, []string{issuer.ScopeDecide}},
}

// issuerKeyID names the issuer's key in the file of keys; the others go by the
// id of their client.
const issuerKeyID = "issuer"

// keys are the private keys of the issuer and the clients. They are kept in
// the demo's folder, so that systems which were registered before a restart
// still have their clients, and "demo token" can sign.
type keys struct{ set jose.JSONWebKeySet }

// openKeys reads the keys in the folder, and makes those that are missing.
func openKeys(dir string) (keys, error) {
	path := filepath.Join(dir, "keys.json")
	var k keys
	switch b, err := os.ReadFile(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return keys{}, err
	default:
		if err := json.Unmarshal(b, &k.set); err != nil {
			return keys{}, fmt.Errorf("%s cannot be read; delete it to get new keys: %w", path, err)
		}
	}
	changed := false
	wanted := []string{issuerKeyID}
	for _, c := range clientCast {
		wanted = append(wanted, c.id)
	}
	for _, id := range wanted {
		if _, ok := k.private(id); ok {
			continue
		}
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return keys{}, err
		}
		k.set.Keys = append(k.set.Keys, jose.JSONWebKey{Key: key, KeyID: id, Use: "sig"})
		changed = true
	}
	if !changed {
		return k, nil
	}
	return k, writeSecret(path, k.set)
}

// private returns the key of the issuer or of a client.
func (k keys) private(id string) (*rsa.PrivateKey, bool) {
	for _, key := range k.set.Key(id) {
		if p, ok := key.Key.(*rsa.PrivateKey); ok {
			return p, true
		}
	}
	return nil, false
}

// clients are the clients as the issuer knows them.
func (k keys) clients() ([]issuer.Client, error) {
	var out []issuer.Client
	for _, c := range clientCast {
		key, ok := k.private(c.id)
		if !ok {
			return nil, fmt.Errorf("client %s has no key", c.id)
		}
		out = append(out, issuer.Client{
			ID: c.id, OrgNo: c.orgNo, Scopes: c.scopes,
			Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: c.id, Use: "sig"}},
		})
	}
	return out, nil
}

// orgName is the name of an organisation of the demo, or its number.
func orgName(orgNo string) string {
	all, err := seed.Organisations()
	if err != nil {
		return orgNo
	}
	i := slices.IndexFunc(all, func(o seed.Organisation) bool { return o.OrgNo == orgNo })
	if i < 0 {
		return orgNo
	}
	return all[i].Name
}

// writeSecret writes v as JSON into a file that only its owner can read, and
// puts it in place in one step.
func writeSecret(path string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // made 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
