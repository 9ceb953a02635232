package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

type invite struct {
	Org   string `required:"" help:"Number of the organisation; it is added where it is unknown." placeholder:"NUMBER"`
	Name  string `help:"Name of an organisation that is added; it must have one." placeholder:"NAME"`
	Role  string `help:"Power or access package that the invitation gives; by default main administrator." default:"urn:altinn:accesspackage:hovedadministrator" placeholder:"URN"`
	Email string `help:"Address of who is invited, for the list of invitations. No mail is sent." placeholder:"ADDRESS"`
}

// Run makes an invitation and writes its link, which is shown this once, to
// standard output, and what it is to standard error.
func (i invite) Run(ctx context.Context, c console, s *node.Settings) error {
	address := strings.TrimSuffix(cmp.Or(s.PortalURL, s.PublicURL), "/")
	if address == "" {
		return &settingsError{errors.New("STAFETT_PUBLIC_URL is not set; say https://registry.example")}
	}
	return withRegistry(ctx, s, func(r *registry.Registry) error {
		o, err := r.Numbers.Parse(party.Clean(i.Org))
		if err != nil {
			return fmt.Errorf("%s is no organisation number: nine digits, the last of which follows from the others", i.Org)
		}
		made, secret, err := r.InviteFirst(ctx, node.Operator, party.Organisation{OrgNo: o, Name: i.Name}, i.Role, i.Email)
		if err != nil {
			return i.explained(err)
		}
		_, _ = fmt.Fprintf(c.err, "whoever opens this link first and logs in gets %s in %s; it can be used once, until %s\n",
			made.URN, made.OrgNo, made.ExpiresAt.Local().Format(time.DateTime+" MST"))
		_, err = fmt.Fprintf(c.out, "%s/invitations/%s\n", address, secret)
		return err
	})
}

// explained says in words why there is no invitation.
func (i invite) explained(err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return err
	}
	switch e.Code {
	case models.CodeStruckOff:
		return fmt.Errorf("organisation %s has been struck off its register; nobody is invited to it", i.Org)
	case models.CodeInvitationsMany:
		return fmt.Errorf("organisation %s has as many open invitations as it may have; they expire, or its people revoke them", i.Org)
	case models.CodeInvalid:
	default:
		return err
	}
	words := map[string]string{
		"name":  "the name is over 200 characters long or has some that cannot be shown",
		"urn":   fmt.Sprintf("the catalogue has no power or access package %s that people give each other; import access-packages first", i.Role),
		"email": "the address is no bare e-mail address, such as kari@firma.example",
	}
	var all []error
	for _, f := range e.Fields {
		if f.Fault == "required" {
			return fmt.Errorf("there is no organisation %s here: check the number, and say its --name to add it", i.Org)
		}
		all = append(all, errors.New(words[f.Field]))
	}
	return errors.Join(all...)
}
