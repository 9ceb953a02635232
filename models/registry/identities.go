package registry

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// IdentityReader reads how persons are known to providers.
type IdentityReader interface {
	// Identities lists the person's identities, the oldest first, without
	// national ids.
	Identities(ctx context.Context, person models.ID) ([]party.Identity, error)
	// IssuersByEmail lists the issuers by which anybody with the address signs
	// in, sorted; none for the empty address.
	IssuersByEmail(ctx context.Context, email string) ([]string, error)
}

// IdentityTx changes how persons are known to providers.
type IdentityTx interface {
	// TieIdentity ties a new identity to a person; its national id is not
	// kept here. Conflict when anybody has it.
	TieIdentity(ctx context.Context, person models.ID, id party.Identity) error
	// SawIdentity keeps the address of an identity, and when it was seen.
	SawIdentity(ctx context.Context, id party.Identity) error
	// UntieIdentity forgets an identity.
	UntieIdentity(ctx context.Context, issuer, subject string) error
	// GivePID gives the person a national id: Conflict when he has one already.
	GivePID(ctx context.Context, person models.ID, pid party.PersonID) error
	// MoveIdentity gives an identity, and the live logins that were made by it,
	// another issuer and subject. Where those are an identity already, it takes
	// the old one's place.
	MoveIdentity(ctx context.Context, from, to party.Identity) error
	RememberOrganisation(ctx context.Context, person models.ID, o party.OrgNo) error
	// RenewHoldings moves the end of holdings that have not ended.
	RenewHoldings(ctx context.Context, ids []models.ID, until time.Time) error
}

// How an arrival was known, as the audit log says it.
const (
	byIdentity = "identity"
	byPID      = "national id"
	byNothing  = "first login"
	byHimself  = "himself"
)

// The causes of a refused login that an operator may have to look into. They
// are for logs and tell of nobody.
var (
	errOtherPID = errors.New("the provider gives another national id than the one that this person has")
	errTakenPID = errors.New("the national id belongs to another person than the identity; erase the one that is not needed, or remap")
	errUnnamed  = errors.New("the provider names no issuer or no subject")
)

func refused(cause error) error {
	return &models.Error{Kind: models.Unauthenticated, Code: models.CodeLoginFailed, Err: cause}
}

// KnownAt lists the issuers by which somebody with the verified address signs
// in, sorted. It tells whoever has proved the address, and nobody else, where
// to log in.
func (r *Registry) KnownAt(ctx context.Context, email string) ([]string, error) {
	var issuers []string
	err := r.Store.Read(ctx, func(tx Reader) error {
		var err error
		issuers, err = tx.IssuersByEmail(ctx, email)
		return err
	})
	return issuers, err
}

// HasAddress reports whether the person of the actor signs in by an identity
// with the verified address: no other person is to be taken for whoever has
// proved that it is his.
func (r *Registry) HasAddress(ctx context.Context, a models.Actor, email string) (bool, error) {
	a.OrgNo = ""
	has := false
	err := r.read(ctx, a, policy.PersonRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		ids, err := tx.Identities(ctx, models.ID(a.ID))
		has = email != "" && slices.ContainsFunc(ids, func(id party.Identity) bool { return id.Email == email })
		return err
	})
	return has, err
}

// recognise finds the person of an arrival, by issuer and subject, else by
// national id. Nobody is an empty id. An identity with another national id
// than its person's is refused: one of the two is not who he says.
func (r *Registry) recognise(ctx context.Context, tx Reader, who party.Arrival) (person models.ID, by string, err error) {
	if who.Issuer == "" || who.Subject == "" {
		return "", "", refused(errUnnamed)
	}
	person, err = orNobody(tx.PersonByIdentity(ctx, who.Issuer, who.Subject))
	if err != nil || who.PID.IsZero() {
		return person, byIdentity, err
	}
	holder, err := orNobody(tx.PersonByPID(ctx, who.PID))
	switch {
	case err != nil:
		return "", "", err
	case person == "":
		return holder, byPID, nil
	case holder != "" && holder != person:
		return "", "", refused(errTakenPID)
	case holder == "":
		p, err := tx.PersonRecord(ctx, person)
		if err == nil && p.HasPID {
			err = refused(errOtherPID)
		}
		return person, byIdentity, err
	}
	return person, byIdentity, nil
}

