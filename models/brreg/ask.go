package brreg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/stafett/stafett/models"
)

const (
	patience  = 10 * time.Second // for one question
	maxBytes  = 8 << 20          // of one answer
	firstRest = 5 * time.Second  // after the first failure; it doubles
	longRest  = 5 * time.Minute
	maxRest   = time.Hour // whatever Retry-After says
	userAgent = "Stafett (github.com/stafett/stafett)"
)

var (
	errResting = errors.New("it did not answer a moment ago and is left alone for a while")
	errShape   = errors.New("its answer is not what it documents")
	errTooLong = errors.New("its answer is too large")
)

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// outageError is a failure of the other side that the next question would
// meet as well, whatever it asks.
type outageError struct {
	cause error
	rest  time.Duration // what it asked us to wait; zero when it did not say
}

func (e *outageError) Error() string { return e.cause.Error() }
func (e *outageError) Unwrap() error { return e.cause }

// gate keeps us from asking a service that is down at every turn.
type gate struct {
	mu       sync.Mutex
	failures int
	opens    time.Time
}

// enter reports whether a question may be put. After a rest one question goes
// first, and others wait for what becomes of it.
func (g *gate) enter(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.opens) {
		return false
	}
	if g.failures > 0 {
		g.opens = now.Add(patience)
	}
	return true
}

// leave notes what became of a question.
func (g *gate) leave(now time.Time, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	down, ok := errors.AsType[*outageError](err)
	if !ok {
		g.failures, g.opens = 0, time.Time{}
		return
	}
	rest := min(firstRest<<min(g.failures, 10), longRest)
	g.failures++
	g.opens = now.Add(max(rest, min(down.rest, maxRest)))
}

// failing reports whether the last question met a failure.
func (g *gate) failing() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.failures > 0
}

// ask puts one question through the gate.
func (g *gate) ask(ctx context.Context, client *http.Client, now func() time.Time, req *http.Request) (answer, error) {
	if !g.enter(now()) {
		return answer{}, errResting
	}
	a, err := send(client, req, now)
	if ctx.Err() == nil { // a caller who has gone says nothing about the service
		g.leave(now(), err)
	}
	return a, err
}

// send makes the request and reads the answer to its end. The error never
// holds anything of the answer but its status, nor the address, which may name
// an organisation.
func send(client *http.Client, req *http.Request, now func() time.Time) (answer, error) {
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", "application/json")
	res, err := client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		return answer{}, &outageError{cause: err}
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBytes+1))
	switch {
	case res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests:
		return answer{}, &outageError{cause: fmt.Errorf("it answered with status %d", res.StatusCode), rest: retryAfter(res.Header, now())}
	case err != nil:
		return answer{}, &outageError{cause: err}
	case len(body) > maxBytes:
		return answer{}, errTooLong
	case res.StatusCode == http.StatusOK && !isJSON(res.Header):
		return answer{}, &outageError{cause: errors.New("its answer is not JSON")}
	}
	return answer{status: res.StatusCode, header: res.Header, body: body}, nil
}

// read unmarshals a body. Members that we do not know are let be; the error of
// the decoder could quote the body and is dropped.
func (a answer) read(v any) error {
	if a.status != http.StatusOK {
		return fmt.Errorf("it answered with status %d", a.status)
	}
	if json.Unmarshal(a.body, v) != nil {
		return errShape
	}
	return nil
}

// isJSON reports whether the content type is JSON, such as the register's own
// application/vnd.brreg.enhetsregisteret.enhet.v2+json.
func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// retryAfter reads the wait that a service asks for, in seconds or as a date
// (RFC 9110 section 10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), int(maxRest/time.Second))) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}

// strict returns a copy of the client that follows no redirect and carries no
// cookies: what we send is meant for one host.
func strict(client *http.Client) *http.Client {
	own := *client
	own.Jar = nil
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// secureURL reads an address without query. Only https is right, but for an
// address of the machine itself, as in trials.
func secureURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("want an address such as https://host/path, without user and query")
	}
	local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return nil, errors.New("want https")
	}
	return u, nil
}

// unavailable says that the register could not be asked, or not be understood.
func unavailable(cause error) error {
	return &models.Error{Kind: models.Unavailable, Code: models.CodeRegisterDown, Err: fmt.Errorf("ask Brønnøysundregistrene: %w", cause)}
}
