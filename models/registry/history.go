package registry

import (
	"context"
	"slices"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Side says whose act a line of a customer's history is.
type Side string

// The sides. Registry is whoever runs it, time that runs out among it.
const (
	SideCustomer Side = "customer"
	SideSupplier Side = "supplier"
	SideRegistry Side = "registry"
)

// HistoryLine is one audit entry with the names of what is in it.
type HistoryLine struct {
	Entry   audit.Entry
	Side    Side
	Person  party.Person       // who did it, when a person of this organisation did
	Role    models.Text        // by which he could
	Given   []Asked            // what an approval or a creation gave
	Added   []Asked            // what an approved change added to a system user
	Removed []Asked            // what it, or a narrowing, took away
	Client  party.Organisation // the client that was attached or detached; zero for none
}

// HistoryPage is what has happened to one system user.
type HistoryPage struct {
	SystemUserView
	Lines []HistoryLine // newest first
}

// SystemUserHistory tells what has happened to a system user of the actor's
// organisation, its request and its change requests, from the first question on.
func (r *Registry) SystemUserHistory(ctx context.Context, a models.Actor, id models.ID) (HistoryPage, error) {
	var out HistoryPage
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return err
		}
		if out.SystemUserView, err = r.namedUser(ctx, tx, u); err != nil {
			return err
		}
		out.Lines, err = r.userHistory(ctx, tx, a, c, out.SystemUser, out.System)
		slices.Reverse(out.Lines)
		return err
	})
	return out, err
}

// userHistory is the history of a system user, its request and its change
// requests, oldest first. When its system was deleted it ended with many others,
// of which the log has one entry that is not about it: the system user says so
// itself.
func (r *Registry) userHistory(
	ctx context.Context, tx Reader, a models.Actor, c *catalog.Catalog, u systemuser.SystemUser, s system.System,
) ([]HistoryLine, error) {
	changes, err := tx.ChangesOf(ctx, u.Customer, u.ID, maxList)
	if err != nil {
		return nil, err
	}
	subjects := []string{requestSubject(u.ID), userSubject(u.ID)}
	for _, id := range changes {
		subjects = append(subjects, changeSubject(id))
	}
	lines, err := r.history(ctx, tx, a, c, subjects...)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		l := &lines[i]
		if l.Entry.Outcome != audit.Done {
			continue
		}
		switch l.Entry.Action {
		case string(policy.RequestApprove), string(policy.SystemUserCreate):
			l.Given = described(c, s, parseItems(l.Entry.Detail["items"]))
		case string(policy.ChangeApprove), string(policy.SystemUserNarrow):
			l.Added = described(c, s, parseItems(l.Entry.Detail["added"]))
			l.Removed = described(c, s, parseItems(l.Entry.Detail["removed"]))
		}
	}
	if u.RevokedBy == systemuser.EndedBySystem {
		lines = append(lines, HistoryLine{Side: SideSupplier, Entry: audit.Entry{
			At: u.RevokedAt, Action: string(policy.SystemDelete), Subject: "system:" + string(s.ID), OrgNo: string(s.Supplier), Outcome: audit.Done,
		}})
	}
	return lines, nil
}

// maxDenials bounds what a history tells of denied attempts.
const maxDenials = 50

// history reads the entries about the subjects that the actor's organisation
// may see: what the supplier's people did is told without their names.
func (r *Registry) history(ctx context.Context, tx Reader, a models.Actor, c *catalog.Catalog, subjects ...string) ([]HistoryLine, error) {
	entries, err := tx.AuditOf(ctx, subjects, party.OrgNo(a.OrgNo), maxDenials)
	if err != nil {
		return nil, err
	}
	lines := make([]HistoryLine, len(entries))
	var ids []models.ID
	var clients []party.OrgNo
	for i, e := range entries {
		lines[i].Entry, lines[i].Side = e, sideOf(e, a.OrgNo)
		if e.Actor.Kind == models.Person && e.OrgNo == a.OrgNo {
			ids = append(ids, models.ID(e.Actor.ID))
		}
		if client := clientOf(e); client != "" {
			clients = append(clients, client)
		}
	}
	persons, err := tx.Persons(ctx, ids)
	if err != nil {
		return nil, err
	}
	orgs, err := tx.Organisations(ctx, clients)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		e := lines[i].Entry
		lines[i].Client = orgs[clientOf(e)]
		if e.OrgNo == a.OrgNo {
			lines[i].Person = persons[models.ID(e.Actor.ID)]
			if e.Role != "" {
				lines[i].Role = HoldingName(c, e.Role)
			}
		}
	}
	return lines, nil
}

// sideOf tells whose act an entry is, for the customer.
func sideOf(e audit.Entry, customer string) Side {
	switch {
	case e.Actor.Kind == models.Operator || e.Actor.Kind == models.Service:
		return SideRegistry
	case e.OrgNo == customer && e.Actor.Kind == models.Person:
		return SideCustomer
	}
	return SideSupplier
}

// clientOf is the client that an entry is about; empty for none.
func clientOf(e audit.Entry) party.OrgNo {
	if !strings.HasPrefix(e.Action, "client.") {
		return ""
	}
	return party.OrgNo(e.Detail["client"])
}
