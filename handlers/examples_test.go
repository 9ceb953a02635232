package handlers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	kit "github.com/stafett/stafett/handlers/handlertest"
	domain "github.com/stafett/stafett/models/system"
)

// Every example of the description is sent to a site, and succeeds as the
// description says: whoever copies it gets what he reads. The kit holds
// question and answer to the description.
func TestEveryExampleWorks(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for path, item := range description(t).Paths.Map() {
		for method, op := range item.Operations() {
			seen[op.OperationID] = true
			scene, ok := scenes[op.OperationID]
			if !ok {
				t.Errorf("%s %s (%s) has no scene in which its examples work; add it to scenes", method, path, op.OperationID)
				continue
			}
			for name, q := range samplesOf(t, method, path, item, op) {
				t.Run(op.OperationID+name, func(t *testing.T) {
					t.Parallel()
					c, words := scene(t, kit.New(t))
					r := q.send(c, strings.NewReplacer(slices.Concat(words, usual)...))
					if r.Status >= http.StatusBadRequest {
						t.Errorf("%s %s with %s is answered %d: %s", method, path, q.body, r.Status, r.Body)
					}
				})
			}
		}
	}
	for id := range scenes {
		if !seen[id] {
			t.Errorf("there is no operation %s", id)
		}
	}
}

// sample is an example as it goes out.
type sample struct{ method, target, media, body string }

// send sends the question with the words of the site in place of the
// description's.
func (q sample) send(c *kit.Client, r *strings.Replacer) *kit.Response {
	return c.Do(q.method, r.Replace(q.target), q.media, r.Replace(q.body))
}

// samplesOf makes a sample of each example of the operation's body, or the
// one question of an operation without; by the name of the example.
func samplesOf(t *testing.T, method, path string, item *openapi3.PathItem, op *openapi3.Operation) map[string]sample {
	t.Helper()
	query := url.Values{}
	for _, p := range slices.Concat(item.Parameters, op.Parameters) {
		v := p.Value.Example
		if v == nil {
			continue
		}
		switch p.Value.In {
		case openapi3.ParameterInPath:
			path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", url.PathEscape(plain(v)))
		case openapi3.ParameterInQuery:
			query.Set(p.Value.Name, plain(v))
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	if op.RequestBody == nil {
		return map[string]sample{"": {method: method, target: path}}
	}
	all := map[string]sample{}
	for media, content := range op.RequestBody.Value.Content {
		examples := map[string]any{}
		if content.Example != nil {
			examples[""] = content.Example
		}
		for name, e := range content.Examples {
			examples["/"+name] = e.Value.Value
		}
		for name, v := range examples {
			all[name] = sample{method, path, media, written(t, media, v)}
		}
	}
	return all
}

// plain is a value as it stands in an address.
func plain(v any) string {
	if n, ok := v.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func written(t *testing.T, media string, v any) string {
	t.Helper()
	if media == "application/x-www-form-urlencoded" {
		form := url.Values{}
		for name, value := range v.(map[string]any) {
			form.Set(name, plain(value))
		}
		return form.Encode()
	}
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// scene prepares a site for the examples of an operation. It returns who asks,
// and the words of the site by those of the examples, as strings.NewReplacer
// takes them.
type scene func(t *testing.T, s *kit.Site) (*kit.Client, []string)

// The supplier and the customer of all examples, and what is asked for.
const (
	exampleSystem = "991825827_smartcloud"
	exampleClient = "fc9a3c36-4f5e-4d20-9d0c-3a1c0f7f7f11"
)

// usual are the words of examples that are the same in every scene.
var usual = []string{
	exampleSystem, string(kit.SupplierA) + "_smartcloud", "991825827", string(kit.SupplierA), "313775429", string(kit.CustomerP),
	exampleClient, kit.ClientID(domain.ID(kit.SupplierA) + "_smartcloud"), "https://issuer.example/", kit.Issuer1,
	"kravogbetaling", kit.OwnResource, examplePackage, kit.TaxPackage,
}

// scenes are where the examples work, by operationId.
var scenes = func() map[string]scene {
	all := map[string]scene{}
	for _, part := range []map[string]scene{coreScenes, registerScenes, requestScenes, clientScenes, changeScenes, customerScenes, bulkScenes} {
		maps.Copy(all, part)
	}
	return all
}()

// coreScenes are those of issuers, decisions and the service itself.
var coreScenes = map[string]scene{
	"getAuthzenConfiguration": stranger, "getOpenapi": stranger, "getLiveness": stranger, "getReadiness": stranger,
	"enrich":                     living("stafett:enrich"),
	"findSystemUserByExternalId": living("altinn:maskinporten/systemuser.read"),
	"evaluate":                   living("stafett:decide"),
	"endLogins": func(t *testing.T, s *kit.Site) (*kit.Client, []string) {
		return s.Anonymous(t), []string{"idporten", "test", "eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZ291dCtqd3QifQ.e30.c2ln", s.LogoutToken(kit.ApproverP, "one")}
	},
}

func stranger(t *testing.T, s *kit.Site) (*kit.Client, []string) {
	t.Helper()
	return s.Anonymous(t).With("Accept", "application/json"), nil
}

// supplying is a scene in which the supplier has its system.
func supplying(t *testing.T, s *kit.Site) (*kit.Client, []string) {
	t.Helper()
	s.System(t, kit.DeveloperA, "smartcloud")
	return supplierOf(t, s), nil
}

// supplierOf is the supplier's program with every scope of suppliers.
func supplierOf(t *testing.T, s *kit.Site) *kit.Client {
	t.Helper()
	return s.Bearer(t, s.AccessToken(kit.SupplierA, "altinn:authentication/systemregister.write altinn:authentication/systemuser.request.read altinn:authentication/systemuser.request.write", nil))
}

// living is a scene in which the customer has two system users of the system,
// one with a reference; the caller is a program of its issuer with the scope.
func living(scope string) scene {
	return func(t *testing.T, s *kit.Site) (*kit.Client, []string) {
		t.Helper()
		sys := s.System(t, kit.DeveloperA, "smartcloud")
		var id string
		for _, ref := range []string{"", "r1"} {
			r := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, ref)
			s.Approve(t, kit.ApproverP, r.ID)
			id = string(r.ID)
		}
		return s.Bearer(t, s.AccessToken(kit.SupplierA, scope, nil)), []string{exampleUser, id}
	}
}
