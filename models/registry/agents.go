package registry

import (
	"context"
	"maps"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// agent is an agent system user, with what it needs of each client.
type agent struct {
	Agent
	user   systemuser.SystemUser
	system system.System
	needs  []catalog.Item
}

// agent reads a live agent system user of the organisation that the actor acts
// for.
func (r *Registry) agent(ctx context.Context, tx Reader, a models.Actor, id models.ID) (agent, error) {
	u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
	switch {
	case err != nil:
		return agent{}, err
	case u.Status == systemuser.Revoked || u.Over(r.Now()):
		return agent{}, models.NewError(models.NotFound, models.CodeNotFound)
	case u.Kind != systemuser.Agent:
		return agent{}, models.NewError(models.Conflict, models.CodeUserKind)
	}
	s, err := tx.System(ctx, u.System)
	return agent{Agent{u.ID, u.Customer}, u, s, u.Asked(s)}, err
}

// grows says whether the agent may be given more than it has.
func (g agent) grows() error {
	switch {
	case g.system.Deleted:
		return models.NewError(models.Gone, models.CodeSystemDeleted)
	case g.user.Paused == systemuser.StruckOff:
		return models.NewError(models.Conflict, models.CodeStruckOff)
	}
	return nil
}

// AttachClient lets the agent system user serve the client; once more changes
// nothing. Errors: those of AvailableClients; Conflict client.unknown when the
// organisation is no client of the facilitator, client.lacks when it has not
// given the facilitator all that the agent needs: then the client that comes
// back says what; those of the policy.
func (r *Registry) AttachClient(ctx context.Context, a models.Actor, id models.ID, client party.OrgNo) (Client, error) {
	return r.attach(ctx, a, policy.ClientAttach, id, client, nil, attachable)
}

// attachable finds what a client of the agent's facilitator lacks.
func attachable(one *Client, g agent, _ policy.Standing, c *catalog.Catalog) error {
	if len(one.Relations) == 0 || one.Organisation.OrgNo == g.Facilitator {
		return models.NewError(models.Conflict, models.CodeClientUnknown)
	}
	one.Lacks = one.serving().Lacks(c, g.needs)
	return nil
}

// AttachSelf lets the agent system user serve its own organisation too. Errors:
// as of AttachClient, and Forbidden request.not_granted when the person may
// not grant all that the agent needs.
func (r *Registry) AttachSelf(ctx context.Context, a models.Actor, id models.ID) (Client, error) {
	return r.attach(ctx, a, policy.ClientAttachSelf, id, party.OrgNo(a.OrgNo), nil, func(one *Client, g agent, s policy.Standing, c *catalog.Catalog) error {
		if one.Lacks = policy.OwnLacks(c, g.needs); len(one.Lacks) > 0 {
			return nil
		}
		for _, item := range g.needs {
			if !s.Grants(c, item).OK() {
				return models.NewError(models.Forbidden, models.CodeRequestNotGranted)
			}
		}
		return nil
	})
}

// attach carries out that a client is attached; why says in the log by what, if
// not by the actor there and then.
func (r *Registry) attach(
	ctx context.Context, a models.Actor, act policy.Action, id models.ID, client party.OrgNo, why audit.Detail,
	may func(*Client, agent, policy.Standing, *catalog.Catalog) error,
) (Client, error) {
	var one Client
	err := r.guard(ctx, a, act, userSubject(id), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		g, err := r.agent(ctx, tx, a, id)
		if err == nil {
			err = g.grows()
		}
		if err != nil {
			return change{}, err
		}
		one, err = tx.ClientOf(ctx, g.Agent, client, r.Now())
		if models.CodeOf(err) == models.CodeNotFound && err != nil {
			err = models.NewError(models.Conflict, models.CodeClientUnknown)
		}
		if err == nil {
			err = may(&one, g, s, c)
		}
		switch {
		case err != nil:
			return change{}, err
		case len(one.Lacks) > 0 || len(g.needs) == 0:
			return change{}, models.NewError(models.Conflict, models.CodeClientLacks)
		case one.Delegation != "":
			return change{}, nil
		}
		one.Delegation, one.Since = models.NewID(), r.Now()
		return g.changed(client, "client.attached", why), tx.AttachClient(ctx, ClientDelegation{ID: one.Delegation, Agent: id, Client: client, By: models.ID(a.ID), From: one.Since})
	})
	return one, err
}

// changed is what is recorded when the agent begins or ends to serve a client.
// The supplier is told, the facilitator, and the client.
func (g agent) changed(client party.OrgNo, event string, why audit.Detail) change {
	told := []party.OrgNo{g.system.Supplier, g.Facilitator}
	if client != g.Facilitator {
		told = append(told, client)
	}
	detail := audit.Detail{"system": string(g.system.ID), "customer": string(g.Facilitator), "client": string(client)}
	maps.Copy(detail, why)
	return change{subject: userSubject(g.ID), event: event, orgs: told, detail: detail}
}

