package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"time"

	"github.com/stafett/stafett/cmd/demo/issuer"
	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/cmd/demo/visitor"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/views/paths"
)

// What the played system asks for, and a right that it does not.
const (
	vatReturn  = "app_skd_mva-melding-innsending-v1" // within the package
	notGranted = "app_skd_a2-3906-141205"
	systemName = "fakturaflyt"
)

var (
	vatPackage = catalog.PackagePrefix + "merverdiavgift"
	claimsRead = catalog.Right("kravogbetaling", "read").String()
)

// loop plays the story of design section 3 through the interfaces that people
// and programs use: pages and forms, the token endpoint, the decision endpoint.
type loop struct {
	running  running
	http     *http.Client
	tell     printer
	supplier *visitor.Visitor
	customer *visitor.Visitor
	request  string // id of the request
	result   result
}

// result is what "demo --once" prints.
type result struct {
	fetched
	Decision   verdict  `json:"decision"`             // on what was granted
	Other      verdict  `json:"decision_not_granted"` // on what was not
	AfterToken *refused `json:"token_after_revocation"`
	After      verdict  `json:"decision_after_revocation"`
}

// verdict is a question to the decision endpoint and its answer.
type verdict struct {
	Asked    map[string]any `json:"asked"`
	Answered map[string]any `json:"answered"`
}

// once plays the loop in a folder of its own and prints what came of it.
func (s serve) once(ctx context.Context, c console) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "stafett-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s.Data, s.Listen = dir, "127.0.0.1:0"
	d, err := start(ctx, s, quiet(c.err))
	if err != nil {
		return err
	}
	l := loop{running: d.running, http: &http.Client{Timeout: 20 * time.Second}, tell: printer{c.err}}
	err = l.play(ctx)
	if err = errors.Join(err, d.close()); err != nil {
		return err
	}
	return printJSON(c.out, l.result)
}

// play runs the steps in their order, and names the one that failed.
func (l *loop) play(ctx context.Context) error {
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{seed.Developer + " signs in for " + orgName(seed.Supplier), l.supplierSignsIn},
		{"he registers a system", l.registers},
		{"he asks " + orgName(seed.Customer) + " for a system user", l.asks},
		{"without an approval there is no token", l.noToken},
		{seed.Approver + " signs in for " + orgName(seed.Customer), l.customerSignsIn},
		{"she approves the request", l.approves},
		{"the supplier's program gets a token that names the system user", l.getsToken},
		{"the API owner's question is answered with yes", l.decides},
		{"a question about what was not granted is answered with no", l.decidesOther},
		{"she withdraws the access", l.revokes},
		{"the supplier's program gets no token any more", l.getsNoToken},
		{"the API owner's question is answered with no", l.decidesAfter},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		l.tell.line("ok  %s", step.what)
	}
	return nil
}

// signsIn makes a visitor and picks the person on the provider's page.
func (l *loop) signsIn(ctx context.Context, at, name string) (*visitor.Visitor, error) {
	p, err := seed.PersonNamed(name)
	if err != nil {
		return nil, err
	}
	v, err := visitor.New(l.running.Registry)
	if err != nil {
		return nil, err
	}
	if err := v.Open(ctx, paths.LoginWith(at)); err != nil {
		return nil, err
	}
	form, err := v.Page.Form(providerPath + at + "/login")
	if err != nil {
		return nil, err
	}
	return v, v.Press(ctx, form, "person", p.PartyUUID)
}

func (l *loop) supplierSignsIn(ctx context.Context) (err error) {
	l.supplier, err = l.signsIn(ctx, seed.BankID, seed.Developer)
	return err
}

func (l *loop) customerSignsIn(ctx context.Context) (err error) {
	l.customer, err = l.signsIn(ctx, seed.BankID, seed.Approver)
	return err
}

// systemID is the id of the played system.
func systemID() string { return seed.Supplier + "_" + systemName }

// registers fills in the form by searching and picking, as a person would.
func (l *loop) registers(ctx context.Context) error {
	v, page := l.supplier, paths.SupplierNewSystem()
	if err := v.Open(ctx, page); err != nil {
		return err
	}
	for _, pick := range []struct{ query, item string }{{"merverdiavgift", vatPackage}, {"kravogbetaling", claimsRead}} {
		if err := l.submit(ctx, v, page, "op", "search", fill{"q": pick.query}); err != nil {
			return err
		}
		if err := l.submit(ctx, v, page, "op", "add:"+pick.item, nil); err != nil {
			return err
		}
	}
	return l.submit(ctx, v, page, "op", "save", fill{
		"name_nb": "Fakturaflyt", "name_nn": "Fakturaflyt", "name_en": "Fakturaflyt",
		"description_nb": "Sender fakturaer og leverer mva-meldingen.",
		"description_nn": "Sender fakturaer og leverer mva-meldinga.",
		"description_en": "Sends invoices and files the VAT return.",
		"id_name":        systemName, "client_id": supplierClient,
		"purpose_nb": "For å levere og kontrollere mva.", "purpose_nn": "For å levere og kontrollere mva.",
		"purpose_en": "To file and check VAT.",
	})
}

