package main

import (
	"context"
	"fmt"
	"time"

	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

// The systems of the story, all of the supplier seed.OtherSupplier.
const (
	bookkeeping = system.ID(seed.OtherSupplier + "_regnskap")
	payroll     = system.ID(seed.OtherSupplier + "_lonn")
	archive     = system.ID(seed.OtherSupplier + "_arkiv")
	forClients  = system.ID(seed.OtherSupplier + "_klient")
	cameBackTo  = "https://loggbok.example/ferdig"
)

// story is what has happened before somebody opens a new demo, so that there is
// something to look at. It is told by the registry's own use cases, each at the
// time that it is to have happened.
type story struct {
	*registry.Registry
	ledger rar.Ledger
	clock  *time.Time // of both
	began  time.Time  // when the demo starts
}

// at puts the clock so many days before the start.
func (s story) at(days int) story {
	*s.clock = s.began.AddDate(0, 0, -days)
	return s
}

// untold reports whether the registry is a new one.
func untold(ctx context.Context, r *registry.Registry) (bool, error) {
	fresh := false
	err := r.Store.Read(ctx, func(tx registry.Reader) error {
		_, err := tx.Organisation(ctx, seed.Customer)
		fresh = models.CodeOf(err) == models.CodeNotFound
		if fresh {
			return nil
		}
		return err
	})
	return fresh, err
}

// tell lets it all happen. A story that is cut short is not taken up again: the
// next start begins anew.
func (s story) tell(ctx context.Context) error {
	for _, part := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"systems", s.registers}, {"a system user", s.keepsBooks}, {"one for clients", s.servesClients}, {"what is over", s.lapses}, {"questions", s.waits},
	} {
		if err := part.do(ctx); err != nil {
			return fmt.Errorf("the demo's story: %s: %w", part.what, err)
		}
	}
	return nil
}

// as is a person of the cast who is signed in that many days before the start.
func (s story) as(ctx context.Context, name, org string, days int) (models.Actor, error) {
	p, err := seed.PersonNamed(name)
	if err != nil {
		return models.Actor{}, err
	}
	id, err := s.at(days).EndUser(ctx, party.EndUser{PartyUUID: p.PartyUUID})
	return models.Actor{Kind: models.Person, ID: string(id), OrgNo: org, Level: 4, AuthTime: *s.clock}, err
}

// program is the supplier's program.
func program() models.Actor {
	return models.Actor{Kind: models.Organisation, ID: otherClient, OrgNo: seed.OtherSupplier}
}

func (s story) registers(ctx context.Context) error {
	for _, sys := range storySystems(s.Issuers[0]) {
		if _, err := s.at(45).RegisterSystem(ctx, program(), sys); err != nil {
			return err
		}
	}
	return nil
}

// keepsBooks has Ingrid approve a system user, which is used since then, and
// whose supplier now wants other rights.
func (s story) keepsBooks(ctx context.Context) error {
	id, err := s.approved(ctx, seed.Approver, 43, request.Request{
		Kind: systemuser.Standard, System: bookkeeping, Customer: seed.Customer, Items: []catalog.Item{vat, saft}, RedirectURL: cameBackTo,
	})
	if err != nil {
		return err
	}
	if err := s.used(ctx, id, bookkeepingClient, []int64{4, 6, 2, 5, 9, 3, 7}); err != nil {
		return err
	}
	_, _, err = s.at(3).AskChange(ctx, program(), request.Change{
		Request: request.Request{
			Items: []catalog.Item{claims}, RedirectURL: cameBackTo, ContactEmail: "kunde@loggbok.example",
			Purpose: models.Text{
				NB: "Vi vil vise hva dere skylder ved siden av mva-meldingen. SAF-T trenger vi ikke lenger.",
				NN: "Vi vil vise kva de skuldar ved sida av mva-meldinga. SAF-T treng vi ikkje lenger.",
				EN: "We want to show what you owe beside the VAT return. We no longer need SAF-T.",
			},
		},
		Correlation: models.NewID(), SystemUser: id, Unwanted: []catalog.Item{saft},
	})
	return err
}

// servesClients has the accountants approve a system user for their clients,
// and attach some of them.
func (s story) servesClients(ctx context.Context) error {
	id, err := s.approved(ctx, seed.AccountantManager, 39, request.Request{
		Kind: systemuser.Agent, System: forClients, Customer: seed.Accountant, Items: []catalog.Item{accounting}, RedirectURL: cameBackTo,
	})
	if err != nil {
		return err
	}
	mathea, err := s.as(ctx, seed.ClientAdministrator, seed.Accountant, 38)
	if err != nil {
		return err
	}
	for _, client := range []party.OrgNo{seed.Customer, seed.OtherCustomer, "369006029", "368487457", "396938499", "340175727", "328926938"} {
		if _, err := s.at(38).AttachClient(ctx, mathea, id, client); err != nil {
			return fmt.Errorf("client %s: %w", client, err)
		}
	}
	return s.used(ctx, id, forClientsClient, []int64{31, 44, 27, 38, 52, 35, 41})
}