// DetachClient ends that the agent system user serves the client: from the
// moment this returns nil, no decision says yes. No fresh login is asked for.
// Errors: those of AvailableClients; Conflict when the client is not attached;
// those of the policy.
func (r *Registry) DetachClient(ctx context.Context, a models.Actor, id models.ID, client party.OrgNo) error {
	if client == party.OrgNo(a.OrgNo) {
		client = "" // its own organisation is another use case's
	}
	return r.detach(ctx, a, policy.ClientDetach, id, client, nil)
}

// DetachSelf ends that the agent system user serves its own organisation; it
// did not, nothing changes.
func (r *Registry) DetachSelf(ctx context.Context, a models.Actor, id models.ID) error {
	err := r.detach(ctx, a, policy.ClientDetachSelf, id, party.OrgNo(a.OrgNo), nil)
	if models.CodeOf(err) == models.CodeConflict && err != nil {
		return nil
	}
	return err
}

func (r *Registry) detach(ctx context.Context, a models.Actor, act policy.Action, id models.ID, client party.OrgNo, why audit.Detail) error {
	return r.guard(ctx, a, act, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		g, err := r.agent(ctx, tx, a, id)
		if err != nil {
			return change{}, err
		}
		n := 0
		if client != "" {
			n, err = tx.DetachClients(ctx, id, client, r.Now())
		}
		switch {
		case err != nil:
			return change{}, err
		case n == 0:
			return change{}, models.NewError(models.Conflict, models.CodeConflict)
		}
		return g.changed(client, "client.detached", why), nil
	})
}

// ServesSelf reports whether the agent system user serves its own organisation.
// Errors as of AvailableClients.
func (r *Registry) ServesSelf(ctx context.Context, a models.Actor, id models.ID) (bool, error) {
	serves := false
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		g, err := r.agent(ctx, tx, a, id)
		if err != nil {
			return err
		}
		one, err := tx.ClientOf(ctx, g.Agent, g.Facilitator, r.Now())
		serves = one.Delegation != ""
		return err
	})
	return serves, err
}

// DeleteAgent ends an agent system user for good, with all its clients; the
// request that it came from is shown no more. Nothing is touched before it is
// known to be the organisation's own. Errors: NotFound for no system user of
// the organisation, or one that has ended; Conflict systemuser.kind when it is
// none for clients; those of the policy. No fresh login is asked for.
func (r *Registry) DeleteAgent(ctx context.Context, a models.Actor, id models.ID) error {
	return r.guard(ctx, a, policy.SystemUserRevoke, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		switch {
		case err != nil:
			return change{}, err
		case u.Status == systemuser.Revoked:
			return change{}, models.NewError(models.NotFound, models.CodeNotFound)
		case u.Kind != systemuser.Agent:
			return change{}, models.NewError(models.Conflict, models.CodeUserKind)
		}
		return r.end(ctx, tx, a, u, systemuser.EndedByCustomer, "systemuser.revoked")
	})
}

// AgentPage is one page of an organisation's agent system users.
type AgentPage struct {
	Owner  party.Organisation
	Agents []SystemUserView
	More   bool
}

// Agents lists the live agent system users of the organisation that the actor
// acts for, by id, after the id, at most limit.
func (r *Registry) Agents(ctx context.Context, a models.Actor, after models.ID, limit int) (AgentPage, error) {
	var page AgentPage
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		owner, err := tx.Organisation(ctx, party.OrgNo(a.OrgNo))
		if err != nil {
			return err
		}
		users, err := tx.AgentsAfter(ctx, owner.OrgNo, after, limit+1)
		if err != nil {
			return err
		}
		page.Owner, page.More = owner, len(users) > limit
		page.Agents, err = r.namedUsers(ctx, tx, users[:min(limit, len(users))])
		return err
	})
	return page, err
}

// OwnerFor tells whose the system user is, for a person who holds something in
// that organisation; to others it is NotFound, as one that is not there.
func (r *Registry) OwnerFor(ctx context.Context, person, id models.ID) (party.OrgNo, error) {
	var owner party.OrgNo
	err := r.Store.Read(ctx, func(tx Reader) error {
		of, err := tx.OwnerOf(ctx, id)
		if err != nil {
			return err
		}
		holdings, err := tx.HoldingsOf(ctx, person, r.Now())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(holdings, func(h party.Holding) bool { return h.OrgNo == of }) {
			return models.NewError(models.NotFound, models.CodeNotFound)
		}
		owner = of
		return nil
	})
	return owner, err
}

// OrganisationByUUID finds an organisation by its party uuid. What may be known
// of it is for the use case that follows.
func (r *Registry) OrganisationByUUID(ctx context.Context, uuid string) (party.Organisation, error) {
	var o party.Organisation
	err := r.Store.Read(ctx, func(tx Reader) (err error) {
		o, err = tx.OrganisationByUUID(ctx, uuid)
		return err
	})
	return o, err
}