func (l *loop) asks(ctx context.Context) error {
	v, page := l.supplier, paths.SupplierNewRequest(systemID())
	if err := v.Open(ctx, page); err != nil {
		return err
	}
	if err := l.submit(ctx, v, page, "", "", fill{"customer": seed.Customer}); err != nil {
		return err
	}
	l.request = path.Base(v.Page.URL.Path)
	if _, err := models.ParseID(l.request); err != nil {
		return fmt.Errorf("sending led to %s", v.Page)
	}
	return nil
}

// approves finds the request in the inbox and approves what the page shows.
func (l *loop) approves(ctx context.Context) error {
	v, id := l.customer, models.ID(l.request)
	if err := v.Open(ctx, paths.Requests()); err != nil {
		return err
	}
	if err := v.Follow(ctx, paths.Request(id)); err != nil {
		return err
	}
	return l.submit(ctx, v, paths.RequestApprove(id), "", "", nil)
}

func (l *loop) revokes(ctx context.Context) error {
	v := l.customer
	user, err := l.systemUser()
	if err != nil {
		return err
	}
	to := paths.SystemUserRevoke(models.ID(user))
	if err := v.Open(ctx, to); err != nil {
		return err
	}
	return l.submit(ctx, v, to, "", "", nil)
}

// fill is what to write into the fields of a form, by name.
type fill map[string]string

// submit fills in the form that posts to the address and presses its button.
func (l *loop) submit(ctx context.Context, v *visitor.Visitor, action, button, value string, with fill) error {
	form, err := v.Page.Form(action)
	if err != nil {
		return err
	}
	for name, text := range with {
		if err := form.Fill(name, text); err != nil {
			return err
		}
	}
	return v.Press(ctx, form, button, value)
}

// theWish is what the supplier's program wants: a token for the customer.
func theWish() wish { return wish{Scope: usualScope, Customer: seed.Customer} }

func (l *loop) noToken(ctx context.Context) error {
	_, err := l.refusal(ctx)
	return err
}

func (l *loop) getsNoToken(ctx context.Context) (err error) {
	l.result.AfterToken, err = l.refusal(ctx)
	return err
}

// refusal fetches a token and wants the refusal that says the customer has no
// system user for the client.
func (l *loop) refusal(ctx context.Context) (*refused, error) {
	_, err := l.running.fetch(ctx, l.http, supplierClient, theWish())
	no, ok := errors.AsType[*refused](err)
	switch {
	case err == nil:
		return nil, errors.New("a token was made")
	case !ok || no.Code != "invalid_altinn_customer_configuration":
		return nil, err
	}
	return no, nil
}

func (l *loop) getsToken(ctx context.Context) error {
	f, err := l.running.fetch(ctx, l.http, supplierClient, theWish())
	if err != nil {
		return err
	}
	l.result.fetched = f
	_, err = l.systemUser()
	return err
}

// systemUser is the id in the token, which must have the shape that APIs read.
func (l *loop) systemUser() (string, error) {
	b, err := json.Marshal(l.result.Details)
	if err != nil {
		return "", err
	}
	var details []issuer.Enriched
	if err := json.Unmarshal(b, &details); err != nil {
		return "", err
	}
	if len(details) != 1 || details[0].Type != issuer.Type || details[0].SystemID != systemID() ||
		details[0].Org.ID != "0192:"+seed.Customer || len(details[0].Users) != 1 {
		return "", fmt.Errorf("the token's authorization_details are %s", b)
	}
	return details[0].Users[0], nil
}

func (l *loop) decides(ctx context.Context) (err error) {
	l.result.Decision, err = l.decide(ctx, vatReturn, true)
	return err
}

func (l *loop) decidesOther(ctx context.Context) (err error) {
	l.result.Other, err = l.decide(ctx, notGranted, false)
	return err
}

func (l *loop) decidesAfter(ctx context.Context) (err error) {
	l.result.After, err = l.decide(ctx, vatReturn, false)
	return err
}

// decide asks the decision endpoint as the owner of an API would who was shown
// the token (AuthZEN 1.0), with a token of its own.
func (l *loop) decide(ctx context.Context, resource string, want bool) (verdict, error) {
	user, err := l.systemUser()
	if err != nil {
		return verdict{}, err
	}
	owner, err := l.running.fetch(ctx, l.http, ownerClient, wish{Scope: issuer.ScopeDecide})
	if err != nil {
		return verdict{}, err
	}
	v := verdict{Asked: map[string]any{
		"subject":  map[string]any{"type": issuer.Type, "id": user},
		"action":   map[string]any{"name": "write"},
		"resource": map[string]any{"type": "urn:altinn:resource", "id": resource, "properties": map[string]any{"party": "urn:altinn:organization:identifier-no:" + seed.Customer}},
	}}
	body, err := json.Marshal(v.Asked)
	if err != nil {
		return v, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.running.Registry+"/access/v1/evaluation", bytes.NewReader(body))
	if err != nil {
		return v, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+owner.Raw)
	resp, err := l.http.Do(req)
	if err != nil {
		return v, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return v, err
	}
	if resp.StatusCode != http.StatusOK || json.Unmarshal(answer, &v.Answered) != nil {
		return v, fmt.Errorf("the registry answers %d %s", resp.StatusCode, answer)
	}
	if got, ok := v.Answered["decision"].(bool); !ok || got != want {
		return v, fmt.Errorf("the decision is %s, want %v", answer, want)
	}
	return v, nil
}
