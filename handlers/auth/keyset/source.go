package keyset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// How long a key set is used. A key that its issuer withdraws is trusted for
// an hour at most while the issuer can be reached, and for a day when not.
const (
	fetchLimit  = 5 * time.Second
	refreshAt   = time.Hour
	refreshSoon = 30 * time.Minute // what Refresh counts as old
	staleAt     = 24 * time.Hour
	cooldown    = 30 * time.Second // between two readings, whatever callers send
	firstRetry  = 5 * time.Second  // the same, as long as there never was a set
	missingFor  = 2 * time.Minute  // an unknown kid is not asked for again
	maxMissing  = 1024
)

var (
	// ErrUnavailable says that there are no keys at all to verify with.
	ErrUnavailable = errors.New("no usable key set")
	// ErrUnknownKey says that the issuer has no such key.
	ErrUnknownKey = errors.New("unknown key")
)

// Config is what a Source needs.
type Config struct {
	Fetch  Fetch
	Now    func() time.Time
	Logger *slog.Logger
	Issuer string // for the log only
}

// Source is an issuer's key set, kept fresh. It is safe for concurrent use and
// takes no lock as long as the wanted key is there.
type Source struct {
	cfg     Config
	current atomic.Pointer[snapshot]

	mu      sync.Mutex
	flight  *flight // the reading under way; nil when none
	tried   time.Time
	failing bool
	missing map[string]time.Time
}

// snapshot is a set as it was read.
type snapshot struct {
	set        Set
	read       time.Time
	generation uint64
}

// flight is one reading that any number of callers wait for.
type flight struct{ done chan struct{} }

// New makes a source. Nothing is read before the first use, so a program
// starts while its issuers are down.
func New(cfg Config) *Source {
	return &Source{cfg: cfg, missing: map[string]time.Time{}}
}

// Generation returns a number that changes whenever the usable keys change.
// The error is ErrUnavailable, or the context's.
func (s *Source) Generation(ctx context.Context) (uint64, error) {
	snap, err := s.fresh(ctx)
	if err != nil {
		return 0, err
	}
	return snap.generation, nil
}

// Key returns the key that a token's header names, with the generation it
// belongs to. An unknown kid makes the set be read again, at most once per
// cooldown. The error is ErrUnknownKey, also when the key is not for the
// algorithm; ErrUnavailable; or the context's.
func (s *Source) Key(ctx context.Context, kid, alg string) (Key, uint64, error) {
	snap, err := s.fresh(ctx)
	if err != nil {
		return Key{}, 0, err
	}
	k, ok := snap.set.Find(kid)
	if !ok && kid != "" {
		if snap, err = s.look(ctx, snap, kid); err != nil {
			return Key{}, 0, err
		}
		k, ok = snap.set.Find(kid)
	}
	if !ok || !k.Fits(alg) {
		return Key{}, 0, ErrUnknownKey
	}
	return k, snap.generation, nil
}

// Refresh reads the set again when it is older than half an hour, for a job
// that runs beside the requests so that none of them has to wait.
func (s *Source) Refresh(ctx context.Context) error {
	now := s.cfg.Now()
	if snap := s.current.Load(); snap != nil && now.Sub(snap.read) < refreshSoon {
		return nil
	}
	if err := wait(ctx, s.begin(ctx, now, firstRetry)); err != nil {
		return err
	}
	if snap := s.current.Load(); snap == nil || now.Sub(snap.read) >= refreshSoon {
		return fmt.Errorf("refresh keys of %s: %w", s.cfg.Issuer, ErrUnavailable)
	}
	return nil
}

// fresh returns the set to verify with. Once a reading has failed, requests
// no longer wait for the next one: the last good set serves meanwhile.
func (s *Source) fresh(ctx context.Context) (*snapshot, error) {
	now := s.cfg.Now()
	snap := s.current.Load()
	if snap != nil && now.Sub(snap.read) < refreshAt {
		return snap, nil
	}
	usable := snap != nil && now.Sub(snap.read) < staleAt
	pause := cooldown
	if snap == nil {
		pause = firstRetry
	}
	f := s.begin(ctx, now, pause)
	if !usable || !s.isFailing() {
		if err := wait(ctx, f); err != nil {
			return nil, err
		}
	}
	snap = s.current.Load()
	if snap == nil || now.Sub(snap.read) >= staleAt {
		return nil, ErrUnavailable
	}
	return snap, nil
}

// look asks the issuer once more for a kid that the set does not have.
func (s *Source) look(ctx context.Context, snap *snapshot, kid string) (*snapshot, error) {
	now := s.cfg.Now()
	if s.knownMissing(kid, now) {
		return snap, nil
	}
	f := s.begin(ctx, now, cooldown)
	if f == nil {
		return snap, nil
	}
	if err := wait(ctx, f); err != nil {
		return nil, err
	}
	snap = s.current.Load()
	if _, ok := snap.set.Find(kid); !ok {
		s.noteMissing(kid, now)
	}
	return snap, nil
}

// begin joins the reading under way or starts one, unless the last began less
// than pause ago; then it returns nil. The reading outlives the caller that
// started it, since others wait for it too.
func (s *Source) begin(ctx context.Context, now time.Time, pause time.Duration) *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flight != nil {
		return s.flight
	}
	if since := now.Sub(s.tried); !s.tried.IsZero() && since >= 0 && since < pause {
		return nil
	}
	f := &flight{done: make(chan struct{})}
	s.flight, s.tried = f, now
	go s.run(context.WithoutCancel(ctx), f, now)
	return f
}

// run reads the set once and publishes it if it is good.
func (s *Source) run(ctx context.Context, f *flight, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	defer close(f.done)
	data, err := s.cfg.Fetch(ctx)
	var set Set
	if err == nil {
		set, err = Parse(data)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight, s.failing = nil, err != nil
	if err != nil {
		s.cfg.Logger.WarnContext(ctx, "key set not refreshed", "issuer", s.cfg.Issuer, "error", err)
		return
	}
	next := &snapshot{set: set, read: now, generation: 1}
	if last := s.current.Load(); last != nil {
		next.generation = last.generation
		if last.set.digest != set.digest {
			next.generation++
			clear(s.missing)
		}
	}
	s.current.Store(next)
	if len(set.dropped) > 0 {
		s.cfg.Logger.WarnContext(ctx, "keys left out", "issuer", s.cfg.Issuer, "reasons", set.dropped, "usable", set.Len())
	}
}

func (s *Source) isFailing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failing
}

func (s *Source) knownMissing(kid string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ok := s.missing[kid]
	if ok && !now.Before(until) {
		delete(s.missing, kid)
		return false
	}
	return ok
}

// noteMissing remembers the kid, within bounds: when there is no room, the
// cooldown alone protects the issuer.
func (s *Source) noteMissing(kid string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.missing) >= maxMissing {
		for k, until := range s.missing {
			if !now.Before(until) {
				delete(s.missing, k)
			}
		}
	}
	if len(s.missing) < maxMissing {
		s.missing[kid] = now.Add(missingFor)
	}
}

// wait returns when the reading is over or the context is.
func wait(ctx context.Context, f *flight) error {
	if f == nil {
		return nil
	}
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
