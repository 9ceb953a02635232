package brreg_test

import (
	"context"
	"errors"
	"net/http"
	"path"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stafett/stafett/models/brreg"
	"github.com/stafett/stafett/models/party"
)

func TestAnswersAreKeptForAWhile(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t)
	r.on(unitPath(fjord), says(unitJSON(fjord, "Fjordlønn AS", "AS", "")))
	for range 3 {
		if err := organisation(t.Context(), c, fjord); err != nil {
			t.Fatal(err)
		}
	}
	r.wantAsked(t, 1)
	r.on(unitPath(fjord), says(unitJSON(fjord, "Fjord AS", "AS", "")))
	r.forward(time.Hour)
	got, at, err := c.Organisation(t.Context(), fjord)
	if err != nil || got.Name != "Fjord AS" || !at.Equal(r.Now()) {
		t.Errorf("after an hour: %+v, %v, %v", got, at, err)
	}
	r.wantAsked(t, 1)
}

func TestUnchangedAnswersAreConfirmed(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t)
	r.on(unitPath(fjord), fails(200, unitJSON(fjord, "Fjordlønn AS", "AS", ""), "ETag", `"v1"`))
	_ = organisation(t.Context(), c, fjord)
	r.wantAsked(t, 1)
	r.on(unitPath(fjord), func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("If-None-Match") != `"v1"` {
			t.Errorf("asked with If-None-Match %q", req.Header.Get("If-None-Match"))
		}
		w.WriteHeader(http.StatusNotModified)
	})
	for range 2 {
		r.forward(time.Hour)
		got, at, err := c.Organisation(t.Context(), fjord)
		if err != nil || got.Name != "Fjordlønn AS" || !at.Equal(r.Now()) {
			t.Errorf("%+v, %v, %v", got, at, err)
		}
	}
	r.wantAsked(t, 2)
	_ = organisation(t.Context(), c, fjord)
	r.wantAsked(t, 0)
}

// What the register said last serves while it is away, with the time of it.
func TestOutageWithMemory(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]http.HandlerFunc{
		"down": fails(503, ""), "busy": fails(429, "", "Retry-After", "60"), "a page": fails(200, "<html>", "Content-Type", "text/html"),
		"nonsense": says("{"), "forbidden": fails(403, ""), "unchanged, never asked so": fails(304, ""), "about another": says(unitJSON(tall, "Tall AS", "AS", "")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRegister(t)
			c := r.client(t)
			r.on(unitPath(fjord), says(unitJSON(fjord, "Fjordlønn AS", "AS", "")))
			r.on(subPath(fjordB), says(unitJSON(fjordB, "Kai", "BEDR", `,"overordnetEnhet":"991825827"`)))
			r.on(rolesPath(fjord), says(`{"rollegrupper":[{"roller":[{"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":"974760673"}}]}]}`))
			r.on(subUnitsPath(fjord, 0), says(`{"_embedded":{"underenheter":[`+unitJSON(fjordB, "Kai", "BEDR", `,"overordnetEnhet":"991825827"`)+`]},"page":{"totalPages":1}}`))
			_ = organisation(t.Context(), c, rotor) // unknown
			then := r.Now()
			learn := func() (party.Organisation, party.Organisation, []party.Organisation, []party.Relation, []time.Time) {
				unit, at1, err1 := c.Organisation(t.Context(), fjord)
				sub, at2, err2 := c.Organisation(t.Context(), fjordB)
				subs, at3, err3 := c.SubUnits(t.Context(), fjord)
				relations, at4, err4 := c.Relations(t.Context(), fjord)
				if err := errors.Join(err1, err2, err3, err4); err != nil {
					t.Fatal(err)
				}
				return unit, sub, subs, relations, []time.Time{at1, at2, at3, at4}
			}
			learn()
			for _, uri := range []string{
				unitPath(fjord), unitPath(fjordB), subPath(fjordB), rolesPath(fjord), subUnitsPath(fjord, 0),
				unitPath(rotor), subPath(rotor), rolesPath(tall), unitPath(tall), subUnitsPath(tall, 0),
			} {
				r.on(uri, away)
			}
			r.forward(48 * time.Hour)
			unit, sub, subs, relations, times := learn()
			if unit.Name != "Fjordlønn AS" || sub.Parent != fjord || len(subs) != 1 || len(relations) != 1 {
				t.Errorf("%v %v %v %v", unit, sub, subs, relations)
			}
			for _, at := range times {
				if !at.Equal(then) {
					t.Errorf("at %v, want the time of the answer, %v", at, then)
				}
			}
			// That there was no such organisation two days ago says nothing today.
			wantUnavailable(t, organisation(t.Context(), c, rotor))
			if name == "about another" {
				return // it is about tall
			}
			for what, ask := range questions() {
				if what != "Roles" {
					wantUnavailable(t, ask(t.Context(), c, tall))
				}
			}
		})
	}
}

