package registry

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// InvitationReader reads invitations.
type InvitationReader interface {
	// InvitationBySecret finds an invitation by the hash of its secret.
	InvitationBySecret(ctx context.Context, hash []byte) (invitation.Invitation, error)
	InvitationOf(ctx context.Context, o party.OrgNo, id models.ID) (invitation.Invitation, error)
	// InvitationsOf lists the organisation's invitations, those that are open at
	// now first, then the newest, at most limit.
	InvitationsOf(ctx context.Context, o party.OrgNo, now time.Time, limit int) ([]invitation.Invitation, error)
	// OpenInvitations counts the organisation's invitations that can be accepted
	// at now.
	OpenInvitations(ctx context.Context, o party.OrgNo, now time.Time) (int, error)
}

// InvitationTx changes invitations.
type InvitationTx interface {
	// AddInvitation stores a new invitation with version 1 and the hash of its
	// secret.
	AddInvitation(ctx context.Context, i invitation.Invitation, hash []byte) error
	// EndInvitation stores the accepted or revoked i if the stored one is still
	// open with i.Version and its time has not run out at i.EndedAt; its version
	// goes up by one. Otherwise Gone invitation.ended.
	EndInvitation(ctx context.Context, i invitation.Invitation) error
}

// Invite is what an inviter says.
type Invite struct {
	URN       string    // of the power or the access package that he offers
	Email     string    // of who is invited, for the list; may be empty
	RoleUntil time.Time // when what he offers ends; zero for now without end
}

// InvitationView is an invitation with what its ids stand for.
type InvitationView struct {
	Invitation   invitation.Invitation
	Status       invitation.Status // now
	Organisation party.Organisation
	Name         models.Text  // of what it offers
	Description  models.Text  // may be empty
	By           party.Person // who invited; zero for whoever runs the registry
	EndedBy      party.Person // who accepted or revoked it; zero for neither
	Has          bool         // the reader holds what it offers already; in Invitation alone
}

func invitationSubject(id models.ID) string { return "invitation:" + string(id) }

// Invite makes an invitation to the organisation that the actor acts for. The
// secret goes into the link; it is told this once and is stored nowhere. Errors:
// Forbidden for what he may not give; Invalid with the fields urn, email and
// role_until; Conflict organisation.struck_off or invitation.too_many; those of
// the policy.
func (r *Registry) Invite(ctx context.Context, a models.Actor, in Invite) (made invitation.Invitation, secret string, err error) {
	made = invitation.Invitation{
		ID: models.NewID(), OrgNo: party.OrgNo(a.OrgNo), URN: in.URN, Email: in.Email, RoleUntil: stored(in.RoleUntil), InvitedBy: models.ID(a.ID),
	}
	secret = invitation.NewSecret()
	err = r.guard(ctx, a, policy.InvitationSend, invitationSubject(made.ID), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		if _, err := standingOrganisation(ctx, tx, made.OrgNo); err != nil {
			return change{}, err
		}
		if err := mayGive(s, c, in.URN); err != nil {
			return change{}, err
		}
		var done change
		made, done, err = r.invite(ctx, tx, made, secret)
		return done, err
	})
	if err != nil {
		return invitation.Invitation{}, "", err
	}
	return made, secret, nil
}

// InviteFirst is how whoever runs the registry invites to an organisation, which
// it adds where it is unknown and has a name: so an organisation gets its first administrator.
// What can be offered is what people can give to each other. Errors are those of
// Invite, and Invalid with the field name.
func (r *Registry) InviteFirst(ctx context.Context, a models.Actor, org party.Organisation, urn, email string) (made invitation.Invitation, secret string, err error) {
	a.OrgNo = string(org.OrgNo)
	made = invitation.Invitation{ID: models.NewID(), OrgNo: org.OrgNo, URN: urn, Email: email}
	secret = invitation.NewSecret()
	err = r.guard(ctx, a, policy.InvitationSend, invitationSubject(made.ID), func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
		if a.Kind != models.Operator { // a person's invitations are judged by what he may give
			return change{}, models.NewError(models.Forbidden, models.CodeForbidden)
		}
		var f models.Faults
		f.Add("name", models.LineFault(org.Name, 200, false))
		if p, ok := c.Package(urn); (!ok || !p.Assignable || p.ForPersons) && !slices.Contains(policy.Powers(), urn) {
			f.Add("urn", "catalogue.unknown")
		}
		f.Add("email", invitation.EmailFault(email))
		if err := f.Err(); err != nil {
			return change{}, err
		}
		_, err := standingOrganisation(ctx, tx, org.OrgNo)
		if err != nil && models.CodeOf(err) == models.CodeNotFound {
			if org.Name == "" { // a number that was mistyped adds nothing
				return change{}, models.Faults{{Field: "name", Fault: "required"}}.Err()
			}
			_, err = tx.PutOrganisation(ctx, party.Organisation{OrgNo: org.OrgNo, Name: org.Name, Form: org.Form})
		}
		if err != nil {
			return change{}, err
		}
		var done change
		made, done, err = r.invite(ctx, tx, made, secret)
		return done, err
	})
	if err != nil {
		return invitation.Invitation{}, "", err
	}
	return made, secret, nil
}