// lapses lets the season end of a system user that was to last for it, and lets
// the time run out to answer whether there is to be another.
func (s story) lapses(ctx context.Context) error {
	season := models.Text{NB: "For sesonghjelpene deres.", NN: "For sesonghjelpene dykkar.", EN: "For those who help you in the season."}
	in := request.Request{
		Kind: systemuser.Standard, System: payroll, Customer: seed.Customer, Items: []catalog.Item{vat, reporting},
		RedirectURL: cameBackTo, ContactEmail: "kunde@loggbok.example", Purpose: season,
	}
	had := in
	had.ExternalRef, had.Title, had.ValidTo = "sesong", "Loggbok Lønn sesong", s.began.AddDate(0, 0, -4)
	if _, err := s.approved(ctx, seed.Approver, 42, had); err != nil {
		return err
	}
	in.ExternalRef, in.Title = "ny-sesong", "Loggbok Lønn ny sesong"
	if _, _, err := s.at(31).Ask(ctx, program(), in); err != nil {
		return err
	}
	if _, err := s.at(4).EndSystemUsers(ctx); err != nil {
		return err
	}
	_, err := s.at(3).LapseRequests(ctx)
	return err
}

// waits leaves a question with the customer and one with the accountants.
func (s story) waits(ctx context.Context) error {
	_, _, err := s.at(2).Ask(ctx, program(), request.Request{
		Kind: systemuser.Standard, System: payroll, Customer: seed.Customer, Items: []catalog.Item{vat, reporting, sickLeave},
		RedirectURL: cameBackTo, ContactEmail: "kunde@loggbok.example", NotifyEmail: "post@fjordbris.example",
		Purpose: models.Text{
			NB: "Ingrid bestilte Loggbok Lønn av oss i forrige uke. Med dette kan vi sende lønnsmeldingene for dere.",
			NN: "Ingrid bestilte Loggbok Løn av oss i førre veke. Med dette kan vi sende lønsmeldingane for dykk.",
			EN: "Ingrid ordered Loggbok Payroll from us last week. With this we can send the pay reports for you.",
		},
	})
	if err != nil {
		return err
	}
	_, _, err = s.at(1).Ask(ctx, program(), request.Request{
		Kind: systemuser.Agent, System: forClients, Customer: seed.Accountant, Items: []catalog.Item{clientPay}, ExternalRef: "lonn",
		Title: "Loggbok Klient lønn", RedirectURL: cameBackTo, ContactEmail: "kunde@loggbok.example",
		Purpose: models.Text{
			NB: "For å føre lønn for klientene deres også.",
			NN: "For å føre løn for klientane dykkar òg.",
			EN: "To keep the payroll of your clients too.",
		},
	})
	return err
}

// approved asks a day before and has the person approve all of it that day.
func (s story) approved(ctx context.Context, name string, days int, in request.Request) (models.ID, error) {
	asked, _, err := s.at(days+1).Ask(ctx, program(), in)
	if err != nil {
		return "", err
	}
	who, err := s.as(ctx, name, string(in.Customer), days)
	if err != nil {
		return "", err
	}
	seen, err := s.at(days).Review(ctx, who, asked.ID)
	if err != nil {
		return "", err
	}
	u, err := s.at(days).Approve(ctx, who, asked.ID, seen.Seen)
	return u.ID, err
}

// used notes tokens on each working day of the last month, as many as the
// figures say in turn.
func (s story) used(ctx context.Context, id models.ID, client string, figures []int64) error {
	var counts []rar.Count
	for days := registry.UseDays - 1; days > 0; days-- {
		at := s.began.UTC().AddDate(0, 0, -days)
		if day := at.Weekday(); day == time.Saturday || day == time.Sunday {
			continue
		}
		counts = append(counts, rar.Count{
			Decision: rar.Decision{
				ID: models.NewID(), At: at, Kind: rar.Enrich, Caller: s.Issuers[0], ClientID: client, SystemUser: id, FirstUse: len(counts) == 0,
			},
			Bucket: at.Truncate(24 * time.Hour).Unix(), N: figures[len(counts)%len(figures)],
		})
	}
	return s.ledger.Repeat(ctx, counts)
}