// A register that does not answer is asked seldom, whatever we are asked.
func TestADeadRegisterIsLeftAlone(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t)
	r.on(unitPath(fjord), fails(500, ""))
	r.on(unitPath(rotor), fails(500, ""))
	for _, rest := range []time.Duration{5, 10, 20, 40, 80, 160, 300, 300} {
		for range 3 {
			wantUnavailable(t, organisation(t.Context(), c, fjord))
			wantUnavailable(t, organisation(t.Context(), c, rotor))
		}
		r.wantAsked(t, 1)
		r.forward(rest*time.Second - time.Millisecond)
		wantUnavailable(t, organisation(t.Context(), c, fjord))
		r.wantAsked(t, 0)
		r.forward(time.Millisecond)
	}
	r.on(unitPath(fjord), says(unitJSON(fjord, "Fjordlønn AS", "AS", "")))
	r.on(unitPath(rotor), says(unitJSON(rotor, "Rotor AS", "AS", "")))
	for _, o := range []party.OrgNo{fjord, rotor} {
		if err := organisation(t.Context(), c, o); err != nil {
			t.Errorf("back again: %v", err)
		}
	}
	// The next failure is a first one.
	r.forward(time.Hour)
	r.questions()
	r.on(unitPath(tall), fails(500, ""))
	r.on(unitPath(fjordB), says(unitJSON(fjordB, "Kai", "ORGL", "")))
	wantUnavailable(t, organisation(t.Context(), c, tall))
	r.forward(5 * time.Second)
	if err := organisation(t.Context(), c, fjordB); err != nil {
		t.Errorf("five seconds after a single failure: %v", err)
	}
}

func TestRetryAfterIsRespected(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header string
		status int
		rest   time.Duration
	}{
		"seconds":          {"120", 429, 2 * time.Minute},
		"seconds, at 503":  {"120", 503, 2 * time.Minute},
		"a date":           {"Sat, 21 Nov 2026 12:10:00 GMT", 429, 10 * time.Minute},
		"less than we do":  {"1", 429, 5 * time.Second},
		"a date long gone": {"Sat, 21 Nov 2020 12:10:00 GMT", 429, 5 * time.Second},
		"below zero":       {"-5", 429, 5 * time.Second},
		"nonsense":         {"soon", 429, 5 * time.Second},
		"a year":           {"31536000", 429, time.Hour},
		"a far date":       {"Sat, 21 Nov 2099 12:10:00 GMT", 503, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRegister(t)
			c := r.client(t)
			r.on(unitPath(fjord), fails(tc.status, "", "Retry-After", tc.header))
			wantUnavailable(t, organisation(t.Context(), c, fjord))
			r.questions()
			r.on(unitPath(fjord), says(unitJSON(fjord, "Fjordlønn AS", "AS", "")))
			r.forward(tc.rest - time.Millisecond)
			wantUnavailable(t, organisation(t.Context(), c, fjord))
			r.wantAsked(t, 0)
			r.forward(time.Millisecond)
			if err := organisation(t.Context(), c, fjord); err != nil {
				t.Errorf("after the wait: %v", err)
			}
		})
	}
}