// invite stores a new invitation.
func (r *Registry) invite(ctx context.Context, tx Tx, i invitation.Invitation, secret string) (invitation.Invitation, change, error) {
	now := stored(r.Now())
	i, err := invitation.New(i, now, r.invitationLife())
	if err != nil {
		return i, change{}, err
	}
	open, err := tx.OpenInvitations(ctx, i.OrgNo, now)
	if err != nil {
		return i, change{}, err
	}
	if open >= invitation.MaxOpen {
		return i, change{}, models.NewError(models.Conflict, models.CodeInvitationsMany)
	}
	if err := tx.AddInvitation(ctx, i, invitation.Hash(secret)); err != nil {
		return i, change{}, err
	}
	i.Version = 1
	return i, invitationChange(i, "invitation.sent"), nil
}

func (r *Registry) invitationLife() time.Duration { return cmp.Or(r.InvitationLife, invitation.Life) }

// InvitationDays is for how many whole days an invitation can be accepted.
func (r *Registry) InvitationDays() int { return int(r.invitationLife() / (24 * time.Hour)) }

// Invitations lists the invitations to the organisation that the actor acts for,
// those that are open first, for who administers access there.
func (r *Registry) Invitations(ctx context.Context, a models.Actor) ([]InvitationView, error) {
	var out []InvitationView
	err := r.read(ctx, a, policy.InvitationRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		found, err := tx.InvitationsOf(ctx, party.OrgNo(a.OrgNo), r.Now(), pastLimit)
		if err != nil {
			return err
		}
		org, err := tx.Organisation(ctx, party.OrgNo(a.OrgNo))
		if err != nil {
			return err
		}
		out, err = r.invitationViews(ctx, tx, c, org, found)
		return err
	})
	return out, err
}

func (r *Registry) invitationViews(ctx context.Context, tx Reader, c *catalog.Catalog, org party.Organisation, is []invitation.Invitation) ([]InvitationView, error) {
	var ids []models.ID
	for _, i := range is {
		ids = append(ids, i.InvitedBy, i.EndedBy)
	}
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id models.ID) bool { return id == "" })
	persons, err := tx.Persons(ctx, ids)
	if err != nil {
		return nil, err
	}
	now, out := r.Now(), make([]InvitationView, len(is))
	for n, i := range is {
		out[n] = InvitationView{
			Invitation: i, Status: i.Current(now), Organisation: org, Name: HoldingName(c, i.URN), Description: holdingDescription(c, i.URN),
			By: persons[i.InvitedBy], EndedBy: persons[i.EndedBy],
		}
	}
	return out, nil
}

// RevokeInvitation makes an open invitation of the organisation that the actor
// acts for useless. It needs no fresh login. Errors: Gone when it is no longer
// open; those of the policy.
func (r *Registry) RevokeInvitation(ctx context.Context, a models.Actor, id models.ID) error {
	return r.guard(ctx, a, policy.InvitationRevoke, invitationSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		i, err := tx.InvitationOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		i, err = i.Apply(invitation.Revoke, models.ID(a.ID), stored(r.Now()))
		if err != nil {
			return change{}, err
		}
		return invitationChange(i, "invitation.revoked"), tx.EndInvitation(ctx, i)
	})
}

// Invitation shows what the secret of a link offers, to any person who is signed
// in. Errors: Gone when it cannot be accepted, whatever the cause: used,
// revoked, expired, never made, or offered by somebody who may not give it any
// more; Conflict organisation.struck_off.
func (r *Registry) Invitation(ctx context.Context, a models.Actor, secret string) (InvitationView, error) {
	var out InvitationView
	err := r.read(ctx, a, policy.InvitationAccept, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		i, org, err := r.offered(ctx, tx, c, secret)
		if err != nil {
			return err
		}
		i.Email = "" // for the inviter's eyes: whoever has the link may be another
		views, err := r.invitationViews(ctx, tx, c, org, []invitation.Invitation{i})
		if err != nil {
			return err
		}
		out = views[0]
		held, err := tx.HoldingsOf(ctx, models.ID(a.ID), r.Now())
		out.Has = slices.ContainsFunc(held, func(h party.Holding) bool { return h.OrgNo == i.OrgNo && h.URN == i.URN })
		return err
	})
	return out, err
}