// welcome keeps what an arrival tells of a person who has been recognised: the
// identity if it is new to us, his national id, name and address, and what the
// provider claims for him. Entries tell of what was tied and claimed.
func (r *Registry) welcome(ctx context.Context, tx Tx, a models.Actor, who party.Arrival, by string) error {
	person := models.ID(a.ID)
	id := who.Identity
	id.Seen = r.Now()
	known, err := orNobody(tx.PersonByIdentity(ctx, id.Issuer, id.Subject))
	if err != nil {
		return err
	}
	tied := audit.Detail{}
	if known == "" {
		id.Linked = id.Seen
		tied["known by"], err = by, tx.TieIdentity(ctx, person, id)
	} else {
		err = tx.SawIdentity(ctx, id)
	}
	if err != nil {
		return err
	}
	if !id.PID.IsZero() && by != byNothing { // somebody new was made with it
		p, err := tx.PersonRecord(ctx, person)
		if err != nil {
			return err
		}
		if !p.HasPID {
			tied["national id"] = "learnt"
			if err := tx.GivePID(ctx, person, id.PID); err != nil {
				return err
			}
		}
	}
	if err := r.rename(ctx, tx, person, id); err != nil {
		return err
	}
	if len(tied) > 0 {
		act := policy.PersonIdentify
		if by == byHimself {
			act = policy.PersonLink
		}
		tied["issuer"] = id.Issuer
		if err := r.record(ctx, tx, a, "", act, change{subject: personSubject(person), detail: tied}); err != nil {
			return err
		}
	}
	return r.claim(ctx, tx, a, who)
}

// rename keeps the person's name up to date. A provider that gives no name
// takes none away, and one that does not know the national id of a person whom
// another does know by it gives him no other: colleagues read the name beside
// what he has approved.
func (r *Registry) rename(ctx context.Context, tx Tx, person models.ID, id party.Identity) error {
	if id.Name == "" {
		return nil
	}
	p, err := tx.PersonRecord(ctx, person)
	if err != nil || p.Name == id.Name || p.Name != "" && p.HasPID && id.PID.IsZero() {
		return err
	}
	return tx.NamePerson(ctx, person, id.Name)
}

// Link ties an identity, for which a provider has just vouched, to the person
// of the actor: one more way to log in. One that is his already changes
// nothing but its address. Errors: Conflict identity.taken when it, or its
// national id, belongs to another person; Forbidden login.other_person when the
// national id is not the one that the person has, and those of MayBind.
func (r *Registry) Link(ctx context.Context, a models.Actor, who party.Arrival) error {
	a.OrgNo = "" // he does this for himself
	return r.guard(ctx, a, policy.PersonLink, "person:"+a.ID, func(tx Tx, s policy.Standing, _ *catalog.Catalog) (change, error) {
		himself, err := present(ctx, tx, a)
		if err == nil {
			err = fresh(s)
		}
		if err != nil {
			return change{}, err
		}
		person, _, err := r.recognise(ctx, tx, who)
		switch {
		case errors.Is(err, errTakenPID), err == nil && person != "" && person != models.ID(a.ID):
			return change{}, models.NewError(models.Conflict, models.CodeIdentityTaken)
		case errors.Is(err, errOtherPID):
			return change{}, models.NewError(models.Forbidden, models.CodeOtherPerson)
		case err != nil:
			return change{}, err
		case person == "" && !who.PID.IsZero() && himself.HasPID:
			return change{}, models.NewError(models.Forbidden, models.CodeOtherPerson)
		case person == "":
			err = unsure(ctx, tx, s, himself)
		}
		if err != nil {
			return change{}, err
		}
		return change{}, r.welcome(ctx, tx, a, who, byHimself)
	})
}

// present reads the person of the actor: NotFound when he has been erased while
// he was logged in.
func present(ctx context.Context, tx Reader, a models.Actor) (PersonRecord, error) {
	p, err := tx.PersonRecord(ctx, models.ID(a.ID))
	if err == nil && !p.Erased.IsZero() {
		err = models.NewError(models.NotFound, models.CodeNotFound)
	}
	return p, err
}

// MayBind says whether the actor is signed in lately and surely enough to tie
// an identity to himself, to untie one, or to have himself erased. Errors:
// Forbidden authentication.age when he has proved too long ago who he is,
// authentication.level when he is signed in at a lower level than one at which
// he has been known.
func (r *Registry) MayBind(ctx context.Context, a models.Actor) error {
	a.OrgNo = ""
	return r.read(ctx, a, policy.PersonLink, func(tx Reader, s policy.Standing, _ *catalog.Catalog) error {
		return mayBind(ctx, tx, s, a)
	})
}

