package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/stafett/stafett/cmd/demo/issuer"
)

type tokenCmd struct {
	Customer    string `help:"Organisation number of the customer whose system user the token is for. Without it the token is the supplier's own, for calls of the registry's API." placeholder:"ORGNO"`
	ExternalRef string `name:"external-ref" help:"Reference of the system user, when the customer has several." placeholder:"REF"`
	Scope       string `help:"Scopes to ask for, with a space between them; skatteetaten:mva for a system user, and all of the API's for the supplier himself, unless set." placeholder:"SCOPES"`
	Client      string `help:"OAuth client to ask as." default:"pilspiss-fakturaflyt"`
	Data        string `help:"Folder of the running demo." default:"${folder}" type:"path"`
	Raw         bool   `help:"Print the token alone, as it goes into a request."`
}

// Run fetches a token as the supplier's program would, and prints it decoded.
func (t tokenCmd) Run(ctx context.Context, c console) error {
	switch {
	case t.Customer == "" && t.ExternalRef != "":
		return errors.New("--external-ref is of a customer's system user; say whose with --customer")
	case t.Scope == "" && t.Customer == "":
		t.Scope = strings.Join(issuer.ScopesOfSuppliers(), " ")
	case t.Scope == "":
		t.Scope = usualScope
	}
	r, err := findRunning(t.Data)
	if err != nil {
		return err
	}
	h := &http.Client{Timeout: 20 * time.Second}
	f, err := r.fetch(ctx, h, t.Client, wish{Scope: t.Scope, Customer: t.Customer, ExternalRef: t.ExternalRef})
	if err != nil {
		return err
	}
	if t.Raw {
		_, err = fmt.Fprintln(c.out, f.Raw)
		return err
	}
	return printJSON(c.out, f)
}

// printJSON writes v for people to read.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
