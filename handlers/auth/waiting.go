package auth

import (
	"context"
	"fmt"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// wait keeps somebody whom the registry cannot tell from a person that it
// knows, until he has said who he is; ten minutes at most.
func (l *Login) wait(ctx context.Context, p pending, who party.Arrival) error {
	if err := l.renew(ctx); err != nil {
		return err
	}
	s := l.state(ctx)
	s.Waiting = &waiting{
		Issuer: who.Issuer, Subject: who.Subject, Name: who.Name, Email: who.Email, Claims: who.Claims, Provider: who.Provider, SID: who.SID,
		Level: who.Level, AuthTime: who.AuthTime, Agent: who.Agent, Target: p.Target, Since: l.cfg.Now(),
	}
	return l.keep(ctx, s)
}

// Waiting returns who waits in this browser; ok is false when nobody does.
func (l *Login) Waiting(ctx context.Context) (who party.Arrival, ok bool) {
	w := l.state(ctx).Waiting
	if w == nil {
		return party.Arrival{}, false
	}
	return w.arrival(), true
}

// WaitingForSelf reports whether somebody waits who may be the person who is
// signed in: one of that person's identities has his address. In a browser that
// several use it may be somebody else's, who must not be let in.
func (l *Login) WaitingForSelf(ctx context.Context) (bool, error) {
	current, ok := l.cfg.Sessions.Current(ctx)
	w := l.state(ctx).Waiting
	if !ok || w == nil {
		return false, nil
	}
	same, err := l.cfg.People.HasAddress(ctx, current.Actor(), w.Email)
	if err != nil {
		return false, fmt.Errorf("who waits: %w", err)
	}
	return same, nil
}

// forget forgets who waits.
func (l *Login) forget(ctx context.Context) error {
	s := l.state(ctx)
	s.Waiting = nil
	return l.keep(ctx, s)
}

// GoOnAsNew signs in who waits, as a new person, and returns where he was on
// his way to. The error is NotFound when nobody waits; whoever is refused waits
// on.
func (l *Login) GoOnAsNew(ctx context.Context) (target string, err error) {
	w := l.state(ctx).Waiting
	if w == nil {
		return "", models.NewError(models.NotFound, models.CodeNotFound)
	}
	who := w.arrival()
	who.New = true
	if err := l.enter(ctx, who); err != nil {
		return "", err
	}
	return w.Target, l.forget(ctx)
}

// LinkWaiting ties the identity of who waits to the person who is signed in in
// the same browser by now, and returns where he was on his way to. Errors:
// Unauthenticated when nobody is signed in, NotFound when nobody waits who may
// be that person, and those of People.Link, after which he waits on.
func (l *Login) LinkWaiting(ctx context.Context) (target string, err error) {
	current, ok := l.cfg.Sessions.Current(ctx)
	if !ok {
		return "", models.NewError(models.Unauthenticated, models.CodeUnauthenticated)
	}
	same, err := l.WaitingForSelf(ctx)
	if err != nil {
		return "", err
	}
	if !same {
		return "", models.NewError(models.NotFound, models.CodeNotFound)
	}
	w := l.state(ctx).Waiting
	if err := l.cfg.People.Link(ctx, current.Actor(), w.arrival()); err != nil {
		return "", fmt.Errorf("link: %w", err)
	}
	if err := l.forget(ctx); err != nil {
		return "", err
	}
	return w.Target, l.cfg.Sessions.change(ctx, func(*Session) {})
}
