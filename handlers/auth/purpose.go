package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
)

const (
	accountPath = "/account"
	knownPath   = "/login/known"
	connectPath = "/login/known/link"
	// linkLimit is how long a pressed "add" counts: the browser follows at once.
	linkLimit = 2 * time.Minute
)

// Again begins a login by which the signed-in person proves anew who he is, at
// the level or above, and returns the provider's address. He keeps his session
// whatever comes of it, and comes to target afterwards if that is an OwnPath.
// It may be begun by anybody's link: all that it can do is to make a session
// surer of the person whose it is. Errors as of Start; Unauthenticated when
// nobody is signed in; Forbidden with CodeLevelTooLow when the provider has no
// such level.
func (l *Login) Again(ctx context.Context, provider, target string, level int, lang models.Language) (string, error) {
	current, ok := l.cfg.Sessions.Current(ctx)
	if !ok {
		return "", models.NewError(models.Unauthenticated, models.CodeUnauthenticated)
	}
	r, err := l.provider(provider)
	if err != nil {
		return "", err
	}
	if !r.reaches(level) {
		return "", models.NewError(models.Forbidden, models.CodeLevelTooLow)
	}
	return l.begin(ctx, r, pending{Target: OwnPath(target), Purpose: again, Login: current.Login, Level: level}, lang)
}

// Reaching returns the providers that can vouch for somebody at the level, in
// the order of Choices.
func (l *Login) Reaching(level int) []Choice {
	var choices []Choice
	for _, r := range l.list {
		if r.reaches(level) {
			choices = append(choices, r.choice())
		}
	}
	return choices
}

func (r *relying) reaches(level int) bool { return level <= 0 || len(r.Claims.levels(level)) > 0 }

// AllowLink notes that the signed-in person wants to add an identity at the
// provider; StartLink within two minutes takes the note. It stands between a
// form of ours, which no other site can post, and the way out to the provider,
// which no form may end in: without it a link from elsewhere could tie the
// identity of whoever is signed in over there to this person.
func (l *Login) AllowLink(ctx context.Context, provider string) error {
	if _, err := l.provider(provider); err != nil {
		return err
	}
	return l.cfg.Sessions.change(ctx, func(s *Session) {
		s.LinkAt, s.LinkSince = provider, l.cfg.Now()
	})
}

// StartLink begins the login that AllowLink allowed. asked is false when it
// allowed none.
func (l *Login) StartLink(ctx context.Context, provider string, lang models.Language) (address string, asked bool, err error) {
	current, ok := l.cfg.Sessions.Current(ctx)
	if !ok || current.LinkAt == "" || current.LinkAt != provider || l.cfg.Now().Sub(current.LinkSince) >= linkLimit {
		return "", false, nil
	}
	r, err := l.provider(provider)
	if err != nil {
		return "", true, err
	}
	if err := l.cfg.Sessions.change(ctx, func(s *Session) { s.LinkAt, s.LinkSince = "", time.Time{} }); err != nil {
		return "", true, err
	}
	address, err = l.begin(ctx, r, pending{Target: accountPath, Purpose: link, Login: current.Login}, lang)
	return address, true, err
}

// holds checks what the provider says against what was wanted of the login.
// The error is Forbidden, with CodeLevelTooLow or CodeLoginTooOld.
func (r *relying) holds(p pending, who proof) error {
	if len(r.RequiredACR) > 0 && !slices.Contains(r.RequiredACR, who.acr) || who.Level < p.Level {
		return &models.Error{Kind: models.Forbidden, Code: models.CodeLevelTooLow, Err: fmt.Errorf("provider %s: acr is not one that is wanted", r.ID)}
	}
	oldest := time.Time{}
	switch {
	case p.Purpose == again: // a fresh login was asked for
		oldest = p.Started.Add(-loginLeeway)
	case r.Ask.MaxAge > 0:
		oldest = r.now().Add(-r.Ask.MaxAge - loginLeeway)
	}
	if who.AuthTime.Before(oldest) {
		return &models.Error{Kind: models.Forbidden, Code: models.CodeLoginTooOld, Err: fmt.Errorf("provider %s: auth_time is absent or too old", r.ID)}
	}
	return nil
}

// sessionOf returns the session that began a login, if it is still this
// browser's.
func (l *Login) sessionOf(ctx context.Context, p pending) (Session, error) {
	current, ok := l.cfg.Sessions.Current(ctx)
	if !ok || current.Login != p.Login {
		return Session{}, loginFailed(errors.New("the session that began this login is not there any more"))
	}
	return current, nil
}

// proveAgain ends a login that Again began.
func (l *Login) proveAgain(ctx context.Context, p pending, who proof) error {
	current, err := l.sessionOf(ctx, p)
	if err != nil {
		return err
	}
	login, err := l.cfg.People.ProveAgain(ctx, current.Actor(), current.Login, who.Arrival)
	if err != nil {
		return fmt.Errorf("prove again: %w", err)
	}
	return l.cfg.Sessions.change(ctx, func(s *Session) {
		s.Login, s.Issuer, s.Subject, s.Provider = login.ID, who.Issuer, who.Subject, who.Provider
		s.Level, s.AuthTime = who.Level, who.AuthTime
	})
}

// tie ends a login that StartLink began.
func (l *Login) tie(ctx context.Context, p pending, who proof) error {
	current, err := l.sessionOf(ctx, p)
	if err != nil {
		return err
	}
	if err := l.cfg.People.Link(ctx, current.Actor(), who.Arrival); err != nil {
		return fmt.Errorf("link: %w", err)
	}
	return l.cfg.Sessions.change(ctx, func(*Session) {})
}
