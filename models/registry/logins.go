package registry

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// LoginReader reads logins.
type LoginReader interface {
	Login(ctx context.Context, id models.ID) (party.Login, error)
	// Logins lists the person's logins, ended ones among them, newest first.
	Logins(ctx context.Context, person models.ID) ([]party.Login, error)
}

// LoginTx keeps logins.
type LoginTx interface {
	AddLogin(ctx context.Context, l party.Login) error
	// ProveLogin stores how the person of a live login proved anew who he is:
	// everything but its start and its agent. NotFound when it has ended or is
	// another's.
	ProveLogin(ctx context.Context, l party.Login) error
	// SawLogin moves the time at which a live login was last seen forward.
	SawLogin(ctx context.Context, id models.ID, at time.Time) error
	// EndLogins ends the live logins that which names and returns them.
	EndLogins(ctx context.Context, which WhichLogins, at time.Time) ([]party.Login, error)
	// PurgeLogins deletes logins that started before.
	PurgeLogins(ctx context.Context, before time.Time) (int64, error)
}

// WhichLogins names logins. What is empty is not asked for; when all but Except
// is, no login is meant.
type WhichLogins struct {
	ID, Person           models.ID
	Issuer, Subject, SID string
	Except               models.ID
}

const (
	// seenEvery is how finely it is kept when a login was last seen.
	seenEvery = time.Minute
	// loginsKept is how long logins are kept, and far longer than one lasts.
	loginsKept = 30 * 24 * time.Hour
)

// ProveAgain notes that the person of the actor has proved anew who he is, in
// the same login: at another level or just now. Errors: Forbidden
// login.other_person when somebody else did; Unauthenticated when the login has
// ended, or login.failed for an arrival that does not hold.
func (r *Registry) ProveAgain(ctx context.Context, a models.Actor, login models.ID, who party.Arrival) (party.Login, error) {
	a.OrgNo = ""
	who = normal(who)
	var l party.Login
	err := r.Store.Write(ctx, func(tx Tx) error {
		if err := tx.Alone(ctx); err != nil {
			return err
		}
		var err error
		if l, err = tx.Login(ctx, login); err != nil && models.CodeOf(err) != models.CodeNotFound {
			return err
		}
		if l.Person != models.ID(a.ID) || !l.Ended.IsZero() {
			return models.NewError(models.Unauthenticated, models.CodeUnauthenticated)
		}
		person, by, err := r.recognise(ctx, tx, who)
		if err != nil {
			return err
		}
		if person != l.Person {
			return models.NewError(models.Forbidden, models.CodeOtherPerson)
		}
		a.Level, a.AuthTime = who.Level, who.AuthTime
		if err := r.welcome(ctx, tx, a, who, by); err != nil {
			return err
		}
		l.Provider, l.Issuer, l.Subject, l.SID = who.Provider, who.Issuer, who.Subject, who.SID
		l.Level, l.AuthTime, l.Seen = who.Level, who.AuthTime, r.Now()
		return tx.ProveLogin(ctx, l)
	})
	if models.CodeOf(err) == models.CodeOtherPerson {
		if denied := r.deny(ctx, a, policy.Standing{}, policy.PersonIdentify, loginSubject(login), models.CodeOtherPerson); denied != nil {
			return party.Login{}, denied
		}
	}
	if err != nil {
		return party.Login{}, err
	}
	return l, nil
}

// LoggedIn reports whether the login lasts. Every page asks; a login that
// nobody knows has ended.
func (r *Registry) LoggedIn(ctx context.Context, login models.ID) (bool, error) {
	var l party.Login
	err := r.Store.Read(ctx, func(tx Reader) error {
		var err error
		l, err = tx.Login(ctx, login)
		return err
	})
	if err != nil {
		if models.CodeOf(err) == models.CodeNotFound {
			return false, nil
		}
		return false, err
	}
	now := r.Now()
	if !l.Ended.IsZero() || now.Sub(l.Seen) < seenEvery {
		return l.Ended.IsZero(), nil
	}
	return true, r.Store.Write(ctx, func(tx Tx) error { return tx.SawLogin(ctx, login, now) })
}