// AcceptInvitation gives the person of the actor what the secret of a link
// offers, and uses the invitation up. Whether its inviter may give it is judged
// again on what he holds now; how he is signed in was judged when he invited.
// Who has accepted the same before keeps that, and no second one. Errors are
// those of Invitation.
func (r *Registry) AcceptInvitation(ctx context.Context, a models.Actor, secret string) (party.Holding, error) {
	var found invitation.Invitation
	err := r.read(ctx, a, policy.InvitationAccept, func(tx Reader, _ policy.Standing, c *catalog.Catalog) (err error) {
		found, _, err = r.offered(ctx, tx, c, secret)
		return err
	})
	if err != nil {
		return party.Holding{}, err
	}
	a.OrgNo = string(found.OrgNo) // the one that he joins, for the log
	var h party.Holding
	err = r.guard(ctx, a, policy.InvitationAccept, invitationSubject(found.ID), func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
		if _, err := present(ctx, tx, a); err != nil {
			return change{}, err
		}
		i, _, err := r.offered(ctx, tx, c, secret)
		if err == nil && string(i.InvitedBy) == a.ID {
			err = models.NewError(models.Forbidden, models.CodeHoldingSelf)
		}
		if err != nil {
			return change{}, err
		}
		now := stored(r.Now())
		if i, err = i.Apply(invitation.Accept, models.ID(a.ID), now); err != nil {
			return change{}, err
		}
		if err := tx.EndInvitation(ctx, i); err != nil {
			return change{}, err
		}
		if h, err = r.join(ctx, tx, i, now); err != nil {
			return change{}, err
		}
		done := invitationChange(i, "invitation.accepted")
		done.detail["holding"] = string(h.ID)
		return done, nil
	})
	if err != nil {
		return party.Holding{}, err
	}
	return h, nil
}

// offered finds the invitation of the secret, if it can be accepted now.
func (r *Registry) offered(ctx context.Context, tx Reader, c *catalog.Catalog, secret string) (invitation.Invitation, party.Organisation, error) {
	i, err := tx.InvitationBySecret(ctx, invitation.Hash(secret))
	if err != nil && models.CodeOf(err) == models.CodeNotFound {
		err = invitation.Ended()
	}
	if err != nil {
		return i, party.Organisation{}, err
	}
	if _, err := i.Current(r.Now()).Next(invitation.Accept); err != nil {
		return i, party.Organisation{}, err
	}
	if i.InvitedBy != "" {
		inviter := models.Actor{Kind: models.Person, ID: string(i.InvitedBy), OrgNo: string(i.OrgNo), Level: 4, AuthTime: r.Now()}
		p, err := r.place(ctx, tx, inviter)
		if err != nil {
			return i, party.Organisation{}, err
		}
		if !p.Gives(c, i.URN).OK() {
			return i, party.Organisation{}, invitation.Ended()
		}
	}
	org, err := standingOrganisation(ctx, tx, i.OrgNo)
	return i, org, err
}

// join adds what the accepted invitation gives, unless the person has accepted
// the same before and holds it still.
func (r *Registry) join(ctx context.Context, tx Tx, i invitation.Invitation, now time.Time) (party.Holding, error) {
	held, err := tx.HoldingsOf(ctx, i.EndedBy, now)
	if err != nil {
		return party.Holding{}, err
	}
	for _, h := range held {
		if h.OrgNo == i.OrgNo && h.URN == i.URN && h.Source == party.SourceInvitation {
			return h, nil
		}
	}
	h := party.Holding{
		ID: models.NewID(), Person: i.EndedBy, OrgNo: i.OrgNo, URN: i.URN, Source: party.SourceInvitation,
		From: now, Until: i.RoleUntil, GivenBy: i.InvitedBy,
	}
	return h, tx.AddHolding(ctx, h)
}

// invitationChange is what happened to an invitation, for the audit log and the
// outbox: never to whom it was sent.
func invitationChange(i invitation.Invitation, event string) change {
	return change{
		subject: invitationSubject(i.ID), event: event, orgs: []party.OrgNo{i.OrgNo},
		detail: roleDetail(i.URN, party.SourceInvitation, i.RoleUntil),
	}
}