func mayBind(ctx context.Context, tx Reader, s policy.Standing, a models.Actor) error {
	if err := fresh(s); err != nil {
		return err
	}
	himself, err := tx.PersonRecord(ctx, models.ID(a.ID))
	if err != nil {
		return err
	}
	return unsure(ctx, tx, s, himself)
}

// fresh refuses what a browser that was left open must not do for its owner.
func fresh(s policy.Standing) error {
	if s.LoginOld() {
		return models.NewError(models.Forbidden, models.CodeLoginTooOld)
	}
	return nil
}

// unsure refuses what binds a person who is known by a national id, or has of
// late been signed in at the level at which somebody may grant, and now is at a
// lower one. Whoever has got hold of his e-mail could otherwise tie a sure
// identity of his own to him, and grant in his name, or delete him.
func unsure(ctx context.Context, tx Reader, s policy.Standing, himself PersonRecord) error {
	if !s.LevelLow() {
		return nil
	}
	known := himself.HasPID
	if !known {
		logins, err := tx.Logins(ctx, himself.ID)
		if err != nil {
			return err
		}
		known = slices.ContainsFunc(logins, func(l party.Login) bool {
			return !policy.Standing{Level: l.Level, MinLevel: s.MinLevel}.LevelLow()
		})
	}
	if known {
		return models.NewError(models.Forbidden, models.CodeLevelTooLow)
	}
	return nil
}

// Unlink forgets one of the actor's own identities and ends the logins that
// were made by it, and what its provider claimed for him. Errors: NotFound;
// Conflict identity.last for the only one; those of MayBind.
func (r *Registry) Unlink(ctx context.Context, a models.Actor, issuer, subject string) error {
	a.OrgNo = ""
	person := models.ID(a.ID)
	return r.guard(ctx, a, policy.PersonUnlink, "person:"+a.ID, func(tx Tx, s policy.Standing, _ *catalog.Catalog) (change, error) {
		if err := mayBind(ctx, tx, s, a); err != nil {
			return change{}, err
		}
		ids, err := tx.Identities(ctx, person)
		if err != nil {
			return change{}, err
		}
		rest := slices.DeleteFunc(slices.Clone(ids), func(id party.Identity) bool { return id.Issuer == issuer && id.Subject == subject })
		switch {
		case len(rest) == len(ids):
			return change{}, models.NewError(models.NotFound, models.CodeNotFound)
		case len(rest) == 0:
			return change{}, models.NewError(models.Conflict, models.CodeIdentityLast)
		}
		if err := tx.UntieIdentity(ctx, issuer, subject); err != nil {
			return change{}, err
		}
		claimed, err := r.disclaim(ctx, tx, person, rest)
		if err != nil {
			return change{}, err
		}
		ended, err := tx.EndLogins(ctx, WhichLogins{Person: person, Issuer: issuer, Subject: subject}, r.Now())
		return change{subject: personSubject(person), detail: audit.Detail{
			"issuer": issuer, "logins": strconv.Itoa(len(ended)), "claims": strconv.Itoa(claimed),
		}}, err
	})
}

// Remember keeps the organisation that the person acted for last, for his next
// login.
func (r *Registry) Remember(ctx context.Context, person models.ID, o party.OrgNo) error {
	return r.Store.Write(ctx, func(tx Tx) error { return tx.RememberOrganisation(ctx, person, o) })
}

// LastOrganisation is the organisation that the person acted for last; empty
// when there is none, or he has nothing to do with it any more.
func (r *Registry) LastOrganisation(ctx context.Context, person models.ID) (party.OrgNo, error) {
	var last party.OrgNo
	err := r.Store.Read(ctx, func(tx Reader) error {
		p, err := tx.PersonRecord(ctx, person)
		if err != nil {
			return err
		}
		holdings, err := tx.HoldingsOf(ctx, person, r.Now())
		if slices.ContainsFunc(holdings, func(h party.Holding) bool { return h.OrgNo == p.LastOrganisation }) {
			last = p.LastOrganisation
		}
		return err
	})
	return last, err
}

func personSubject(person models.ID) string { return "person:" + string(person) }