// Logins lists the actor's own logins that last, newest first.
func (r *Registry) Logins(ctx context.Context, a models.Actor) ([]party.Login, error) {
	var logins []party.Login
	err := r.read(ctx, a, policy.PersonRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		var err error
		logins, err = r.liveLogins(ctx, tx, models.ID(a.ID))
		return err
	})
	return logins, err
}

// Identities lists the actor's own ways to log in.
func (r *Registry) Identities(ctx context.Context, a models.Actor) ([]party.Identity, error) {
	a.OrgNo = ""
	var ids []party.Identity
	err := r.read(ctx, a, policy.PersonRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		var err error
		ids, err = tx.Identities(ctx, models.ID(a.ID))
		return err
	})
	return ids, err
}

func (r *Registry) liveLogins(ctx context.Context, tx Reader, person models.ID) ([]party.Login, error) {
	logins, err := tx.Logins(ctx, person)
	now := r.Now()
	return slices.DeleteFunc(logins, func(l party.Login) bool { return !l.Lasts(now) }), err
}

// EndLogin ends one of the actor's own logins; one that has ended stays as it
// is. NotFound for another's.
func (r *Registry) EndLogin(ctx context.Context, a models.Actor, login models.ID) error {
	a.OrgNo = ""
	return r.guard(ctx, a, policy.LoginEnd, loginSubject(login), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		l, err := tx.Login(ctx, login)
		if err == nil && l.Person != models.ID(a.ID) {
			err = models.NewError(models.NotFound, models.CodeNotFound)
		}
		if err != nil {
			return change{}, err
		}
		ended, err := tx.EndLogins(ctx, WhichLogins{ID: login, Person: models.ID(a.ID)}, r.Now())
		if err != nil || len(ended) == 0 {
			return change{}, err
		}
		return change{subject: loginSubject(login)}, nil
	})
}

// EndOtherLogins ends the actor's own logins but the one to keep, and returns
// how many there were.
func (r *Registry) EndOtherLogins(ctx context.Context, a models.Actor, keep models.ID) (int, error) {
	a.OrgNo = ""
	n := 0
	err := r.guard(ctx, a, policy.LoginEnd, "person:"+a.ID, func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		ended, err := tx.EndLogins(ctx, WhichLogins{Person: models.ID(a.ID), Except: keep}, r.Now())
		n = len(ended)
		return endedLogins(ended), err
	})
	return n, err
}

// EndLoginsAt ends the logins of which a provider says that they have ended
// there (OpenID Connect Back-Channel Logout 1.0, 2.4): those of a session, of a
// subject, or of a session of the subject, and returns how many there were. The
// caller has verified that the issuer says so, which is why no policy is asked.
func (r *Registry) EndLoginsAt(ctx context.Context, issuer, subject, sid string) (int, error) {
	if issuer == "" || subject == "" && sid == "" {
		return 0, models.NewError(models.Invalid, models.CodeInvalid)
	}
	n := 0
	err := r.Store.Write(ctx, func(tx Tx) error {
		if err := tx.Alone(ctx); err != nil { // the log first, as everywhere
			return err
		}
		ended, err := tx.EndLogins(ctx, WhichLogins{Issuer: issuer, Subject: subject, SID: sid}, r.Now())
		if n = len(ended); err != nil || n == 0 {
			return err
		}
		return r.record(ctx, tx, models.Actor{Kind: models.Issuer, ID: issuer}, "", policy.LoginEnd, endedLogins(ended))
	})
	return n, err
}

// endedLogins is the change by which logins of one person ended; none is no
// change.
func endedLogins(ended []party.Login) change {
	if len(ended) == 0 {
		return change{}
	}
	return change{subject: personSubject(ended[0].Person), detail: audit.Detail{"logins": strconv.Itoa(len(ended))}}
}

// PurgeLogins deletes logins that started more than 30 days ago, and returns
// how many. A job calls it; what ended them stays in the audit log.
func (r *Registry) PurgeLogins(ctx context.Context) (int64, error) {
	var n int64
	err := r.Store.Write(ctx, func(tx Tx) error {
		var err error
		n, err = tx.PurgeLogins(ctx, r.Now().Add(-loginsKept))
		return err
	})
	return n, err
}

func loginSubject(login models.ID) string { return "login:" + string(login) }
