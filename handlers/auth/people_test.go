package auth_test

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// sessionStore is the contract of auth.SessionStore in memory.
type sessionStore struct {
	mu   sync.Mutex
	rows map[string]sessionRow
	fail error

	commits int
}

type sessionRow struct {
	data    []byte
	expires time.Time
}

func (s *sessionStore) FindCtx(_ context.Context, token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, ok := s.rows[token]
	return row.data, ok, s.fail
}

func (s *sessionStore) CommitCtx(_ context.Context, token string, data []byte, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commits++
	if s.fail == nil {
		s.rows[token] = sessionRow{data, expires}
	}
	return s.fail
}

func (s *sessionStore) DeleteCtx(_ context.Context, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rows, token)
	return s.fail
}

func (s *sessionStore) Find(t string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), t)
}

func (s *sessionStore) Commit(t string, b []byte, e time.Time) error {
	return s.CommitCtx(context.Background(), t, b, e)
}
func (s *sessionStore) Delete(t string) error { return s.DeleteCtx(context.Background(), t) }

// people is the registry, as far as login knows it: everybody is a person of
// his own, unless the test says otherwise.
type people struct {
	mu     sync.Mutex
	seen   []party.Arrival
	linked []party.Arrival
	proved []party.Arrival
	ended  []string
	fail   error
	same   map[string]models.ID // sub → person
	known  map[string]bool      // addresses that are known
}

func (p *people) person(who party.Arrival) models.ID {
	if id, ok := p.same[who.Subject]; ok {
		return id
	}
	return models.ID("person:" + who.Issuer + " " + who.Subject)
}

func (p *people) SignIn(_ context.Context, who party.Arrival) (party.Login, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, who)
	if p.known[who.Email] && !who.New && p.fail == nil {
		return party.Login{}, models.NewError(models.Conflict, models.CodeIdentityKnown)
	}
	return party.Login{ID: models.ID("login-" + strconv.Itoa(len(p.seen))), Person: p.person(who)}, p.fail
}

// HasAddress: who is somebody by another subject has whatever is known.
func (p *people) HasAddress(_ context.Context, a models.Actor, email string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range p.same {
		if string(id) == a.ID {
			return p.known[email], nil
		}
	}
	return false, nil
}

func (p *people) Link(_ context.Context, a models.Actor, who party.Arrival) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.linked = append(p.linked, who)
	if owner, ok := p.same[who.Subject]; ok && string(owner) != a.ID {
		return models.NewError(models.Conflict, models.CodeIdentityTaken)
	}
	return p.fail
}

func (p *people) ProveAgain(_ context.Context, a models.Actor, login models.ID, who party.Arrival) (party.Login, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.proved = append(p.proved, who)
	if string(p.person(who)) != a.ID {
		return party.Login{}, models.NewError(models.Forbidden, models.CodeOtherPerson)
	}
	return party.Login{ID: login, Person: models.ID(a.ID)}, p.fail
}

func (p *people) EndLogin(_ context.Context, a models.Actor, login models.ID) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = append(p.ended, a.ID+" "+string(login))
	return p.fail
}

func (p *people) EndLoginsAt(ctx context.Context, issuer, subject, sid string) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	p.ended = append(p.ended, issuer+" sub="+subject+" sid="+sid)
	return 1, p.fail
}
