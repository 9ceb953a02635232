package e2e

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/cmd/demo/visitor"
)

// What the scripts play with.
const (
	playedName    = "Fakturaflyt"
	played        = seed.Supplier + "_fakturaflyt"
	playedPackage = "urn:altinn:accesspackage:merverdiavgift"
	playedClient  = "pilspiss-fakturaflyt"
)

// play ADDRESS request|approve|holds|revoke does a part of the loop on the
// pages of a running registry, demo or not: the supplier registers a system and
// asks the customer, or the customer's managing director approves what waits,
// finds its system user, or withdraws it.
func play(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] play ADDRESS request|approve|holds|revoke")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	part, ok := map[string]func(context.Context, string) error{"request": asks, "approve": approves, "holds": holds, "revoke": revokes}[args[1]]
	if !ok {
		ts.Fatalf("no part %q", args[1])
	}
	err := part(ctx, args[0])
	switch {
	case !neg:
		ts.Check(err)
	case err == nil:
		ts.Fatalf("%s was done", args[1])
	default:
		ts.Logf("%v", err)
	}
}

func signIn(ctx context.Context, address, name string) (*visitor.Visitor, error) {
	who, err := seed.PersonNamed(name)
	if err != nil {
		return nil, err
	}
	v, err := visitor.New(address)
	if err != nil {
		return nil, err
	}
	if err := v.Open(ctx, "/login/bankid"); err != nil {
		return nil, err
	}
	return v, submit(ctx, v, "/demo/bankid/login", "person", who.PartyUUID, nil)
}

func submit(ctx context.Context, v *visitor.Visitor, action, button, value string, fill map[string]string) error {
	form, err := v.Page.Form(action)
	if err != nil {
		return err
	}
	for name, text := range fill {
		if err := form.Fill(name, text); err != nil {
			return err
		}
	}
	return v.Press(ctx, form, button, value)
}

// inOrder takes the steps until one fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func asks(ctx context.Context, address string) error {
	v, err := signIn(ctx, address, seed.Developer)
	if err != nil {
		return err
	}
	form, ask := "/supplier/systems/new", "/supplier/systems/"+played+"/requests/new"
	return inOrder(
		func() error { return v.Open(ctx, form) },
		func() error {
			return submit(ctx, v, form, "op", "search", map[string]string{"q": "merverdiavgift"})
		},
		func() error { return submit(ctx, v, form, "op", "add:"+playedPackage, nil) },
		func() error {
			return submit(ctx, v, form, "op", "save", map[string]string{
				"name_nb": playedName, "name_nn": playedName, "name_en": playedName,
				"description_nb": "Leverer mva-meldingen.", "description_nn": "Leverer mva-meldinga.", "description_en": "Files the VAT return.",
				"id_name": "fakturaflyt", "client_id": playedClient, "purpose_nb": "For å levere mva-meldingen.",
			})
		},
		func() error { return v.Open(ctx, ask) },
		func() error { return submit(ctx, v, ask, "", "", map[string]string{"customer": seed.Customer}) },
	)
}

func approves(ctx context.Context, address string) error {
	v, err := signIn(ctx, address, seed.Approver)
	if err != nil {
		return err
	}
	return inOrder(
		func() error { return v.Open(ctx, "/requests?q="+playedName) },
		func() error { return v.Follow(ctx, "/requests/") },
		func() error { return submit(ctx, v, v.Page.URL.Path+"/approve", "", "", nil) },
	)
}

func revokes(ctx context.Context, address string) error {
	v, err := signIn(ctx, address, seed.Approver)
	if err != nil {
		return err
	}
	return inOrder(
		func() error { return v.Open(ctx, "/systemusers") },
		func() error { return v.FollowNamed(ctx, playedName) },
		func() error { return v.Open(ctx, v.Page.URL.Path+"/revoke") },
		func() error { return submit(ctx, v, v.Page.URL.Path, "", "", nil) },
	)
}

// holds finds the system user that can be withdrawn.
func holds(ctx context.Context, address string) error {
	v, err := signIn(ctx, address, seed.Approver)
	if err != nil {
		return err
	}
	return inOrder(
		func() error { return v.Open(ctx, "/systemusers") },
		func() error { return v.FollowNamed(ctx, playedName) },
		func() error { return v.Open(ctx, v.Page.URL.Path+"/settings") },
		func() error {
			if _, ok := v.Page.Link(strings.TrimSuffix(v.Page.URL.Path, "settings") + "revoke"); !ok {
				return fmt.Errorf("%s cannot be withdrawn", v.Page)
			}
			return nil
		},
	)
}
