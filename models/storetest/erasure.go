package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// known adds a person of whom everything is known, and returns his id.
func known(t *testing.T, k *kit) models.ID {
	t.Helper()
	var siv models.ID
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutPerson(ctx, exchange.Person{
			PID: pid(t, pidBerit), UserID: 70707, PartyUUID: "5a7e0000-aaaa-4000-8000-000000000000", Name: "Siv Sletten", OrgNo: bakeri, URN: director,
		}, "register")
		if err != nil {
			return err
		}
		if siv, err = tx.PersonByPID(ctx, pid(t, pidBerit)); err != nil {
			return err
		}
		if err := tx.TieIdentity(ctx, siv, identity(portal, "siv-subject", "siv@sletten.example", Now())); err != nil {
			return err
		}
		l := login(siv, "siv-sid")
		l.Subject, l.Agent = "siv-subject", "Siv's browser"
		if err := tx.AddLogin(ctx, l); err != nil {
			return err
		}
		if err := tx.RememberOrganisation(ctx, siv, bakeri); err != nil {
			return err
		}
		for i, to := range []struct {
			by    models.ID
			email string
		}{{siv, "guest@sletten.example"}, {vidar, "siv@sletten.example"}, {vidar, "else@where.example"}} {
			err := tx.AddInvitation(ctx, invitation.Invitation{
				ID: models.NewID(), OrgNo: bakeri, URN: accounts, Email: to.email, InvitedBy: to.by, Status: invitation.Open,
				CreatedAt: Now(), ExpiresAt: Now().Add(time.Hour),
			}, []byte{byte(i)})
			if err != nil {
				return err
			}
		}
		for _, e := range []audit.Entry{
			{Actor: models.Actor{Kind: models.Person, ID: string(siv), OrgNo: string(bakeri)}, Action: "request.approve", Subject: "request:1", OrgNo: string(bakeri), Outcome: audit.Done},
			{Actor: models.Actor{Kind: models.Person, ID: string(siv)}, Action: "request.approve", Subject: "request:2", Outcome: audit.Denied},
			{Actor: models.Actor{Kind: models.Operator, ID: string(siv)}, Action: "request.approve", Subject: "request:3", Outcome: audit.Done},
			{Actor: models.Actor{Kind: models.Person, ID: string(vidar)}, Action: "member.give", Subject: "person:" + string(siv), Outcome: audit.Done},
			{Actor: models.Actor{Kind: models.Person, ID: string(siv)}, Action: "request.reject", Subject: "request:4", Outcome: audit.Done},
			{Actor: models.Actor{Kind: models.Person, ID: string(siv)}, Action: "login.end", Subject: "login:5", Outcome: audit.Done},
		} {
			e.At = Now()
			if err := tx.AppendAudit(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	return siv
}

func subjects(entries []audit.Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Subject)
	}
	return out
}

// testOfAPerson reads what is kept about one person and nothing of another.
func testOfAPerson(t *testing.T, k *kit) {
	settle(t, k)
	siv := known(t, k)
	by := func(before int64, limit int) []string {
		return subjects(read(t, k, func(ctx context.Context, r registry.Reader) ([]audit.Entry, error) {
			return r.AuditBy(ctx, siv, []string{"request.approve", "request.reject"}, before, limit)
		}))
	}
	same(t, "what he decided", []string{"request:4", "request:1"}, by(0, 10))
	same(t, "the last of it", []string{"request:4"}, by(0, 1))
	same(t, "what was before", []string{"request:1"}, by(5, 10))
	about := read(t, k, func(ctx context.Context, r registry.Reader) ([]audit.Entry, error) { return r.AuditAbout(ctx, siv) })
	same(t, "about him", []string{"request:1", "request:2", "person:" + string(siv), "request:4", "login:5"}, subjects(about))
	got := read(t, k, func(ctx context.Context, r registry.Reader) ([]invitation.Invitation, error) {
		return r.InvitationsAbout(ctx, siv)
	})
	if len(got) != 2 {
		t.Errorf("invitations about him: %+v", got)
	}
	same(t, "record", registry.PersonRecord{
		Person: party.Person{ID: siv, Name: "Siv Sletten"}, HasPID: true, UserID: 70707, PartyUUID: "5a7e0000-aaaa-4000-8000-000000000000",
		LastOrganisation: bakeri, Created: Now(),
	}, read(t, k, recordOf(siv)))
	held := read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Holding, error) {
		return r.HoldingsIn(ctx, []party.OrgNo{bakeri, verft}, Now())
	})
	if len(held) != 1 || held[0].Person != siv {
		t.Fatalf("held in two organisations: %+v", held)
	}
	found := read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID]party.Holding, error) {
		return r.HoldingsByID(ctx, []models.ID{held[0].ID, models.NewID()})
	})
	same(t, "holdings by id", map[models.ID]party.Holding{held[0].ID: held[0]}, found)
}

// testErasure erases a person. That no table has a trace of him is for the registry to test.
func testErasure(t *testing.T, k *kit) {
	settle(t, k)
	siv := known(t, k)
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.ErasePerson(ctx, siv, Now().Add(time.Minute))
	})
	same(t, "record", registry.PersonRecord{Person: party.Person{ID: siv, Erased: Now().Add(time.Minute)}, Created: Now()}, read(t, k, recordOf(siv)))
	_, err := tryRead(t, k, byPID(pid(t, pidBerit)))
	notFound(t, err)
	_, err = tryRead(t, k, byIdentity(portal, "siv-subject"))
	notFound(t, err)
	history := read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Holding, error) { return r.AllHoldings(ctx, siv) })
	if len(history) != 1 || !history[0].Ended.Equal(Now().Add(time.Minute)) {
		t.Errorf("what he held: %+v", history)
	}
	if logins := read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Login, error) { return r.Logins(ctx, siv) }); len(logins) != 0 {
		t.Errorf("his logins: %+v", logins)
	}
	all := read(t, k, func(ctx context.Context, r registry.Reader) ([]invitation.Invitation, error) {
		return r.InvitationsOf(ctx, bakeri, Now(), 10)
	})
	var emails string
	for _, i := range all {
		emails += i.Email
	}
	if len(all) != 3 || emails != "else@where.example" {
		t.Errorf("invitations: %+v", all)
	}
}
