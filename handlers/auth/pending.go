package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

const (
	stateKey   = "state"
	maxPending = 5 // logins under way in one browser, as in several tabs
)

// purpose is what a login is for.
type purpose string

const (
	signIn purpose = ""      // to begin a session
	again  purpose = "again" // to prove anew who he is, in the session that he has
	link   purpose = "link"  // to tie one more identity to the person of the session
)

// pending is a login under way.
type pending struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Provider string    `json:"provider"`
	Target   string    `json:"target"`
	Started  time.Time `json:"started"`
	Purpose  purpose   `json:"purpose,omitempty"`
	Login    models.ID `json:"login,omitempty"` // of the session that began it, for again and link
	Level    int       `json:"level,omitempty"` // to reach, for again
}

// waiting is somebody who has signed in, and who has to say whether he is the
// person whom we know by his e-mail address. It has no national id: whoever has
// one is known by it.
type waiting struct {
	Issuer   string        `json:"issuer"`
	Subject  string        `json:"subject"`
	Name     string        `json:"name,omitempty"`
	Email    string        `json:"email"`
	Claims   []party.Claim `json:"claims,omitempty"`
	Provider string        `json:"provider"`
	SID      string        `json:"sid,omitempty"`
	Level    int           `json:"level"`
	AuthTime time.Time     `json:"auth_time"`
	Agent    string        `json:"agent,omitempty"`
	Target   string        `json:"target,omitempty"`
	Since    time.Time     `json:"since"`
}

// arrival is who waits.
func (w waiting) arrival() party.Arrival {
	return party.Arrival{
		Identity: party.Identity{Issuer: w.Issuer, Subject: w.Subject, Name: w.Name, Email: w.Email},
		Claims:   w.Claims, Provider: w.Provider, SID: w.SID, Level: w.Level, AuthTime: w.AuthTime, Agent: w.Agent,
	}
}

// browserState is what the pre-login session holds: it is this browser's own,
// and nobody is signed in by it.
type browserState struct {
	Pending []pending `json:"pending"`
	Waiting *waiting  `json:"waiting,omitempty"`
}

// state returns what is under way in this browser and has not run out.
func (l *Login) state(ctx context.Context) browserState {
	var all, live browserState
	if json.Unmarshal(l.cfg.Sessions.before.GetBytes(ctx, stateKey), &all) != nil {
		return live
	}
	now := l.cfg.Now()
	for _, p := range all.Pending {
		if now.Sub(p.Started) < beforeLimit {
			live.Pending = append(live.Pending, p)
		}
	}
	if all.Waiting != nil && now.Sub(all.Waiting.Since) < beforeLimit {
		live.Waiting = all.Waiting
	}
	return live
}

// keep writes what is under way, the latest few logins of it.
func (l *Login) keep(ctx context.Context, s browserState) error {
	before := l.cfg.Sessions.before
	if len(s.Pending) == 0 && s.Waiting == nil {
		if err := before.Destroy(ctx); err != nil {
			return fmt.Errorf("end pre-login session: %w", err)
		}
		return nil
	}
	if len(s.Pending) > maxPending {
		s.Pending = s.Pending[len(s.Pending)-maxPending:]
	}
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write pre-login session: %w", err)
	}
	before.Put(ctx, stateKey, data)
	if _, _, err := before.Commit(ctx); err != nil {
		return fmt.Errorf("write pre-login session: %w", err)
	}
	return nil
}

// renew gives the pre-login session a new token, which also starts its ten
// minutes anew.
func (l *Login) renew(ctx context.Context) error {
	if err := l.cfg.Sessions.before.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew pre-login session: %w", err)
	}
	return nil
}

// takePending returns the login with the state and forgets it at once, so that
// an answer is taken once whatever comes of it.
func (l *Login) takePending(ctx context.Context, state string) (pending, error) {
	s := l.state(ctx)
	for i, p := range s.Pending {
		if subtle.ConstantTimeCompare([]byte(p.State), []byte(state)) == 1 {
			s.Pending = append(append([]pending(nil), s.Pending[:i]...), s.Pending[i+1:]...)
			return p, l.keep(ctx, s)
		}
	}
	return pending{}, loginFailed(errors.New("answer: state is not of a login under way in this browser"))
}