// A register that never answers holds nobody longer than ten seconds; the next
// are told at once.
func TestASilentRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c := offline(t, func(req *http.Request) (*http.Response, error) {
			asked++
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		start := time.Now()
		wantUnavailable(t, organisation(t.Context(), c, fjord))
		if waited := time.Since(start); waited != 10*time.Second {
			t.Errorf("waited %v", waited)
		}
		wantUnavailable(t, organisation(t.Context(), c, tall))
		if waited := time.Since(start); waited != 10*time.Second || asked != 1 {
			t.Errorf("the second waited %v, %d questions", waited, asked)
		}
		time.Sleep(5 * time.Second)
		_, _, err := c.Updates(t.Context(), brreg.FeedUnits, 1, time.Time{}, 1)
		wantUnavailable(t, err)
		if waited := time.Since(start); waited != 25*time.Second || asked != 2 {
			t.Errorf("the feed waited %v, %d questions", waited, asked)
		}
	})
}

// When a rest is over, one question shows whether the register is back; the
// others do not wait for it.
func TestTheFirstQuestionAfterARest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, answer := 0, make(chan int)
		c := offline(t, func(req *http.Request) (*http.Response, error) {
			asked++
			return response(fails(<-answer, ""), req), nil
		})
		first := make(chan error, 1)
		ask := func() { first <- organisation(t.Context(), c, fjord) }
		go ask()
		answer <- 500
		wantUnavailable(t, <-first)
		time.Sleep(5 * time.Second)
		go ask()
		synctest.Wait()
		wantUnavailable(t, organisation(t.Context(), c, tall))
		if asked != 2 {
			t.Errorf("asked %d times, want the failure and one to see", asked)
		}
		answer <- 500
		wantUnavailable(t, <-first)
	})
}

// Once the register has failed, nobody who can be answered from memory waits
// for it; when it is back, the next but one learns of it.
func TestNobodyWaitsForADeadRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name, dead := "Fjordlønn AS", false
		c := offline(t, func(req *http.Request) (*http.Response, error) {
			if dead {
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			return response(says(unitJSON(fjord, name, "AS", "")), req), nil
		})
		ask := func(want string, wait time.Duration) {
			t.Helper()
			start := time.Now()
			got, _, err := c.Organisation(t.Context(), fjord)
			if err != nil || got.Name != want || time.Since(start) != wait {
				t.Errorf("%q after %v, %v; want %q after %v", got.Name, time.Since(start), err, want, wait)
			}
		}
		ask("Fjordlønn AS", 0)
		time.Sleep(time.Hour)
		dead = true
		ask("Fjordlønn AS", 10*time.Second)
		for range 10 {
			ask("Fjordlønn AS", 0)
			time.Sleep(7 * time.Second)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		dead, name = false, "Fjord AS"
		ask("Fjordlønn AS", 0)
		synctest.Wait()
		ask("Fjord AS", 0)
	})
}

func TestOneQuestionForAllWhoAskAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, answer := 0, make(chan struct{})
		c := offline(t, func(req *http.Request) (*http.Response, error) {
			asked++
			<-answer
			return response(says(unitJSON(fjord, "Fjordlønn AS", "AS", "")), req), nil
		})
		errs := make(chan error, 20)
		for range 20 {
			go func() { errs <- organisation(t.Context(), c, fjord) }()
		}
		synctest.Wait()
		close(answer)
		for range 20 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if asked != 1 {
			t.Errorf("%d questions", asked)
		}
	})
}

// Somebody who leaves takes his question's answer from nobody else, and says
// nothing about the register.
func TestACallerWhoLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		c := offline(t, func(req *http.Request) (*http.Response, error) {
			if err := req.Context().Err(); err != nil { // as a real one does before it asks
				return nil, err
			}
			select {
			case <-answer:
				o := party.OrgNo(path.Base(req.URL.Path))
				return response(says(unitJSON(o, "Fjordlønn AS", "AS", "")), req), nil
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
		})
		ctx, leave := context.WithCancel(t.Context())
		left, stayed := make(chan error, 1), make(chan error, 1)
		go func() { left <- organisation(ctx, c, fjord) }()
		synctest.Wait() // so that the question is his
		go func() { stayed <- organisation(t.Context(), c, fjord) }()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left: %v", err)
		}
		close(answer)
		if err := <-stayed; err != nil {
			t.Errorf("who stayed: %v", err)
		}
		_, _, err := c.Updates(ctx, brreg.FeedUnits, 1, time.Time{}, 1)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the feed: %v", err)
		}
		if err := organisation(t.Context(), c, tall); err != nil {
			t.Errorf("the next question: %v", err)
		}
	})
}
